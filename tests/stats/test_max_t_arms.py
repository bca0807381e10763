"""More than two arms at once: two are compared where one rater marked both, and all pairs are read together."""

import numpy as np
import pytest

from cosmos_compare.stats import Paired, every_two, paired


def of_table(table: np.ndarray, marks: int = 1) -> Paired:
    """Every two arms of one mark a scenario and arm, NaN where there is none."""
    count = table.shape[1]
    scenarios, arms = np.repeat(np.arange(len(table)), count), np.tile(np.arange(count), len(table))
    found = paired(table.ravel(), scenarios, arms, scenarios, count)
    return found._replace(n=found.n * marks)


def test_a_severe_rater_does_not_pull_down_the_arms_that_he_marked() -> None:
    """Anna marks all three arms 2, 1, 0; Bo only the first two, one lower: the arms lie one apart all the same."""
    values = np.array([2, 1, 0, 1, 0.0])
    found = paired(values, np.array([0, 0, 0, 1, 1]), np.array([0, 1, 2, 0, 1]), np.zeros(5, dtype=int), 3)
    assert found.differences[0, [0, 0, 1], [1, 2, 2]].tolist() == [-1, -2, -1]
    assert found.n[0, [0, 0, 1], [1, 2, 2]].tolist() == [2, 1, 1]
    alone = paired(np.array([2.0]), np.array([0]), np.array([0]), np.array([0]), 3)
    assert np.isnan(alone.differences).all() and not alone.n.any()


def test_a_rater_of_two_arms_does_not_move_the_third() -> None:
    """Anna says 1, 2, 1 of three arms everywhere, Bo marks the first and the third, two apart: the second is 1 above
    the first for everybody who marked both. From marks less their rater's mean it was 0.67, with an interval."""
    values = np.array([[1, 2, 1, 0, 2.0]] * 8).ravel()
    blocks = (np.arange(8)[:, None] * 2 + [0, 0, 0, 1, 1]).ravel()
    found = every_two(paired(values, blocks, np.tile([0, 1, 2, 0, 2], 8), np.repeat(np.arange(8), 5), 3))
    assert [pair.value for pair in found] == [1, 1, -1]
    assert found[0].low is not None and found[0].low < 1 < (found[0].high or 0)


def test_every_two_of_three_by_hand() -> None:
    table = np.array([[0, 1, 0.5]] * 8) + np.random.default_rng(1).normal(0, 0.01, (8, 3))
    found = every_two(of_table(table, marks=7))
    assert [(pair.first, pair.second) for pair in found] == [(0, 1), (0, 2), (1, 2)]
    assert found[0].value == pytest.approx(1, abs=0.02)
    assert all(pair.p is not None and pair.p < 0.02 for pair in found)


def test_arms_that_share_no_scenario_say_so() -> None:
    found = every_two(of_table(np.array([[1.0, np.nan], [np.nan, 2.0]])))[0]
    assert (found.value, found.low, found.p, found.scenarios) == (None, None, None, 0)


def test_five_arms_of_noise_rarely_show_a_pair() -> None:
    rng, false = np.random.default_rng(2), 0
    for _ in range(60):
        table = rng.normal(0, 1, (12, 5)) + rng.normal(0, 1, (12, 1))
        table[rng.random(table.shape) < 0.2] = np.nan
        false += min(pair.p for pair in every_two(of_table(table)) if pair.p is not None) <= 0.05
    assert false <= 0.12 * 60
