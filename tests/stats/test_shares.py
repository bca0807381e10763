"""Win rate and left share: published intervals, an independent oracle, and what ties and clusters do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest

from cosmos_compare.stats import left_share, wilson, win_rate

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
        assert back.value is None
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


def test_left_share_counts_decided_verdicts() -> None:
    found = left_share(np.array([1.0, 0.0, 1.0, np.nan, 1.0]), np.array([0, 0, 1, 2, 1]))
    assert found.value == 0.75
    assert (found.low, found.high) == pytest.approx(wilson(3, 4))
    assert (found.n, found.scenarios) == (4, 2)


def test_nothing_rated_yet() -> None:
    for share in (win_rate, left_share):
        found = share(np.array([np.nan]), np.array([0]))
        assert found.value is None
        assert found.n == 0
        assert found.why
