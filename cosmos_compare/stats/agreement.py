"""Do raters agree? Four coefficients side by side, each with n and an interval, undefined where it says nothing.

A unit is one axis of one run; its levels are counted, (units, levels). Every coefficient is a function of sums over
units, which is what `jackknife` needs for the interval.
"""

from typing import NamedTuple

import numpy as np

from cosmos_compare.language import Text
from cosmos_compare.stats.estimate import TWO_SIDED_95, Estimate, Floats, Ints, Labels, codes, undefined
from cosmos_compare.stats.jackknife import CEILING, NO_PAIRS, ONE_LEVEL, jackknife
from cosmos_compare.stats.shares import effective_n, wilson

LEVELS = 3
MOST_OF_ONE = 0.9  # the share of marks of one level above which intervals of α and κ are withheld


class Agreement(NamedTuple):
    """The coefficients over the same marks. `kappa` is for two raters; with more, see it for each pair of them.
    `commonest` is the share of these marks that are of the commonest level."""

    raters: int
    alpha: Estimate
    kappa: Estimate
    ac2: Estimate
    raw: Estimate
    commonest: float = 0.0


def rater_agreement(units: Labels, raters: Labels, levels: Ints, scenarios: Labels) -> Agreement:
    """All coefficients of marks in long form, one mark (0, 1 or 2) an entry; a rater marks a unit once."""
    units, raters, scenarios = codes(units), np.asarray(raters), np.asarray(scenarios)
    counts, first = level_counts(units, levels)
    paired = (counts.sum(axis=1) >= 2)[units]
    shared = [x[paired] for x in (units, raters, levels, scenarios)]
    names = np.unique(shared[1])
    return counted_agreement(counts, scenarios[first], len(names), _kappa_of_two(*shared) if len(names) == 2 else None)


def counted_agreement(counts: Floats, clusters: Labels, raters: int, kappa: Estimate | None = None) -> Agreement:
    """The coefficients of levels counted already, (units, levels), with the cluster of each unit.

    `raters` is how many took part in units with two marks or more, `kappa` theirs when they are two.
    """
    raw = raw_agreement(counts, clusters)
    if kappa is None:
        why = Text("Weighted κ is for two raters; here are {raters}.", raters=raters) if raters else NO_PAIRS
        kappa = undefined(raw.n, raw.scenarios, why)
    alpha, ac2 = krippendorff_alpha(counts, clusters), weighted_ac(counts, clusters)
    levels = counts[counts.sum(axis=1) >= 2].sum(axis=0)
    return Agreement(raters, alpha, kappa, ac2, raw, float(levels.max() / levels.sum()) if levels.any() else 0.0)


def level_counts(units: Labels, levels: Ints, n_levels: int = LEVELS) -> tuple[Floats, Ints]:
    """How often each unit got each level, (units, levels), and the position of each unit's first mark."""
    of = codes(units)
    first = np.zeros(of.max(initial=-1) + 1, dtype=np.intp)
    first[of[::-1]] = np.arange(len(of))[::-1]  # of equal indices, numpy keeps the last assignment
    cells = of * n_levels + np.asarray(levels, dtype=np.intp)
    counts = np.bincount(cells, minlength=len(first) * n_levels).reshape(-1, n_levels)
    return counts.astype(float), first


def krippendorff_alpha(counts: Floats, clusters: Labels) -> Estimate:
    """Krippendorff's α for ordered levels (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability")."""
    k = counts.shape[1]
    counts, clusters = _rated_twice(counts, clusters)
    pairs = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(k)
    coincidences = pairs / (counts.sum(axis=1) - 1)[:, None, None]
    found = jackknife(coincidences.reshape(-1, k * k), clusters, lambda sums: _alpha(sums.reshape(-1, k, k)))
    return _withheld(found, counts.sum(axis=0))


def weighted_ac(counts: Floats, clusters: Labels, weights: Floats | None = None) -> Estimate:
    """Gwet's AC2 with quadratic weights (Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.).

    Units with a single mark enter the prevalence of the levels, as Gwet has it. Other `weights` (levels, levels) may
    be given; the identity makes it AC1.
    """
    k = counts.shape[1]
    w = quadratic_weights(k) if weights is None else weights
    marks = counts.sum(axis=1)
    twice = marks >= 2
    shares = counts / marks[:, None]
    agree = np.divide(
        (counts * (counts @ w - 1)).sum(axis=1),
        marks * (marks - 1),
        out=np.zeros_like(marks),
        where=twice,
    )
    sums = np.column_stack([agree, twice, shares, np.ones_like(marks)])

    def statistic(totals: Floats) -> Floats:
        observed = totals[:, 0] / totals[:, 1]
        prevalence = totals[:, 2:-1] / totals[:, -1:]
        chance = w.sum() / (k * (k - 1)) * (prevalence * (1 - prevalence)).sum(axis=1)
        return np.asarray((observed - chance) / (1 - chance))

    if len(np.flatnonzero(counts[twice].sum(axis=0))) == 1:
        return undefined(int(twice.sum()), len(set(np.asarray(clusters)[twice].tolist())), ONE_LEVEL)
    # With levels used evenly, two marks a unit that are always 0 and 2 give −2 where there are three of them.
    return jackknife(sums, clusters, statistic, counted=twice, lowest=1.0 - k)


