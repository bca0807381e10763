"""How it is measured whether the demo models follow the question."""

from pathlib import Path

import pytest

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo import bundled
from cosmos_compare.demo.evaluation import following
from cosmos_compare.demo.evaluation.asking import Model, cases
from cosmos_compare.demo.evaluation.following import JudgedAnswer, balanced, chosen, items, marked, summary
from cosmos_compare.demo.evaluation.kinds import is_of_kind
from cosmos_compare.demo.render import find_scene
from cosmos_compare.demo.words.asked import Asked

WORDINGS = Path(__file__).parent / "data" / "wordings.yaml"


@pytest.fixture(scope="module")
def every():
    return items(WORDINGS)


def test_each_task_has_forty_wordings_in_both_languages_careful_and_rough(every) -> None:
    for task, entries in every.items():
        assert len(entries) >= 40, task
        assert {item.group for item in entries} == {"en_careful", "en_rough", "fr_careful", "fr_rough"}


def test_training_never_reads_the_wordings_of_the_test() -> None:
    rooms = Path(following.__file__).parents[1]
    for path in [*(rooms / "training").glob("*.py"), *(rooms / "words").glob("*.py"), rooms / "train.py"]:
        text = path.read_text(encoding="utf-8")
        assert "evaluation" not in text.replace('name="evaluation"', ""), path.name
        assert '"tests"' not in text, path.name


def test_a_question_of_training_is_no_new_one(every) -> None:
    known = {item.text: item.new for entries in every.values() for item in entries}
    assert known["et maintenant ?"] is False  # it stands among training's, without its question mark
    assert known["Kindly depict the situation around the vehicle."] is True


def test_only_questions_with_a_clear_answer_are_asked(every) -> None:
    scene = bundled.SCENARIOS[7]
    found = find_scene(scene.seed, scene.seconds, scene.plot, **scene.fixed)[2]
    for number in range(20):
        for item in chosen(every["yes_no"], number, found, 4):
            assert following.truth_of(item.asked, found) is not None


@pytest.mark.parametrize("name", ["reason1-demo", "reason2-demo"])
def test_an_answer_is_marked_by_its_kind_and_by_what_is_true(name, every) -> None:
    (spec,) = resolve_models([name])
    model, one = Model(spec), bundled.SCENARIOS[5]
    case = cases(bundled.FOLDER, [spec])[5]
    found = find_scene(one.seed, one.seconds, one.plot, **one.fixed)[2]
    night = next(item for item in every["yes_no"] if item.asked.about == "night" and item.group == "fr_careful")
    mark = marked(model, case, found, night)
    assert (mark.kind, mark.right, mark.truth) == (True, True, True)
    assert (mark.model, mark.task, mark.group) == (name, "yes_no", "fr_careful")


def test_yes_to_everything_is_half_right() -> None:
    marks = [JudgedAnswer("m", "yes_no", "en_rough", True, True, truth, truth) for truth in (True, True, True, False)]
    assert balanced(marks) == 0.5
    assert summary(marks, "m")["yes_no"]["right"] == 0.75


@pytest.mark.parametrize(
    ("said", "asked", "fits"),
    [
        ("Stop.", Asked("action", form="word"), True),
        ("Stop now.", Asked("action", form="word"), False),
        ("I see a car ahead. It brakes.", Asked("objects", form="sentence"), False),
        ("Je vois une voiture devant.", Asked("objects", "fr", form="sentence"), True),
        ("I see a car ahead.", Asked("objects", "fr", form="sentence"), False),
        ('{"risk": "low"}', Asked("keys", keys=(("risk", "risk"),)), True),
        ('{"risk": "low", "time": 1}', Asked("keys", keys=(("risk", "risk"),)), False),
        ("The risk is low, because nothing is in our path.", Asked("risk", "fr"), False),
        ("Yes, we stop.", Asked("present", about="stopped"), True),
        ("We come to a stop.", Asked("present", about="stopped"), False),
    ],
)
def test_kinds_of_answers(said, asked, fits) -> None:
    assert is_of_kind(said, asked, "driver") is fits
