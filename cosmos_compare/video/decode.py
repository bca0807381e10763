"""Decode: open a video, count its timestamps, walk its frames in display order. Knows nothing of sampling."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.error
from av.stream import Disposition

from cosmos_compare.errors import CompareError

USE = "Use mp4, webm, mkv, mov or avi"
# FFmpeg also "plays" plain text, subtitles and game data; a scenario is none of these.
CONTAINERS = {"mp4", "mov", "matroska", "webm", "avi", "mpegts", "mpeg", "ogg", "asf", "flv", "ivf", "h264", "hevc"}


@dataclass(frozen=True)
class Timeline:
    """When each frame of a file is shown, in seconds.

    `origin` is the file's own time of the first frame; `seconds` are counted from it and never fall; the last
    frame ends at `end`. `promised` frames up to `promised_end` are what the file claims: more than it holds
    when it is cut or damaged.
    """

    origin: float
    seconds: tuple[float, ...]
    end: float
    promised: int
    promised_end: float

    @property
    def fps(self) -> float:
        """Average frames per second."""
        return len(self.seconds) / self.end

    def has(self, index: int, stamp: float) -> bool:
        """Whether the frame at `index` is shown at `stamp`, seconds of the file's clock."""
        # The coarsest clock of a container, that of webm, ticks every millisecond.
        return index < len(self.seconds) and abs(self.origin + self.seconds[index] - stamp) < 1e-3


