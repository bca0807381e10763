"""The record of `ground_truth.yaml`: what a careful person saw in a clip."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from cosmos_compare.records.base import ClipTime, Count, Record, Seconds

RiskLevel = Literal["none", "low", "medium", "high"]


class ObjectTruth(Record):
    """One class of objects in a ground truth."""

    present: bool = Field(description="whether the clip shows any")
    count_min: Count | None = Field(default=None, description="how many there are at least")
    note: str | None = Field(default=None, description="where and when, in words")


class EventTruth(Record):
    """Something that happens in the clip, from `start` to `end`."""

    label: str = Field(description="what happens, in a few words")
    start: ClipTime = Field(description="seconds of the clip")
    end: ClipTime = Field(description="seconds of the clip")
    critical: bool = Field(default=False, description="whether an answer that leaves it out is wrong")
    tolerance: Seconds | None = Field(default=None, description="seconds either side within which a time counts")
    source: str | None = Field(default=None, description="where this is known from")
    note: str | None = Field(default=None, description="a remark for people")


def _none_is_a_level(value: object) -> object:
    """YAML reads a bare `none` as a string but `None` and `~` as null: both mean no risk."""
    return "none" if value is None else value


class RiskTruth(Record):
    """How dangerous the clip is for whoever films it."""

    level: Annotated[RiskLevel, BeforeValidator(_none_is_a_level), Field(description="at its worst")] = Field(
        description="at its worst"
    )
    reason: str | None = Field(default=None, description="why")


class GroundTruth(Record):
    """What a careful person saw in a clip; every field may be missing in a user's own file."""

    scene: str | None = Field(default=None, description="where and when it plays, in words")
    view: str | None = Field(default=None, description="where the camera is: ego, fixed …")
    objects: dict[str, ObjectTruth] = Field(default_factory=dict, description="by class")
    events: tuple[EventTruth, ...] = Field(default=(), description="in any order")
    risk: RiskTruth | None = Field(default=None, description="the highest that the clip comes to")
    expected_action: str | None = Field(default=None, description="what whoever films it should do, in words")
    absent: tuple[str, ...] = Field(default=(), description="what an answer must not claim")
    tests: str | None = Field(default=None, description="one line: what this scenario is there to show")
    source: str | None = Field(default=None, description="where the clip comes from")
    licence: str | None = Field(default=None, description="under which terms")
    annotation: str | None = Field(default=None, description="who wrote this down, and how")
    more: dict[str, str] = Field(default_factory=dict, description="other fields of a label, as text")

    @model_validator(mode="before")
    @classmethod
    def _left_empty_is_left_out(cls, data: Any) -> Any:
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data
