"""Frames: decode a clip once, so that every model sees the same pixels. Knows nothing of engines."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from cosmos_compare.errors import CompareError
from cosmos_compare.schema import Clip, FrameTimes, ModelSpec, Settings
from cosmos_compare.video.budget import frame_size
from cosmos_compare.video.decode import Timeline, no_frames, read_timeline, timeline_of, walk
from cosmos_compare.video.pixels import Image, Look, draw_time, picture, to_rgb

MAX_FRAMES = 768  # of both upstream processors, where no other ceiling is set
END_SLACK = 0.05  # seconds: forms show rounded durations, so an end may lie this far behind the clip's


@dataclass(frozen=True)
class Plan:
    """Which frames to take, and the seconds between two sampling points."""

    times: FrameTimes
    step: float


@dataclass(frozen=True)
class Frames:
    """The sampled frames of one clip, as each model that was asked for sees them.

    `step` is the seconds between two sampling points: the uniform clock of models that read no timestamps.
    `images` holds one array a look: RGB uint8, (n, height, width, 3).
    """

    times: FrameTimes
    step: float
    clip: Clip
    settings: Settings
    images: Mapping[Look, Image]

    def for_model(self, spec: ModelSpec) -> Image:
        """The frames as `spec` sees them: RGB uint8, (n, height, width, 3), contiguous. Not a copy.

        Raises `KeyError` for a model whose look was not sampled.
        """
        return self.images[self._look(spec)]

    def size_for(self, spec: ModelSpec) -> tuple[int, int]:
        """(height, width) of `for_model(spec)`, pixels."""
        return self._look(spec).size

    def _look(self, spec: ModelSpec) -> Look:
        return look_of(spec, self.clip, len(self.times.indices), self.settings)


class SamplingCancelledError(CompareError):
    """Someone pressed stop while a clip was being decoded."""


def look_of(spec: ModelSpec, clip: Clip, n_frames: int, settings: Settings) -> Look:
    """How `spec` sees `n_frames` frames of a clip. Raises `CompareError` as `budget.frame_size` does."""
    height, width = frame_size(spec.vision, n_frames, clip.height, clip.width, settings.max_video_tokens)
    drawn = settings.timestamp and spec.vision.clock == "overlay"
    return Look(height, width, band=spec.vision.factor if drawn else 0)  # the band is one row of visual tokens


def plan_frames(clip: Clip, settings: Settings) -> Plan:
    """Which frames would be sampled, by the file's timestamps; nothing is decoded.

    Raises `CompareError` with the field `start` or `end` when the range lies outside the clip.
    """
    return _plan(read_timeline(Path(clip.path)), Path(clip.path).name, settings)


def sample_frames(
    clip: Clip,
    settings: Settings,
    specs: Sequence[ModelSpec],
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Frames:
    """Decode `clip` once, as far as needed, and keep the sampled frames as each of `specs` sees them.

    `on_progress` gets the share done, 0 to 1; `cancelled` is asked at each frame. Where a damaged file decodes
    to something else than its timestamps promise, the frames are chosen again among those that do decode, with
    a warning. Raises `CompareError` (a range outside the clip, a budget too small, no frame that decodes) and
    `SamplingCancelledError`.
    """
    video = Path(clip.path)
    timeline = read_timeline(video)
    for _ in ("as promised", "as decoded"):
        plan = _plan(timeline, video.name, settings)
        count = len(plan.times.indices)
        images = {
            look: np.empty((count, *look.size, 3), np.uint8)
            for look in {look_of(spec, clip, count, settings) for spec in specs}
        }
        decoded = _decode(clip, timeline, plan, images, on_progress, cancelled)
        if decoded is timeline:
            return Frames(plan.times, plan.step, clip, settings, images)
        timeline = decoded
        clip = clip.model_copy(update={"n_frames": len(decoded.seconds), "duration": decoded.end, "fps": decoded.fps})
    raise CompareError(f"{video.name}: decodes differently each time.", "Is the disk sound?")


def _decode(
    clip: Clip,
    timeline: Timeline,
    plan: Plan,
    images: Mapping[Look, Image],
    on_progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Timeline:
    """Fill `images`, up to the last frame of the plan. Returns `timeline`, or the true one where it is wrong."""
    video = Path(clip.path)
    positions = defaultdict(list)
    for position, index in enumerate(plan.times.indices):
        positions[index].append(position)
    last = plan.times.indices[-1]
    stamps: list[float] = []
    as_promised = True
    for index, (stamp, frame) in enumerate(walk(video, timeline)):
        if cancelled and cancelled():
            raise SamplingCancelledError("Stopped while the clip was being decoded.")
        stamps.append(stamp)
        as_promised = as_promised and timeline.has(index, stamp)
        if not as_promised:
            continue  # only the stamps of the rest are of use now
        if index in positions:
            _keep(frame, clip.rotation, positions[index], plan.times.seconds, images)
        if on_progress:
            on_progress((index + 1) / (last + 1))
        if index == last:
            return timeline
    if not stamps:
        raise no_frames(video)
    true = timeline_of(stamps, timeline.end - timeline.seconds[-1])
    return replace(true, promised=timeline.promised, promised_end=timeline.promised_end)


def _keep(
    frame: Any, rotation: int, positions: Sequence[int], seconds: Sequence[float], images: Mapping[Look, Image]
) -> None:
    """Write one decoded frame to its positions in each array."""
    rgb = to_rgb(frame)
    for look, array in images.items():
        seen = picture(rgb, rotation, look)
        for position in positions:
            array[position, : look.height] = seen
            if look.band:
                draw_time(array[position], seconds[position], look.band)


def _plan(timeline: Timeline, name: str, settings: Settings) -> Plan:
    """Spread sampling points evenly over the range; each takes the frame nearest in time, ties the later one.

    The points stay even where a clip of variable rate has a gap: models without timestamps have no other clock.
    """
    start, end = _range(timeline, name, settings)
    length, step = end - start, 1 / settings.fps
    asked = math.floor(length * settings.fps + 1e-6)
    count = min(max(_even(asked), 2), _even(settings.max_frames or MAX_FRAMES))
    if not count <= asked <= count + 1:
        step = length / count
    indices = tuple(_nearest(timeline.seconds, start + k * step) for k in range(count))
    warnings = [_less_than_promised(timeline, name), _repeats(timeline, indices)]
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
                f"{field} is {value:g} s, and {name} ends at {timeline.end:.2f} s.",
                f"Choose an earlier {field}.",
                field=field,
            )
    return start, min(end, timeline.end)


def _less_than_promised(timeline: Timeline, name: str) -> str:
    count = len(timeline.seconds)
    until = f"{timeline.end:.2f} of {timeline.promised_end:.2f} s"
    if count < timeline.promised:
        return f"{name} ends early or is damaged: {count} of {timeline.promised} frames can be used, {until}."
    if timeline.end < timeline.promised_end - 1 / timeline.fps:
        return f"{name} ends early: it holds {until}."
    return ""


def _repeats(timeline: Timeline, indices: Sequence[int]) -> str:
    if len(timeline.seconds) == 1:
        return "The clip is one frame; it is shown twice."
    again = len(indices) - len(set(indices))
    if not again:
        return ""
    seconds = timeline.seconds[indices[0] : indices[-1] + 1]
    gap = max((later - earlier for earlier, later in pairwise(seconds)), default=timeline.end)
    return (
        f"{again} of {len(indices)} sampling points show a frame again, because no other is nearer: "
        f"the clip's frames lie up to {gap:.2f} s apart."
    )


def _even(count: int) -> int:
    return count // 2 * 2


def _nearest(seconds: Sequence[float], time: float) -> int:
    after = bisect_left(seconds, time)
    if after == len(seconds):
        return after - 1
    if after > 0 and time - seconds[after - 1] < seconds[after] - time - 1e-6:
        return after - 1
    return after
