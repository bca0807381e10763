"""Shares of verdicts: who wins, and whether the left side wins."""

import numpy as np
from scipy.special import ndtri

from cosmos_compare.stats.estimate import (
    TWO_SIDED_95,
    Estimate,
    Floats,
    Labels,
    cluster_means,
    undefined,
)


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


def win_rate(outcomes: Floats, scenarios: Labels) -> Estimate:
    """How often B wins: 1 for a win, ½ for a tie, 0 for a loss, NaN for no verdict.

    Each scenario has one voice, the mean of its verdicts, and Wilson's interval is taken over the scenarios. Ten
    raters of one clip therefore don't pass for ten independent comparisons.
    """
    means = cluster_means(outcomes, scenarios)
    n = int(np.count_nonzero(~np.isnan(np.asarray(outcomes, dtype=float))))
    if len(means) == 0:
        return undefined(0, 0, "No verdict is given yet.")
    low, high = wilson(float(means.sum()), len(means))
    return Estimate(float(means.mean()), low, high, n, len(means))


def left_share(left_won: Floats, scenarios: Labels) -> Estimate:
    """The share of decided verdicts that went to the left side: 1 left, 0 right, NaN undecided or side unknown.

    Sides are drawn anew for each rater and pair, so without a habit of the raters every verdict is a fair coin
    of its own, whatever its scenario: Wilson's interval is over verdicts here.
    """
    decided = np.asarray(left_won, dtype=float)
    there = ~np.isnan(decided)
    n = int(there.sum())
    clusters = len(set(np.asarray(scenarios)[there].tolist()))
    if n == 0:
        return undefined(0, 0, "No verdict with a known side has a winner yet.")
    low, high = wilson(float(decided[there].sum()), n)
    return Estimate(float(decided[there].mean()), low, high, n, clusters)
