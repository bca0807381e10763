"""Win rate and left share: published intervals, an independent oracle, and what ties and clusters do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest, fisher_exact

from cosmos_compare.stats import side_bias, sign_flip_p, wilson, win_rate
from cosmos_compare.stats.shares import effective_n
from cosmos_compare.stats.sides import binomial_p, clopper_pearson, fisher_p

verdicts = st.integers(0, 40).flatmap(
    lambda n: st.tuples(
        arrays(float, n, elements=st.sampled_from([0.0, 0.5, 1.0, np.nan])),
        arrays(int, n, elements=st.integers(0, 9)),
    )
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_newcombes_published_intervals(successes: int, n: int, low: float, high: float) -> None:
    """Newcombe 1998, Statistics in Medicine 17:857, table I, the score method without continuity correction."""
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_against_scipy(data: tuple[int, int]) -> None:
    oracle = binomtest(*data).proportion_ci(method="wilson")
    assert wilson(*data) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


def test_a_tie_is_half_a_win() -> None:
    found = win_rate(np.array([1.0, 1.0, 0.5, 0.0]), np.arange(4))
    assert found.value == 0.625
    assert (found.low, found.high) == pytest.approx(wilson(2.5, 4))


@pytest.mark.parametrize(("wins", "ties"), [(6, 14), (10, 20), (8, 12), (12, 30), (9, 40)])
def test_many_ties_do_not_make_a_claim_that_its_own_interval_denies(wins: int, ties: int) -> None:
    """Ten wins and twenty ties were "enough evidence" (p = .002) beside an interval of 49 to 81 %."""
    outcomes = np.repeat([1.0, 0.5], [wins, ties])
    found = win_rate(outcomes, np.arange(wins + ties))
    assert found.low is not None and found.tested == (sign_flip_p(outcomes - 0.5) <= found.level)
    assert found.enough == (found.tested and found.low > 0.5)
    assert found.enough or (wins, ties) != (10, 20)
    assert found.low > wilson(wins + ties / 2, wins + ties)[0]


def test_one_scenario_has_no_interval_however_many_judge_it() -> None:
    found = win_rate(np.ones(5), np.zeros(5), np.arange(5))
    assert (found.value, found.low, found.high, found.n, found.enough) == (1, None, None, 5, False)


def test_a_scenario_has_one_voice() -> None:
    """Ten raters who agree on one clip are one comparison, not ten."""
    outcomes, scenarios = np.array([1.0, 1.0, 0.0]), np.arange(3)
    crowd = win_rate(np.repeat(outcomes, 10), np.repeat(scenarios, 10))
    assert crowd[:3] == pytest.approx(win_rate(outcomes, scenarios)[:3])
    assert (crowd.n, crowd.scenarios) == (30, 3)


@given(verdicts)
def test_swapping_the_models_mirrors_the_win_rate(data: tuple[np.ndarray, np.ndarray]) -> None:
    outcomes, scenarios = data
    there, back = win_rate(outcomes, scenarios), win_rate(1 - outcomes, scenarios)
    if there.value is None or there.low is None or there.high is None:
        assert (back.low, back.scenarios) == (None, there.scenarios) and there.scenarios < 2
        return
    assert back[:3] == pytest.approx((1 - there.value, 1 - there.high, 1 - there.low))
    assert 0 <= there.low <= there.value <= there.high <= 1


def test_ties_make_the_interval_too_wide_never_too_narrow() -> None:
    """Simulated: half of all verdicts ties, the rest 70 : 30, at 12 scenarios."""
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(1000):
        found = win_rate(rng.choice([1.0, 0.5, 0.0], p=[0.35, 0.5, 0.15], size=12), np.arange(12))
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= 0.6 <= found.high
    assert inside >= 950


def test_four_of_four_is_no_preference_yet() -> None:
    """Wilson's interval for 4 of 4 begins at .51, and was taken for a claim; exactly, chance does it one time in 8."""
    found = win_rate(np.ones(4), np.arange(4))
    assert found.low is not None and found.low > 0.5
    assert (found.p, found.enough) == (0.125, False)
    assert not side_bias(np.ones(4), np.ones(4)).favoured
    assert win_rate(np.ones(8), np.arange(8)).enough  # p = .0078