@contextmanager
def open_video(video: Path) -> Iterator[tuple[Any, Any]]:
    """PyAV's container and its first real video stream.

    Raises `CompareError` naming the file: missing, unreadable, empty, not a video, an image, audio only.
    """
    try:
        # An absolute path is never taken for an option or a protocol, and a playlist in disguise
        # can't reach for the network.
        container = av.open(str(video.absolute()), options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _unopened(video, error) from error
    with container:
        if container.format.name.endswith("_pipe") or container.format.name == "image2":
            raise CompareError(f"{video.name}: a still image, not a video.", f"{USE}.")
        if not CONTAINERS & set(container.format.name.split(",")):
            raise CompareError(f"{video.name}: {container.format.long_name}, not a video.", f"{USE}.")
        # Cover art of a song is stored as a video stream.
        streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
        if not streams:
            only = " (audio only)" if container.streams.audio else ""
            raise CompareError(f"{video.name}: no video stream{only}.", f"{USE} with a video track.")
        if streams[0].codec_context is None:
            raise CompareError(f"{video.name}: its video codec is not known here.", "Convert it to H.264 in mp4.")
        yield container, streams[0]


def read_timeline(video: Path) -> Timeline:
    """The timeline of a file, by reading all its packets; no frame is decoded.

    Raises `CompareError` when the file can't be opened, or holds no frame or no timestamp.
    """
    shown: list[tuple[float, float]] = []  # start and length of each frame, in the order of the file
    announced, left_out, cut = 0, 0, False
    with open_video(video) as (container, stream):
        try:
            for packet in container.demux(stream):
                if packet.size == 0:  # the demuxer's "no more", or a dropped frame of an AVI
                    continue
                if packet.is_discard or _is_hidden(stream, packet):
                    left_out += 1
                    continue
                announced += 1
                if packet.is_corrupt:
                    cut = True
                    continue
                shown.append(_start_and_length(video, container, packet))
        except av.error.FFmpegError:
            cut = True
        if not shown:
            raise no_frames(video)
        stamps, lengths = zip(*sorted(shown), strict=True)
        timeline = timeline_of(stamps, lengths[-1] or _usual_length(stamps, stream))
        claimed_end = _claimed_end(container, stream, timeline.origin)
        # A header is only believed where the file is seen to be cut: edit lists leave frames out on purpose.
        if cut or claimed_end > timeline.end + 2 / timeline.fps:
            if _is_mp4(container):
                announced = max(announced, stream.frames - left_out)
            timeline = replace(timeline, promised_end=max(timeline.end, claimed_end))
        return replace(timeline, promised=announced)


def timeline_of(stamps: Sequence[float], last_length: float) -> Timeline:
    """The timeline of frames at rising `stamps`, seconds of the file's clock, that keeps all its promises."""
    seconds = tuple(round(stamp - stamps[0], 6) for stamp in stamps)
    end = round(seconds[-1] + last_length, 6)
    return Timeline(stamps[0], seconds, end, promised=len(seconds), promised_end=end)


def walk(video: Path, timeline: Timeline) -> Iterator[tuple[float, Any]]:
    """Each frame with its stamp, seconds of the file's clock, decoded one after the other; stamps never fall.

    Containers that store no stamps get those of `timeline`, in order.
    Begins at the first frame that decodes, for a recording may begin between two key frames. Ends at the first
    damage after it: what a decoder makes of later frames builds on missing ones.
    """
    with open_video(video) as (container, stream):
        stream.thread_type = "AUTO"
        by_order = (timeline.origin + seconds for seconds in timeline.seconds)
        latest = -math.inf
        for frame in _decoded(container, stream):
            stamp = frame.time if _has_stamps(container) else next(by_order, None)
            if stamp is None:
                return
            latest = max(latest, stamp)
            yield latest, frame


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    """Whole frames in display order, from the first that decodes to the first damage."""
    begun = False
    packets = container.demux(stream)
    while True:
        try:
            frames = next(packets).decode()
        except StopIteration:
            return
        except av.error.FFmpegError:
            if begun:
                return
            continue
        whole = [frame for frame in frames if not frame.is_corrupt]
        begun = begun or bool(whole)
        yield from whole


def no_frames(video: Path) -> CompareError:
    return CompareError(f"{video.name}: not one frame of it can be decoded.", "Is the file complete?")


def _has_stamps(container: Any) -> bool:
    """AVI stores no timestamps, only an order of decoding at a constant rate; FFmpeg's guesses are wrong."""
    return bool(container.format.name != "avi")


def _is_mp4(container: Any) -> bool:
    return "mp4" in container.format.name.split(",")


def _is_hidden(stream: Any, packet: Any) -> bool:
    """A VP8 frame that is only ever referred to: bit 4 of its first byte, "show_frame", is off (RFC 6386, 9.1)."""
    return stream.codec_context.codec.canonical_name == "vp8" and not memoryview(packet)[0] & 0x10


def _start_and_length(video: Path, container: Any, packet: Any) -> tuple[float, float]:
    stamp = packet.pts if _has_stamps(container) else packet.dts
    if stamp is None:
        raise CompareError(f"{video.name}: holds no timestamps.", "Store it as mp4 or mkv.")
    return float(stamp * packet.time_base), float((packet.duration or 0) * packet.time_base)


def _usual_length(stamps: Sequence[float], stream: Any) -> float:
    """How long most frames are shown, seconds: for a last frame of which nothing says it."""
    gaps = [later - earlier for earlier, later in pairwise(stamps) if later > earlier]
    return statistics.median(gaps) if gaps else float(1 / (stream.average_rate or 25))


def _claimed_end(container: Any, stream: Any, origin: float) -> float:
    """Where the header says that the last frame ends, seconds after the first; 0 where it says nothing."""
    if _is_mp4(container):
        return float((stream.duration or 0) * stream.time_base)
    if container.format.name == "avi":
        return float(stream.frames * stream.time_base)
    if tag := re.fullmatch(r"(\d+):(\d\d):(\d\d\.\d+)", stream.metadata.get("DURATION", "")):
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3]) - origin
    if container.duration and len(container.streams) == 1 and "matroska" in container.format.name:
        return float(container.duration / av.time_base) - origin
    return 0.0


def _unopened(video: Path, error: Exception) -> CompareError:
    if isinstance(error, FileNotFoundError):
        return CompareError(f"{video}: no such file.", "Check the path.")
    if video.is_dir():
        return CompareError(f"{video}: a folder, not a video.", "Name a file in it.")
    if isinstance(error, PermissionError):
        return CompareError(f"{video}: can't be read.", "Check its permissions.")
    if video.is_file() and video.stat().st_size == 0:
        return CompareError(f"{video.name}: the file is empty.", "Copy or download it again.")
    return CompareError(f"{video.name}: can't be opened as a video: cut, damaged or something else.", f"{USE}.")
