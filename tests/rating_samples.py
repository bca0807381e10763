"""Ratings and run rows for tests."""

from typing import Any

from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.runs.index import RunRow

NOW = "2026-11-23T10:00:00Z"
A, B = "20261122T120000Z-aaaaaaaa", "20261122T120001Z-bbbbbbbb"


def rating(**changes: Any) -> Rating:
    values = {
        "created": NOW,
        "rater": "anna",
        "scenario": "scenario_01",
        "run_id": A,
        "model": "reason1",
        "pair_id": f"{A}~{B}",
        "side": "left",
        "objects": 2,
        "spatial": 1,
        "temporal": 0,
        "risk": None,
        "verdict": "better",
        "notes": "Sees the pedestrian.",
    }
    return Rating.model_validate(values | changes)


def pair(*, created: str = NOW, rater: str = "anna", a: int = 2, b: int = 1, notes: str = "") -> list[Rating]:
    """Both rows of one save: `a` and `b` are the marks on every axis."""
    both = {"created": created, "rater": rater, "notes": notes}
    verdicts = ("better", "worse") if a > b else ("worse", "better") if b > a else ("tie", "tie")
    one = rating(**both, **_all(a), verdict=verdicts[0])
    other = rating(**both, **_all(b), verdict=verdicts[1], run_id=B, model="reason2", side="right")
    return [one, other]


def _all(mark: int) -> dict[str, int]:
    return dict.fromkeys(AXES, mark)


def run_row(run_id: str, model: str, scenario: str = "scenario_01", **changes: Any) -> RunRow:
    values = {
        "key": run_id[-8:],
        "created": NOW,
        "prompt_name": "driving",
        "prompt_version": "p1",
        "reasoning": False,
        "settings_key": "s1",
        "footage_key": "f1",
        "finish": "stop",
        "new_tokens": 100,
        "first_token_s": 0.1,
        "total_s": 1.0,
        "tokens_per_s": 100.0,
        "path": f"runs/{scenario}/{model}/{run_id}",
        "demo": False,
        "error": "",
    }
    return RunRow(id=run_id, model=model, scenario=scenario, **(values | changes))
