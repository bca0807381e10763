"""Agreement of raters: published worked examples, independent oracles, and where it must say 'undefined'."""

import warnings

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import cohen_kappa_score

from cosmos_compare.stats import (
    Agreement,
    krippendorff_alpha,
    level_counts,
    rater_agreement,
    raw_agreement,
    weighted_ac,
    weighted_kappa,
)

NONE = np.nan
# Four observers, twelve units, levels 1 to 5: Krippendorff 2011, section C, and Gwet's `cac.raw4raters`.
FOUR_OBSERVERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NONE, NONE, NONE],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NONE, 3],
        [NONE, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NONE],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NONE],
    ]
)
# Two abstractors, one hundred patients, three classes: Gwet's `cont3x3abstractors`.
ABSTRACTORS = np.array([[13, 0, 0], [0, 20, 7], [0, 4, 56]])

mark = st.sampled_from([0.0, 1.0, 2.0, NONE])
tables = st.tuples(st.integers(2, 4), st.integers(1, 20)).flatmap(lambda size: arrays(float, size, elements=mark))


def _counts(table: np.ndarray, n_levels: int = 3, lowest: int = 0) -> np.ndarray:
    raters, units = np.nonzero(~np.isnan(table))
    return level_counts(units, table[raters, units].astype(int) - lowest, n_levels)[0]


