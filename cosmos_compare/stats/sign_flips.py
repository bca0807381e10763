"""Sign flips: were A and B exchangeable, each scenario's difference could have had either sign.

One column is tested exactly; several at once by the largest of their statistics under common flips (max-T, Westfall &
Young 1993), so that one false axis among seven is as rare as one false test.
"""

import numpy as np

from cosmos_compare.stats.estimate import Floats, Ints

EXACT_UP_TO = 20  # scenarios; 2^20 sign patterns take some 10 ms
JOINT_EXACT_UP_TO = 13
FLIPS = 10_000
SEED = 20261123


def sign_flip_p(d: Floats) -> float:
    """Two-sided p of the mean of differences (S,).

    Exact over all sign patterns up to 20 scenarios that differ at all; beyond, 10,000 random patterns with a fixed
    seed, counting the one observed, so that p is never 0 (Phipson & Smyth 2010). The order of the scenarios and the
    direction of the difference don't matter.
    """
    d = np.asarray(d, dtype=float)
    sizes = np.sort(np.abs(d[d != 0]))  # a zero flips into itself
    # Equal sums must count as equal although they were added in another order.
    observed = abs(float(d.sum())) - 1e-9 * float(sizes.sum())
    if len(sizes) == 0:
        return 1.0
    if len(sizes) <= EXACT_UP_TO:
        return float(np.mean(np.abs(_all_sums(sizes[:, None])[:, 0]) >= observed))
    hits = np.count_nonzero(np.abs(_random_sums(sizes[:, None])[:, 0]) >= observed)
    return (1 + int(hits)) / (1 + FLIPS)


def smallest_p(scenarios: int) -> float:
    """The smallest two-sided p that so many scenarios can give, when all of them point the same way."""
    return 2.0 ** (1 - scenarios) if scenarios <= EXACT_UP_TO else 1 / (1 + FLIPS)


def joint_p(d: Floats) -> Floats:
    """Two-sided p of each column of differences (S, K), all columns read together; NaN marks what is missing.

    The statistic of a column is its t. A column without a difference has p = 1, one without two scenarios NaN.
    """
    d = np.asarray(d, dtype=float)
    there = ~np.isnan(d)
    counts = there.sum(axis=0)
    tested = counts >= 2
    d = np.where(there, d, 0.0)[:, tested]
    d = d[(d != 0).any(axis=1)]
    d = d[np.lexsort(np.abs(d).T)] if len(d) else d  # random flips then don't depend on the order of the scenarios
    p = np.full(len(tested), np.nan)
    if not tested.any():
        return p
    if len(d) == 0:
        p[tested] = 1.0
        return p
    squares = (d**2).sum(axis=0)
    observed = _t_squared(d.sum(axis=0)[None], squares, counts[tested])[0] * (1 - 1e-9)
    exact = len(d) <= JOINT_EXACT_UP_TO
    flipped = _t_squared(_all_sums(d) if exact else _random_sums(d), squares, counts[tested]).max(axis=1)
    hits = np.count_nonzero(flipped[:, None] >= observed, axis=0)
    p[tested] = np.where(squares > 0, hits / len(flipped) if exact else (1 + hits) / (1 + FLIPS), 1.0)
    return p


def _t_squared(sums: Floats, squares: Floats, counts: Ints) -> Floats:
    """t² from sums (F, K) and what flips leave alone: sums of squares and counts (K,)."""
    share = np.divide(sums**2, counts * squares, out=np.zeros_like(sums), where=squares > 0)
    share = np.minimum(share, 1 - 1e-12)  # no spread at all: as far out as can be, but finite
    return np.asarray((counts - 1) * share / (1 - share))


def _all_sums(d: Floats) -> Floats:
    """The sums (F, K) under all sign patterns but for a common sign, which doesn't change their size."""
    sums = d[:1]
    for row in d[1:]:
        sums = np.concatenate([sums + row, sums - row])
    return sums


def _random_sums(d: Floats) -> Floats:
    """The sums (F, K) under random patterns, a byte for every eight rows: the 256 sums of eight are looked up."""
    rng = np.random.default_rng(SEED)
    groups = np.pad(d, ((0, -len(d) % 8), (0, 0))).reshape(-1, 8, d.shape[1])
    signs = 1 - 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(float)
    sums = np.zeros((FLIPS, d.shape[1]))
    for group in groups:
        sums += (signs @ group)[rng.integers(0, 256, FLIPS, dtype=np.uint8)]
    return sums
