"""If other raters judged: how uncertain a mean is about people like these, not only about scenarios like these.

An interval over scenarios takes the raters as given: should each lean a little to one model, it covers only .84 with
two raters and twenty scenarios (docs/STATISTICS.md).
"""

from typing import NamedTuple

import numpy as np

from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats, Labels, codes
from cosmos_compare.stats.special import stdtrit

LEAST_LEAN = 0.06  # levels
LEAST_RATERS = 1.5  # effective ones: below, one gave nearly all, and the interval would cover .73 to .92


class Crossed(NamedTuple):
    """Half of the 95 % interval about other raters too. `balanced`: every rater judged every scenario."""

    half: float
    balanced: bool


def crossed(values: Floats, scenarios: Labels, raters: Labels, least_lean: float = LEAST_LEAN) -> Crossed | None:
    """For the mean over scenarios of each one's mean over its raters; None with one rater or one scenario, or where
    one rater gave nearly all of it (`effective_raters`).

    Two raters may lean alike by chance and hide that raters lean at all. So the standard deviation of raters' leanings
    is never taken to be below `least_lean`/√(R − 1), nor that of their means below what noise would make it.
    """
    table = cells(values, scenarios, raters)
    count, judges = table.shape
    if count < 2 or judges < 2:
        return None
    balanced = not np.isnan(table).any()
    if not balanced and effective_raters(table) < LEAST_RATERS:
        return None
    least = least_lean**2 / (judges - 1) / judges
    variance, freedom = (_balanced if balanced else _unbalanced)(table, least)
    quantile = float(stdtrit(min(max(freedom, 1.0), count - 1.0), TWO_SIDED_95))
    return Crossed(quantile * float(np.sqrt(variance)), balanced)


def effective_raters(table: Floats) -> float:
    """How many raters with equal shares the raters of cells (S, R) are worth: 1/Σw² of their shares w of the mean
    (Kish 1965)."""
    there = ~np.isnan(table)
    shares = (there / there.sum(axis=1, keepdims=True)).sum(axis=0) / len(table)
    return float(1 / (shares**2).sum())


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


def _balanced(table: Floats, least: float) -> tuple[float, float]:
    """Variance [MS_s + max(MS_r, MS_sr, least)]/(S·R) of the two-way table, and Satterthwaite's degrees of freedom.

    Unbiased would be MS_s + MS_r − MS_sr; with two raters that covered .91 of 50 scenarios, this .93 to .98.
    """
    count, judges = table.shape
    mean, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    of_rows = judges * float(((rows - mean) ** 2).sum()) / (count - 1)
    of_columns = count * float(((columns - mean) ** 2).sum()) / (judges - 1)
    rest = table - rows[:, None] - columns + mean
    of_rest = float((rest**2).sum()) / ((count - 1) * (judges - 1))
    by_rater = max(of_columns, of_rest, least * count * judges)
    return _together(of_rows / (count * judges), by_rater / (count * judges), count, judges)


def _unbalanced(table: Floats, least: float) -> tuple[float, float]:
    """The two-way cluster form (Cameron, Gelbach & Miller 2011): by scenario, plus by rater, less by both."""
    count, judges = table.shape
    there = ~np.isnan(table)
    weights = there / there.sum(axis=1, keepdims=True) / count
    scores = np.where(there, weights * (np.nan_to_num(table) - np.nansum(weights * np.nan_to_num(table))), 0.0)
    by_scenario = count / (count - 1) * float((scores.sum(axis=1) ** 2).sum())
    by_rater = judges / (judges - 1) * float((scores.sum(axis=0) ** 2).sum())
    both = int(there.sum())
    extra = max(least, by_rater - both / (both - 1) * float((scores**2).sum()))
    return _together(by_scenario, extra, count, judges)


def _together(by_scenario: float, by_rater: float, count: int, judges: int) -> tuple[float, float]:
    """The sum of two variances and its degrees of freedom (Satterthwaite 1946)."""
    total = by_scenario + by_rater
    return total, total**2 / (by_scenario**2 / (count - 1) + by_rater**2 / (judges - 1))
