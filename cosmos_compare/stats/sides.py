"""Do raters favour a side? Exact tests over verdicts whose side was drawn by lot.

The lot is drawn anew for each rater and pair, so without a habit every decided verdict is a fair coin of its own.
"""

from typing import NamedTuple

import numpy as np

from cosmos_compare.language import Text
from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats
from cosmos_compare.stats.looks import UNPLANNED_LEVEL
from cosmos_compare.stats.special import bdtr, betaincinv, gammaln


class Sides(NamedTuple):
    """The share of `n` decided verdicts that the left won, with Clopper's and Pearson's interval.

    `b_left` and `b_right` are how often B won when it stood on the left and on the right. `p` is Fisher's exact one
    for their difference: where one model wins nearly always, it sees a habit that the share of the left hides.
    `p_share` is the exact binomial one of the share. `favoured`: `p` is at most `level`.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    b_left: float | None = None
    b_right: float | None = None
    p: float | None = None
    p_share: float | None = None
    level: float = UNPLANNED_LEVEL
    why: str = ""

    @property
    def favoured(self) -> bool:
        return self.p is not None and self.p <= self.level


def side_bias(b_won: Floats, b_left: Floats, level: float = UNPLANNED_LEVEL) -> Sides:
    """`b_won`: 1, 0, or NaN or ½ when nobody won; `b_left`: 1 where the lot put B on the left, 0, NaN without a lot."""
    b_won, b_left = np.asarray(b_won, dtype=float), np.asarray(b_left, dtype=float)
    decided = ~np.isnan(b_left) & ((b_won == 0) | (b_won == 1))
    n = int(decided.sum())
    if n == 0:
        why = Text("No blind rating whose side was drawn by lot has a winner yet.")
        return Sides(None, None, None, 0, level=level, why=why)
    won, left = b_won[decided] == 1, b_left[decided] == 1
    left_won = int((won == left).sum())
    shares = [float(won[side].mean()) if side.any() else None for side in (left, ~left)]
    table = (int((won & left).sum()), int(left.sum()), int((won & ~left).sum()), int((~left).sum()))
    p, p_share = fisher_p(*table), binomial_p(left_won, n)
    return Sides(left_won / n, *clopper_pearson(left_won, n), n, shares[0], shares[1], p, p_share, level)


def binomial_p(successes: int, n: int) -> float:
    """Exact two-sided p of a fair coin."""
    return min(1.0, 2 * float(bdtr(min(successes, n - successes), n, 0.5)))


def clopper_pearson(successes: int, n: int) -> tuple[float, float]:
    """The exact two-sided 95 % interval of a share (Clopper & Pearson 1934)."""
    tail = 1 - TWO_SIDED_95
    low = float(betaincinv(successes, n - successes + 1, tail)) if successes else 0.0
    high = float(betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return low, high


def fisher_p(wins_1: int, n_1: int, wins_2: int, n_2: int) -> float:
    """Fisher's exact two-sided p that two shares are equal: all tables as unlikely as this one or more."""
    wins = wins_1 + wins_2
    first = np.arange(max(0, wins - n_2), min(n_1, wins) + 1).astype(float)
    logs = (
        _log_choose(n_1, first) + _log_choose(n_2, wins - first) - _log_choose(n_1 + n_2, np.array(wins, dtype=float))
    )
    chances = np.exp(logs)
    observed = chances[wins_1 - int(first[0])]
    return min(1.0, float(chances[chances <= observed * (1 + 1e-7)].sum()))


def _log_choose(n: int, k: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
