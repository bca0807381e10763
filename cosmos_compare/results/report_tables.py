"""The tables of a report: means, differences by scenario, agreement, coverage. Pure functions over frames."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from cosmos_compare.ratings.judged_pairs import CONTRADICTORY, VERDICTS
from cosmos_compare.ratings.pairs import find_pairs
from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.runs.index import RunRow
from cosmos_compare.schema import AXES
from cosmos_compare.stats import (
    Agreement,
    Estimate,
    clustered_mean,
    counted_agreement,
    rater_agreement,
    weighted_kappa,
)
from cosmos_compare.stats.agreement import LEVELS
from cosmos_compare.stats.estimate import Floats

OVERALL = "overall"
MOST_RATER_PAIRS = 20  # of many raters, the pairs that share most


def means(current: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Mean mark of each model on each axis and overall: model, axis, mean, low, high, n, scenarios."""
    rows = []
    for model in models:
        own = current[(current["model"] == model).to_numpy()]
        scenarios, marks = codes_of(own, "scenario"), own[MARKS].to_numpy()
        for axis, values in zip(AXES, marks.T, strict=True):
            rows.append((model, axis, *_numbers(clustered_mean(values, scenarios))))
        everything = clustered_mean(marks.ravel(), np.repeat(scenarios, len(AXES)))
        rows.append((model, OVERALL, *_numbers(everything)))
    return pd.DataFrame(rows, columns=["model", "axis", "mean", "low", "high", "n", "scenarios"])


def axis_differences(pairs: pd.DataFrame) -> pd.DataFrame:
    """Mean of B − A on each axis: axis, difference, low, high, n, scenarios. No p here: seven tests at once would find
    something in noise three times in ten."""
    scenarios = codes_of(pairs, "scenario")
    rows = [(axis, *_numbers(clustered_mean(pairs[axis].to_numpy(), scenarios))) for axis in AXES]
    return pd.DataFrame(rows, columns=["axis", "difference", "low", "high", "n", "scenarios"])


def scenario_differences(pairs: pd.DataFrame) -> pd.DataFrame:
    """B − A of each scenario, largest first: scenario, difference, n, raters, pair_id (the pair that differs most)."""
    names, groups = _scenarios(pairs)
    marks = pairs[MARKS].to_numpy()
    sums, counts = _sums(marks.ravel(), np.repeat(groups, len(AXES)), len(names))
    raters = pd.Series(codes_of(pairs, "rater")).groupby(groups).nunique()
    known = ~np.isnan(marks).all(axis=1)
    mean = np.full(len(pairs), np.nan)
    mean[known] = np.nanmean(marks[known], axis=1)
    table = pd.DataFrame(
        {
            "scenario": names,
            "difference": _ratio(sums, counts),
            "n": counts.astype(int),
            "raters": raters.reindex(range(len(names)), fill_value=0).to_numpy(),
            "pair_id": _most_different(pairs, mean, groups, len(names)),
        }
    )
    return table.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def matrices(pairs: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Scenario × axis: mean of B − A, how many marks, and the id of the pair that differs most there."""
    names, groups = _scenarios(pairs)
    values, counts, ids = {}, {}, {}
    for axis in AXES:
        d = pairs[axis].to_numpy()
        sums, count = _sums(d, groups, len(names))
        values[axis] = _ratio(sums, count)
        counts[axis] = count.astype(int)
        ids[axis] = _most_different(pairs, d, groups, len(names))
    index = pd.Index(names, name="scenario")
    return tuple(pd.DataFrame(data, index=index) for data in (values, counts, ids))  # type: ignore[return-value]


def verdicts(pairs: pd.DataFrame) -> dict[str, int]:
    """How many verdicts of each kind; contradictory ones count nowhere else."""
    counts = pairs["verdict"].value_counts()
    return {kind: int(counts.get(kind, 0)) for kind in (*VERDICTS, CONTRADICTORY)}


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


def coverage(runs: Iterable[RunRow], pairs: pd.DataFrame, models: tuple[str, str]) -> pd.DataFrame:
    """What is rated of what could be: scenario, pairs, rated, twice (by two raters or more), unrated (pair ids)."""
    raters = pairs["pair_id"].value_counts()
    counts = {str(pair): int(n) for pair, n in raters.items() if n}
    by_scenario: dict[str, list[str]] = {}
    for pair in find_pairs(runs, models):
        by_scenario.setdefault(pair.scenario, []).append(pair.id)
    rows = [
        (
            scenario,
            len(ids),
            sum(counts.get(pair, 0) >= 1 for pair in ids),
            sum(counts.get(pair, 0) >= 2 for pair in ids),
            [pair for pair in ids if pair not in counts],
        )
        for scenario, ids in by_scenario.items()
    ]
    return pd.DataFrame(rows, columns=["scenario", "pairs", "rated", "twice", "unrated"])


def _numbers(estimate: Estimate) -> tuple[float | None, float | None, float | None, int, int]:
    return estimate[:5]


def _scenarios(pairs: pd.DataFrame) -> tuple[list[str], Codes]:
    """Names of the scenarios that have pairs, and the number of each row's."""
    used, groups = np.unique(codes_of(pairs, "scenario"), return_inverse=True)
    return pairs["scenario"].cat.categories.take(used).tolist(), groups.reshape(-1)


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


def _sums(values: Floats, groups: Codes, count: int) -> tuple[Floats, Floats]:
    """Sum and number of the values that are there, for each group."""
    there = ~np.isnan(values)
    sums = np.bincount(groups[there], weights=values[there], minlength=count)
    return sums.astype(float), np.bincount(groups[there], minlength=count).astype(float)


def _ratio(sums: Floats, counts: Floats) -> Floats:
    return np.asarray(np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0))


def _most_different(pairs: pd.DataFrame, values: Floats, groups: Codes, count: int) -> list[str]:
    """For each group the id of the pair whose value is farthest from 0; the first in the file among equals."""
    there = np.flatnonzero(~np.isnan(values))
    order = there[np.lexsort((-there, np.abs(values[there])))]
    place = np.full(count, -1)
    place[groups[order]] = order  # of equal indices, numpy keeps the last assignment
    ids = pairs["pair_id"].astype(object).to_numpy()
    return [ids[at] if at >= 0 else "" for at in place]


def _most_shared(rater: Codes, run: Codes, count: int) -> list[tuple[int, int]]:
    """Pairs of raters who rated the same runs, those with most such runs first."""
    present = np.zeros((run.max(initial=-1) + 1, count), dtype=np.float32)
    present[run, rater] = 1
    shared = present.T @ present
    two = [(a, b) for a, b in combinations(range(count), 2) if shared[a, b]]
    return sorted(two, key=lambda pair: -shared[pair])[:MOST_RATER_PAIRS]
