"""Frames: decode a clip once, so that every model sees the same pixels. Knows nothing of engines."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Clip, FrameTimes, ModelSpec, Settings
from cosmos_compare.video import conditions
from cosmos_compare.video.budget import frame_size
from cosmos_compare.video.decode import DamagedError, walk
from cosmos_compare.video.files import hold
from cosmos_compare.video.orientation import Image
from cosmos_compare.video.pixels import FrameShape, draw_time, fitted, picture, to_rgb
from cosmos_compare.video.plan import FramePlan, plan
from cosmos_compare.video.timeline import no_frames, read_timeline, timeline_of


@dataclass(frozen=True)
class Frames:
    """The sampled frames of one clip, as each model that was asked for sees them.

    `step` is the seconds between two sampling points: the uniform clock of models that read no timestamps.
    `images` holds one array a look: RGB uint8, (n, height, width, 3). `decode_s` is how many seconds making them took.
    """

    times: FrameTimes
    step: float
    clip: Clip
    settings: Settings
    images: Mapping[FrameShape, Image]
    decode_s: float = 0.0

    def for_model(self, spec: ModelSpec) -> Image:
        """The frames as `spec` sees them: RGB uint8, (n, height, width, 3), contiguous. Not a copy.

        Raises `KeyError` for a model whose look was not sampled.
        """
        return self.images[self._look(spec)]

    def size_for(self, spec: ModelSpec) -> tuple[int, int]:
        """(height, width) of `for_model(spec)`, pixels."""
        return self._look(spec).size

    def _look(self, spec: ModelSpec) -> FrameShape:
        return look_of(spec, self.clip, len(self.times.indices), self.settings)


class SamplingCancelledError(CompareError):
    """Someone pressed stop while a clip was being decoded."""


def look_of(spec: ModelSpec, clip: Clip, n_frames: int, settings: Settings) -> FrameShape:
    """How `spec` sees `n_frames` frames of a clip. Raises `CompareError` as `budget.frame_size` does."""
    height, width = frame_size(spec.vision, n_frames, clip.height, clip.width, settings.max_video_tokens)
    drawn = settings.timestamp and spec.vision.clock != "text"
    return FrameShape(height, width, band=spec.vision.factor if drawn else 0)  # the band is one row of visual tokens


def plan_frames(clip: Clip, settings: Settings) -> FramePlan:
    """Which frames would be sampled, by the file's timestamps; nothing is decoded.

    Raises `CompareError` with the field `start` or `end` when the range lies outside the clip, and where the file is
    no longer the one that was probed.
    """
    return _Source(clip, settings).plan()


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
    a warning. Raises `CompareError` (a range outside the clip, a budget too small, no frame that decodes, a file that
    is not or no longer the one that was probed) and `SamplingCancelledError`.
    """
    begin = time.perf_counter()
    source = _Source(clip, settings)
    threads = True
    for _ in ("as promised", "without threads", "as decoded"):
        chosen = source.plan()
        times, count = chosen.times, len(chosen.times.indices)
        images = {
            look: np.empty((count, *look.size, 3), np.uint8)
            for look in {look_of(spec, source.clip, count, settings) for spec in specs}
        }
        try:
            complete = _decode(source, times, images, threads, on_progress, cancelled)
        except DamagedError:
            threads = False
            continue
        source.hold()
        if complete:
            return Frames(times, chosen.step, source.clip, settings, images, time.perf_counter() - begin)
    raise CompareError("{name}: decodes differently each time.", "Is the disk sound?", name=Path(clip.path).name)


class _Source:
    """The clip that is asked about, and the one whose frames are shown: the same but where they are swapped."""

    def __init__(self, clip: Clip, settings: Settings) -> None:
        self.clip, self.settings = clip, settings
        self.swapped = settings.condition == "swapped"
        self.shown = conditions.swapped_with(clip) if self.swapped else clip
        self.hold()
        self.own = read_timeline(Path(clip.path))
        self.timeline = read_timeline(self.video)
        self.hold()

    @property
    def video(self) -> Path:
        """The file that is decoded."""
        return Path(self.shown.path)

    def hold(self) -> None:
        """Raise `CompareError` when a file is not the one that was probed: its hash would name other frames."""
        hold(Path(self.clip.path), self.clip.sha256)
        hold(self.video, self.shown.sha256)

    def plan(self) -> FramePlan:
        chosen = plan(self.own, Path(self.clip.path).name, self.settings)
        if self.swapped:
            return replace(chosen, times=conditions.swapped(chosen.times, self.shown, self.timeline))
        return replace(chosen, times=conditions.arranged(chosen.times, self.settings.condition, self.clip.sha256))

    def correct(self, stamps: Sequence[float]) -> None:
        """Take the stamps of the frames that decoded for what the file holds."""
        before = self.timeline
        true = timeline_of(stamps, before.end - before.seconds[-1])
        self.timeline = replace(before, origin=true.origin, seconds=true.seconds, end=true.end)
        if self.swapped:
            return
        self.own = self.timeline
        facts = {"n_frames": len(true.seconds), "duration": true.end, "fps": true.fps}
        self.clip = self.shown = self.clip.model_copy(update=facts)


def _decode(
    source: _Source,
    times: FrameTimes,
    images: Mapping[FrameShape, Image],
    threads: bool,
    on_progress: Callable[[float], None] | None,
    cancelled: Callable[[], bool] | None,
) -> bool:
    """Fill `images`, up to the last frame that is needed. False: the timeline was wrong, and is corrected now."""
    positions = defaultdict(list)
    for position, index in enumerate(times.indices if times.shown is None else times.shown):
        positions[index].append(position)
    if not positions:  # a control that shows nothing of the clip
        for array in images.values():
            array[:] = conditions.GREY
        _stamp(times.seconds, range(len(times.indices)), images)
        return True
    last = max(positions)
    stamps: list[float] = []
    as_promised = True
    for index, (stamp, frame) in enumerate(walk(source.video, source.timeline, threads=threads)):
        if cancelled and cancelled():
            raise SamplingCancelledError(Text("Stopped while the clip was being decoded."))
        stamps.append(stamp)
        as_promised = as_promised and source.timeline.has(index, stamp)
        if not as_promised:
            continue  # only the stamps of the rest are of use now
        if index in positions:
            _keep(frame, source, positions[index], images)
            _stamp(times.seconds, positions[index], images)
        if on_progress:
            on_progress((index + 1) / (last + 1))
        if index == last:
            return True
    if not stamps:
        raise no_frames(source.video)
    source.correct(stamps)
    return False


def _keep(frame: Any, source: _Source, positions: Sequence[int], images: Mapping[FrameShape, Image]) -> None:
    """Write one decoded frame to its positions in each array."""
    rgb = to_rgb(frame)
    for look, array in images.items():
        # Another scenario's frames keep their shape, within the size that the model takes of this clip.
        seen = (fitted if source.swapped else picture)(rgb, source.shown.rotation, look, source.shown.mirrored)
        for position in positions:
            array[position, : look.height] = seen


def _stamp(seconds: Sequence[float], positions: Iterable[int], images: Mapping[FrameShape, Image]) -> None:
    """Draw the time of each position, where a model is told it so."""
    for look, array in images.items():
        for position in positions if look.band else ():
            draw_time(array[position], seconds[position], look.band)
