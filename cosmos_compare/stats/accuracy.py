"""Shares of right answers: several questions of one clip are not independent, so the clip is the cluster."""

from __future__ import annotations

import numpy as np

from cosmos_compare.stats.estimate import TWO_SIDED_95, Estimate, Floats, Labels, codes, undefined
from cosmos_compare.stats.shares import wilson
from cosmos_compare.stats.special import ndtri, stdtrit


def accuracy(right: Floats, clusters: Labels) -> Estimate:
    """The share of right answers, 1 or 0 each, with Wilson's interval for as many answers as they are worth.

    Var(p) = S/(S−1)·Σ(Σᵢ(yᵢ − p))²/n² over S clusters (Cochran 1977, 9.5: a ratio of cluster totals); the answers are
    worth p(1 − p)/Var(p)·(z/t(S−1))² independent ones (Korn & Graubard 1998), at most all of them and at least one a
    cluster. Where all are right, or none, nothing tells how far clusters differ: then they are worth one a cluster.
    """
    right, clusters = np.asarray(right, dtype=float), np.asarray(clusters)
    n = len(right)
    if n == 0:
        return undefined(0, 0, "No question is answered yet.")
    of = codes(clusters)
    count = int(of.max()) + 1
    share = float(right.mean())
    if count == 1:
        return Estimate(share, None, None, n, 1, "One clip gives no interval.")
    worth = _worth(np.bincount(of, weights=right - share).astype(float), share, n)
    low, high = wilson(share * worth, worth)
    return Estimate(share, low, high, n, count)


def _worth(residuals: Floats, share: float, n: int) -> float:
    """How many independent answers the clusters with these sums of residuals, (S,), are worth."""
    count = len(residuals)
    if share * (1 - share) == 0:
        return count
    variance = count / (count - 1) * float((residuals**2).sum()) / n**2
    worth = min(n, share * (1 - share) / variance) if variance > 0 else n
    ratio = float(ndtri(TWO_SIDED_95) / stdtrit(count - 1, TWO_SIDED_95))
    return max(count, worth * ratio**2)
