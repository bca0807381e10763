"""More than two arms at once: marks centred by rater, pairs read together."""

import numpy as np
import pytest

from cosmos_compare.stats import centred, every_two


def test_a_severe_rater_does_not_pull_down_the_arms_that_he_marked() -> None:
    """Anna marks all three arms 2, 1, 0; Bo only the first two, one lower: the arms lie one apart all the same."""
    values = np.array([2, 1, 0, 1, 0.0])
    table = centred(values, np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1]), np.zeros(5, dtype=int), 3)
    assert table.tolist() == [[pytest.approx(0.75), pytest.approx(-0.25), -1.0]]
    alone = centred(np.array([2.0]), np.array([0]), np.array([0]), np.array([0]), 3)
    assert np.isnan(alone).all()


def test_every_two_of_three_by_hand() -> None:
    table = np.array([[0, 1, 0.5]] * 8) + np.random.default_rng(1).normal(0, 0.01, (8, 3))
    found = every_two(table, marks=7)
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 2), (1, 2)]
    assert found[0].value == pytest.approx(1, abs=0.02)
    assert all(pair.p is not None and pair.p < 0.02 for pair in found)


def test_arms_that_share_no_scenario_say_so() -> None:
    found = every_two(np.array([[1.0, np.nan], [np.nan, 2.0]]))[0]
    assert (found.value, found.low, found.p, found.scenarios) == (None, None, None, 0)


def test_five_arms_of_noise_rarely_show_a_pair() -> None:
    rng, false = np.random.default_rng(2), 0
    for _ in range(60):
        table = rng.normal(0, 1, (12, 5)) + rng.normal(0, 1, (12, 1))
        table[rng.random(table.shape) < 0.2] = np.nan
        false += min(pair.p for pair in every_two(table) if pair.p is not None) <= 0.05
    assert false <= 0.12 * 60
