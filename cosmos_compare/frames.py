"""Frames: decode a clip once, so that every model sees the same pixels. Knows nothing of engines."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from cosmos_compare.budget import frame_size
from cosmos_compare.decode import Timeline, no_frames, read_timeline, walk
from cosmos_compare.errors import CompareError
from cosmos_compare.schema import Clip, FrameTimes, ModelSpec, Settings

MAX_FRAMES = 768  # upstream's ceiling, for both models
SLACK = 0.05  # seconds by which an end may lie behind the clip's: forms show rounded durations

Shape = tuple[int, int, int]  # height and width at the model without the band, height of the band


class SamplingCancelledError(CompareError):
    """The person pressed stop while frames were being decoded."""


@dataclass(frozen=True)
class Frames:
    """The sampled frames of one clip, at the size of each model that will see them.

    `step` is the seconds between two sampling points: the uniform clock of models that read no timestamps.
    """

    times: FrameTimes
    step: float
    clip: Clip
    settings: Settings
    images: Mapping[Shape, np.ndarray]

    def for_model(self, spec: ModelSpec) -> np.ndarray:
        """RGB frames as this model sees them: uint8, (n, height, width, 3). Equal sizes share one array."""
        shape = _shape(spec, self.clip, len(self.times.indices), self.settings)
        if shape not in self.images:
            raise CompareError(f"The frames were not sampled for {spec.name}.", "Sample them again.")
        return self.images[shape]

    def size_for(self, spec: ModelSpec) -> tuple[int, int]:
        """(height, width) in pixels of `for_model(spec)`, the timestamp band included."""
        return model_size(spec, self.clip, len(self.times.indices), self.settings)


@dataclass(frozen=True)
class Plan:
    """Which frames to take, and the seconds between two sampling points."""

    times: FrameTimes
    step: float


def model_size(spec: ModelSpec, clip: Clip, n_frames: int, settings: Settings) -> tuple[int, int]:
    """(height, width) in pixels at which `spec` sees a clip's frames, the timestamp band included."""
    height, width, band = _shape(spec, clip, n_frames, settings)
    return height + band, width


def plan_frames(clip: Clip, settings: Settings) -> Plan:
    """Which frames would be sampled, from the file's timestamps alone. Raises as `sample_frames` does."""
    return plan_from(read_timeline(Path(clip.path)), clip, settings)


def plan_from(timeline: Timeline, clip: Clip, settings: Settings) -> Plan:
    """Spread sampling points evenly over the range; each takes the frame nearest in time, ties the later."""
    start, end = _range(timeline, clip, settings)
    length = end - start
    count = _even(math.floor(length * settings.fps + 1e-6))
    step = 1 / settings.fps
    most = _even(settings.max_frames or MAX_FRAMES)
    if count < 2 or count > most:
        count = min(max(count, 2), most)
        step = length / count
    indices = tuple(_nearest(timeline.seconds, start + k * step) for k in range(count))
    seconds = tuple(timeline.seconds[index] for index in indices)
    return Plan(FrameTimes(indices=indices, seconds=seconds, warnings=()), step)


def sample_frames(
    clip: Clip,
    settings: Settings,
    specs: Sequence[ModelSpec],
    on_progress: Callable[[float], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Frames:
    """Decode `clip` once and keep the sampled frames at the size of every model.

    `on_progress` gets the share done, 0 to 1; `cancelled` is asked at every frame.
    Raises `CompareError` for a file that can't be decoded, a range outside the clip or a budget that can't be
    met, and `SamplingCancelledError`.
    """
    plan = plan_frames(clip, settings)
    shapes = {_shape(spec, clip, len(plan.times.indices), settings) for spec in specs}
    images = {
        shape: np.empty((len(plan.times.indices), shape[0] + shape[2], shape[1], 3), np.uint8) for shape in shapes
    }
    wanted: dict[int, list[int]] = {}
    for position, index in enumerate(plan.times.indices):
        wanted.setdefault(index, []).append(position)
    last = max(wanted)
    for index, (_, frame) in enumerate(walk(Path(clip.path))):
        if cancelled and cancelled():
            raise SamplingCancelledError("Stopped.")
        if index in wanted:
            rgb = _upright(frame.to_ndarray(format="rgb24"), clip.rotation)
            for shape, array in images.items():
                image = _resize(rgb, shape)
                for position in wanted[index]:
                    array[position] = _with_band(image, plan.times.seconds[position], shape)
        if on_progress:
            on_progress((index + 1) / (last + 1))
        if index == last:
            break
    else:
        raise no_frames(Path(clip.path))
    return Frames(plan.times, plan.step, clip, settings, images)


def _range(timeline: Timeline, clip: Clip, settings: Settings) -> tuple[float, float]:
    start = settings.start or 0.0
    end = timeline.end if settings.end is None else settings.end
    if start >= timeline.end:
        raise CompareError(
            f"start is {start:g} s, and {clip.scenario} is {timeline.end:.2f} s long.",
            "Choose an earlier start.",
            field="start",
        )
    if end > timeline.end + SLACK:
        raise CompareError(
            f"end is {end:g} s, and {clip.scenario} is {timeline.end:.2f} s long.",
            "Choose an earlier end.",
            field="end",
        )
    return start, min(end, timeline.end)


def _even(count: int) -> int:
    return count // 2 * 2


def _nearest(seconds: Sequence[float], time: float) -> int:
    after = bisect_left(seconds, time)
    if after == len(seconds):
        return after - 1
    if after == 0 or seconds[after] - time <= time - seconds[after - 1] + 1e-6:
        return after
    return after - 1


def _shape(spec: ModelSpec, clip: Clip, n_frames: int, settings: Settings) -> Shape:
    vision = spec.vision
    height, width = frame_size(vision, n_frames, clip.height, clip.width, settings.max_video_tokens)
    return height, width, vision.factor if settings.timestamp and vision.clock == "overlay" else 0


def _upright(image: np.ndarray, rotation: int) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(image, -rotation // 90))


def _resize(image: np.ndarray, shape: Shape) -> np.ndarray:
    height, width, _ = shape
    shrinks = height * width < image.shape[0] * image.shape[1]
    resized: np.ndarray = cv2.resize(
        image, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    )
    return resized


def _with_band(image: np.ndarray, seconds: float, shape: Shape) -> np.ndarray:
    height, width, band = shape
    if not band:
        return image
    framed = np.zeros((height + band, width, 3), np.uint8)
    framed[:height] = image
    cv2.putText(
        framed, f"{seconds:.2f} s", (4, height + band - 8), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 1,
        cv2.LINE_AA,
    )  # fmt: skip
    return framed
