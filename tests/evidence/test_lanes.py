"""Answers and truth on one clock, and passages in which answers agree, differ or contradict the truth."""

from __future__ import annotations

from pathlib import Path

import pytest
from app_support import answered, comparison_of

from cosmos_compare.evidence.contrast import contrast_of
from cosmos_compare.evidence.lanes import Lanes, Told, lanes_of, rows_of
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import ModelSpec, Run

TRUTH = GroundTruth.model_validate(
    {
        "objects": {"pedestrian": {"present": True}, "bus": {"present": False}},
        "events": [
            {"label": "the car brakes", "start": 1.0, "end": 1.4, "critical": True, "tolerance": 0.2},
            {"label": "a pedestrian crosses the road", "start": 0.2, "end": 9.0},
        ],
        "risk": {"level": "high"},
    }
)


@pytest.fixture(scope="module")
def runs(scenarios: Path, specs: dict[str, ModelSpec]) -> list[Run]:
    """Two answers about a clip of 1.5 seconds."""
    spec = specs["reason1-tiny"]
    asked = comparison_of(scenarios / "scene_1" / "segment.webm", spec)
    texts = (
        "The car brakes at 1.1 s. There is a pedestrian and no bus. The risk is high.",
        "The car brakes at 0.2 s. A pedestrian and a bus are there. The risk is low.",
    )
    return [answered(asked, spec, text) for text in texts]


def lanes(runs: list[Run], truth: GroundTruth | None = TRUTH) -> Lanes:
    return lanes_of(runs, ["A", "B"], truth)


def test_claims_stand_against_the_event_that_they_tell(runs: list[Run]) -> None:
    found = lanes(runs)
    assert [[claim.standing for claim in lane.claims] for lane in found.lanes] == [["right"], ["wrong"]]
    assert found.lanes[1].claims[0].off == pytest.approx(0.8)
    assert found.truth is not None
    assert [event.label for event in found.truth] == ["a pedestrian crosses the road", "the car brakes"]
    assert found.truth[1].told == (Told(1.1, True), Told(0.2, False))
    assert found.truth[0].told == (Told(), Told())
    assert [remark.kind for remark in found.truth[0].remarks] == ["outside the clip"]


def test_without_ground_truth_there_are_lanes_and_nothing_is_judged(runs: list[Run]) -> None:
    found = lanes(runs, None)
    assert found.truth is None
    assert {claim.standing for lane in found.lanes for claim in lane.claims} == {"not known"}
    assert (found.share(0.75), found.share(99), found.share(-1)) == (0.5, 1.0, 0.0)


def test_marks_that_overlap_get_rows_of_their_own() -> None:
    assert rows_of([(0.0, 8.0), (1.0, 1.0), (6.0, 7.0)], 10.0) == (0, 1, 1)
    assert set(rows_of([(1.0, 1.0)] * 300, 10.0)) == {0, 1, 2}
    assert rows_of([], 10.0) == ()


def test_passages_are_marked_with_the_gravest_that_they_say(runs: list[Run]) -> None:
    found = contrast_of(runs, ["A", "B"], TRUTH)
    kinds = [{number: mark.kind for number, mark in own.items()} for own in found.marks]
    assert kinds == [{0: "differ", 1: "differ", 2: "differ"}, {0: "untrue", 1: "untrue", 2: "untrue"}]
    assert "They differ: risk (A: high, B: low; true: high)" in found.marks[0][2].words
    assert "B contradicts the truth on" in found.line
    alone = contrast_of(runs[1:], ["B"], TRUTH)
    assert {mark.kind for mark in alone.marks[0].values()} == {"untrue"}
    assert alone.line.startswith("B contradicts the truth on")


def test_without_ground_truth_answers_still_agree_and_differ(runs: list[Run]) -> None:
    found = contrast_of(runs, ["A", "B"])
    assert {mark.kind for mark in found.marks[0].values()} == {"agree", "differ"}
    assert contrast_of(runs[:1], ["A"]).marks == ({},)
