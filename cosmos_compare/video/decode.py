"""Decode: walk a video's frames in display order, the same ones each time. Knows nothing of sampling."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av.error

from cosmos_compare.video.opening import open_video
from cosmos_compare.video.timeline import Timeline, has_stamps

AHEAD = 2  # frames: what several threads make of a damaged frame may be told by the one after it only
# Threads of these decoders read pixels of damaged frames that others are still writing, and no error tells.
RACING = {"vp8", "hevc"}


class DamagedError(Exception):
    """Damage was met while several threads decoded: what they make of it differs from run to run."""


def walk(video: Path, timeline: Timeline, *, threads: bool = True) -> Iterator[tuple[float, Any]]:
    """Each frame with its stamp, seconds of the file's clock as `timeline` continues it; stamps never fall.

    Containers that store no stamps get those of `timeline`, in order.
    Begins at the first frame that decodes, for a recording may begin between two key frames. Ends at the first
    damage after it: what a decoder makes of later frames builds on missing ones. With `threads` damage raises
    `DamagedError` instead, also where no frame has decoded yet: begin anew, without them.
    """
    with open_video(video) as (container, stream):
        threads = threads and stream.codec_context.codec.canonical_name not in RACING
        stream.thread_type = "AUTO" if threads else "NONE"
        in_order = timeline.in_order or not has_stamps(container)
        by_order = (timeline.origin + seconds for seconds in timeline.seconds)
        latest = -math.inf
        frames = _decoded(_packets(container, stream, timeline), strict=threads)
        for frame in _behind(frames, AHEAD) if threads else frames:
            stamp = next(by_order, None) if in_order else frame.time
            if stamp is None:
                return
            latest = max(latest, stamp)
            yield latest, frame


def _packets(container: Any, stream: Any, timeline: Timeline) -> Iterator[Any]:
    """The packets of the video, with the times of a continued clock where the file's own is not believed."""
    for number, packet in enumerate(container.demux(stream)):
        if packet.size and timeline.by_packet:
            shown = timeline.by_packet.get(number)
            if shown is not None:
                packet.pts, packet.dts, packet.is_corrupt = round(shown / packet.time_base), None, False
        yield packet


def _behind(frames: Iterator[Any], count: int) -> Iterator[Any]:
    """The same frames, each when `count` more have been decoded."""
    held: deque[Any] = deque()
    for frame in frames:
        held.append(frame)
        if len(held) > count:
            yield held.popleft()
    yield from held


def _decoded(packets: Iterator[Any], *, strict: bool) -> Iterator[Any]:
    """Whole frames in display order, from the first that decodes to the first damage."""
    begun = False
    while True:
        try:
            frames = next(packets).decode()
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            if strict:
                raise DamagedError from error
            if begun:
                return
            continue
        whole = [frame for frame in frames if not frame.is_corrupt]
        if strict and len(whole) < len(frames):
            raise DamagedError
        begun = begun or bool(whole)
        yield from whole
