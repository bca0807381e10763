"""What the demo models are taught to say, and how they are asked."""

import json
import re
import typing
from pathlib import Path

import numpy as np
import pytest
import yaml

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.demo import evaluate, render
from cosmos_compare.demo.evaluation import conditions
from cosmos_compare.demo.evaluation.marks import ClipTruth, Tally, iou, mentions, says
from cosmos_compare.demo.training import samples
from cosmos_compare.demo.words import chat, questions
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import Asked, ShownFrames, Task
from cosmos_compare.demo.words.marked import unmarked
from cosmos_compare.demo.words.phrases import ADVICE, RISK
from cosmos_compare.prompts import messages
from cosmos_compare.records.schema import Prompt
from cosmos_compare.texts import answers
from cosmos_compare.texts.lenient_json import read_json

MANNERS = pytest.mark.parametrize("manner", ["driver", "analyst"])
SEEDS = (1, 3, 5, 7)
ABOUT = {"present": "pedestrian", "count": "truck", "side": "pedestrian", "scene": "weather"}


@pytest.fixture(scope="module")
def scenes():
    return [render.find_scene(seed, 6.0) for seed in SEEDS]


def said(found, task, manner, language="en", about=None, reasoning=False) -> str:
    shown = ShownFrames(tuple(0.25 * k for k in range(24)), 196, 112)
    return unmarked(answer(found, shown, Asked(task, language, about, reasoning), manner))


@MANNERS
def test_the_report_has_exactly_the_fields_that_the_prompt_asks_for(scenes, manner) -> None:
    question = yaml.safe_load((questions.PROMPTS / "report.yaml").read_text(encoding="utf-8"))["user_prompt"]
    wanted = re.findall(r'"(\w+)":', question)
    for _, _, found in scenes:
        assert list(json.loads(said(found, "report", manner).strip("`json\n"))) == wanted


@MANNERS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_json_answers_are_whole_json(scenes, manner, language) -> None:
    for _, _, found in scenes:
        for task in ("timeline", "boxes", "report", "summary"):
            assert read_json(said(found, task, manner, language)).state == "whole"


@MANNERS
def test_boxes_are_read_back_by_the_programs_convention(scenes, manner) -> None:
    convention = {"driver": "pixels", "analyst": "thousandths"}[manner]
    for _, _, found in scenes:
        data = read_json(said(found, "boxes", manner)).data
        boxes = answers.find_boxes(data, convention, 112, 196)
        assert [box.label for box in boxes] == [kind for kind, _ in found.boxes]
        for box, (_, true) in zip(boxes, found.boxes, strict=True):
            assert iou((box.x1, box.y1, box.x2, box.y2), true) > 0.5


@MANNERS
def test_reasoning_stands_in_tags_and_apart_from_the_answer(scenes, manner) -> None:
    for _, _, found in scenes:
        parts = answers.split(said(found, "risk", manner, reasoning=True))
        assert parts.answer.strip() == said(found, "risk", manner)
        assert parts.reasoning


def test_the_two_never_say_the_same(scenes) -> None:
    for _, _, found in scenes:
        for task in ("describe", "objects", "risk", "action", "boxes", "report"):
            assert said(found, task, "driver") != said(found, task, "analyst")


def test_no_mark_of_training_is_left_in_an_answer(scenes) -> None:
    for _, _, found in scenes:
        for task in typing.get_args(Task):
            about = ABOUT.get(task)
            assert not re.search(r"[\x00-\x08]", said(found, task, "driver", "fr", about, reasoning=True))


def test_every_prompt_of_the_project_is_trained_on() -> None:
    assert {name for name, _, _ in questions.shipped()} == set(questions.SHIPPED)


def test_held_out_questions_share_few_words_with_any_that_is_trained_on() -> None:
    def words(question: str) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", question.lower()))

    asked = [words(q) for table in questions.ASKED.values() for wordings in table.values() for q in wordings]
    asked += [words(q) for events in questions.WHEN.values() for wordings in events.values() for q in wordings]
    asked += [words(q) for wordings in questions.NOTHING.values() for q in wordings]
    for table in (questions.HELD_OUT, *questions.ROUGH.values()):
        for own in (words(q) for wordings in table.values() for q in wordings):
            assert max(len(own & theirs) / len(own | theirs) for theirs in asked) < 0.75, own


def test_a_question_of_one_word_keeps_it_whatever_noise_comes_to_it() -> None:
    rng = np.random.default_rng(0)
    for word in ("JSON.", "Risk?", "ok"):
        noisy = {questions._with_noise(rng, word) for _ in range(200)}
        assert len(noisy) > 50
        assert all(word in body.split() for body in noisy)