def raw_agreement(counts: Floats, clusters: Labels) -> Estimate:
    """The share of pairs of marks of a unit that are equal, averaged over units: no correction for chance.

    The interval is Wilson's, of as many independent units as the scenarios' differing shows (`effective_n`).
    """
    counts, clusters = _rated_twice(counts, clusters)
    if not len(counts):
        return undefined(0, 0, NO_PAIRS)
    marks = counts.sum(axis=1)
    equal = (counts * (counts - 1)).sum(axis=1) / (marks * (marks - 1))
    of = codes(clusters)
    value, scenarios = float(equal.mean()), int(of.max()) + 1
    # Each scenario's share of the whole, weighted by its units: its spread is that of the mean over units.
    weighted = value + (np.bincount(of, weights=equal - value) * scenarios / len(equal))
    if scenarios == 1:
        return Estimate(value, None, None, len(equal), 1, Text("One scenario gives no interval."))
    worth = effective_n(weighted, len(equal))
    return Estimate(value, *wilson(value * worth, worth), len(equal), scenarios)


def weighted_kappa(
    first: Ints, second: Ints, clusters: Labels, n_levels: int = LEVELS, quantile: float = TWO_SIDED_95
) -> Estimate:
    """Cohen's κ of two raters with quadratic weights over all levels, used or not (Cohen 1968).

    The same number as scikit-learn's `cohen_kappa_score(…, labels=[0, 1, 2], weights="quadratic")`, in a form that
    gives the interval too.
    """
    k = n_levels
    cells = np.zeros((len(first), k * k))
    cells[np.arange(len(first)), np.asarray(first, np.intp) * k + np.asarray(second, np.intp)] = 1
    distance = 1 - quadratic_weights(k)

    def statistic(sums: Floats) -> Floats:
        table = sums.reshape(-1, k, k)
        expected = table.sum(axis=2)[:, :, None] * table.sum(axis=1)[:, None, :]
        return np.asarray(1 - _total(table) * _total(table * distance) / _total(expected * distance))

    marks = np.bincount(np.concatenate([first, second]).astype(np.intp), minlength=k).astype(float)
    return _withheld(jackknife(cells, clusters, statistic, quantile=quantile), marks)


def _withheld(found: Estimate, levels: Floats) -> Estimate:
    """Without its interval where one level holds nearly all marks: there it would cover .54 to .86 instead of .95.

    AC2 is made for that place and keeps its own: .95 to .97.
    """
    if found.low is None or levels.max() <= MOST_OF_ONE * levels.sum():
        return found
    return found._replace(low=None, high=None, why=CEILING)


def quadratic_weights(k: int) -> Floats:
    """1 on the diagonal, falling with the square of the distance to 0 in the corners, (k, k)."""
    steps = np.arange(k)
    return np.asarray(1 - ((steps[:, None] - steps) / (k - 1)) ** 2)


def _alpha(coincidences: Floats) -> Floats:
    """α of each coincidence matrix, (m, k, k) → (m,); NaN when only one level was used."""
    n_c = coincidences.sum(axis=2)
    n = n_c.sum(axis=1)
    until = np.cumsum(n_c, axis=1)
    middle = until - n_c / 2  # so that |middle_c − middle_k| counts the marks between two levels, ends by half
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    expected = n_c[:, :, None] * n_c[:, None, :]
    return np.asarray(1 - (n - 1) * _total(coincidences * distance) / _total(expected * distance))


def _total(tables: Floats) -> Floats:
    return np.asarray(tables.sum(axis=(1, 2)))


def _rated_twice(counts: Floats, clusters: Labels) -> tuple[Floats, Labels]:
    twice = counts.sum(axis=1) >= 2
    return counts[twice], np.asarray(clusters)[twice]


def _kappa_of_two(units: Labels, raters: Labels, levels: Ints, scenarios: Labels) -> Estimate:
    """κ of marks in long form, where every unit has exactly two marks, one of each rater."""
    order = np.lexsort((codes(raters), codes(units)))
    marks = levels[order].reshape(-1, 2)
    return weighted_kappa(marks[:, 0], marks[:, 1], scenarios[order][::2])
