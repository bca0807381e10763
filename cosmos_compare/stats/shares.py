"""Shares of verdicts: who wins, over scenarios."""

from typing import NamedTuple

import numpy as np

from cosmos_compare.language import Text
from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats, Labels, clipped, cluster_means
from cosmos_compare.stats.looks import UNPLANNED, UNPLANNED_LEVEL, Look
from cosmos_compare.stats.raters import crossed
from cosmos_compare.stats.sign_flips import sign_flip_p, smallest_p
from cosmos_compare.stats.special import ndtri, stdtrit

LEAST_LEAN = 0.05  # shares of wins


class Preference(NamedTuple):
    """How often B wins, each scenario counted once, with its interval about these raters and scenarios like these.

    `n` counts verdicts. `p` is that of exact sign flips of each scenario's share less ½; `tested` holds it against the
    `level` of the look (`Look.allows`; `plan_p` is that of the scenarios that were planned), and there is `enough`
    where the interval excludes ½, too: with nearly all ties it may not. The interval is None with one scenario.
    `wide_low` and `wide_high` are also about raters like these, None with one rater, or where one gave nearly all.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    why: str = ""
    p: float | None = None
    smallest_p: float | None = None
    tested: bool = False
    enough: bool = False
    planned: int | None = None
    plan_p: float | None = None
    level: float = UNPLANNED_LEVEL
    raters: int = 0
    wide_low: float | None = None
    wide_high: float | None = None

    @property
    def enough_for_others(self) -> bool:
        if not self.enough or self.wide_low is None or self.wide_high is None:
            return False
        return not self.wide_low <= 0.5 <= self.wide_high


def wilson(successes: float, n: float) -> tuple[float, float]:
    """Wilson's score interval, two-sided 95 %, for `successes` of `n` > 0 (Wilson 1927, JASA 22:209).

    `successes` may be fractional: values between 0 and 1 with mean p vary at most as much as a coin of share p,
    so with ties counted as halves the interval is, if anything, too wide.
    """
    z = float(ndtri(TWO_SIDED_95))
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # The bounds are exactly 0 and 1 at the ends; rounding must not put them inside.
    return min(share, max(0.0, float(centre - half))), max(share, min(1.0, float(centre + half)))


def effective_n(shares: Floats, n: int) -> float:
    """How many independent coins the shares of scenarios (S,) are worth, of at most `n`.

    p(1 − p)/(s²/S)·(z/t(S−1))² (Korn & Graubard 1998), and at least one a scenario: S, as Wilson has it.
    """
    count, share = len(shares), float(shares.mean())
    spread = float(shares.var(ddof=1)) if count > 1 else 0.0
    if count == 1 or n <= count or share * (1 - share) == 0:
        return count
    worth = min(n, share * (1 - share) * count / spread) if spread > 0 else n
    ratio = float(ndtri(TWO_SIDED_95) / stdtrit(count - 1, TWO_SIDED_95))
    return max(count, worth * ratio**2)


def win_rate(
    outcomes: Floats, scenarios: Labels, raters: Labels | None = None, *, look: Look = UNPLANNED
) -> Preference:
    """How often B wins: 1 for a win, ½ for a tie or both bad, 0 for a loss, NaN for no verdict.

    Each scenario has one voice, the mean of its verdicts: ten raters of one clip don't pass for ten comparisons.
    """
    outcomes, scenarios = np.asarray(outcomes, dtype=float), np.asarray(scenarios)
    shares = cluster_means(outcomes, scenarios)
    there = ~np.isnan(outcomes)
    n = int(np.count_nonzero(there))
    if len(shares) == 0:
        return Preference(None, None, None, 0, 0, Text("No verdict is given yet."))
    share, d = float(shares.mean()), shares - 0.5
    found = Preference(share, None, None, n, len(shares), "", sign_flip_p(d), smallest_p(len(d)))
    found = found._replace(planned=look.planned, plan_p=look.plan_p(d), level=look.level_at(len(d)))
    if len(shares) == 1:
        found = found._replace(why=Text("One scenario gives no interval."))
    low = high = share
    if len(shares) > 1:
        # A tie is worth two coins, one a side: counted as one, ten wins and twenty ties would not exclude ½.
        worth = effective_n(shares, n + int(np.count_nonzero(outcomes == 0.5)))
        low, high = wilson(share * worth, worth)
        tested = look.allows(d)
        found = found._replace(low=low, high=high, tested=tested, enough=tested and not low <= 0.5 <= high)
    if raters is None:
        return found
    found = found._replace(raters=len(set(np.asarray(raters)[there].tolist())))
    wider = crossed(outcomes, scenarios, raters, LEAST_LEAN)
    if wider is None:
        return found
    wide = clipped(share, wider.half, (0.0, 1.0))
    return found._replace(wide_low=min(low, wide[0]), wide_high=max(high, wide[1]))
