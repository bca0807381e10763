"""Hints against people: how far the marks that people gave agree with a hint, and whether that proves it.

The rule: a hint counts as proven from n ≥ 50 rated answers of ≥ 20 scenarios on, when the lower bound of κ_w, at
1 − .05/(number of hints), is at least .4, on marks that were not used to tune it. Until then it is shown as not proven,
with its n, and nothing is built on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np

from cosmos_compare.hints.records import AXIS, Hint
from cosmos_compare.language import t
from cosmos_compare.stats import weighted_kappa
from cosmos_compare.stats.estimate import Estimate, undefined
from cosmos_compare.stats.sides import clopper_pearson

LEAST_ANSWERS = 50
LEAST_SCENARIOS = 20
LEAST_KAPPA = 0.4
FAIL = 0


class PersonMarks(NamedTuple):
    """The marks that one person gave one answer, by axis: 2, 1, 0, or None where it can't be judged."""

    run_id: str
    scenario: str
    rater: str
    marks: Mapping[str, int | None]


class Caught(NamedTuple):
    """Of `fails` marks 0 that people gave, how many the hint also calls 0, with the Clopper–Pearson interval."""

    caught: int
    fails: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class HintAgreement:
    """One hint against the marks of its axis.

    `kappa` is over marks (a mark of each person), `answers` and `scenarios` what they come from; `bound` the lower
    bound at the level of the rule; `raters` the κ of people among themselves on the same answers.
    """

    hint: str
    axis: str
    kappa: Estimate
    bound: float | None
    answers: int
    raters: Estimate
    fails: Caught
    proven: bool

    @property
    def words(self) -> str:
        """The state of proof in words."""
        if self.proven:
            return t("proven: n = {n}", n=self.answers)
        return t("not proven: n = {n}", n=self.answers)


def agreement(
    hints: Mapping[str, Sequence[Hint]], marks: Sequence[PersonMarks], names: Sequence[str] = tuple(AXIS)
) -> list[HintAgreement]:
    """Each hint that has an axis against people's marks; `hints` are those of each answer, by the id of its run."""
    levels = {(run_id, str(hint.name)): hint.level for run_id, own in hints.items() for hint in own}
    return [_one(name, levels, marks, len(names)) for name in names]


def _one(
    name: str, levels: Mapping[tuple[str, str], int | None], marks: Sequence[PersonMarks], hints: int
) -> HintAgreement:
    axis = AXIS[name]
    both = [
        (mark, level, own)
        for mark in marks
        if (level := levels.get((mark.run_id, name))) is not None and (own := mark.marks.get(axis)) is not None
    ]
    said, given = (np.array([row[place] for row in both], dtype=np.intp) for place in (1, 2))
    scenarios = np.array([mark.scenario for mark, _, _ in both])
    answers = len({mark.run_id for mark, _, _ in both})
    if not both:
        kappa = undefined(0, 0, t("No answer with this hint is rated on its axis."))
        bound = None
    else:
        kappa = weighted_kappa(said, given, scenarios)
        bound = weighted_kappa(said, given, scenarios, quantile=1 - 0.05 / hints).low
    enough = answers >= LEAST_ANSWERS and kappa.scenarios >= LEAST_SCENARIOS
    proven = enough and bound is not None and bound >= LEAST_KAPPA
    return HintAgreement(name, axis, kappa, bound, answers, _among_people(both, axis), _caught(said, given), proven)


def _among_people(both: Sequence[tuple[PersonMarks, int, int]], axis: str) -> Estimate:
    """κ_w of every two people over the answers that both rated."""
    by_run: dict[str, list[PersonMarks]] = {}
    for mark, _, _ in both:
        by_run.setdefault(mark.run_id, []).append(mark)
    pairs = [
        (first.marks[axis], second.marks[axis], first.scenario)
        for own in by_run.values()
        for first, second in combinations(sorted(own, key=lambda mark: mark.rater), 2)
    ]
    if not pairs:
        return undefined(0, 0, t("No answer was rated by two people."))
    first, second = (np.array([pair[place] for pair in pairs], dtype=np.intp) for place in (0, 1))
    return weighted_kappa(first, second, np.array([pair[2] for pair in pairs]))


def _caught(said: np.ndarray, given: np.ndarray) -> Caught:
    fails = given == FAIL
    total, caught = int(fails.sum()), int((said[fails] == FAIL).sum())
    return Caught(caught, total, *(clopper_pearson(caught, total) if total else (None, None)))
