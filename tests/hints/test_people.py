"""Agreement of hints with people, and the rule by which one counts as proven."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from cosmos_compare.hints.people import HintAgreement, PersonMarks, agreement
from cosmos_compare.hints.records import AXIS, Hint


def rated(
    scenarios: int, each: int, follows: float, seed: int = 5, raters: int = 1
) -> tuple[dict[str, list[Hint]], list[PersonMarks]]:
    """Answers with hints about risk, and people whose marks follow the hint with this probability."""
    rng = np.random.default_rng(seed)
    hints: dict[str, list[Hint]] = {}
    marks = []
    for number in range(scenarios * each):
        level = int(rng.integers(3))
        hints[f"run{number}"] = [Hint("risk", level, "")]
        for rater in range(raters):
            mark = level if rng.random() < follows else int(rng.integers(3))
            marks.append(PersonMarks(f"run{number}", f"scene{number % scenarios}", f"rater{rater}", {"risk": mark}))
    return hints, marks


def risk(hints: dict[str, list[Hint]], marks: list[PersonMarks]) -> HintAgreement:
    return next(own for own in agreement(hints, marks) if own.hint == "risk")


def test_kappa_is_that_of_the_library() -> None:
    hints, marks = rated(20, 4, 0.7)
    own = risk(hints, marks)
    said = [hints[mark.run_id][0].level for mark in marks]
    given = [mark.marks["risk"] for mark in marks]
    expected = cohen_kappa_score(said, given, labels=[0, 1, 2], weights="quadratic")
    assert own.kappa.value == pytest.approx(expected)
    assert own.kappa.low is not None and own.bound is not None
    assert own.bound < own.kappa.low < own.kappa.value, "several hints are tried, so the bound is stricter"


def test_fails_caught_with_an_exact_interval() -> None:
    hints, marks = rated(20, 4, 0.7)
    fails = [mark for mark in marks if mark.marks["risk"] == 0]
    caught = [mark for mark in fails if hints[mark.run_id][0].level == 0]
    own = risk(hints, marks).fails
    bounds = binomtest(len(caught), len(fails)).proportion_ci(method="exact")
    assert (own.caught, own.fails) == (len(caught), len(fails))
    assert (own.low, own.high) == (pytest.approx(bounds.low), pytest.approx(bounds.high))


@pytest.mark.parametrize(
    ("scenarios", "each", "follows", "proven"),
    [
        (25, 4, 0.95, True),
        (25, 4, 0.3, False),  # people do not follow it
        (19, 4, 0.95, False),  # too few scenarios
        (24, 2, 0.95, False),  # too few answers
    ],
)
def test_the_rule_of_proof(scenarios: int, each: int, follows: float, proven: bool) -> None:
    own = risk(*rated(scenarios, each, follows))
    assert own.proven is proven
    assert own.words == f"{'' if proven else 'not '}proven: n = {scenarios * each}"


def test_people_among_themselves_on_the_same_answers() -> None:
    own = risk(*rated(20, 2, 0.8, raters=2))
    assert own.answers == 40 and own.kappa.n == 80 and own.raters.n == 40
    assert own.raters.value is not None and 0.2 < own.raters.value < 0.95


def test_marks_that_cannot_be_judged_and_hints_that_say_nothing_count_nowhere() -> None:
    hints = {"a": [Hint("risk", None, "")], "b": [Hint("risk", 2, "")]}
    marks = [
        PersonMarks("a", "s", "x", {"risk": 2}),
        PersonMarks("b", "s", "x", {"risk": None}),
        PersonMarks("c", "s", "x", {"risk": 1}),
    ]
    own = risk(hints, marks)
    assert own.answers == 0 and own.kappa.value is None and not own.proven
    assert own.words == "not proven: n = 0"


def test_every_hint_with_an_axis_is_held_against_people() -> None:
    assert [own.hint for own in agreement({}, [])] == list(AXIS)
