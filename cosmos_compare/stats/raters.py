"""If other raters judged: how uncertain a mean is about people like these, not only about scenarios like these.

An interval over scenarios takes the raters as given: should each lean a little to one model, it covers only .84 with
two raters and twenty scenarios (docs/STATISTICS.md).
"""

from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats, Labels, codes


class Crossed(NamedTuple):
    """Half of the 95 % interval about other raters too. `balanced`: every rater judged every scenario."""

    half: float
    balanced: bool


def crossed(values: Floats, scenarios: Labels, raters: Labels) -> Crossed | None:
    """For the mean over scenarios of each one's mean over its raters; None with one rater or one scenario."""
    table = cells(values, scenarios, raters)
    count, judges = table.shape
    if count < 2 or judges < 2:
        return None
    balanced = not np.isnan(table).any()
    variance, freedom = (_balanced if balanced else _unbalanced)(table)
    quantile = float(stdtrit(min(max(freedom, 1.0), count - 1.0), TWO_SIDED_95))
    return Crossed(quantile * float(np.sqrt(variance)), balanced)


def cells(values: Floats, scenarios: Labels, raters: Labels) -> Floats:
    """The mean of each scenario and rater, (S, R), NaN where there is none; scenarios and raters with a value only."""
    values = np.asarray(values, dtype=float)
    there = ~np.isnan(values)
    rows, columns = codes(np.asarray(scenarios)[there]), codes(np.asarray(raters)[there])
    shape = (rows.max(initial=-1) + 1, columns.max(initial=-1) + 1)
    at, size = rows * shape[1] + columns, shape[0] * shape[1]
    counts = np.bincount(at, minlength=size)
    sums = np.bincount(at, weights=values[there], minlength=size)
    return np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0).reshape(shape)


def _balanced(table: Floats) -> tuple[float, float]:
    """Variance [MS_s + max(0, MS_r − MS_sr)]/(S·R) of the two-way table, and Satterthwaite's degrees of freedom."""
    count, judges = table.shape
    mean, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    of_rows = judges * float(((rows - mean) ** 2).sum()) / (count - 1)
    of_columns = count * float(((columns - mean) ** 2).sum()) / (judges - 1)
    rest = table - rows[:, None] - columns + mean
    of_rest = float((rest**2).sum()) / ((count - 1) * (judges - 1))
    if of_columns <= of_rest:
        return of_rows / (count * judges), count - 1.0
    total = of_rows + of_columns - of_rest
    parts = of_rows**2 / (count - 1) + of_columns**2 / (judges - 1) + of_rest**2 / ((count - 1) * (judges - 1))
    return total / (count * judges), total**2 / parts


def _unbalanced(table: Floats) -> tuple[float, float]:
    """The two-way cluster form (Cameron, Gelbach & Miller 2011): by scenario, plus by rater, less by both."""
    count, judges = table.shape
    there = ~np.isnan(table)
    weights = there / there.sum(axis=1, keepdims=True) / count
    scores = np.where(there, weights * (np.nan_to_num(table) - np.nansum(weights * np.nan_to_num(table))), 0.0)
    by_scenario = count / (count - 1) * float((scores.sum(axis=1) ** 2).sum())
    by_rater = judges / (judges - 1) * float((scores.sum(axis=0) ** 2).sum())
    both = int(there.sum())
    extra = max(0.0, by_rater - both / (both - 1) * float((scores**2).sum()))
    total = by_scenario + extra
    if total == 0:
        return 0.0, count - 1.0
    return total, total**2 / (by_scenario**2 / (count - 1) + extra**2 / (judges - 1))
