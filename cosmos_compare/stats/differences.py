"""Is B rated higher than A? One difference a scenario, its interval, an exact test, and how much is missing."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtri

from cosmos_compare.stats.estimate import TWO_SIDED_95, Floats, Labels, cluster_means, t_half_width

EXACT_UP_TO = 20  # 2^20 sign patterns take some 10 ms
FLIPS = 10_000
ALPHA = 0.05
POWER = 0.80
FEWEST = 6  # with five scenarios the smallest two-sided p is 2/2^5 = .0625


class Difference(NamedTuple):
    """Mean of B − A over scenarios, in marks (−2 … 2), with a t interval and a sign-flip test.

    None where undefined: the interval with one scenario, everything with none. `more_scenarios` estimates how many
    more scenarios would be needed; it is 0 when there is enough evidence, and None when nobody can say because no
    difference was seen at all.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    p: float | None
    smallest_p: float | None
    more_scenarios: int | None

    @property
    def enough(self) -> bool:
        """Both the interval and the test speak against no difference."""
        return self.more_scenarios == 0


def difference(values: Floats, scenarios: Labels) -> Difference:
    """Compare two models from B − A of every rater, pair and axis, with the scenario of each; NaN is left out."""
    d = cluster_means(values, scenarios)
    n = int(np.count_nonzero(~np.isnan(np.asarray(values, dtype=float))))
    if len(d) == 0:
        return Difference(None, None, None, 0, 0, None, None, None)
    value = float(d.mean())
    p, smallest = sign_flip_p(d), smallest_p(len(d))
    if len(d) == 1:
        return Difference(value, None, None, n, 1, p, smallest, FEWEST - 1)
    half = t_half_width(d)
    low, high = value - half, value + half
    clear = p <= ALPHA and not low <= 0 <= high
    more = 0 if clear else _more(d)
    return Difference(value, low, high, n, len(d), p, smallest, more)


def sign_flip_p(d: Floats) -> float:
    """Two-sided p of the sign-flip test: were B and A exchangeable, each d_s could have had either sign.

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
        return float(np.mean(np.abs(_all_sums(sizes)) >= observed))
    hits = np.count_nonzero(np.abs(_random_sums(sizes)) >= observed)
    return (1 + int(hits)) / (1 + FLIPS)


def smallest_p(scenarios: int) -> float:
    """The smallest two-sided p that so many scenarios can give, when all of them point the same way."""
    return 2.0 ** (1 - scenarios) if scenarios <= EXACT_UP_TO else 1 / (1 + FLIPS)


def scenarios_needed(d: Floats) -> int | None:
    """How many scenarios would show a difference like this one at the 5 % level four times in five.

    Guenther (1981, The American Statistician 35:243): n = (z.975 + z.80)²·(sd/mean)² + z.975²/2, rounded up, and
    never fewer than the sign-flip test needs to reach .05. It believes the observed mean and spread, which are
    themselves uncertain: a rough guide, in words only. None when the mean is 0.
    """
    d = np.asarray(d, dtype=float)
    mean, spread = float(d.mean()), float(d.std(ddof=1))
    if abs(mean) <= 1e-12 * max(1.0, spread):
        return None
    z = float(ndtri(TWO_SIDED_95))
    needed = (z + float(ndtri(POWER))) ** 2 * (spread / mean) ** 2 + z * z / 2
    return max(FEWEST, int(np.ceil(needed)))


def _more(d: Floats) -> int | None:
    needed = scenarios_needed(d)
    return None if needed is None else max(1, needed - len(d))


def _all_sums(sizes: Floats) -> Floats:
    """The sums under all sign patterns but for a common sign, which doesn't change their size."""
    sums = sizes[:1]
    for size in sizes[1:]:
        sums = np.concatenate([sums + size, sums - size])
    return sums


def _random_sums(sizes: Floats) -> Floats:
    """The sums under random sign patterns, a random byte for every eight sizes: the 256 sums of eight are looked up."""
    rng = np.random.default_rng(20261123)
    groups = np.pad(sizes, (0, -len(sizes) % 8)).reshape(-1, 8)
    signs = 1 - 2 * np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(float)
    patterns = rng.integers(0, 256, (FLIPS, len(groups)), dtype=np.uint8)
    return np.asarray((signs @ groups.T)[patterns, np.arange(len(groups))].sum(axis=1))
