"""Stability: how far the repeats of an arm agree, per stated fact, with an interval over scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from statistics import pstdev
from typing import NamedTuple

import numpy as np

from cosmos_compare.runs.index import RunRow
from cosmos_compare.stats import Estimate, clustered_mean
from cosmos_compare.studies.facts import KINDS, LETTER, NOTHING, AnswerFacts
from cosmos_compare.studies.matrix import Cell, Matrix

SHARE = (0.0, 1.0)
UNSTATED = NOTHING.things


class Stability(NamedTuple):
    """Of one arm. `agree`: by kind of fact, the share of pairs of repeats that state the same, of those of which one
    states anything. `texts`: distinct texts among the repeats of a scenario, mean. `spread_s`: standard deviation of
    the first event's time within a scenario, seconds, mean; None where no scenario has two. `scenarios`: those with
    two answers or more; of imported questions each counts, and intervals are over their clips."""

    arm: int
    scenarios: int
    agree: dict[str, Estimate]
    texts: float | None
    spread_s: float | None


def stability(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> list[Stability]:
    """Of each arm, over the scenarios where it has two answers or more."""
    arms = range(len(matrix.plan.arms))
    clips = {row.id: row.scenario.id for row in matrix.plan.rows}
    return [_of_arm(arm, [cells[arm] for cells in matrix.cells.values()], facts, clips) for arm in arms]


def agreeing(cell: Cell, facts: Mapping[str, AnswerFacts], kind: str) -> tuple[int, int]:
    """How many repeats state the commonest thing of this kind, and how many there are."""
    said = [facts[row.id].of(kind).things for row in cell.answers if row.id in facts]
    return (max(Counter(said).values()) if said else 0), len(said)


def unstable(cell: Cell, facts: Mapping[str, AnswerFacts]) -> bool:
    """Whether two repeats state different risks, actions or objects."""
    return any(agree < n for agree, n in (agreeing(cell, facts, kind) for kind in (*KINDS[:3], LETTER)))


def _of_arm(arm: int, cells: Sequence[Cell], facts: Mapping[str, AnswerFacts], clips: Mapping[str, str]) -> Stability:
    told = {cell.scenario: [row for row in cell.answers if row.id in facts] for cell in cells}
    by_row = {row: rows for row, rows in told.items() if len(rows) > 1}
    repeated = list(by_row.values())
    shares: dict[str, Estimate] = {}
    for kind in (*KINDS, LETTER):
        said = {row: [facts[run.id].of(kind).things for run in rows] for row, rows in by_row.items()}
        values = {row: share for row, own in said.items() if (share := _share_of_pairs(own)) is not None}
        names = np.array([clips[row] for row in values])
        shares[kind] = clustered_mean(np.array([*values.values()], dtype=float), names, SHARE)
    texts = [len({row.text_key for row in rows}) for rows in repeated]
    spreads = [spread for rows in repeated if (spread := _spread(rows, facts)) is not None]
    return Stability(arm, len(repeated), shares, _mean(texts), _mean(spreads))


def _share_of_pairs(said: Sequence[frozenset[str]]) -> float | None:
    """The share that agrees, of the pairs of which one states something; None where none does."""
    pairs = [two for two in combinations(said, 2) if any(things != UNSTATED for things in two)]
    return sum(one == other for one, other in pairs) / len(pairs) if pairs else None


def _spread(rows: Sequence[RunRow], facts: Mapping[str, AnswerFacts]) -> float | None:
    times = [facts[row.id].times[0][1] for row in rows if facts[row.id].times]
    return pstdev(times) if len(times) > 1 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
