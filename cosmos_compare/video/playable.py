"""Playable: what a browser can show of a clip, on the clip's own clock: the file itself, or a copy made once."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Clip
from cosmos_compare.video.background import TaskThread
from cosmos_compare.video.clips import probe
from cosmos_compare.video.decode import DamagedError, walk
from cosmos_compare.video.files import state_key
from cosmos_compare.video.opening import open_video
from cosmos_compare.video.orientation import upright
from cosmos_compare.video.timeline import Timeline, read_timeline

VERSION = 1  # of the copies: those made by an older rule are made anew
MOST_BYTES = 8 << 30  # of all copies; those that were not looked at for longest go
HEIGHT = 1080  # pixels, at most: a copy is for people, models see the file
TICKS = 90_000  # a second
LATE = 0.1  # seconds: browsers disagree whether a file that begins later than 0 is shown from there or from 0
MIME = {".mp4": "video/mp4", ".webm": "video/webm"}
PLAIN_PIXELS = {"yuv420p", "yuvj420p"}
# Codecs that every browser decodes, and the container in which every browser takes them.
HOME = {"h264": ".mp4", "vp8": ".webm", "vp9": ".webm", "av1": ".mp4"}
NATIVE = {".mp4": {"h264", "av1", "vp9"}, ".m4v": {"h264"}, ".mov": {"h264"}, ".webm": {"vp8", "vp9", "av1"}}


@dataclass(frozen=True)
class Playable:
    """What to give a browser. Without `path` it is being made (`share` of it is done), or `problem` says why not.

    A click on second `t` of the clip seeks to `t + offset`.
    """

    path: Path | None = None
    mime: str = ""
    offset: float = 0.0
    share: float = 0.0
    problem: str = ""


def itself(video: Path) -> Playable | None:
    """The file as it is, where every browser plays it and its clock tells the clip's. Raises `CompareError`."""
    clip, timeline = probe(video), read_timeline(video)
    suffix = video.suffix.lower()
    if clip.codec not in NATIVE.get(suffix, ()) or not _is_plain(clip, timeline) or timeline.file_start > LATE:
        return None
    if not {suffix[1:], "webm" if suffix == ".webm" else "mp4"} & set(timeline.container.split(",")):
        return None  # a name that its content belies
    # Browsers count from the file's zero, and from its first moment where that is before.
    mime = MIME[".webm" if suffix == ".webm" else ".mp4"]
    return Playable(video, mime, offset=round(timeline.origin - min(0.0, timeline.file_start), 6))


