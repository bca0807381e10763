"""Several columns under common flips: by hand, against all patterns one by one, and how often it is wrong."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cosmos_compare.stats import joint_p, sign_flip_p

marks = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, np.nan])
tables = st.tuples(st.integers(1, 7), st.integers(1, 4)).flatmap(lambda shape: arrays(float, shape, elements=marks))


def test_one_column_is_the_test_of_one_column() -> None:
    d = np.array([0.3, -0.1, 0.5, 0.7, 0.2, 0.4])
    assert joint_p(d[:, None])[0] == sign_flip_p(d)


def test_a_column_among_others_needs_more() -> None:
    d = np.random.default_rng(3).normal(0, 1, (10, 7))
    d[:, 0] += 1.0
    assert joint_p(d)[0] >= sign_flip_p(d[:, 0])


@settings(deadline=None)
@given(tables)
def test_against_all_patterns_one_by_one(d: np.ndarray) -> None:
    found = joint_p(d)
    tested = (~np.isnan(d)).sum(axis=0) >= 2
    assert np.isnan(found).tolist() == (~tested).tolist()
    if not tested.any():
        return
    columns = d[:, tested]
    largest = np.array([_t(np.array(signs)[:, None] * columns).max() for signs in product([-1, 1], repeat=len(d))])
    for p, t, column in zip(found[tested], _t(columns), columns.T, strict=True):
        expected = (largest >= t * (1 - 1e-9)).mean() if np.nansum(np.abs(column)) else 1.0
        assert p == pytest.approx(expected)


def _t(d: np.ndarray) -> np.ndarray:
    counts, squares = (~np.isnan(d)).sum(axis=0), np.nansum(d**2, axis=0)
    share = np.divide(np.nansum(d, axis=0) ** 2, counts * squares, out=np.zeros(d.shape[1]), where=squares > 0)
    share = np.minimum(share, 1 - 1e-12)
    return (counts - 1) * share / (1 - share)


def test_order_and_direction_do_not_matter_with_random_flips_either() -> None:
    d = np.random.default_rng(4).normal(0.2, 1, (60, 7))
    d[3:9, 2] = np.nan
    assert joint_p(d).tolist() == joint_p(d[::-1]).tolist() == joint_p(-d).tolist()


def test_axes_without_a_difference_or_without_marks() -> None:
    d = np.zeros((8, 3))
    d[:, 1], d[1:, 2] = 1.0, np.nan
    assert joint_p(d)[:2].tolist() == [1.0, 2 / 2**8]
    assert np.isnan(joint_p(d)[2])
    assert joint_p(np.zeros((4, 2))).tolist() == [1, 1]
    assert np.isnan(joint_p(np.zeros((0, 2)))).all()


def test_seven_axes_of_noise_rarely_show_one() -> None:
    rng, false = np.random.default_rng(5), 0
    for _ in range(200):
        false += joint_p(rng.choice([-1.0, 0, 1.0], size=(10, 7))).min() <= 0.05
    assert false <= 0.1 * 200
