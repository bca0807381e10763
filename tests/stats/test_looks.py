"""When a small p is enough, and how many scenarios show what."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from cosmos_compare.stats import UNPLANNED, Look, scenarios_needed, smallest_shown
from cosmos_compare.stats.looks import fewest


@pytest.mark.parametrize(("effect", "needed"), [(0.5, 34), (1.0, 10), (0.2, 199)])
def test_sample_size_of_a_paired_t_test(effect: float, needed: int) -> None:
    """The textbook numbers for 80 % power at the two-sided 5 % level (Cohen 1988; G*Power gives the same)."""
    assert scenarios_needed(1.0, effect) == needed


def test_scenarios_needed_really_gives_the_power() -> None:
    """Against the noncentral t distribution: power at the answer is at least .80, and not with two fewer."""
    for effect in (0.3, 0.6, 0.9):
        n = scenarios_needed(1.0, effect)
        assert _power(effect, n) >= 0.795
        assert _power(effect, n - 2) < 0.80


def _power(effect: float, n: int) -> float:
    critical = scipy_stats.t.ppf(0.975, n - 1)
    return float(scipy_stats.nct.sf(critical, n - 1, effect * np.sqrt(n)))


@pytest.mark.parametrize(("effect", "needed"), [(0.5, 10), (0.3, 24), (0.2, 51)])
def test_what_scenarios_with_the_usual_spread_show(effect: float, needed: int) -> None:
    assert scenarios_needed(0.5, effect) == needed
    shown, one_fewer = smallest_shown(needed), smallest_shown(needed - 1)
    assert shown is not None and one_fewer is not None and shown <= effect < one_fewer


def test_a_few_scenarios_can_show_nothing() -> None:
    assert (fewest(0.05), fewest(0.01)) == (6, 8)
    assert smallest_shown(5) is None
    assert smallest_shown(7, level=0.01) is None
    assert scenarios_needed(0.001, 1.0) == 6


def test_looking_after_every_scenario_is_rarely_wrong() -> None:
    """No difference, looked at from 6 to 40 scenarios: p ≤ .05 somewhere in some .2 of the draws, p ≤ .01 in .05."""
    rng, claims, at_05 = np.random.default_rng(7), 0, 0
    for _ in range(200):
        d = rng.choice([-1.0, 0.0, 1.0], p=[0.3, 0.4, 0.3], size=30)
        claims += any(UNPLANNED.allows(d[:n]) for n in range(6, 31, 3))
        at_05 += any(Look(n).allows(d[:n]) for n in range(6, 31, 3))
    assert claims <= 0.05 * 200 < at_05
    assert [UNPLANNED.level_at(n) for n in (8, 12, 13)] == [0.01, 0.01, 0.005]
    assert Look(20).at_plan_only(20).level_at(20) == 0.05
    assert Look(20).at_plan_only(21).level_at(21) == 0.005
