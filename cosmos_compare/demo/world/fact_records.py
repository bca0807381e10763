"""The records of facts: what is true of the frames that a model is shown."""

from dataclasses import dataclass
from typing import Literal

from cosmos_compare.demo.world.scene import EgoAction, Happening, Kind

Risk = Literal["none", "low", "medium", "high"]
Position = Literal["left", "ahead", "right"]
Advice = Literal["keep", "slow", "stop", "stay", "go"]
Reason = Literal["clear", "calm", "crossing", "lead", "brakes", "merges", "cyclist", "red"]
Why = Literal["free", "red", "crossing", "lead", "cyclist"]


class Unclear(Exception):  # noqa: N818  it is no error: this window is not asked about
    """A careful person could argue about this window."""


@dataclass(frozen=True)
class Seen:
    """A kind that the frames show, where it was last, and what it does."""

    kind: Kind
    position: Position
    doing: str  # "crossing", "pavement", "lead", "oncoming", "parked", "ride", "merged", a light's colour, ""
    depth: float  # metres when it was nearest


@dataclass(frozen=True)
class Happened:
    what: Happening
    frame: int  # the first frame shown after it began
    last: int  # the last frame shown in which it goes on


@dataclass(frozen=True)
class SceneFacts:
    objects: tuple[Seen, ...]  # in the order of KINDS, each kind once
    ego: EgoAction
    ego_frame: int | None  # the first frame shown after the ego vehicle began to change its speed
    still_frame: int | None  # the first frame shown in which it stands, where it comes to a stop
    events: tuple[Happened, ...]
    risk: Risk
    reason: Reason
    critical: Seen | None
    advice: Advice
    why: Why  # the reason for the advice
    light: str | None  # the colour last seen
    boxes: tuple[tuple[Kind, tuple[float, float, float, float]], ...]  # in the last frame, fractions
    place: str
    weather: str
    night: bool
    counts: dict[str, int | None]  # how many of each kind are shown, and of `VEHICLES` together; None if unclear
    sides: dict[Kind, Position | None]  # where those of a kind are that are shown; None if not all on one side
