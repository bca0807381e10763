"""Ratings for tests."""

from typing import Any

from cosmos_compare.schema import Rating

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
    from cosmos_compare.schema import AXES

    return dict.fromkeys(AXES, mark)
