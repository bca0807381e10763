"""Charts of a report: they say n, survive missing parts, and carry the ids of the pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rating_samples import run_row

from cosmos_compare.ratings.judgement import judge
from cosmos_compare.ratings.pairs import make_pair
from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.results.evidence import Slice, gather
from cosmos_compare.results.report import Report, report
from cosmos_compare.ui.results import charts, trust_charts
from cosmos_compare.ui.results.chart_parts import MOST_ROWS
from cosmos_compare.ui.results.numbers import nothing_to_draw, numbers

ALL = [
    charts.means,
    charts.scenario_differences,
    charts.verdicts,
    charts.heat,
    trust_charts.agreement,
    trust_charts.coverage,
    trust_charts.speed,
]
KEYS = ("means", "scenarios", "verdicts", "heat", "agreement", "coverage", "speed")


def made(scenarios: int, raters: Sequence[str], seed: int = 1, missing: float = 0.0) -> Report:
    """A report of random marks on `scenarios` scenarios."""
    chance = np.random.default_rng(seed)
    runs, rows = [], list[Rating]()
    for number in range(scenarios):
        pair = make_pair(*(run_row(f"r{number}-{model}", model, f"<b>scene_{number}") for model in ("one", "two")))
        runs += [pair.a, pair.b]
        for rater in raters:
            a, b = (
                {axis: None if chance.random() < missing else int(chance.integers(0, 3)) for axis in AXES} for _ in "ab"
            )
            rows += judge(pair, rater, a, b, "b", blind=True, left=pair.a.id, created="2026-11-23T10:00:00Z")
    table = Table({name: [getattr(row, name) for row in rows] for name in COLUMNS}, list(range(2, len(rows) + 2)), [])
    return report(gather(table, runs), ("one", "two"), Slice())


@pytest.mark.parametrize("draw", ALL)
@pytest.mark.parametrize(("scenarios", "raters"), [(1, ["anna"]), (2, ["anna", "bert"]), (70, ["anna", "bert"])])
def test_every_chart_can_be_drawn(draw: object, scenarios: int, raters: list[str]) -> None:
    figure = draw(made(scenarios, raters))  # type: ignore[operator]
    assert figure.to_json() and figure.layout.height < 1600


@pytest.mark.parametrize("draw", ALL)
def test_marks_that_are_all_missing_draw_an_empty_chart(draw: object) -> None:
    assert draw(made(3, ["anna", "bert"], missing=1.0)).to_json()  # type: ignore[operator]


@pytest.mark.parametrize("key", KEYS)
def test_every_chart_has_numbers_or_says_why_not(key: str) -> None:
    full, empty, alone = made(2, ["anna", "bert"]), made(2, []), made(2, ["anna"])
    assert not nothing_to_draw(full, key) and all(len(table) for table in numbers(full, key))
    assert bool(nothing_to_draw(empty, key)) == (key != "coverage")
    assert bool(nothing_to_draw(alone, key)) == (key == "agreement")
    assert numbers(empty, key)


def test_rows_say_their_n_and_names_are_text() -> None:
    found = made(8, ["anna", "bert"])
    axes = charts.means(found).layout.yaxis.ticktext
    assert any("Objects" in label and "n 16" in label for label in axes)
    scenes = charts.scenario_differences(found).layout.yaxis.ticktext
    assert "n 8 scenarios" in scenes[0] and all("n 14" in label for label in scenes[1:])
    assert all("&lt;b&gt;" in label or "&lt;b>" in label for label in scenes[1:])


def test_a_cell_of_the_heat_map_carries_the_pair_that_differs_most() -> None:
    found = made(3, ["anna"])
    heat, cells = charts.heat(found).data
    assert len(cells.customdata) == 3 * len(AXES)
    order = found.scenario_differences["scenario"].tolist()
    first = cells.customdata[0]
    assert first[0] == found.matrix_pairs.loc[order[0], AXES[0]] and "~" in first[0]
    assert heat.z[0][0] == found.matrix.loc[order[0], AXES[0]]


def test_of_many_scenarios_those_that_differ_most_are_drawn() -> None:
    found = made(70, ["anna"])
    bars = charts.scenario_differences(found).data[0].x
    hidden = found.scenario_differences["difference"].abs().nlargest(70).iloc[MOST_ROWS:]
    assert len(bars) == MOST_ROWS and min(abs(bars)) >= hidden.max()