def test_several_verdicts_a_scenario_narrow_the_interval_as_far_as_they_agree() -> None:
    """Raters who split every scenario leave it no wider than one verdict each would, no narrower than all verdicts."""
    one = win_rate(np.array([1.0, 0.0] * 6), np.arange(12))
    split = win_rate(np.array([1.0, 0.0] * 12), np.repeat(np.arange(12), 2))
    crowd = win_rate(np.repeat([1.0, 0.0] * 6, 2), np.repeat(np.arange(12), 2))
    assert _width(split) < _width(one) == pytest.approx(_width(crowd))
    assert _width(split) >= wilson(12, 24)[1] - wilson(12, 24)[0]
    assert effective_n(np.full(2, 0.5), 28) == 2.0  # two equal scenarios say little about a third


def test_raters_who_lean_opposite_ways_widen_the_interval_about_others() -> None:
    outcomes = np.tile([1.0, 0.0], 10)
    found = win_rate(outcomes, np.repeat(np.arange(10), 2), np.tile([0, 1], 10))
    assert (found.wide_low, found.wide_high) == (0.0, 1.0)
    agreeing = win_rate(np.ones(20), np.repeat(np.arange(10), 2), np.tile([0, 1], 10))
    assert agreeing.enough and agreeing.enough_for_others
    assert not found.enough_for_others


def test_the_claim_is_that_of_sign_flips() -> None:
    outcomes = np.array([1, 1, 1, 1, 1, 1, 0, 1, 1, 1.0])
    found = win_rate(outcomes, np.arange(10))
    assert found.p == sign_flip_p(outcomes - 0.5) == pytest.approx(2 * (1 + 10) / 2**10)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_exact_tests_of_a_coin_against_scipy(data: tuple[int, int]) -> None:
    oracle = binomtest(*data)
    assert binomial_p(*data) == pytest.approx(oracle.pvalue, abs=1e-12)
    interval = oracle.proportion_ci(method="exact")
    assert clopper_pearson(*data) == pytest.approx((interval.low, interval.high), abs=1e-9)


counts = st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts)
def test_fishers_test_against_scipy(left: tuple[int, int], right: tuple[int, int]) -> None:
    table = [[left[0], left[1] - left[0]], [right[0], right[1] - right[0]]]
    assert fisher_p(*left, *right) == pytest.approx(fisher_exact(table).pvalue, abs=1e-9)


def test_sides_count_decided_verdicts_with_a_lot() -> None:
    """B wins on the left twice and on the right once of two; a tie and a verdict without a lot count nowhere."""
    found = side_bias(np.array([1, 1, 1, 0, 0.5, 1]), np.array([1, 1, 0, 0, 1, np.nan]))
    assert (found.value, found.n, found.b_left, found.b_right) == (0.75, 4, 1.0, 0.5)
    assert (found.p, found.p_share) == (pytest.approx(1), 0.625)


def test_a_habit_shows_although_one_model_wins_nearly_always() -> None:
    """B wins 20 of 20 on the left and 10 of 20 on the right: the left's share, 30 of 40, alone says less."""
    found = side_bias(np.repeat([1.0, 1.0, 0.0], [20, 10, 10]), np.repeat([1.0, 0.0], 20))
    assert found.p is not None and found.p_share is not None
    assert found.p < 0.001 < found.p_share
    assert found.favoured


def test_nothing_rated_yet() -> None:
    for found in (win_rate(np.array([np.nan]), np.array([0])), side_bias(np.array([np.nan]), np.array([1.0]))):
        assert found.value is None
        assert found.n == 0
        assert found.why


def _width(found) -> float:
    return found.high - found.low
