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
AT_ONCE = 200  # shuffles


class ArmPair(NamedTuple):
    """Mean of second − first over the scenarios that have both, its 95 % interval, and p read with all other pairs.
    `n` counts differences of two marks."""

    first: int
    second: int
    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    p: float | None


class Paired(NamedTuple):
    """Second − first of every two arms, (scenarios, arms, arms), NaN where no rater marked both; `n` is how many
    differences of two marks stand behind each."""

    differences: Floats
    n: Ints


def paired(values: Floats, blocks: Ints, arms: Ints, scenarios: Ints, count: int) -> Paired:
    """From marks in long form; `blocks` number a rater, an axis and a scenario.

    Two arms are compared where one rater marked both on one axis, as two arms alone are. Marks less their block's mean
    would not do: who marked two arms of three has another mean, which would move the third.
    """
    values = np.asarray(values, dtype=float)
    there = ~np.isnan(values)
    many = int(scenarios.max(initial=-1)) + 1
    size = int(blocks.max(initial=-1)) + 1
    at = blocks[there] * count + arms[there]
    marks = np.bincount(at, minlength=size * count).reshape(size, count)
    sums = np.bincount(at, weights=values[there], minlength=size * count).reshape(size, count)
    means = np.divide(sums, marks, out=np.full(marks.shape, np.nan), where=marks > 0)
    of = np.zeros(size, dtype=np.intp)
    of[blocks] = scenarios
    differences, n = np.full((many, count, count), np.nan), np.zeros((many, count, count), dtype=np.intp)
    for one, other in combinations(range(count), 2):
        d = means[:, other] - means[:, one]
        both = ~np.isnan(d)
        n[:, one, other] = n[:, other, one] = np.bincount(of[both], minlength=many)
        total = np.bincount(of[both], weights=d[both], minlength=many)
        mean = np.divide(total, n[:, one, other], out=np.full(many, np.nan), where=n[:, one, other] > 0)
        differences[:, one, other], differences[:, other, one] = mean, -mean
    return Paired(differences, n)


def every_two(found: Paired) -> list[ArmPair]:
    """All pairs of arms, read together."""
    table = found.differences
    first, second = np.triu_indices(table.shape[1], 1)
    observed = _t(table[:, first, second][None])[0]
    rng = np.random.default_rng(SEED)
    largest = [
        _t(_shuffled(table, first, second, AT_ONCE, rng)).max(axis=1, initial=0.0) for _ in range(SHUFFLES // AT_ONCE)
    ]
    hits = (np.concatenate(largest)[:, None] >= observed * (1 - 1e-9)).sum(axis=0)
    pairs = []
    for one, other, hit in zip(first.tolist(), second.tolist(), hits.tolist(), strict=True):
        d, n = table[:, one, other], int(found.n[:, one, other].sum())
        d = d[~np.isnan(d)]
        if len(d) < 2:
            pairs.append(ArmPair(one, other, float(d.mean()) if len(d) else None, None, None, n, len(d), None))
            continue
        low, high = clipped(float(d.mean()), half_width(d, n / len(d)), (-2.0, 2.0))
        pairs.append(ArmPair(one, other, float(d.mean()), low, high, n, len(d), (1 + hit) / (1 + SHUFFLES)))
    return pairs


def _t(d: Floats) -> Floats:
    """|t| of each column in each table (F, S, pairs) → (F, pairs); 0 where fewer than two scenarios have both."""
    counts = (~np.isnan(d)).sum(axis=1)
    d = np.nan_to_num(d)
    sums, squares = d.sum(axis=1), (d**2).sum(axis=1)
    share = np.divide(sums**2, counts * squares, out=np.zeros_like(sums), where=squares > 1e-18)
    share = np.minimum(share, 1 - 1e-12)
    return np.asarray(np.sqrt(np.maximum(counts - 1, 0) * share / (1 - share)))


def _shuffled(table: Floats, first: Ints, second: Ints, times: int, rng: np.random.Generator) -> Floats:
    """The pairs' differences, (times, scenarios, pairs), each scenario's arms dealt out anew among those with marks."""
    scenarios, count = table.shape[:2]
    there = ~np.isnan(table).all(axis=2)
    keys = rng.random((times, scenarios, count))
    keys[:, ~there] = 2.0  # arms without a mark stay where they are: last in the lot, and last among the places
    lots = np.argsort(keys, axis=2)
    dealt = np.empty_like(lots)
    places = np.broadcast_to(np.argsort(~there, axis=1, kind="stable"), lots.shape)
    np.put_along_axis(dealt, places, lots, axis=2)
    rows = np.arange(scenarios)[:, None]
    return np.asarray(table[rows, dealt[:, :, first], dealt[:, :, second]])
