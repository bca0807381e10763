"""A number with its interval and what it rests on; means over scenarios."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cosmos_compare.language import Text
from cosmos_compare.stats.special import stdtrit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Labels = npt.NDArray[Any]

TWO_SIDED_95 = 0.975
MARKS = (0.0, 2.0)  # the scale of marks


class Estimate(NamedTuple):
    """`value` with its two-sided 95 % interval; None where undefined, and then `why` is a sentence.

    `n` is how many values went in (marks, verdicts or units), `scenarios` how many clusters they come from.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    scenarios: int
    why: str = ""


def undefined(n: int, scenarios: int, why: str) -> Estimate:
    return Estimate(None, None, None, n, scenarios, why)


def codes(labels: Labels) -> Ints:
    """Integers 0 … k−1 for any labels, in sorted order of the labels."""
    labels = np.asarray(labels)
    if labels.dtype.kind == "i" and len(labels) and labels.min() >= 0 and labels.max() < 4 * len(labels):
        # Counting is some ten times faster than sorting, and labels are nearly always such small integers.
        present = np.bincount(labels) > 0
        return (np.cumsum(present) - 1)[labels]
    return np.unique(labels, return_inverse=True)[1].reshape(-1)


def cluster_means(values: Floats, clusters: Labels) -> Floats:
    """The mean of each cluster's values, (n,) → (clusters,); missing values (NaN) are left out."""
    values = np.asarray(values, dtype=float)
    there = ~np.isnan(values)
    of = codes(np.asarray(clusters)[there])
    counts = np.bincount(of)
    return np.bincount(of, weights=values[there]) / counts


def t_half_width(means: Floats) -> float:
    """Half of the 95 % interval of the mean of independent values: t(S−1, .975)·sd/√S. Needs S ≥ 2."""
    count = len(means)
    return float(stdtrit(count - 1, TWO_SIDED_95) * means.std(ddof=1) / np.sqrt(count))


def half_width(means: Floats, marks: float) -> float:
    """The same, but never narrower than if one scenario more had differed by 1/√`marks`, the marks of a scenario.

    Equal marks everywhere have no spread, which is no reason to be certain: without this floor the interval of one
    axis at the ceiling covers .29 to .59, with it .97 to .99 (docs/STATISTICS.md).
    """
    count = len(means)
    floor = float(stdtrit(count - 1, TWO_SIDED_95)) / np.sqrt(max(marks, 1.0) * count * (count + 1))
    return max(t_half_width(means), float(floor))


def clipped(value: float, half: float, scale: tuple[float, float]) -> tuple[float, float]:
    """The interval round a value, within what the scale can hold."""
    low, high = scale
    return min(value, max(low, value - half)), max(value, min(high, value + half))


def clustered_mean(values: Floats, clusters: Labels, scale: tuple[float, float] = MARKS) -> Estimate:
    """The mean over clusters of each cluster's own mean, with the t interval of the cluster means."""
    means = cluster_means(values, clusters)
    n = int(np.count_nonzero(~np.isnan(np.asarray(values, dtype=float))))
    if len(means) == 0:
        return undefined(0, 0, Text("Nothing is rated yet."))
    value = float(means.mean())
    if len(means) == 1:
        return Estimate(value, None, None, n, 1, Text("One scenario gives no interval."))
    return Estimate(value, *clipped(value, half_width(means, n / len(means)), scale), n, len(means))
