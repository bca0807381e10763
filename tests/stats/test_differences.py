"""Differences between two models: published examples, small cases by hand, and properties."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cosmos_compare.stats import Look, clustered_mean, difference, difference_of_differences, sign_flip_p
from cosmos_compare.stats.estimate import half_width

# Darwin's maize, crossed minus self-fertilised, in eighths of an inch (Fisher 1935, The Design of Experiments, §21).
DARWIN = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48.0])
# Student's sleep data (1908): hours gained with one drug over the other.
SLEEP = np.array([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])

marks = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan])
ratings = st.integers(0, 60).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=marks), arrays(int, n, elements=st.integers(0, 11)))
)


def test_fishers_count_of_darwins_maize() -> None:
    """Fisher found 863 of the 32,768 sign patterns as extreme on one side: 1,726 on both."""
    assert sign_flip_p(DARWIN) == 1726 / 2**15


def test_t_interval_and_mean_of_students_sleep_data() -> None:
    found = difference(SLEEP, np.arange(10), scale=(-10.0, 10.0))
    assert found.value == pytest.approx(1.58)
    assert (found.low, found.high) == pytest.approx((0.7001142, 2.4598858))  # as in R's help of t.test
    assert found.scenarios == found.n == 10


def test_sign_flips_by_hand() -> None:
    """|±1 ±2 ±3| reaches 4 (= |3+2−1|) in 4 of 8 patterns: ±(1+2+3) and ±(−1+2+3)."""
    assert sign_flip_p(np.array([-1.0, 2.0, 3.0])) == 4 / 8
    assert sign_flip_p(np.array([1.0, 2.0, 3.0])) == 2 / 8


def test_equal_sums_in_another_order_count_as_equal() -> None:
    """0.1 + 0.2 + 0.3 and 0.3 + 0.2 + 0.1 differ in the last bit; each is as extreme as the other."""
    for d in ([0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.7, 0.1, 0.2, 0.3, 1 / 7, 1 / 3]):
        assert sign_flip_p(np.array(d)) == 2 / 2 ** len(d)


def test_eight_scenarios_can_reach_p_008_and_no_less() -> None:
    found = difference(np.full(8, 0.5), np.arange(8))
    assert found.p == found.smallest_p == pytest.approx(0.0078125)
    assert found.more_scenarios == 0
    assert found.enough


def test_exact_and_random_flips_agree_where_they_meet() -> None:
    d = np.random.default_rng(3).normal(0.3, 1, 20)
    more = np.append(d, 1e-9)  # 21 scenarios: random flips of nearly the same numbers
    assert sign_flip_p(more) == pytest.approx(sign_flip_p(d), abs=0.01)


def test_random_flips_are_never_zero_and_repeat() -> None:
    assert sign_flip_p(np.ones(500)) == 1 / 10_001
    d = np.random.default_rng(4).normal(0.1, 1, 300)
    assert sign_flip_p(d) == sign_flip_p(d[::-1]) == sign_flip_p(-d)


def test_no_difference_at_all_needs_nobody_knows_how_many() -> None:
    found = difference(np.zeros(12), np.repeat(np.arange(6), 2))
    assert found.value == 0
    assert found.p == 1
    assert found.more_scenarios is None
    assert not found.enough


def test_one_scenario_has_a_value_and_no_interval() -> None:
    found = difference(np.array([1.0, 2.0, np.nan]), np.array([5, 5, 5]))
    assert (found.value, found.low, found.high, found.n, found.scenarios) == (1.5, None, None, 2, 1)
    assert found.p == found.smallest_p == 1
    assert found.more_scenarios == 7  # eight can reach the .01 that an unplanned look needs


def test_no_scenarios_at_all() -> None:
    found = difference(np.array([]), np.array([], dtype=int))
    assert found.value is found.p is found.more_scenarios is None
    assert not found.enough


def test_a_scenario_counts_once_however_often_it_is_rated() -> None:
    """Fourteen marks on one clip are not fourteen facts: repeating them narrows nothing."""
    d, scenarios = np.array([0.4, -0.2, 0.9, 0.1]), np.arange(4)
    once = difference(d, scenarios)
    often = difference(np.repeat(d, 14), np.repeat(scenarios, 14))
    assert often[:3] == pytest.approx(once[:3])
    assert often.p == once.p
    assert (once.n, often.n) == (4, 56)


def test_equal_marks_everywhere_are_no_reason_to_be_certain() -> None:
    """B − A = 0 on all of 8 scenarios read "0.00 to 0.00". By hand: t(7, .975)/√(7·8·9) = 2.3646/22.45."""
    found = difference(np.zeros(56), np.repeat(np.arange(8), 7))
    assert found.high == pytest.approx(2.36462 / np.sqrt(7 * 8 * 9), abs=1e-5)
    assert found.low == -found.high
    assert half_width(np.full(8, 2.0), 1) == pytest.approx(2.36462 / np.sqrt(8 * 9), abs=1e-5)


def test_two_scenarios_reach_no_farther_than_the_scale() -> None:
    """1 and −1 read "95 % interval −12.7 to 12.7" on a scale of −2 to 2."""
    assert difference(np.array([1.0, -1.0]), np.arange(2))[:3] == (0, -2, 2)


def test_raters_who_contradict_each_other_hide_behind_no_narrow_interval() -> None:
    """Anna +2 and Bo −1 on every clip read "0.50 higher (0.50 to 0.50), p = .008"."""
    values, raters = np.tile([2.0, -1.0], 8), np.tile(["anna", "bo"], 8)
    found = difference(values, np.repeat(np.arange(8), 2), raters)
    assert found.value == 0.5 and found.enough and not found.enough_for_others
    assert (found.wide_low, found.wide_high) == (-2, 2)


def test_without_a_plan_p_must_be_01() -> None:
    d = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, -0.2])
    unplanned = difference(d, np.arange(8))
    assert unplanned.p is not None and 0.01 < unplanned.p < 0.05
    assert not unplanned.enough and difference(d, np.arange(8), look=Look(8)).enough


def test_a_plan_says_nothing_before_its_number_and_its_first_scenarios_decide() -> None:
    d = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, -0.2])
    early = difference(d, np.arange(8), look=Look(12))
    assert not early.enough and early.more_scenarios == 4
    lucky_later = np.concatenate([np.array([0.5, -0.5] * 4), np.full(8, 1.0)])
    assert sign_flip_p(lucky_later) <= 0.05
    assert not difference(lucky_later, np.arange(16), look=Look(8)).enough


def test_a_clip_against_its_control_by_hand() -> None:
    """B − A is 1, 1 and 0 on clips, 1, 0 on the controls of the first two: the models differ by 0 and 1 more."""
    found = difference_of_differences(
        np.array([1.0, 1.0, 0.0]), np.array([4, 7, 9]), np.array([2.0, 0.0, 0.0, np.nan]), np.array([4, 4, 7, 9])
    )
    assert (found.value, found.scenarios) == (0.5, 2)
    assert (found.low, found.high) == (-4, 4)


@given(ratings, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(data: tuple[np.ndarray, np.ndarray], random) -> None:
    values, scenarios = data
    order = list(range(len(values)))
    random.shuffle(order)
    _same(difference(values, scenarios), difference(values[order], scenarios[order]))


@given(ratings)
def test_swapping_the_models_mirrors_the_difference(data: tuple[np.ndarray, np.ndarray]) -> None:
    values, scenarios = data
    there, back = difference(values, scenarios), difference(-values, scenarios)
    mirrored = there._replace(
        value=None if there.value is None else -there.value,
        low=None if there.high is None else -there.high,
        high=None if there.low is None else -there.low,
    )
    _same(mirrored, back)


@given(ratings)
def test_names_of_scenarios_do_not_matter(data: tuple[np.ndarray, np.ndarray]) -> None:
    values, scenarios = data
    named = np.array([f"scenario_{code:02d}" for code in scenarios], dtype=object)
    _same(difference(values, scenarios), difference(values, named))


@given(arrays(float, st.integers(1, 9), elements=st.integers(-6, 6).map(float)))
def test_sign_flips_against_all_patterns_one_by_one(d: np.ndarray) -> None:
    patterns = [abs(float(np.dot(signs, d))) for signs in product([-1, 1], repeat=len(d))]
    expected = np.mean([total >= abs(d.sum()) for total in patterns])
    assert sign_flip_p(d) == pytest.approx(expected)


@given(ratings)
def test_what_is_always_true(data: tuple[np.ndarray, np.ndarray]) -> None:
    found = difference(*data)
    if found.p is not None and found.smallest_p is not None:
        assert 0 < found.smallest_p <= found.p <= 1
    if found.low is not None and found.value is not None and found.high is not None:
        assert found.low <= found.value <= found.high
        assert -2 <= found.low < found.high <= 2
    if found.enough:
        assert found.scenarios >= 8


def test_means_by_hand() -> None:
    """Scenario means 1 and 2, so mean 1.5 and half-width t(1, .975)·0.7071/√2 = 12.706·0.5, within the scale."""
    found = clustered_mean(np.array([0.0, 2.0, 2.0, np.nan]), np.array([0, 0, 1, 1]), scale=(-9, 9))
    assert found.value == 1.5
    assert found.high == pytest.approx(1.5 + 6.3531, abs=1e-4)
    assert clustered_mean(np.array([0.0, 2.0, 2.0]), np.array([0, 0, 1]))[:3] == (1.5, 0.0, 2.0)
    assert (found.n, found.scenarios) == (3, 2)


@pytest.mark.parametrize(("values", "why"), [([], "Nothing is rated"), ([1.0], "no interval")])
def test_means_of_too_little(values: list[float], why: str) -> None:
    found = clustered_mean(np.array(values), np.zeros(len(values), dtype=int))
    assert found.low is None
    assert why in found.why


def _same(one, other) -> None:
    for a, b in zip(one, other, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert a == pytest.approx(b, abs=1e-9)