class PlayableCopies:
    """What browsers can show of any clips. `get` never waits; a thread makes the copies, each once for all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Playable] = {}
        self._background = TaskThread("playable copies")

    def get(self, video: Path) -> Playable:
        """The file itself, its copy, or how far that is. Never raises."""
        key = state_key(video, VERSION)
        known = self._known.get(key)
        if known is None or (known.path and not known.path.exists()):
            known = self._known[key] = self._find(key, video)
        if not known.path and not known.problem:
            self._background.ask(key, lambda: self._make(key, video))
        return known

    def _find(self, key: str, video: Path) -> Playable:
        try:
            if native := itself(video):
                return native
        except CompareError as error:
            return Playable(problem=error.text)
        for suffix, mime in MIME.items():
            path = self.folder / f"{key}{suffix}"
            if path.is_file():
                with contextlib.suppress(OSError):
                    os.utime(path)  # looked at now
                return Playable(path, mime)
        return Playable()

    def _make(self, key: str, video: Path) -> None:
        if self._known[key].path or self._known[key].problem:
            return  # it was done between a look and the question
        found = Playable(problem=Text("{name}: no copy that browsers play could be made of it.", name=video.name))

        def tell(share: float) -> None:
            self._known[key] = Playable(share=min(share, 1.0))

        try:
            path = make_copy(video, self.folder / key, tell)
            found = Playable(path, MIME[path.suffix])
            _trim(self.folder, keep=path)
        except CompareError as error:
            found = Playable(problem=error.text)
        finally:  # whatever happened costs this copy only
            self._known[key] = found


def make_copy(video: Path, target: Path, on_progress: Callable[[float], None]) -> Path:
    """Write a copy that every browser plays beside `target`, begun at 0 on the clip's clock; returns where it lies.

    The packets are taken as they are where browsers know the codec, else the frames are encoded as H.264. Sound is
    left out. Raises `CompareError`.
    """
    clip, timeline = probe(video), read_timeline(video)
    as_it_is = clip.codec in HOME and _is_plain(clip, timeline) and len(timeline.seconds) == timeline.promised
    suffix = HOME[clip.codec] if as_it_is else ".mp4"
    partial = target.with_name(f".{target.name}.{secrets.token_hex(8)}{suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write = _remux if as_it_is else _encode
        write(video, clip, timeline, partial, on_progress)
        return partial.replace(target.with_suffix(suffix))
    except (av.error.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or Text("it can't be encoded")
        raise CompareError(
            "{name}: no copy that browsers play could be made ({reason}).", name=video.name, reason=reason
        ) from error
    finally:
        with contextlib.suppress(OSError):  # it is gone: renamed, or never written
            partial.unlink()


def _is_plain(clip: Clip, timeline: Timeline) -> bool:
    """Whether the packets tell players all there is: times, the way up, colours that any screen shows."""
    told = not (timeline.joints or timeline.filled or timeline.in_order or clip.mirrored or timeline.hdr)
    return told and timeline.leading and timeline.pixels in PLAIN_PIXELS


def _remux(video: Path, clip: Clip, timeline: Timeline, target: Path, on_progress: Callable[[float], None]) -> None:
    with open_video(video) as (container, stream), av.open(str(target), "w", options=_options(target)) as out:
        copy = out.add_stream_from_template(stream)
        begin = round(timeline.origin / stream.time_base)
        for packet in container.demux(stream):
            if packet.size == 0 or packet.pts is None:
                continue
            packet.pts -= begin
            packet.dts = packet.pts if packet.dts is None else packet.dts - begin
            packet.stream = copy
            on_progress(float(packet.pts * stream.time_base) / timeline.end)
            out.mux(packet)


def _encode(video: Path, clip: Clip, timeline: Timeline, target: Path, on_progress: Callable[[float], None]) -> None:
    try:
        _encode_frames(video, clip, timeline, target, on_progress, threads=True)
    except DamagedError:
        _encode_frames(video, clip, timeline, target, on_progress, threads=False)


def _encode_frames(
    video: Path, clip: Clip, timeline: Timeline, target: Path, on_progress: Callable[[float], None], *, threads: bool
) -> None:
    scale = min(1.0, HEIGHT / clip.height)
    width, height = (max(2, round(side * scale / 2) * 2) for side in (clip.width, clip.height))
    # A key frame every second or so: a click must show its frame at once.
    options = {"preset": "veryfast", "crf": "20", "g": str(max(1, min(250, round(timeline.fps))))}
    with av.open(str(target), "w", options=_options(target)) as out:
        stream = out.add_stream("libx264", rate=max(1, round(timeline.fps)), options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS)
        latest = -1
        for stamp, frame in walk(video, timeline, threads=threads):
            seconds = stamp - timeline.origin
            picture = _for_screen(frame, clip, width, height)
            picture.pts = latest = max(latest + 1, round(seconds * TICKS))
            picture.time_base = Fraction(1, TICKS)
            out.mux(stream.encode(picture))
            on_progress(seconds / timeline.end)
        if latest < 0:
            raise CompareError("{name}: not one frame of it can be decoded.", name=video.name)
        out.mux(stream.encode())


def _for_screen(frame: Any, clip: Clip, width: int, height: int) -> Any:
    """A frame upright, at the size of the copy."""
    if clip.rotation or clip.mirrored:
        turned = np.ascontiguousarray(upright(frame.to_ndarray(format="rgb24"), clip.rotation, clip.mirrored))
        frame = av.VideoFrame.from_ndarray(turned, format="rgb24")
    picture = frame.reformat(width=width, height=height, format="yuv420p")
    picture.pict_type = 0  # the encoder decides anew what is a key frame
    return picture


def _options(target: Path) -> dict[str, str]:
    return {"movflags": "+faststart"} if target.suffix == ".mp4" else {}


def _trim(folder: Path, keep: Path) -> None:
    """Delete the copies that were not looked at for longest, as far as all together are too large."""
    copies = [(path.stat(), path) for suffix in MIME for path in folder.glob(f"*{suffix}")]
    total = sum(facts.st_size for facts, _ in copies)
    for facts, path in sorted(copies, key=lambda item: item[0].st_mtime):
        if total > MOST_BYTES and path != keep:
            path.unlink(missing_ok=True)
            total -= facts.st_size
