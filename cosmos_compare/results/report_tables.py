"""The tables of a report: means, differences by scenario, coverage. Pure functions over frames."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from cosmos_compare.ratings.judged_pairs import CONTRADICTORY, VERDICTS
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.queue import asked_for
from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.records.schema import AXES
from cosmos_compare.stats import UNPLANNED, Estimate, Look, clustered_mean, joint_p
from cosmos_compare.stats.estimate import Floats

OVERALL = "overall"


def means(current: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Mean mark of each arm on each axis and overall, over all its rated runs: model, axis, mean, low, high, n,
    scenarios. `current` has the number of the `arm` of each row, `names` what they are called."""
    rows = []
    for number, name in enumerate(names):
        own = current[(current["arm"] == number).to_numpy()]
        scenarios, marks = codes_of(own, "scenario"), own[MARKS].to_numpy()
        for axis, values in zip(AXES, marks.T, strict=True):
            rows.append((name, axis, *_numbers(clustered_mean(values, scenarios))))
        everything = clustered_mean(marks.ravel(), np.repeat(scenarios, len(AXES)))
        rows.append((name, OVERALL, *_numbers(everything)))
    return pd.DataFrame(rows, columns=["model", "axis", "mean", "low", "high", "n", "scenarios"])


def paired_means(pairs: pd.DataFrame, order: Codes, names: Sequence[str]) -> pd.DataFrame:
    """Mean mark of each arm in the judged pairs, over the marks that both got: model, mean, low, high. Their difference
    is the difference, which that of `means` need not be: those hold ratings of other pairs, too."""
    of_a = pairs[[f"{axis}_a" for axis in AXES]].to_numpy()
    scenarios = np.repeat(order, len(AXES))
    both = (of_a, of_a + pairs[MARKS].to_numpy())
    found = [clustered_mean(marks.ravel(), scenarios) for marks in both]
    rows = [(name, *_numbers(one)[:3]) for name, one in zip(names, found, strict=True)]
    return pd.DataFrame(rows, columns=["model", "mean", "low", "high"])


def axis_differences(pairs: pd.DataFrame, order: Codes, look: Look = UNPLANNED) -> pd.DataFrame:
    """Mean of B − A on each axis: axis, difference, low, high, n, scenarios, p, enough; better and worse, in how many
    scenarios B is rated higher and lower; a and b, the means of the same marks, so that b − a is the difference.

    Each interval is about its own axis. `p` reads all axes together (max-T), and `enough` holds it against the level
    of the look: seven intervals at once show a false axis in one table of four. `order` numbers scenarios as rated.
    """
    by_axis = np.full((order.max(initial=-1) + 1, len(AXES)), np.nan)
    for place, axis in enumerate(AXES):
        sums, counts = _sums(pairs[axis].to_numpy(), order, len(by_axis))
        by_axis[:, place] = _ratio(sums, counts)
    p = joint_p(by_axis)
    enough = p <= look.level_at(len(by_axis))
    if look.planned is not None:
        there = len(by_axis) >= look.planned
        enough &= there and joint_p(by_axis[: look.planned]) <= look.level_at(look.planned)
    rows = []
    for place, axis in enumerate(AXES):
        found = clustered_mean(pairs[axis].to_numpy(), order, scale=(-2.0, 2.0))
        signs = [int((by_axis[:, place] > 0).sum()), int((by_axis[:, place] < 0).sum())]
        clear = enough[place] and found.low is not None and not found.low <= 0 <= (found.high or 0.0)
        of_a = clustered_mean(pairs[f"{axis}_a"].to_numpy(), order).value
        both = (of_a, None if of_a is None or found.value is None else of_a + found.value)
        rows.append((axis, *_numbers(found), float(p[place]), bool(clear), *signs, *both))
    columns = ["axis", "difference", "low", "high", "n", "scenarios", "p", "enough", "better", "worse", "a", "b"]
    return pd.DataFrame(rows, columns=columns)


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


def coverage(on_disk: Iterable[Pair], pairs: pd.DataFrame) -> pd.DataFrame:
    """What is rated of what was asked for (`queue.asked_for`): scenario, pairs, rated, twice (by two raters or more),
    unrated (pair ids)."""
    raters = pairs["pair_id"].value_counts()
    counts = {str(pair): int(n) for pair, n in raters.items() if n}
    by_scenario: dict[str, list[str]] = {}
    for pair in asked_for(on_disk, counts):
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
