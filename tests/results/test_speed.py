"""Speed beside quality: like with like, and in words what the times rest on."""

from __future__ import annotations

import numpy as np
import pandas as pd
from rating_samples import run_row
from test_report import MODELS, evidence_of, judged, runs_of

from cosmos_compare.results.report import report
from cosmos_compare.results.speed import speed_words
from cosmos_compare.runs.index import RunRow


def of(runs: list[RunRow], *scenarios: str) -> pd.DataFrame:
    """The table by model when these scenarios are rated."""
    return report(evidence_of(*(judged(name, 0, 1) for name in scenarios), runs=runs), MODELS).speed.set_index("model")


def timed(scenario: str, one: float | None, two: float | None, **second: object) -> list[RunRow]:
    """Both runs of a pair with the seconds that they took; more changes are the second run's."""
    a, b = runs_of([scenario])
    return [a._replace(total_s=one), b._replace(total_s=two, **second)]


def test_only_rated_runs_are_timed() -> None:
    """Prompts that were only tried, failed runs and other models once moved the medians, and models swapped places."""
    runs = timed("s1", 1, 2) + timed("s2", 3, 4) + timed("tried", 90, 1)
    runs += [run_row("e", "reason1", total_s=100.0, finish="error"), run_row("x", "other", total_s=50.0)]
    table = of(runs, "s1", "s2")
    assert table["total_s"].to_dict() == {"reason1": 2, "reason2": 3}
    assert table["runs"].to_dict() == table["compared"].to_dict() == {"reason1": 2, "reason2": 2}
    assert table["mean"].to_dict() == {"reason1": 0, "reason2": 1}
    assert speed_words(table) == "Median times over 2 rated pairs, the same clips and questions for both."


def test_an_answer_from_a_kept_clip_is_left_out_with_its_partner() -> None:
    """Its time is no time for that clip; leaving its partner in would compare unlike clips."""
    runs = timed("s1", 10, 20) + timed("s2", 1, 0.1, reused="prefix") + timed("s3", 30, 40)
    table = of(runs, "s1", "s2", "s3")
    assert table["total_s"].to_dict() == {"reason1": 20, "reason2": 30}
    assert table["reused"].to_dict() == {"reason1": 0, "reason2": 1}
    assert "1 rated answer came quicker" in speed_words(table) and "not comparable" in speed_words(table)


def test_where_all_were_reused_no_time_is_given() -> None:
    table = of(timed("s1", 1, 0.1, reused="features"), "s1")
    assert table["total_s"].isna().all() and table["compared"].tolist() == [0, 0]
    assert speed_words(table).startswith("No comparable times: 1 rated answer came quicker")


def test_a_run_that_is_gone_or_was_not_timed_costs_its_pair_only() -> None:
    gone = timed("s1", 1, 2)[:1]
    table = of([*gone, *timed("s2", 5, None), *timed("s3", 7, 8)], "s1", "s2", "s3")
    assert table["total_s"].to_dict() == {"reason1": 7, "reason2": 8}
    nothing = of(gone, "s1")
    assert np.isnan(nothing.loc["reason1", "total_s"])
    assert speed_words(nothing) == "No rated pair has times for both answers."


def test_running_again_from_the_cache_changes_no_time() -> None:
    """Equal answers are one answer: the first run, which did all of the work, speaks for it."""
    first = [row._replace(text_key=row.id) for row in timed("s1", 10, 20)]
    again = [
        row._replace(id=f"{row.id}-again", created="2026-11-24T10:00:00Z", total_s=0.1, reused="prefix")
        for row in first
    ]
    assert of([*first, *again], "s1")["total_s"].to_dict() == {"reason1": 10, "reason2": 20}
