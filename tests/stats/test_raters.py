"""The interval about other raters: by hand, and what it covers when raters lean."""

import numpy as np
import pytest
from scipy.stats import t as student

from cosmos_compare.stats import difference
from cosmos_compare.stats.raters import cells, crossed, effective_raters


def test_balanced_by_hand() -> None:
    """Cells 0 1 / 2 1 / 4 4: MS of scenarios 13, of raters 0, of both together 1/2, which raters are taken to add."""
    values, scenarios, raters = np.array([0, 1, 2, 1, 4, 4.0]), np.repeat(np.arange(3), 2), np.tile([0, 1], 3)
    found = crossed(values, scenarios, raters)
    assert found is not None and found.balanced
    means = np.array([0.5, 1.5, 4.0])
    mean_square = 2 * ((means - 2) ** 2).sum() / 2
    freedom = (mean_square + 0.5) ** 2 / (mean_square**2 / 2 + 0.5**2 / 1)
    half = student.ppf(0.975, min(freedom, 2)) * np.sqrt((mean_square + 0.5) / 6)
    assert found.half == pytest.approx(half)


def test_raters_who_lean_add_their_spread_by_hand() -> None:
    """Every scenario 1 and −1: MS of raters 8·2/1 = 16, nothing else; V = 16/16 = 1 with one degree of freedom."""
    found = crossed(np.tile([1.0, -1.0], 8), np.repeat(np.arange(8), 2), np.tile([0, 1], 8))
    assert found is not None
    assert found.half == pytest.approx(student.ppf(0.975, 1))


def test_a_missing_cell_is_the_two_way_cluster_form_by_hand() -> None:
    """Cells 1 – / 0 2 / – 3: weights 1/3, 1/6, 1/6, 1/3, mean 5/3; sums of scores by scenario and by rater."""
    values, scenarios, raters = np.array([1, 0, 2, 3.0]), np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1])
    found = crossed(values, scenarios, raters)
    assert found is not None and not found.balanced
    mean = 5 / 3
    scores = np.array([(1 - mean) / 3, (0 - mean) / 6, (2 - mean) / 6, (3 - mean) / 3])
    by_scenario = 3 / 2 * (scores[0] ** 2 + (scores[1] + scores[2]) ** 2 + scores[3] ** 2)
    by_rater = 2 * ((scores[0] + scores[1]) ** 2 + (scores[2] + scores[3]) ** 2)
    extra = max(0.06**2 / 2, by_rater - 4 / 3 * (scores**2).sum())
    freedom = (by_scenario + extra) ** 2 / (by_scenario**2 / 2 + extra**2 / 1)
    half = student.ppf(0.975, min(max(freedom, 1), 2)) * np.sqrt(by_scenario + extra)
    assert found.half == pytest.approx(half)


def test_one_rater_or_one_scenario_says_nothing_about_others() -> None:
    assert crossed(np.ones(3), np.arange(3), np.zeros(3)) is None
    assert crossed(np.ones(2), np.zeros(2), np.arange(2)) is None
    assert cells(np.array([np.nan]), np.array([0]), np.array([0])).shape == (0, 0)


def test_one_who_judged_nearly_everything_says_nothing_about_others() -> None:
    """Anna judged twenty scenarios, Bo and Cy one each: three names, but one rater's marks."""
    scenarios, raters = np.array([*range(20), 0, 1]), np.array([0] * 20 + [1, 2])
    assert crossed(np.ones(22), scenarios, raters) is None
    found = difference(np.where(raters == 0, 1.0, -2.0), scenarios, raters)
    assert (found.raters, found.wide_low, found.enough, found.enough_for_others) == (3, None, True, False)
    assert effective_raters(cells(np.ones(22), scenarios, raters)) == pytest.approx(1 / (0.95**2 + 2 * 0.025**2))
    half = np.array([*range(20), *range(10)]), np.array([0] * 20 + [1] * 10)
    assert effective_raters(cells(np.ones(30), *half)) == pytest.approx(1.6)
    assert crossed(np.ones(30), *half) is not None


def test_it_covers_what_raters_at_large_would_say() -> None:
    """Two raters who lean by sd .2, twenty scenarios: the narrow interval holds the truth too rarely."""
    rng, wide, narrow = np.random.default_rng(9), 0, 0
    scenarios, raters = np.repeat(np.arange(20), 2), np.tile([0, 1], 20)
    for _ in range(300):
        values = rng.normal(0, 0.2, 2)[raters] + rng.normal(0, 0.5, 20)[scenarios] + rng.normal(0, 0.5, 40)
        found = difference(values, scenarios, raters)
        assert found.low is not None and found.high is not None
        assert found.wide_low is not None and found.wide_high is not None
        narrow += found.low <= 0 <= found.high
        wide += found.wide_low <= 0 <= found.wide_high
    assert narrow < 0.87 * 300 and wide >= 0.92 * 300
