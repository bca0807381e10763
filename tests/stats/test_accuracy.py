"""The share of right answers with its interval over clips."""

from __future__ import annotations

import numpy as np
import pytest

from cosmos_compare.stats.accuracy import accuracy
from cosmos_compare.stats.shares import wilson


def test_one_question_a_clip_is_wilsons_interval_but_for_the_t() -> None:
    right = np.array([1.0] * 14 + [0.0] * 6)
    found = accuracy(right, np.arange(20))
    low, high = wilson(14, 20)
    assert found.value == 0.7 and found.n == found.scenarios == 20
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high)), "at least one a clip"


def test_questions_that_go_together_are_worth_their_clips() -> None:
    clips = np.repeat(np.arange(10), 5)
    together = accuracy(np.repeat([1.0, 1, 1, 1, 1, 1, 1, 0, 0, 0], 5), clips)
    apart = accuracy(np.tile([1.0, 1, 1, 0, 1], 10)[:50], clips)
    assert together.low is not None and together.high is not None and apart.low is not None and apart.high is not None
    assert together.high - together.low > 1.5 * (apart.high - apart.low)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_all_alike_is_no_certainty(value: float) -> None:
    found = accuracy(np.full(40, value), np.repeat(np.arange(8), 5))
    assert (found.low, found.high) == pytest.approx(wilson(8 * value, 8))


def test_too_little_says_why() -> None:
    assert accuracy(np.array([]), np.array([])).why == "No question is answered yet."
    assert accuracy(np.array([1.0, 0]), np.array(["a", "a"])).why == "One clip gives no interval."


def test_the_interval_covers_what_it_is_about() -> None:
    """Twenty clips of one to ten questions that go together; 95 % within what 400 draws can tell."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(400):
        sizes, shares = rng.integers(1, 11, 20), rng.beta(1.87, 0.47, 20)  # mean .8, correlated by .3
        right = np.concatenate([rng.random(n) < p for n, p in zip(sizes, shares, strict=True)]).astype(float)
        found = accuracy(right, np.repeat(np.arange(20), sizes))
        assert found.low is not None and found.high is not None
        hits += found.low <= 1.87 / 2.34 <= found.high
    assert 0.9 <= hits / 400 <= 0.99