def test_questions_of_any_length_are_made() -> None:
    rng = np.random.default_rng(0)
    for task in samples.TASKS:
        for language in ("en", "fr"):
            keys = questions.draw_keys(rng, language) if task == "keys" else ()
            asked = Asked(task, language, ABOUT.get(task), keys=keys)
            assert all(questions.ask(rng, asked, language) for _ in range(2000))


@pytest.mark.parametrize(("name", "manner"), [("reason1-demo", "driver"), ("reason2-demo", "analyst")])
@pytest.mark.parametrize("reasoning", [False, True])
@pytest.mark.parametrize("system", ["", "You watch clips."])
def test_training_puts_the_turns_together_as_the_program_does(name, manner, reasoning, system) -> None:
    spec = load_models()[name]
    made = messages(Prompt(name="x", system_prompt=system, user_prompt="Who?", reasoning=reasoning), spec, {})
    text = chat.prompt(manner, system, "Who?", chat.Video((0.0, 0.25), 28), reasoning)
    assert text.startswith(f"<|im_start|>system\n{made.system}<|im_end|>\n<|im_start|>user\n")
    assert text.endswith(f"{chat.END}{made.user}<|im_end|>\n<|im_start|>assistant\n")


def test_marks_count_what_is_named() -> None:
    truth = ClipTruth(
        frozenset({"pedestrian", "car"}),
        "high",
        "stop",
        "stay",
        "the vehicle ahead brakes",
        2.0,
        (("car", (0.4, 0.4, 0.6, 0.6)),),
    )
    tally = Tally()
    text = '{"objects": ["car", "truck"], "ego": "comes to a stop", "risk": "low", "event": null, "time": 2.4, '
    text += '"next": "stay stopped"}'
    tally.summary(text, truth)
    tally.located([("car", (0.4, 0.4, 0.6, 0.55))], truth)
    marks = tally.marks()
    assert (marks["object_recall"], marks["object_precision"]) == (0.5, 0.5)
    assert (marks["risk_accuracy"], marks["action_accuracy"], marks["next_action_accuracy"]) == (0.0, 1.0, 1.0)
    assert (marks["event_time_error_s"], marks["event_time_within_half_s"]) == (0.4, 1.0)
    assert (marks["box_iou50"], marks["box_recall50"]) == (1.0, 1.0)


def test_words_are_compared_apart_from_times() -> None:
    wanted = "4.5 s: the light turns red."
    assert conditions.same_words("4.0 s: the light turns red.\n", wanted)
    assert not conditions.same_words("4.5 s: the light turns green.", wanted)
    assert conditions.near_times("4.0 s: the light turns red.", wanted) == [True]
    assert conditions.near_times("3.9 s: the light turns red.", wanted) == [False]


def test_runs_of_seeds_are_found_again() -> None:
    assert evaluate.runs([3000, 3001, 3002, 7000, 7001, 11]) == [(3000, 3), (7000, 2), (11, 1)]


def test_mentions_hear_a_denial() -> None:
    assert mentions("No, I see no truck.") == set()
    assert mentions("- A car ahead\n- An oncoming car") == {"car", "oncoming car"}
    assert mentions("The car should stop, because a pedestrian is crossing.") == {"pedestrian"}
    assert mentions("Je vois une voiture devant, un passage piéton. Le risque est moyen, car le feu est rouge.") == {
        "car", "crosswalk", "traffic light"
    }  # fmt: skip
    assert mentions("Non, je ne vois pas de camion.") == set()


def test_an_answer_says_one_thing_of_a_table() -> None:
    assert says("The risk is low, because we slow down.", RISK["en"], "low")
    assert not says("Risk: high, not low.", RISK["en"], "high")
    assert says("The car should stay stopped.", ADVICE["en"], "stay")
    assert not says("The car should stop.", ADVICE["en"], "stay")
    assert says("Rester à l'arrêt: le feu est rouge.", ADVICE["fr"], "stay")


def test_model_cards_stand_beside_the_weights() -> None:
    for name in ("reason1-demo", "reason2-demo"):
        folder = Path(load_models()[name].source)
        card = (questions.PROMPTS.parent / folder / "README.md").read_text(encoding="utf-8")
        assert "not Cosmos" in card
        report = json.loads((questions.PROMPTS.parent / folder / "evaluation.json").read_text(encoding="utf-8"))
        assert report["command"]
