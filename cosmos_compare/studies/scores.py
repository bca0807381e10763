"""Scores of imported questions: the share of right letters, of each arm and category, beside what needs no model.

An answer whose letter can't be read counts as not right, and is counted apart; nothing is ever guessed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from cosmos_compare.imports.item import ImportedItem
from cosmos_compare.stats import Estimate, clustered_mean
from cosmos_compare.stats.accuracy import accuracy
from cosmos_compare.stats.estimate import cluster_means
from cosmos_compare.studies.facts import AnswerFacts
from cosmos_compare.studies.matrix import Matrix

ALL = ""  # the group of all questions


class Marked(NamedTuple):
    """One answer to a question with a known right letter."""

    arm: int
    item: ImportedItem
    letter: str

    @property
    def right(self) -> bool:
        return self.letter in self.item.right


@dataclass(frozen=True)
class Baseline:
    """What is right without looking: always the letter that is right most often, and a letter drawn by lot."""

    letter: str
    majority: float
    by_lot: float


@dataclass(frozen=True)
class Score:
    """Of one arm in one group of questions (`category`, then `subcategory`; both empty for all).

    `accuracy` is the share of right answers with its interval over videos; `per_video` the mean of each video's own
    share, `spread` their standard deviation. `questions` are those that could be scored, answered or not.
    """

    arm: int
    category: str
    subcategory: str
    questions: int
    answers: int
    unreadable: int
    accuracy: Estimate
    per_video: Estimate
    spread: float | None
    baseline: Baseline


def scores(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> list[Score]:
    """Of every arm: all questions first, then each category and subcategory in the order of the file. Empty where no
    question has a right letter."""
    items: dict[tuple[str, str], list[ImportedItem]] = {}
    for row in matrix.plan.rows:
        if row.item and row.item.scored:
            for group in _groups(row.item):
                items.setdefault(group, []).append(row.item)
    marked: dict[tuple[tuple[str, str], int], list[Marked]] = {}
    for each in _marked(matrix, facts):
        for group in _groups(each.item):
            marked.setdefault((group, each.arm), []).append(each)
    arms = range(len(matrix.plan.arms))
    return [_score(arm, group, own, marked.get((group, arm), [])) for group, own in items.items() for arm in arms]


def as_json(score: Score, arm: str) -> dict[str, Any]:
    """A score for other programs."""
    base = score.baseline
    return {
        "arm": arm,
        **{name: getattr(score, name) for name in ("category", "subcategory", "questions", "answers", "unreadable")},
        "accuracy": score.accuracy._asdict(),
        "per_video": {**score.per_video._asdict(), "sd": score.spread},
        "baselines": {"letter": base.letter, "majority": base.majority, "random": base.by_lot},
    }


def baseline(items: Sequence[ImportedItem]) -> Baseline:
    """The baselines of these questions."""
    counts = Counter(letter for item in items for letter in item.right)
    letter = min(counts, key=lambda own: (-counts[own], own))
    lots = [len(item.right) / len(item.options) for item in items]
    return Baseline(letter, counts[letter] / len(items), sum(lots) / len(lots))


def _groups(item: ImportedItem) -> list[tuple[str, str]]:
    """The groups that a question belongs to."""
    found = [(ALL, ALL)]
    if item.category:
        found.append((item.category, ALL))
    if item.subcategory:
        found.append((item.category, item.subcategory))
    return found


def _marked(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> list[Marked]:
    return [
        Marked(cell.arm, row.item, facts[run.id].letter.stated)
        for row in matrix.plan.rows
        if row.item and row.item.scored
        for cell in matrix.cells[row.id]
        for run in cell.answers
        if run.id in facts
    ]


def _score(arm: int, group: tuple[str, str], items: Sequence[ImportedItem], marked: Sequence[Marked]) -> Score:
    right = np.array([each.right for each in marked], dtype=float)
    videos = np.array([each.item.scenario for each in marked])
    shares = cluster_means(right, videos) if marked else np.zeros(0)
    return Score(
        arm=arm,
        category=group[0],
        subcategory=group[1],
        questions=len(items),
        answers=len(marked),
        unreadable=sum(not each.letter for each in marked),
        accuracy=accuracy(right, videos),
        per_video=clustered_mean(right, videos, (0.0, 1.0)),
        spread=float(np.std(shares, ddof=1)) if len(shares) > 1 else None,
        baseline=baseline(items),
    )