def _agreement(table: np.ndarray, per_scenario: int = 2) -> Agreement:
    raters, units = np.nonzero(~np.isnan(table))
    return rater_agreement(units, raters, table[raters, units].astype(int), units // per_scenario)


def test_krippendorffs_own_example() -> None:
    counts = _counts(FOUR_OBSERVERS, 5, lowest=1)
    found = krippendorff_alpha(counts, np.arange(len(counts)))
    assert found.value == pytest.approx(0.815, abs=5e-4)
    assert found.n == 11  # the twelfth unit has one mark, which can't agree


def test_gwets_own_examples() -> None:
    """irrCAC gives AC1 .77544 and AC2 .9140007 for four raters, AC1 .8493305 for the two abstractors."""
    counts = _counts(FOUR_OBSERVERS, 5, lowest=1)
    units = np.arange(len(counts))
    assert weighted_ac(counts, units).value == pytest.approx(0.9140007, abs=1e-7)
    assert weighted_ac(counts, units, np.eye(5)).value == pytest.approx(0.77544, abs=5e-6)
    assert raw_agreement(counts, units).value == pytest.approx(0.8181818, abs=1e-7)
    first, second = _pairs(ABSTRACTORS)
    counts, _ = level_counts(np.tile(np.arange(100), 2), np.concatenate([first, second]))
    assert weighted_ac(counts, np.arange(100), np.eye(3)).value == pytest.approx(0.8493305, abs=1e-7)


def test_standard_error_is_close_to_gwets() -> None:
    """irrCAC's linearised standard error of the abstractors' AC1 is .0432: another method, so near, not equal."""
    first, second = _pairs(ABSTRACTORS)
    counts, _ = level_counts(np.tile(np.arange(100), 2), np.concatenate([first, second]))
    found = weighted_ac(counts, np.arange(100), np.eye(3))
    assert found.low is not None
    assert found.high is not None
    factor = np.sqrt((1 - found.low) / (1 - found.high))
    assert np.log(factor) / 1.984 * (1 - 0.8493) == pytest.approx(0.0432, rel=0.06)


def _pairs(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.indices(table.shape)
    return np.repeat(rows.ravel(), table.ravel()), np.repeat(columns.ravel(), table.ravel())


@given(tables)
def test_alpha_against_the_krippendorff_package(table: np.ndarray) -> None:
    found = krippendorff_alpha(_counts(table), np.arange(len(_counts(table))))
    used = np.unique(table[:, (~np.isnan(table)).sum(axis=0) >= 2])
    used = used[~np.isnan(used)]
    if len(used) < 2:
        assert found.value is None
        assert found.why
        return
    assert found.value == pytest.approx(_oracle(table))


@given(arrays(int, st.tuples(st.just(2), st.integers(1, 30)), elements=st.integers(0, 2)))
def test_kappa_against_scikit_learn(marks: np.ndarray) -> None:
    found = weighted_kappa(marks[0], marks[1], np.arange(marks.shape[1]))
    if len(np.unique(marks)) == 1:
        assert found.value is None
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oracle = cohen_kappa_score(marks[0], marks[1], labels=[0, 1, 2], weights="quadratic")
    assert found.value == pytest.approx(oracle)


def test_kappa_by_hand() -> None:
    """One pair 0-2 of six differs (weight 1): observed 1/6, expected from the margins 12/36."""
    found = weighted_kappa(np.array([0, 0, 2, 2, 1, 1]), np.array([0, 2, 2, 2, 1, 1]), np.arange(6))
    assert found.value == pytest.approx(0.5)


def test_a_rater_who_says_the_same_always() -> None:
    table = np.array([[1.0, 1, 1, 1, 1, 1, 1, 1], [0.0, 1, 2, 1, 0, 2, 1, 1]])
    found = _agreement(table)
    assert found.kappa.value == pytest.approx(0)
    assert found.alpha.value is not None
    assert abs(found.alpha.value) < 0.1


def test_one_level_only_is_undefined_and_never_one() -> None:
    found = _agreement(np.full((3, 10), 2.0))
    for coefficient in (found.alpha, found.ac2, found.kappa):
        assert coefficient.value is coefficient.low is None
    assert "one level" in found.alpha.why
    assert "one level" in found.ac2.why
    assert found.raw.value == 1
    assert found.raw.low == pytest.approx(0.566, abs=1e-3)  # Wilson for 5 of 5 scenarios
    assert _agreement(np.full((2, 4), 1.0)).kappa.why.startswith("Only one level")


def test_one_level_in_shared_units_is_undefined_though_others_differ() -> None:
    table = np.array([[2.0, 2, 2, 0, NONE], [2.0, 2, 2, NONE, 1]])
    found = _agreement(table)
    assert found.alpha.value is found.ac2.value is found.kappa.value is None
    assert found.raw.value == 1
    assert found.alpha.n == found.ac2.n == 3


def test_full_agreement_on_several_levels_has_no_interval() -> None:
    found = _agreement(np.array([[0.0, 1, 2, 0, 1, 2]] * 2))
    assert found.alpha.value == found.kappa.value == found.ac2.value == 1
    assert found.alpha.low is None
    assert "never differed" in found.alpha.why


def test_no_second_rater() -> None:
    found = _agreement(np.array([[0.0, 1, 2, 0]]))
    for coefficient in (found.alpha, found.ac2, found.kappa, found.raw):
        assert coefficient.value is None
        assert "two raters" in coefficient.why
        assert coefficient.n == 0
    assert rater_agreement(*[np.array([], dtype=int)] * 4).alpha.value is None


def test_one_scenario_has_a_value_and_no_interval() -> None:
    found = _agreement(np.array([[0.0, 1, 2, 0], [0.0, 1, 2, 1]]), per_scenario=4)
    assert found.alpha.value is not None
    assert found.alpha.low is None
    assert found.alpha.why


def test_kappa_is_for_two_raters() -> None:
    found = _agreement(np.array([[0.0, 1, 2], [0.0, 1, 1], [1.0, 1, 1]]))
    assert found.raters == 3
    assert found.kappa.value is None
    assert "two raters" in found.kappa.why


@settings(max_examples=60)
@given(tables, st.randoms(use_true_random=False))
def test_order_of_marks_and_names_of_raters_do_not_matter(table: np.ndarray, random) -> None:
    raters, units = np.nonzero(~np.isnan(table))
    levels = table[raters, units].astype(int)
    order = list(range(len(raters)))
    random.shuffle(order)
    names = np.array(["zoe", "adam", "mia", "bo"], dtype=object)[raters]
    here = rater_agreement(units, raters, levels, units // 2)
    there = rater_agreement(units[order], names[order], levels[order], units[order] // 2)
    for one, other in zip(here[1:5], there[1:5], strict=True):
        assert (one.value is None) == (other.value is None)
        for a, b in zip(one[:3], other[:3], strict=True):
            assert a == (None if b is None else pytest.approx(b, abs=1e-9))


@settings(max_examples=60)
@given(tables)
def test_what_is_always_true(table: np.ndarray) -> None:
    found = _agreement(table)
    for estimate in found[1:5]:
        if estimate.low is None:
            continue
        assert estimate.low <= estimate.value <= estimate.high <= 1
        assert 1 <= estimate.scenarios <= estimate.n


def test_interval_by_leaving_each_scenario_out() -> None:
    """The same interval from the `krippendorff` package run nine times without one scenario of two units."""
    rng = np.random.default_rng(7)
    truth = rng.integers(0, 3, 18)
    table = np.array([np.where(rng.random(18) < 0.8, truth, rng.integers(0, 3, 18)) for _ in range(2)], dtype=float)
    without = [_oracle(np.delete(table, [2 * s, 2 * s + 1], axis=1)) for s in range(9)]
    logs = np.log(1 - np.array(without))
    half = 2.3060 * (1 + 1 / 9) * np.sqrt(8 / 9 * ((logs - logs.mean()) ** 2).sum())  # t with 8 degrees of freedom
    found = _agreement(table).alpha
    disagreement = 1 - _oracle(table)
    assert found.low == pytest.approx(1 - disagreement * np.exp(half), abs=1e-4)
    assert found.high == pytest.approx(1 - disagreement * np.exp(-half), abs=1e-4)


def test_intervals_that_could_not_be_trusted_are_withheld() -> None:
    """At the ceiling α of eight scenarios covered .54 to .86, and AC2 of few scenarios reached −23."""
    rng = np.random.default_rng(3)
    table = rng.integers(0, 3, (2, 14)).astype(float)  # seven scenarios
    few = _agreement(table)
    assert few.alpha.value is not None and few.alpha.low is None and "Fewer than eight" in few.alpha.why
    ceiling = np.full((2, 40), 2.0)
    ceiling[0, :3], ceiling[1, 2:5] = 1.0, 1.0
    at_top = _agreement(ceiling)
    for found in (at_top.alpha, at_top.kappa):
        assert found.value is not None and found.low is None and "nine marks in ten" in found.why
    assert at_top.ac2.low is not None and at_top.raw.low is not None


def test_every_interval_has_a_width_and_stays_on_its_scale() -> None:
    """Two equal marks of seven in every scenario read "29 % to 29 %"."""
    one, other = np.tile([0, 0, 1, 1, 2, 2, 0], 10), np.tile([0, 1, 2, 0, 0, 2, 1], 10)
    found = _agreement(np.array([one, other], dtype=float), per_scenario=7)
    assert found.raw.value == pytest.approx(2 / 7)
    assert found.raw.low is not None and found.raw.high is not None
    assert found.raw.low < 0.25 and found.raw.high > 0.32
    assert found.alpha.low is None and "same agreement" in found.alpha.why
    rng = np.random.default_rng(8)
    opposite = rng.choice([0.0, 2.0], size=18)
    low = _agreement(np.array([opposite, 2 - opposite]))
    assert low.alpha.low is None or low.alpha.low >= -1
    assert low.ac2.low is None or low.ac2.low >= -2


def _oracle(table: np.ndarray) -> float:
    return float(krippendorff.alpha(table, level_of_measurement="ordinal", value_domain=[0, 1, 2]))


def test_more_scenarios_narrow_the_interval() -> None:
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 3, 400)
    table = np.array([np.where(rng.random(400) < 0.75, truth, rng.integers(0, 3, 400)) for _ in range(2)], dtype=float)
    few, many = _agreement(table[:, :40]).alpha, _agreement(table).alpha
    assert few.high is not None
    assert few.low is not None
    assert many.high is not None
    assert many.low is not None
    assert many.high - many.low < (few.high - few.low) / 2
