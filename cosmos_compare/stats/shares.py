"""Shares of verdicts: who wins, over scenarios."""

from typing import NamedTuple

import numpy as np

from cosmos_compare.language import Text
from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats, Labels, clipped, cluster_means
from cosmos_compare.stats.looks import UNPLANNED, Look
from cosmos_compare.stats.raters import crossed
from cosmos_compare.stats.sign_flips import sign_flip_p, smallest_p
from cosmos_compare.stats.special import ndtri, stdtrit

LEAST_LEAN = 0.05  # shares of wins


class Preference(NamedTuple):
    """How often B wins, each scenario counted once, with its interval about these raters and scenarios like these.

    `n` counts verdicts. `p` is that of exact sign flips of each scenario's share less ½; `enough` holds it against the
    look's level. `wide_low` and `wide_high` are also about raters like these, None with one rater.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    why: str = ""
    p: float | None = None
    smallest_p: float | None = None
    enough: bool = False
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
    """How many independent verdicts the shares of scenarios (S,) are worth, of `n` in all.

    p(1 − p)/(s²/S)·(z/t(S−1))² (Korn & Graubard 1998), at least one a scenario and at most all. With one verdict a
    scenario there is nothing to estimate: S, as Wilson has it.
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
    share = float(shares.mean())
    worth = effective_n(shares, n)
    low, high = wilson(share * worth, worth)
    d = shares - 0.5
    found = Preference(share, low, high, n, len(shares), "", sign_flip_p(d), smallest_p(len(d)), look.allows(d))
    if raters is None:
        return found
    found = found._replace(raters=len(set(np.asarray(raters)[there].tolist())))
    wider = crossed(outcomes, scenarios, raters, LEAST_LEAN)
    if wider is None:
        return found
    wide = clipped(share, wider.half, (0.0, 1.0))
    return found._replace(wide_low=min(low, wide[0]), wide_high=max(high, wide[1]))
