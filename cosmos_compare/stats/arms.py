"""More than two arms: every two of them, read together.

Were the arms exchangeable, their marks could have been dealt out in any order within each scenario: the largest t of
all pairs under such permutations is what each pair's t is held against (max-T, Westfall & Young 1993).
"""

from itertools import combinations
from typing import NamedTuple

import numpy as np

from cosmos_compare.stats.estimate import Floats, Ints, clipped, half_width
from cosmos_compare.stats.sign_flips import SEED

SHUFFLES = 2_000


class ArmPair(NamedTuple):
    """Mean of second − first over the scenarios that have both, its 95 % interval, and p read with all other pairs."""

    first: int
    second: int
    value: float | None
    low: float | None
    high: float | None
    scenarios: int
    p: float | None


def centred(values: Floats, blocks: Ints, arms: Ints, scenarios: Ints, count: int) -> Floats:
    """Marks in long form → (scenarios, arms): the mean over raters of each arm's mark less that rater's mean there.

    `blocks` number a rater and a scenario. A rater who marked one arm only says nothing of arms and is left out; so
    somebody who marks low doesn't pull down the arms that he happened to mark.
    """
    values = np.asarray(values, dtype=float)
    there = ~np.isnan(values)
    values, blocks, arms, scenarios = values[there], blocks[there], arms[there], scenarios[there]
    size = int(blocks.max(initial=-1)) + 1
    at = blocks * count + arms
    marks = np.bincount(at, minlength=size * count).reshape(size, count)
    sums = np.bincount(at, weights=values, minlength=size * count).reshape(size, count)
    means = np.divide(sums, marks, out=np.full(marks.shape, np.nan), where=marks > 0)
    useful = (marks > 0).sum(axis=1) >= 2
    of = np.zeros(size, dtype=np.intp)
    of[blocks] = scenarios
    means, of = (
        means[useful] - np.nanmean(means[useful], axis=1, keepdims=True) if useful.any() else means[:0],
        of[useful],
    )
    return _mean_rows(means, of, int(scenarios.max(initial=-1)) + 1)


def every_two(table: Floats, marks: float = 1.0) -> list[ArmPair]:
    """All pairs of arms (scenarios, arms), NaN where an arm has no mark; `marks` stand behind a cell on average."""
    pairs = list(combinations(range(table.shape[1]), 2))
    observed = _t(table[None], pairs)[0]
    rng = np.random.default_rng(SEED)
    largest = np.empty(SHUFFLES)
    for start in range(0, SHUFFLES, 200):
        largest[start : start + 200] = _t(_shuffled(table, 200, rng), pairs).max(axis=1, initial=0.0)
    found = []
    for place, (one, other) in enumerate(pairs):
        d = table[:, other] - table[:, one]
        d = d[~np.isnan(d)]
        if len(d) < 2:
            found.append(ArmPair(one, other, float(d.mean()) if len(d) else None, None, None, len(d), None))
            continue
        p = (1 + np.count_nonzero(largest >= observed[place] * (1 - 1e-9))) / (1 + SHUFFLES)
        low, high = clipped(float(d.mean()), half_width(d, marks), (-2.0, 2.0))
        found.append(ArmPair(one, other, float(d.mean()), low, high, len(d), float(p)))
    return found


def _t(tables: Floats, pairs: list[tuple[int, int]]) -> Floats:
    """|t| of each pair in each table (F, S, K) → (F, pairs); 0 where fewer than two scenarios have both."""
    first, second = (np.array(side) for side in zip(*pairs, strict=True))
    d = tables[:, :, second] - tables[:, :, first]
    counts = (~np.isnan(d)).sum(axis=1)
    d = np.nan_to_num(d)
    sums, squares = d.sum(axis=1), (d**2).sum(axis=1)
    share = np.divide(sums**2, counts * squares, out=np.zeros_like(sums), where=squares > 1e-18)
    share = np.minimum(share, 1 - 1e-12)
    return np.asarray(np.sqrt(np.maximum(counts - 1, 0) * share / (1 - share)))


def _shuffled(table: Floats, times: int, rng: np.random.Generator) -> Floats:
    """Each scenario's marks dealt out anew among the arms that have one."""
    keys = rng.random((times, *table.shape))
    there = ~np.isnan(table)
    keys[:, ~there] = 2.0  # arms without a mark stay where they are: last in the lot, and last among the places
    order = np.argsort(keys, axis=2)
    dealt = np.take_along_axis(np.broadcast_to(table, keys.shape), order, axis=2)
    places = np.argsort(~there, axis=1, kind="stable")
    out = np.full(keys.shape, np.nan)
    np.put_along_axis(out, np.broadcast_to(places, keys.shape), dealt, axis=2)
    return out


def _mean_rows(rows: Floats, groups: Ints, count: int) -> Floats:
    """The mean of the rows of each group, column by column, NaN left out."""
    out = np.full((count, rows.shape[1]), np.nan)
    for column in range(rows.shape[1]):
        there = ~np.isnan(rows[:, column])
        marks = np.bincount(groups[there], minlength=count)
        sums = np.bincount(groups[there], weights=rows[there, column], minlength=count)
        out[:, column] = np.divide(sums, marks, out=np.full(count, np.nan), where=marks > 0)
    return out
