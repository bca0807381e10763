"""Questions about single facts: what is true, how it is asked, and what each model should answer."""

import json
import re

import numpy as np
import pytest
from demo_scenes import CRUISE, STILL, lamp, merger, of, scene, thing, walker

from cosmos_compare.demo import render
from cosmos_compare.demo.evaluation.kinds import is_of_kind
from cosmos_compare.demo.training.samples import SCENE, TASKS, _question
from cosmos_compare.demo.words import questions
from cosmos_compare.demo.words.answers_text import answer
from cosmos_compare.demo.words.asked import Asked, ShownFrames
from cosmos_compare.demo.words.claims import CLAIMS
from cosmos_compare.demo.words.marked import unmarked
from cosmos_compare.demo.words.ways import hasty, reworded
from cosmos_compare.demo.world.scene import KINDS, Motion

MANNERS = pytest.mark.parametrize("manner", ["driver", "analyst"])
SHOWN = ShownFrames(tuple(0.25 * k for k in range(24)), 196, 112)
BRAKE = Motion(0.0, (2.0, 4.0), (8.0, 0.0))
AWAY = Motion(0.0, (2.0, 5.0), (0.0, 6.0))


def said(found, task, manner="driver", language="en", about=None, **more) -> str:
    return unmarked(answer(found, SHOWN, Asked(task, language, about, **more), manner))


@pytest.fixture(scope="module")
def facts():
    return [render.find_scene(seed, 6.0)[2] for seed in (1, 3, 5, 7, 9)]


def bystander(z: float, x: float):
    return thing("pedestrian", "pavement", z, x, (0.55, 1.75, 0.5))


def test_what_is_shown_is_counted_and_what_is_only_glimpsed_makes_a_count_unclear() -> None:
    found = of(scene(bystander(10.0, 3.0), bystander(12.0, -6.0)))
    assert (found.counts["pedestrian"], found.counts["vehicle"], found.counts["cyclist"]) == (2, 0, 0)
    far = of(scene(bystander(10.0, 3.0), bystander(32.0, -6.0)))
    assert far.counts["pedestrian"] is None


def test_a_side_is_told_only_where_all_of_a_kind_are_on_it() -> None:
    assert of(scene(bystander(10.0, 3.0))).sides == {"pedestrian": "right"}
    assert of(scene(bystander(10.0, 3.0), bystander(12.0, 3.5))).sides == {"pedestrian": "right"}
    assert of(scene(bystander(10.0, 3.0), bystander(12.0, -6.0))).sides == {"pedestrian": None}


def test_claims_are_true_false_or_unclear() -> None:
    red, cycling = of(scene(lamp((-1.0, "red")))), of(scene(merger(2.0, Motion(14.0, (0.0,), (8.0,))), ego=CRUISE))
    assert (CLAIMS["red"](red), CLAIMS["green"](red), CLAIMS["must stop"](red)) == (True, False, True)
    assert (CLAIMS["in lane"](cycling), CLAIMS["crossing"](cycling), CLAIMS["empty"](cycling)) == (True, False, False)
    assert CLAIMS["crossing"](of(scene(walker(2.0)))) is True
    standing, stopping = of(scene(ego=STILL)), of(scene(ego=BRAKE))
    assert (CLAIMS["stopped"](standing), CLAIMS["standing"](standing)) == (None, True)
    assert (CLAIMS["stopped"](stopping), CLAIMS["slowed"](stopping), CLAIMS["moving"](stopping)) == (True, True, None)


@pytest.mark.parametrize(
    ("ego", "about", "time"), [(BRAKE, "we slow", "2.0"), (BRAKE, "we stop", "4.0"), (AWAY, "we pull away", "2.0")]
)
def test_what_we_do_has_its_moment(ego, about, time) -> None:
    found = of(scene(ego=ego))
    assert f"About {time} seconds in, we" in said(found, "when", about=about)
    other = "we pull away" if about != "we pull away" else "we stop"
    assert said(found, "when", about=other).startswith("That does not happen")


@MANNERS
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_answer_is_of_its_kind_and_yes_or_no_is_the_truth(facts, manner, language) -> None:
    for found in facts:
        for claim, holds in CLAIMS.items():
            truth = holds(found)
            if truth is None:
                continue
            text = said(found, "present", manner, language, claim)
            assert text.startswith({"en": ("No", "Yes"), "fr": ("Non", "Oui")}[language][truth])
        asked = [Asked("why", language), Asked("critical", language), Asked("beyond", language)]
        asked += [Asked("scene", language, about) for about in SCENE]
        asked += [Asked("count", language, kind) for kind in KINDS if found.counts[kind] is not None]
        asked += [Asked("side", language, kind) for kind in KINDS]
        asked += [Asked(task, language, form="sentence") for task in ("describe", "risk", "action", "objects")]
        asked += [Asked(task, language, form="word") for task in ("risk", "action", "ego", "critical")]
        for one in asked:
            text = unmarked(answer(found, SHOWN, one, manner))
            assert is_of_kind(text, one, manner), (one, text)


@MANNERS
def test_json_has_the_asked_keys_and_only_these(facts, manner) -> None:
    rng = np.random.default_rng(0)
    for found in facts:
        for _ in range(20):
            keys = questions.draw_keys(rng, "en")
            text = said(found, "keys", manner, keys=keys).strip("`json\n")
            assert list(json.loads(text)) == [name for name, _ in keys]
            assert 2 <= len(keys) <= 5


def test_every_fact_can_be_asked_for_in_both_languages() -> None:
    for language in ("en", "fr"):
        assert set(questions.FACTS["claims"][language]) == set(CLAIMS)
        assert set(questions.FACTS["scene"][language]) == set(SCENE)
        for names in ("a", "the"):
            assert set(questions.FACTS[names][language]) == set(KINDS)
        assert set(questions.FACTS["many"][language]) == {*KINDS, "vehicle"}
        assert set(questions.FACTS["when"][language]) == set(questions.FACTS["when"]["en"])


def test_questions_that_are_drawn_have_answers_beyond_doubt(facts) -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for number in range(4000):
        found = facts[number % len(facts)]
        asked, question, _ = _question(rng, found, None, False)
        assert question.strip()
        assert answer(found, SHOWN, asked, "driver")  # it raises where something is unclear
        seen.add((asked.task, asked.form))
    assert {task for task, _ in seen} == set(TASKS)
    assert {form for _, form in seen} == {"free", "word", "sentence"}


def test_yes_and_no_are_asked_for_equally_often(facts) -> None:
    rng = np.random.default_rng(0)
    texts = []
    for number in range(6000):
        asked, _, _ = _question(rng, facts[number % len(facts)], None, False)
        if asked.task == "present" and asked.form == "free" and asked.language == "en":
            texts.append(unmarked(answer(facts[number % len(facts)], SHOWN, asked, "analyst")))
    assert 0.4 < sum(text.startswith("Yes") for text in texts) / len(texts) < 0.6


def test_other_words_keep_the_sense_and_haste_leaves_something() -> None:
    rng = np.random.default_rng(0)
    found = {reworded(rng, "How dangerous is the scene?", "en") for _ in range(200)}
    assert len(found) > 10
    assert all(re.fullmatch(r"How [a-z]+ is the [a-z]+\?", text) for text in found)
    for body in ("a", "?", "Why?", "Is it?", "Où est le piéton ?"):
        assert all(hasty(rng, body, "fr").strip() for _ in range(100))
