"""Sensitivity: would the result be another one without one scenario, without one rater, or in half of the ratings?"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.records.schema import AXES
from cosmos_compare.results.numbers_as_text import NOTHING
from cosmos_compare.stats.estimate import Floats, cluster_means
from cosmos_compare.stats.raters import cells
from cosmos_compare.stats.special import stdtr

LEANING = 0.1  # levels: raters whose means lie at least so far on both sides of 0 disagree about the sign
FEWEST_HALF = 4  # scenarios


class Sensitivity(NamedTuple):
    """How far B − A hangs on single scenarios and raters; None where there are too few of them.

    `without_scenario` is the lowest and the highest mean with one scenario left out, `turning` the scenarios without
    which the sign is another; `without_rater` and `rater_means` the same by rater. `opposed` are the means of
    raters who disagree about the sign in scenarios that both judged, over those scenarios; empty where none do.
    `halves` are the means of the first and the second half of the scenarios as they were rated, `halves_p` says how
    easily chance makes them differ so.
    """

    without_scenario: tuple[float, float] | None
    turning: tuple[str, ...]
    without_rater: dict[str, float]
    rater_means: dict[str, float]
    opposed: dict[str, float]
    halves: tuple[float, float] | None
    halves_p: float | None


def sensitivity(pairs: pd.DataFrame, order: Codes, names: list[str]) -> Sensitivity:
    """From judged pairs; `order` numbers each one's scenario as it was rated, `names` are those of the numbers."""
    values = pairs[MARKS].to_numpy().ravel()
    scenarios, raters = np.repeat(order, len(AXES)), np.repeat(codes_of(pairs, "rater"), len(AXES))
    used = np.unique(scenarios[~np.isnan(values)])
    d = cluster_means(values, scenarios)
    by_scenario = _each_left_out(d)
    turning = [names[at] for at, mean in zip(used, by_scenario, strict=False) if _opposite(mean, d)]
    halves = (d[: len(d) // 2], d[len(d) // 2 :]) if len(d) >= 2 * FEWEST_HALF else None
    people = pairs["rater"].cat.categories.take(np.unique(raters[~np.isnan(values)])).tolist()
    table = cells(values, scenarios, raters)
    return Sensitivity(
        without_scenario=(float(by_scenario.min()), float(by_scenario.max())) if len(by_scenario) else None,
        turning=tuple(turning),
        without_rater=dict(zip(people, _without_each_rater(table), strict=True)) if len(people) > 1 else {},
        rater_means=dict(zip(people, np.nanmean(table, axis=0).tolist(), strict=True)) if people else {},
        opposed={people[at]: mean for at, mean in _opposed(table).items()},
        halves=(float(halves[0].mean()), float(halves[1].mean())) if halves else None,
        halves_p=_welch_p(*halves) if halves else None,
    )


def _opposite(mean: float, d: Floats) -> bool:
    """Whether a mean has the other sign than all of them; rounding has none."""
    return min(abs(mean), abs(float(d.mean()))) > NOTHING and mean * d.mean() < 0


def _opposed(table: Floats) -> dict[int, float]:
    """From cells (scenarios, raters): the mean of each rater who differs in sign from another over the scenarios that
    both judged. Raters of unlike scenarios contradict nobody."""
    there = ~np.isnan(table)
    shared = there.T.astype(float) @ there
    sums = np.where(there, table, 0.0).T @ there
    means = np.divide(sums, shared, out=np.zeros_like(sums), where=shared > 0)  # of one rater, shared with another
    apart = (means >= LEANING) & (means.T <= -LEANING)
    found = {}
    for rater in np.flatnonzero(apart.any(axis=0) | apart.any(axis=1)).tolist():
        places = there[:, rater] & there[:, apart[rater] | apart[:, rater]].any(axis=1)
        found[rater] = float(table[places, rater].mean())
    return found


def _each_left_out(d: Floats) -> Floats:
    """The mean without each of the values, (n,) → (n,); empty below two."""
    return (d.sum() - d) / (len(d) - 1) if len(d) > 1 else d[:0]


def _without_each_rater(table: Floats) -> list[float]:
    """The mean over scenarios of the means over the other raters, from the cells (scenarios, raters)."""
    means = []
    for left_out in range(table.shape[1]):
        rest = np.delete(table, left_out, axis=1)
        rest = rest[~np.isnan(rest).all(axis=1)]
        means.append(float(np.nanmean(rest, axis=1).mean()))
    return means


def _welch_p(one: Floats, other: Floats) -> float:
    """Two-sided p of Welch's t test (1947); 1 where nothing varies and nothing differs."""
    parts = [half.var(ddof=1) / len(half) for half in (one, other)]
    gap, variance = abs(float(one.mean() - other.mean())), float(sum(parts))
    if variance == 0:
        return 1.0 if gap < 1e-12 else 0.0
    freedom = variance**2 / sum(part**2 / (len(half) - 1) for part, half in zip(parts, (one, other), strict=True))
    return float(2 * stdtr(freedom, -gap / np.sqrt(variance)))
