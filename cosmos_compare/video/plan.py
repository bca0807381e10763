"""Plan: which frames of a clip are taken, and what there is to say about them. Pure arithmetic on a timeline."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import FrameTimes, Settings
from cosmos_compare.video.clock import LEAP
from cosmos_compare.video.timeline import Timeline

MAX_FRAMES = 768  # of both upstream processors, where no other ceiling is set
END_SLACK = 0.05  # seconds: forms show rounded durations, so an end may lie this far behind the clip's
PAUSE = 20  # a gap of this many usual ones is a pause
NAMED = 3  # joints and pauses that are named one by one


@dataclass(frozen=True)
class FramePlan:
    """Which frames to take, and the seconds between two sampling points."""

    times: FrameTimes
    step: float


def plan(timeline: Timeline, name: str, settings: Settings) -> FramePlan:
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
            Text(
                "{fps:g} frames a second would be {asked:,}; {most} are taken, one every {step:.2f} s.",
                fps=settings.fps,
                asked=asked,
                most=MAX_FRAMES,
                step=step,
            )
        )
    times = FrameTimes(
        indices=indices,
        seconds=tuple(timeline.seconds[index] for index in indices),
        warnings=tuple(warning for warning in warnings if warning),
    )
    return FramePlan(times, step)


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
    until = Text("{end:.2f} of {promised_end:.2f} s", end=timeline.end, promised_end=timeline.promised_end)
    if count < timeline.promised:
        yield Text(
            "{name} ends early or is damaged: {count} of {promised} frames can be used, {until}.",
            name=name,
            count=count,
            promised=timeline.promised,
            until=until,
        )
    elif timeline.end < timeline.promised_end - 1 / timeline.fps:
        yield Text("{name} ends early: it holds {until}.", name=name, until=until)
    if timeline.second_movie:
        yield Text(
            "{name} holds a second recording behind the first, which is not read: split the file to see both.",
            name=name,
        )
    if timeline.streams > 1:
        yield Text(
            "{name} holds {streams} videos; the largest is used, of equal ones the first.",
            name=name,
            streams=timeline.streams,
        )
    if timeline.hdr:
        yield (
            Text(
                "{name} is HDR ({hdr}) and the frames are not tone-mapped: to the models its colours look paler and "
                "its brightness flatter than on a screen. Convert it to SDR (BT.709) where that matters.",
                name=name,
                hdr=timeline.hdr,
            )
        )


def _about_clock(timeline: Timeline, start: float, end: float) -> Iterator[str]:
    """Where the clock of the file could not be taken as it is, within the range."""
    if timeline.filled:
        every = Text("{filled} of {promised}", filled=timeline.filled, promised=timeline.promised)
        yield Text(
            "{every} frames have no time in the file; theirs are filled in at the rate of the others.", every=every
        )
    joints = [joint for joint in timeline.joints if start < joint.seconds < end]
    for joint in joints[:NAMED]:
        how = (
            Text("falls back {seconds:.2f} s", seconds=-joint.change)
            if joint.change < 0
            else Text("leaps {change:.2f} s ahead", change=joint.change)
        )
        yield (
            Text(
                "The file's clock {how} at {seconds:.2f} s (frame {frame}), as in joined recordings; it is taken to "
                "go on. To see one part only, set start or end (--start, --end) to {seconds:.2f}.",
                how=how,
                seconds=joint.seconds,
                frame=joint.frame,
            )
        )
    if len(joints) > NAMED:
        yield Text("The clock falls or leaps {n} times more, and is taken to go on each time.", n=len(joints) - NAMED)
    pauses = _pauses(timeline, start, end)
    for before, after in pauses[:NAMED]:
        yield (
            Text(
                "No frame lies between {before:.2f} and {after:.2f} s: the clock leaps, and one picture fills this "
                "time. To leave it out, set end (--end) to {before:.2f} or start (--start) to {after:.2f}.",
                before=before,
                after=after,
            )
        )
    if len(pauses) > NAMED:
        yield Text("There are {n} more such pauses.", n=len(pauses) - NAMED)


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
        what = Text("one frame") if len(indices) == 2 else Text("one picture for {end:g} s", end=timeline.end)
        return Text("The clip is {what}; it is shown {times}.", what=what, times=times)
    if len(set(indices)) == 1:
        at = timeline.seconds[indices[0]]
        return Text(
            "The {length:g} s looked at hold one frame, that of {at:.2f} s; it is shown {times}.",
            length=length,
            at=at,
            times=times,
        )
    seconds = timeline.seconds[indices[0] : indices[-1] + 1]
    gap = max(later - earlier for earlier, later in pairwise(seconds))
    stands = timeline.end - seconds[-1] if indices[-1] == len(timeline.seconds) - 1 else 0.0
    if stands > gap + 1e-3:
        return Text(
            "{again} of {n} sampling points show a frame again, because no other is nearer: the clip's last frame "
            "stands for {stands:.2f} s.",
            again=again,
            n=len(indices),
            stands=stands,
        )
    return Text(
        "{again} of {n} sampling points show a frame again, because no other is nearer: the clip's frames lie up to "
        "{gap:.2f} s apart.",
        again=again,
        n=len(indices),
        gap=gap,
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
