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
from cosmos_compare.studies.facts import KINDS, LETTER, AnswerFacts
from cosmos_compare.studies.matrix import Cell, Matrix

SHARE = (0.0, 1.0)


class Stability(NamedTuple):
    """Of one arm. `agree`: by kind of fact, the share of pairs of repeats that state the same. `texts`: distinct texts
    among the repeats of a scenario, mean. `spread_s`: standard deviation of the first event's time within a scenario,
    seconds, mean; None where no scenario has two. `scenarios`: those with two answers or more."""

    arm: int
    scenarios: int
    agree: dict[str, Estimate]
    texts: float | None
    spread_s: float | None


def stability(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> list[Stability]:
    """Of each arm, over the scenarios where it has two answers or more."""
    arms = range(len(matrix.plan.arms))
    return [_of_arm(arm, [cells[arm] for cells in matrix.cells.values()], facts) for arm in arms]


def agreeing(cell: Cell, facts: Mapping[str, AnswerFacts], kind: str) -> tuple[int, int]:
    """How many repeats state the commonest thing of this kind, and how many there are."""
    said = [facts[row.id].of(kind).things for row in cell.answers if row.id in facts]
    return (max(Counter(said).values()) if said else 0), len(said)


def unstable(cell: Cell, facts: Mapping[str, AnswerFacts]) -> bool:
    """Whether two repeats state different risks, actions or objects."""
    return any(agree < n for agree, n in (agreeing(cell, facts, kind) for kind in (*KINDS[:3], LETTER)))


def _of_arm(arm: int, cells: Sequence[Cell], facts: Mapping[str, AnswerFacts]) -> Stability:
    repeated = [rows for cell in cells if len(rows := [row for row in cell.answers if row.id in facts]) > 1]
    shares: dict[str, Estimate] = {}
    for kind in KINDS:
        values = [_share_of_pairs([facts[row.id].of(kind).things for row in rows]) for rows in repeated]
        shares[kind] = clustered_mean(np.array(values, dtype=float), np.arange(len(values)), SHARE)
    texts = [len({row.text_key for row in rows}) for rows in repeated]
    spreads = [spread for rows in repeated if (spread := _spread(rows, facts)) is not None]
    return Stability(arm, len(repeated), shares, _mean(texts), _mean(spreads))


def _share_of_pairs(said: Sequence[frozenset[str]]) -> float:
    pairs = list(combinations(said, 2))
    return sum(one == other for one, other in pairs) / len(pairs)


def _spread(rows: Sequence[RunRow], facts: Mapping[str, AnswerFacts]) -> float | None:
    times = [facts[row.id].times[0][1] for row in rows if facts[row.id].times]
    return pstdev(times) if len(times) > 1 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
