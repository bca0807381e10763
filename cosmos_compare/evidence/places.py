"""Places: where in the picture and when an answer says that things are: the frame for each, its time on the video, and
what can't be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cosmos_compare.evidence.claims import Footage, Remark
from cosmos_compare.evidence.lanes import footage_of
from cosmos_compare.language import t, tn
from cosmos_compare.records.schema import BoxConvention, Run
from cosmos_compare.texts.answers import Box, read_answer

LONGEST_S = 0.5  # either side of its time for which a box stands on the video


class Located(NamedTuple):
    """A box or point on the frame number `frame`, None where it is on none that was shown; `at`: the second of the clip
    that the answer names for it, and from `begin` to `end` it stands on the video; None where it names none."""

    box: Box
    frame: int | None
    at: float | None = None
    begin: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Places:
    """All that an answer locates, in its order, and a sentence for each kind of thing that can't be drawn."""

    located: tuple[Located, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def frames(self) -> tuple[int, ...]:
        """The numbers of the frames on which something is drawn, in order."""
        return tuple(sorted({place.frame for place in self.located if place.frame is not None}))

    def on(self, frame: int) -> tuple[Box, ...]:
        """What is drawn on a frame."""
        return tuple(place.box for place in self.located if place.frame == frame)


def places_of(run: Run) -> Places:
    """The places that an answer names: on the shown frame nearest to the time beside them, on the last one where they
    name none."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    found = read.boxes(*coordinates_of(run))
    if not run.frames.seconds:
        n = len(found.drawn)
        return Places(
            problems=(
                tn(
                    "1 box is on no frame: nobody knows which frames were shown.",
                    "{n} boxes are on no frame: nobody knows which frames were shown.",
                    n,
                ),
            )
            if n
            else ()
        )
    footage = footage_of(run)
    times = [None if box.time is None else box.time + footage.begin for box in found.drawn]
    located: list[Located] = []
    why: dict[str, None] = {}
    for box, at, shown_at in zip(found.drawn, times, _of_paths(found.drawn, times), strict=True):
        remark = _outside(shown_at, footage)
        if remark:
            why[remark.words] = None
        frame = None if remark else nearest(shown_at, footage.frames)
        located.append(Located(box, frame, at, *_window(box, at, found.drawn, times, footage)))
    problems = [str(problem) for problem in found.problems]
    if undrawn := sum(place.frame is None for place in located):
        words = "; ".join(list(why)[:3])
        problems.append(tn("1 box is on no frame: {why}.", "{n} boxes are on no frame: {why}.", undrawn, why=words))
    return Places(tuple(located), tuple(problems))


def coordinates_of(run: Run) -> tuple[BoxConvention, int, int]:
    """What a run's coordinates count, and the height and width of its frames in pixels. Pixels count on a frame of a
    known size, thousandths and shares on any."""
    height, width = run.answer.input_height, run.answer.input_width
    if height and width:
        return run.model.boxes, height, width
    return "unknown" if run.model.boxes == "pixels" else run.model.boxes, 1, 1


def untimed(places: Places) -> str:
    """Where boxes without a time are drawn, in words; nothing where all have one."""
    return t("on the last frame where no time is named") if any(place.at is None for place in places.located) else ""


def _of_paths(boxes: Sequence[Box], times: Sequence[float | None]) -> list[float | None]:
    """The time by which each is put on a frame: its own, or that of the last point of its path, drawn whole."""
    last: dict[int, float] = {}
    for box, at in zip(boxes, times, strict=True):
        if box.path and at is not None:
            last[box.path] = max(at, last.get(box.path, at))
    return [last.get(box.path, at) if box.path else at for box, at in zip(boxes, times, strict=True)]


def _outside(at: float | None, footage: Footage) -> Remark | None:
    """Why a time has no frame: it lies outside the clip, or outside what was shown."""
    if at is None:
        return None
    slack = max(footage.step, 0.25)
    if at > footage.duration + 0.05:
        return Remark("outside the clip", at, (footage.duration,))
    if not footage.frames[0] - slack <= at <= footage.frames[-1] + slack:
        return Remark("outside the frames", at, (footage.frames[0], footage.frames[-1]))
    return None


def nearest(at: float | None, frames: Sequence[float]) -> int:
    """The number of the frame nearest to a time; the last one where there is none."""
    if at is None:
        return len(frames) - 1
    return min(range(len(frames)), key=lambda number: abs(frames[number] - at))


def _window(
    box: Box, at: float | None, boxes: Sequence[Box], times: Sequence[float | None], footage: Footage
) -> tuple[float | None, float | None]:
    """From when to when a box stands on the video: half-way to the times before and after for which the answer locates
    the same thing, and at most `LONGEST_S`. A path stands while it lasts."""
    if at is None or at > footage.duration + 0.05:
        return None, None
    same = [
        other
        for there, other in zip(boxes, times, strict=True)
        if other is not None and (there.path == box.path if box.path else there.label == box.label and not there.path)
    ]
    if box.path:
        return min(same) - LONGEST_S, max(same) + LONGEST_S
    before = max((other for other in same if other < at), default=at - 2 * LONGEST_S)
    after = min((other for other in same if other > at), default=at + 2 * LONGEST_S)
    return max(at - LONGEST_S, (at + before) / 2), min(at + LONGEST_S, (at + after) / 2)
