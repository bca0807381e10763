"""Plan: which frames of a clip are taken, and what there is to say about them. Pure arithmetic on a timeline."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cosmos_compare.errors import CompareError
from cosmos_compare.schema import FrameTimes, Settings
from cosmos_compare.video.clock import LEAP
from cosmos_compare.video.timeline import Timeline

MAX_FRAMES = 768  # of both upstream processors, where no other ceiling is set
END_SLACK = 0.05  # seconds: forms show rounded durations, so an end may lie this far behind the clip's
PAUSE = 20  # a gap of this many usual ones is a pause
NAMED = 3  # joints and pauses that are named one by one


@dataclass(frozen=True)
class Plan:
    """Which frames to take, and the seconds between two sampling points."""

    times: FrameTimes
    step: float


def plan(timeline: Timeline, name: str, settings: Settings) -> Plan:
    """Spread sampling points evenly over the range; each takes the frame nearest in time, ties the later one.

    The points stay even where a clip of variable rate has a gap: models without timestamps have no other clock.
    Raises `CompareError` with the field `start` or `end` when the range lies outside the clip.
    """
    start, end = _range(timeline, name, settings)
    length, step = end - start, 1 / settings.fps
    asked = math.floor(length * settings.fps + 1e-6)
    count = min(max(_even(asked), 2), _even(settings.max_frames or MAX_FRAMES))
    if not count <= asked <= count + 1:
        step = length / count
    indices = tuple(nearest_frame(timeline.seconds, start + k * step) for k in range(count))
    warnings = [*_about_file(timeline, name), *_about_clock(timeline, start, end), _repeats(timeline, indices, length)]
    if settings.max_frames is None and asked > MAX_FRAMES + 1:
        warnings.append(
            f"{settings.fps:g} frames a second would be {asked:,}; {MAX_FRAMES} are taken, one every {step:.2f} s."
        )
    times = FrameTimes(
        indices=indices,
        seconds=tuple(timeline.seconds[index] for index in indices),
        warnings=tuple(warning for warning in warnings if warning),
    )
    return Plan(times, step)


def _range(timeline: Timeline, name: str, settings: Settings) -> tuple[float, float]:
    """Start and end in seconds of the clip."""
    start = settings.start or 0.0
    end = timeline.end if settings.end is None else settings.end
    for field, value, beyond in (
        ("start", start, start >= timeline.end),
        ("end", end, end > timeline.end + END_SLACK),
    ):
        if beyond:
            raise CompareError(
                "{what} is {value:g} s, and {name} ends at {end:.2f} s.",
                "Choose an earlier {what}.",
                what=field,
                value=value,
                name=name,
                end=timeline.end,
                field=field,
            )
    return start, min(end, timeline.end)


def _about_file(timeline: Timeline, name: str) -> Iterator[str]:
    """What a file lacks or holds besides."""
    count = len(timeline.seconds)
    until = f"{timeline.end:.2f} of {timeline.promised_end:.2f} s"
    if count < timeline.promised:
        yield f"{name} ends early or is damaged: {count} of {timeline.promised} frames can be used, {until}."
    elif timeline.end < timeline.promised_end - 1 / timeline.fps:
        yield f"{name} ends early: it holds {until}."
    if timeline.second_movie:
        yield f"{name} holds a second recording behind the first, which is not read: split the file to see both."
    if timeline.streams > 1:
        yield f"{name} holds {timeline.streams} videos; the largest is used, of equal ones the first."
    if timeline.hdr:
        yield (
            f"{name} is HDR ({timeline.hdr}) and the frames are not tone-mapped: to the models its colours look "
            "paler and its brightness flatter than on a screen. Convert it to SDR (BT.709) where that matters."
        )


def _about_clock(timeline: Timeline, start: float, end: float) -> Iterator[str]:
    """Where the clock of the file could not be taken as it is, within the range."""
    if timeline.filled:
        every = f"{timeline.filled} of {timeline.promised}"
        yield f"{every} frames have no time in the file; theirs are filled in at the rate of the others."
    joints = [joint for joint in timeline.joints if start < joint.seconds < end]
    for joint in joints[:NAMED]:
        how = f"falls back {-joint.change:.2f} s" if joint.change < 0 else f"leaps {joint.change:.2f} s ahead"
        yield (
            f"The file's clock {how} at {joint.seconds:.2f} s (frame {joint.frame}), as in joined recordings; it "
            f"is taken to go on. To see one part only, set start or end (--start, --end) to {joint.seconds:.2f}."
        )
    if len(joints) > NAMED:
        yield f"The clock falls or leaps {len(joints) - NAMED} times more, and is taken to go on each time."
    pauses = _pauses(timeline, start, end)
    for before, after in pauses[:NAMED]:
        yield (
            f"No frame lies between {before:.2f} and {after:.2f} s: the clock leaps, and one picture fills this time. "
            f"To leave it out, set end (--end) to {before:.2f} or start (--start) to {after:.2f}."
        )
    if len(pauses) > NAMED:
        yield f"There are {len(pauses) - NAMED} more such pauses."


def _pauses(timeline: Timeline, start: float, end: float) -> list[tuple[float, float]]:
    """Times between frames that are far longer than is usual for the clip, within the range."""
    gaps = [later - earlier for earlier, later in pairwise(timeline.seconds)]
    if max(gaps, default=0) <= LEAP:
        return []
    usual = statistics.median(gaps)
    return [
        (earlier, later)
        for earlier, later in pairwise(timeline.seconds)
        if later - earlier > max(LEAP, PAUSE * usual) and earlier < end and later > start
    ]


def _repeats(timeline: Timeline, indices: Sequence[int], length: float) -> str:
    """What to say where sampling points share a frame."""
    again = len(indices) - len(set(indices))
    if not again:
        return ""
    times = "twice" if len(indices) == 2 else f"{len(indices)} times"
    if len(timeline.seconds) == 1:
        what = "one frame" if len(indices) == 2 else f"one picture for {timeline.end:g} s"
        return f"The clip is {what}; it is shown {times}."
    if len(set(indices)) == 1:
        at = timeline.seconds[indices[0]]
        return f"The {length:g} s looked at hold one frame, that of {at:.2f} s; it is shown {times}."
    seconds = timeline.seconds[indices[0] : indices[-1] + 1]
    gap = max(later - earlier for earlier, later in pairwise(seconds))
    return (
        f"{again} of {len(indices)} sampling points show a frame again, because no other is nearer: "
        f"the clip's frames lie up to {gap:.2f} s apart."
    )


def _even(count: int) -> int:
    return count // 2 * 2


def nearest_frame(seconds: Sequence[float], time: float) -> int:
    """Index of the frame nearest in time, of two equally near the later."""
    after = bisect_left(seconds, time)
    if after == len(seconds):
        return after - 1
    if after > 0 and time - seconds[after - 1] < seconds[after] - time - 1e-6:
        return after - 1
    return after
