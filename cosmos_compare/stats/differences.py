"""Is B rated higher than A? One difference a scenario, its intervals, an exact test, and how much is missing."""

from typing import NamedTuple

import numpy as np

from cosmos_compare.stats.estimate import Floats, Labels, clipped, cluster_means, codes, half_width
from cosmos_compare.stats.looks import UNPLANNED, UNPLANNED_LEVEL, Look, fewest, scenarios_needed
from cosmos_compare.stats.raters import crossed
from cosmos_compare.stats.sign_flips import sign_flip_p, smallest_p

SCALE = (-2.0, 2.0)  # of a difference of two marks


class Difference(NamedTuple):
    """Mean of B − A over scenarios, in levels, with a t interval and a sign-flip test.

    `low` and `high` are about these raters and scenarios like these; `wide_low` and `wide_high` also about raters like
    these, None with one rater or where one gave nearly all. `n` counts differences of two marks. None where
    undefined: the intervals with one scenario, everything with none. `tested`: the test passes at the look's level
    (`plan_p` is that of the scenarios that were planned); `enough`: the interval speaks against no difference, too.
    `more_scenarios` is how many more would show a difference like this four times in five, 0 when there is enough,
    None when nobody can say because none was seen, or when no more can show it because those that were planned have
    decided.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    p: float | None
    smallest_p: float | None
    more_scenarios: int | None
    enough: bool = False
    raters: int = 0
    wide_low: float | None = None
    wide_high: float | None = None
    balanced: bool = True
    planned: int | None = None
    plan_p: float | None = None
    level: float = UNPLANNED_LEVEL
    tested: bool = False

    @property
    def enough_for_others(self) -> bool:
        """The wider interval speaks against no difference, too."""
        return self.enough and self.wide_low is not None and not _holds_zero(self.wide_low, self.wide_high)


def difference(
    values: Floats,
    scenarios: Labels,
    raters: Labels | None = None,
    *,
    look: Look = UNPLANNED,
    scale: tuple[float, float] = SCALE,
) -> Difference:
    """Compare two arms from B − A of every rater, pair and axis, with the scenario of each; NaN is left out.

    `scenarios` are numbered in the order in which they were rated where a plan is to decide.
    """
    values, scenarios = np.asarray(values, dtype=float), np.asarray(scenarios)
    d = cluster_means(values, scenarios)
    there = ~np.isnan(values)
    n = int(np.count_nonzero(there))
    judges = 0 if raters is None else len(set(np.asarray(raters)[there].tolist()))
    nothing = Difference(
        None, None, None, n, len(d), None, None, None, raters=judges, planned=look.planned, level=look.level_at(len(d))
    )
    if len(d) == 0:
        return nothing
    value, p, smallest = float(d.mean()), sign_flip_p(d), smallest_p(len(d))
    found = nothing._replace(value=value, p=p, smallest_p=smallest)
    if len(d) == 1:
        return found._replace(more_scenarios=max(fewest(look.level_at(1)), look.planned or 0) - 1)
    half = half_width(d, n / len(d))
    low, high = clipped(value, half, scale)
    tested = look.allows(d)
    enough = tested and not _holds_zero(low, high)
    found = found._replace(low=low, high=high, plan_p=look.plan_p(d), tested=tested, enough=enough)
    found = found._replace(more_scenarios=0 if enough else _more(d, look))
    wider = None if raters is None else crossed(values, scenarios, raters)
    if wider is None:
        return found
    wide_low, wide_high = clipped(value, max(half, wider.half), scale)
    return found._replace(wide_low=wide_low, wide_high=wide_high, balanced=wider.balanced)


def difference_of_differences(
    values: Floats, scenarios: Labels, control: Floats, control_scenarios: Labels, *, look: Look = UNPLANNED
) -> Difference:
    """B − A on the clip less B − A on its control, per scenario that has both: what the models make of the picture."""
    scenarios, control_scenarios = np.asarray(scenarios), np.asarray(control_scenarios)
    both = codes(np.concatenate([scenarios, control_scenarios]))
    here, there = both[: len(scenarios)], both[len(scenarios) :]
    means = [_means_by(values, here, both), _means_by(control, there, both)]
    return difference(means[0] - means[1], np.arange(len(means[0])), look=look, scale=(-4.0, 4.0))


def _means_by(values: Floats, scenarios: Labels, every: Labels) -> Floats:
    """The mean of each scenario by its number, NaN where it has none."""
    values = np.asarray(values, dtype=float)
    there, size = ~np.isnan(values), int(every.max(initial=-1)) + 1
    counts = np.bincount(scenarios[there], minlength=size)
    sums = np.bincount(scenarios[there], weights=values[there], minlength=size)
    return np.asarray(np.divide(sums, counts, out=np.full(size, np.nan), where=counts > 0))


def _holds_zero(low: float | None, high: float | None) -> bool:
    return low is None or high is None or low <= 0 <= high


def _more(d: Floats, look: Look) -> int | None:
    missing = max(1, (look.planned or 0) - len(d))
    mean, spread = abs(float(d.mean())), float(d.std(ddof=1))
    if mean <= 1e-12 * max(1.0, spread) or (look.planned is not None and len(d) >= look.planned):
        return None
    needed = scenarios_needed(spread, mean, look.level_at(len(d)))
    return max(missing, scenarios_needed(spread, mean, look.level_at(needed)) - len(d))
