"""Decode: open a video, count its timestamps, walk its frames in display order. Knows nothing of sampling."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error

from cosmos_compare.errors import CompareError

CONTAINERS = "Use mp4, webm, mkv, mov or avi."


@dataclass(frozen=True)
class Timeline:
    """When each frame is shown: seconds from the first one, rising, and the end of the last.

    `promised` is the count that the container claims, where the file holds less than it claims.
    """

    seconds: tuple[float, ...]
    end: float
    promised: int | None = None


@contextmanager
def open_video(video: Path) -> Iterator[tuple[Any, Any]]:
    """The container and its first real video stream. Raises `CompareError` that names the file."""
    try:
        # An absolute path can't be taken for an option or a protocol; a playlist may not reach for the network.
        container = av.open(str(video.absolute()), options={"protocol_whitelist": "file"})
    except av.error.FFmpegError as error:
        raise _unopened(video, error) from error
    with container:
        if "_pipe" in container.format.name or container.format.name == "image2":
            raise CompareError(f"{video.name}: a still image, not a video.", CONTAINERS)
        stream = next((s for s in container.streams.video if not _is_cover(s)), None)
        if stream is None:
            kind = " (audio only)" if container.streams.audio else ""
            raise CompareError(f"{video.name}: no video stream{kind}.", f"{CONTAINERS[:-1]} with a video track.")
        yield container, stream


def read_timeline(video: Path) -> Timeline:
    """The timestamps of a file by reading its packets; no frame is decoded.

    Raises `CompareError` when the file can't be opened or holds no frames.
    """
    times: list[int] = []
    damaged = False
    with open_video(video) as (container, stream):
        try:
            for packet in container.demux(stream):
                if packet.size == 0 or packet.is_discard:
                    continue
                damaged = damaged or packet.is_corrupt
                if packet.is_corrupt:
                    continue
                stamp = packet.pts if packet.pts is not None else packet.dts
                times.append(stamp if stamp is not None else len(times))
        except av.error.FFmpegError:
            damaged = True
        return _timeline(video, stream, times)


def _timeline(video: Path, stream: Any, times: list[int]) -> Timeline:
    if not times:
        raise no_frames(video)
    times = sorted(times)
    seconds = tuple(float((time - times[0]) * stream.time_base) for time in times)
    promised = stream.frames if stream.frames > len(seconds) else None
    return Timeline(seconds, seconds[-1] + last_length(seconds, stream), promised)


def last_length(seconds: tuple[float, ...], stream: Any) -> float:
    """How long the last frame is shown, seconds: as long as most others, where nothing says it."""
    if len(seconds) > 1:
        return statistics.median(b - a for a, b in itertools.pairwise(seconds))
    return float(1 / (stream.average_rate or 25))


def walk(video: Path) -> Iterator[tuple[float, Any]]:
    """Each frame with its time, seconds from the first, decoded one after the other.

    Ends at the first damage: what a decoder makes of later frames is built on missing ones.
    """
    with open_video(video) as (container, stream):
        stream.thread_type = "AUTO"
        first: int | None = None
        try:
            for frame in container.decode(stream):
                stamp = frame.pts if frame.pts is not None else frame.dts
                first = stamp if first is None else first
                yield float((stamp - first) * stream.time_base), frame
        except av.error.FFmpegError:
            return


def no_frames(video: Path) -> CompareError:
    return CompareError(f"{video.name}: no frame of it can be decoded.", "Check that the file is complete.")


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _unopened(video: Path, error: av.error.FFmpegError) -> CompareError:
    if isinstance(error, FileNotFoundError):
        return CompareError(f"{video}: no such file.", "Check the path.")
    if isinstance(error, OSError) and error.strerror and not isinstance(error, ValueError):
        return CompareError(f"{video}: can't be opened ({error.strerror}).", "Check the path.")
    return CompareError(f"{video.name}: can't be opened as a video; it is cut, damaged or something else.", CONTAINERS)
