"""Looks: when a small p is enough, and how many scenarios show a difference of some size.

Who looks after every scenario and stops at p ≤ .05 is wrong one time in four (docs/STATISTICS.md). So .05 holds once,
at a number of scenarios that was planned before the first rating; any other look needs .01, beyond 12 scenarios .005:
over 45 looks that errs in .035 to .05 of the cases, .01 throughout in .058 to .067.
"""

from typing import NamedTuple

import numpy as np

from cosmos_compare.stats.estimate import Floats
from cosmos_compare.stats.sign_flips import sign_flip_p, smallest_p
from cosmos_compare.stats.special import ndtri

PLANNED_LEVEL = 0.05
UNPLANNED_LEVEL = 0.01
LATER_LEVEL, LATER = 0.005, 12  # of unplanned looks beyond so many scenarios
POWER = 0.80
USUAL_SD = 0.5  # of scenario differences, in levels: where nothing is rated yet


class Look(NamedTuple):
    """`planned` is the number of scenarios that was recorded before the first rating, None where none was."""

    planned: int | None = None

    def level_at(self, scenarios: int) -> float:
        """What p must not exceed after so many scenarios."""
        if self.planned is not None:
            return PLANNED_LEVEL
        return UNPLANNED_LEVEL if scenarios <= LATER else LATER_LEVEL

    def plan_p(self, d: Floats) -> float | None:
        """The p of the scenarios that were planned, which decide; None without a plan, or before it is reached."""
        return sign_flip_p(d[: self.planned]) if self.planned is not None and len(d) >= self.planned else None

    def at_plan_only(self, scenarios: int) -> "Look":
        """The same for a test that can't look at the first scenarios alone: planned at that number, else unplanned."""
        return self if self.planned == scenarios else Look()

    def allows(self, d: Floats) -> bool:
        """Whether differences of scenarios, in the order in which they were rated, may be called a difference.

        With a plan its first scenarios decide, once and for all; those after it may only take the claim away.
        """
        if self.planned is None:
            return sign_flip_p(d) <= self.level_at(len(d))
        if len(d) < self.planned:
            return False
        return sign_flip_p(d) <= PLANNED_LEVEL and sign_flip_p(d[: self.planned]) <= PLANNED_LEVEL


UNPLANNED = Look()


def fewest(level: float) -> int:
    """How many scenarios a sign-flip test needs before it can reach a level at all: 6 for .05, 8 for .01."""
    return next(count for count in range(1, 40) if smallest_p(count) <= level)


def scenarios_needed(sd: float, effect: float, level: float = PLANNED_LEVEL) -> int:
    """How many scenarios show a mean difference `effect` four times in five, where scenarios differ by `sd`.

    Guenther (1981, The American Statistician 35:243): n = (z₁ + z₂)²·(sd/effect)² + z₁²/2, rounded up, and never fewer
    than the sign-flip test needs.
    """
    z = float(ndtri(1 - level / 2))
    needed = (z + float(ndtri(POWER))) ** 2 * (sd / effect) ** 2 + z * z / 2
    return max(fewest(level), int(np.ceil(needed)))


def smallest_shown(scenarios: int, sd: float = USUAL_SD, level: float = PLANNED_LEVEL) -> float | None:
    """The smallest difference that so many scenarios show four times in five; None where they can show nothing."""
    z = float(ndtri(1 - level / 2))
    if scenarios < fewest(level):
        return None
    return float((z + ndtri(POWER)) * sd / np.sqrt(scenarios - z * z / 2))
