"""How far raters agree, overall, by axis and two by two. Pure functions over frames of current ratings."""

from itertools import combinations

import numpy as np
import pandas as pd

from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.records.schema import AXES
from cosmos_compare.stats import Agreement, Estimate, counted_agreement, rater_agreement, weighted_kappa
from cosmos_compare.stats.agreement import LEVELS
from cosmos_compare.stats.estimate import Floats

MOST_RATER_PAIRS = 20  # of many raters, the pairs that share most


def agreement(current: pd.DataFrame) -> Agreement:
    """How far raters agree on the marks of the same runs, over all axes."""
    counts, scenarios = _level_counts(current)
    marks, run, rater = current[MARKS].to_numpy(), codes_of(current, "run_id"), codes_of(current, "rater")
    paired = (counts.sum(axis=2) >= 2)[run] & ~np.isnan(marks)
    raters = np.unique(rater[paired.any(axis=1)])
    if len(raters) != 2:
        return counted_agreement(*_units(counts, scenarios), len(raters))
    units = run[:, None] * len(AXES) + np.arange(len(AXES))
    every = np.ones(len(AXES), dtype=np.int64)
    wide = [units, rater[:, None] * every, marks, codes_of(current, "scenario")[:, None] * every]
    there = ~np.isnan(marks)
    long = [values[there] for values in wide]
    return rater_agreement(long[0], long[1], long[2].astype(np.intp), long[3])


def axis_agreement(current: pd.DataFrame) -> pd.DataFrame:
    """Agreement on each axis: axis, n, scenarios, then value, low and high of alpha, ac2 and raw, and why not."""
    counts, scenarios = _level_counts(current)
    rows = []
    for place, axis in enumerate(AXES):
        found = counted_agreement(*_units(counts[:, [place]], scenarios), 0)
        row: dict[str, object] = {"axis": axis, "n": found.raw.n, "scenarios": found.raw.scenarios}
        for name in ("alpha", "ac2", "raw"):
            estimate: Estimate = getattr(found, name)
            row |= {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
        rows.append(row | {"why": found.alpha.why})
    return pd.DataFrame(rows)


def rater_pairs(current: pd.DataFrame) -> pd.DataFrame:
    """Weighted κ of every two raters over the marks that both gave, those who share most first.

    Columns: rater_1, rater_2, n (marks of each), kappa, low, high, agreement (share of equal marks).
    """
    names = list(current["rater"].cat.categories)
    rater, run = codes_of(current, "rater"), codes_of(current, "run_id")
    marks, scenarios = current[MARKS].to_numpy(), codes_of(current, "scenario")
    rows = []
    for one, other in _most_shared(rater, run, len(names)):
        at_1, at_2 = np.flatnonzero(rater == one), np.flatnonzero(rater == other)
        _, in_1, in_2 = np.intersect1d(run[at_1], run[at_2], return_indices=True)
        first, second = marks[at_1[in_1]], marks[at_2[in_2]]
        both = ~np.isnan(first) & ~np.isnan(second)
        clusters = np.repeat(scenarios[at_1[in_1]], len(AXES)).reshape(both.shape)[both]
        kappa = weighted_kappa(first[both].astype(np.intp), second[both].astype(np.intp), clusters)
        equal = float((first[both] == second[both]).mean()) if both.any() else None
        rows.append((names[one], names[other], int(both.sum()), kappa.value, kappa.low, kappa.high, equal))
    return pd.DataFrame(rows, columns=["rater_1", "rater_2", "n", "kappa", "low", "high", "agreement"])


def _level_counts(current: pd.DataFrame) -> tuple[Floats, Codes]:
    """How often each run got each level on each axis, (runs, axes, levels), and the scenario of each run."""
    run, marks = codes_of(current, "run_id"), current[MARKS].to_numpy()
    runs = len(current["run_id"].cat.categories)
    there = ~np.isnan(marks)
    cells = ((run[:, None] * len(AXES) + np.arange(len(AXES))) * LEVELS)[there] + marks[there].astype(np.int64)
    counts = np.bincount(cells, minlength=runs * len(AXES) * LEVELS).reshape(runs, len(AXES), LEVELS)
    scenarios = np.zeros(runs, dtype=np.int64)
    scenarios[run] = codes_of(current, "scenario")
    return counts.astype(float), scenarios


def _units(counts: Floats, scenarios: Codes) -> tuple[Floats, Codes]:
    """Counts (runs, axes, levels) as units (runs · axes, levels) that have a mark, and the scenario of each."""
    flat = counts.reshape(-1, LEVELS)
    marked = flat.any(axis=1)
    return flat[marked], np.repeat(scenarios, counts.shape[1])[marked]


def _most_shared(rater: Codes, run: Codes, count: int) -> list[tuple[int, int]]:
    """Pairs of raters who rated the same runs, those with most such runs first."""
    present = np.zeros((run.max(initial=-1) + 1, count), dtype=np.float32)
    present[run, rater] = 1
    shared = present.T @ present
    two = [(a, b) for a, b in combinations(range(count), 2) if shared[a, b]]
    return sorted(two, key=lambda pair: -shared[pair])[:MOST_RATER_PAIRS]
