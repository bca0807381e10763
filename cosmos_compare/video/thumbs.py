"""Thumbnails: one small picture and the length of each clip, made once in the background and kept on disk."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av.error
import cv2
import numpy as np

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.video.background import TaskThread
from cosmos_compare.video.files import state_key
from cosmos_compare.video.opening import open_video
from cosmos_compare.video.orientation import orientation_of, upright
from cosmos_compare.video.timeline import no_frames, read_timeline

HEIGHT = 96  # pixels: sharp at twice the size at which it is shown
WIDTH = 512  # pixels, at most: a clip may be wider than any JPEG
VERSION = 2  # of the pictures: those made by an older rule are made anew
QUALITY = 72


@dataclass(frozen=True)
class Thumb:
    """`jpeg` is base64, empty for a file that can't be decoded; then `problem` says why."""

    jpeg: str = ""
    seconds: float | None = None
    problem: str = ""


class Thumbs:
    """Thumbnails of any clips. `get` never decodes and never waits; a thread makes what is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._made: dict[str, Thumb] = {}
        self._background = TaskThread("thumbnails")

    def get(self, video: Path) -> Thumb | None:
        """The thumbnail, or None while it is being made."""
        key = state_key(video, VERSION)
        thumb = self._made.get(key) or self._from_disk(key)
        if thumb is None:
            self._background.ask(key, lambda: self._make(key, video))
        return thumb

    @property
    def pending(self) -> int:
        return self._background.pending

    def _from_disk(self, key: str) -> Thumb | None:
        try:
            thumb = Thumb(**json.loads((self.folder / f"{key}.json").read_bytes()))
        except (OSError, ValueError, TypeError):
            return None  # not made yet, or torn: it is only a cache
        self._made[key] = thumb
        return thumb

    def _make(self, key: str, video: Path) -> None:
        if key in self._made:
            return  # it was done between a look and the question
        thumb = Thumb(problem=Text("{name}: no picture could be made of it.", name=video.name))
        try:
            thumb = make_thumb(video)
            self._keep(key, thumb)
        finally:  # whatever happened costs this picture only
            self._made[key] = thumb

    def _keep(self, key: str, thumb: Thumb) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{key}.json").write_text(json.dumps(asdict(thumb)), encoding="utf-8")
        except OSError:
            return  # a full or read-only disk: the next server makes it again


def make_thumb(video: Path) -> Thumb:
    """Decode a picture from the middle of a clip, or say why there is none."""
    try:
        seconds = read_timeline(video).end
        image = _middle_frame(video, seconds)
    except CompareError as error:
        return Thumb(problem=error.text)
    except MemoryError:
        return Thumb(problem=Text("{name}: its pictures are too large for this machine's memory.", name=video.name))
    scale = min(HEIGHT / image.shape[0], WIDTH / image.shape[1])
    height, width = (max(1, round(side * scale)) for side in image.shape[:2])
    small = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return Thumb(base64.b64encode(jpeg.tobytes()).decode(), round(seconds, 2))


def _middle_frame(video: Path, seconds: float) -> np.ndarray:
    """RGB, upright: the key frame nearest before the middle, or the first frame where seeking fails."""
    frame = _decode_one(video, seconds / 2) or _decode_one(video, 0.0)
    if frame is None:
        raise no_frames(video)
    return np.ascontiguousarray(upright(frame.to_ndarray(format="rgb24"), *orientation_of(frame)))


def _decode_one(video: Path, at: float) -> Any:
    """The first frame decoded after a seek to `at` seconds, or None."""
    with open_video(video) as (container, stream):
        try:
            if at:
                container.seek((stream.start_time or 0) + int(at / stream.time_base), stream=stream)
            return next(container.decode(stream), None)
        except av.error.FFmpegError:
            return None
