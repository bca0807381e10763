"""A report in words: what is enough, what is not, and that nothing is ever 'p = 0'."""

import numpy as np
import pytest
from test_report import MODELS, evidence_of, judged, report

from cosmos_compare.results.report_words import (
    agreement_words,
    count,
    difference_words,
    estimate_words,
    left_words,
    p_words,
    win_words,
)
from cosmos_compare.stats import Estimate, difference, left_share, win_rate


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (1.0, "p = 1"),
        (0.99999, "p = 1"),
        (0.0078125, "p = .008"),
        (0.05, "p = .050"),
        (0.0005, "p < .001"),
        (0, "p < .001"),
    ],
)
def test_p_is_never_zero(p: float, words: str) -> None:
    assert p_words(p) == words


def test_enough_evidence() -> None:
    words = difference_words(difference(np.linspace(0.4, 0.8, 8), np.arange(8)), "A", "B")
    assert words.startswith(
        "B is rated 0.60 higher than A on the scale of 0 to 2 (95 % interval 0.48 to 0.72; 8 scenarios"
    )
    assert "p = .008, where 8 scenarios can give p = .008 at the least" in words
    assert "Not enough" not in words
    assert "*" not in words


def test_not_enough_evidence_says_how_much_is_missing() -> None:
    found = difference(np.array([0.5, -0.4, 0.9, -0.2, 0.3, 0.4]), np.arange(6))
    words = difference_words(found, "A", "B")
    assert f"Not enough evidence: about {found.more_scenarios} more scenarios would be needed" in words
    assert found.more_scenarios == 25  # (2.8016 · 0.4764 / 0.25)² + 1.92 = 30.4, so 31 in all


def test_one_scenario_and_none() -> None:
    assert "in the one scenario" in difference_words(difference(np.ones(7), np.zeros(7, dtype=int)), "A", "B")
    assert "No rater has marked both A and B" in difference_words(difference(np.array([]), np.array([])), "A", "B")


def test_no_difference_at_all() -> None:
    words = difference_words(difference(np.zeros(8), np.arange(8)), "A", "B")
    assert words.startswith("A and B are rated alike")
    assert "none was seen" in words


def test_wins() -> None:
    kinds = {"a": 0, "b": 12, "tie": 0, "both_bad": 0}
    words = win_words(win_rate(np.ones(12), np.arange(12)), kinds, "A", "B")
    assert words.startswith("B wins 100% of the comparisons")
    assert "Not enough" not in words
    assert "Not enough evidence" in win_words(win_rate(np.ones(2), np.arange(2)), kinds, "A", "B")
    assert win_words(win_rate(np.array([]), np.array([])), kinds, "A", "B") == "No verdict is given yet."


def test_sides() -> None:
    assert "favour a side" in left_words(left_share(np.ones(20), np.arange(20)))
    assert "favour" not in left_words(left_share(np.array([1.0, 0.0]), np.arange(2)))
    assert "can't be told" in left_words(left_share(np.array([]), np.array([])))


def test_agreement_that_is_undefined_says_why() -> None:
    alone = report(evidence_of(judged("s1", 1, 1)), MODELS)
    assert agreement_words(alone) == "Agreement between raters can't be told: no run was rated by two raters."
    same = report(evidence_of(*(judged(f"s{n}", 2, 2, rater=r) for n in range(3) for r in ("anna", "bo"))), MODELS)
    words = agreement_words(same)
    assert words.count("undefined (only one level was used") == 3
    assert "equal marks 100% (95 % interval 44% to 100%)" in words
    assert "2 raters, 42 marks" in words


def test_values_without_an_interval() -> None:
    assert estimate_words(Estimate(0.5, None, None, 3, 1, "One scenario gives no interval.")) == (
        "0.50 (one scenario gives no interval)"
    )


def test_counting() -> None:
    assert [count(n, "mark") for n in (0, 1, 50_000)] == ["0 marks", "1 mark", "50,000 marks"]
