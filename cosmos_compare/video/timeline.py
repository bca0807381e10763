"""Timeline: when each frame of a file is shown, read from its packets. No frame is decoded."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import av
import av.error

from cosmos_compare.errors import CompareError
from cosmos_compare.video.clock import Clock, Joint, PacketTimes, read_clock
from cosmos_compare.video.containers import RESTARTING
from cosmos_compare.video.files import Remembered
from cosmos_compare.video.opening import holds_second_movie, moving_streams, open_video

HDR = {16: "PQ", 18: "HLG"}  # transfer characteristics of ITU-T H.273
KEPT_FRAMES = 4_000_000  # of all timelines in memory: 8 bytes each


@dataclass(frozen=True)
class Timeline:
    """When each frame of a file is shown, in seconds.

    `origin` is the file's own time of the first frame; `seconds` are counted from it and never fall; the last
    frame ends at `end`. `promised` frames up to `promised_end` are what the file claims: more than it holds
    when it is cut or damaged.

    Where the file's clock was continued (`joints`) or filled (`filled` packets), `by_packet` has each packet's time on
    the file's clock as continued, by its number in the stream; `in_order` says that frames carry no time of their own.
    `file_start` is where the whole file begins on its clock, audio included. `streams` counts its moving pictures.
    `container` and `pixels` are FFmpeg's names of the format and of a frame's layout; `leading` says that the video is
    the first of the file's pictures, which players choose. Behind a `second_movie` of an mp4 nobody looks.
    """

    origin: float
    seconds: Sequence[float]
    end: float
    promised: int
    promised_end: float
    joints: tuple[Joint, ...] = ()
    filled: int = 0
    by_packet: Mapping[int, float] = field(default_factory=dict)
    in_order: bool = False
    file_start: float = 0.0
    streams: int = 1
    hdr: str = ""
    container: str = ""
    pixels: str = ""
    leading: bool = True
    second_movie: bool = False

    @property
    def fps(self) -> float:
        """Average frames per second."""
        return len(self.seconds) / self.end

    def has(self, index: int, stamp: float) -> bool:
        """Whether the frame at `index` is shown at `stamp`, seconds of the file's clock."""
        # The coarsest clock of a container, that of webm, ticks every millisecond.
        return index < len(self.seconds) and abs(self.origin + self.seconds[index] - stamp) < 1e-3


def timeline_of(stamps: Sequence[float], last_length: float) -> Timeline:
    """The timeline of frames at rising `stamps`, seconds of the file's clock, that keeps all its promises."""
    seconds = array("d", (round(stamp - stamps[0], 6) for stamp in stamps))
    end = round(seconds[-1] + last_length, 6)
    return Timeline(stamps[0], seconds, end, promised=len(seconds), promised_end=end)


def no_frames(video: Path) -> CompareError:
    return CompareError("{name}: not one frame of it can be decoded.", "Is the file complete?", name=video.name)


def _read(video: Path) -> Timeline:
    with open_video(video) as (container, stream):
        packets = _Packets(stream)
        try:
            for number, packet in enumerate(container.demux(stream)):
                packets.add(number, packet, has_stamps(container))
        except av.error.FFmpegError:
            packets.cut = True
        return _timeline(video, container, stream, packets)


read_timeline = Remembered(_read, KEPT_FRAMES, weight=lambda timeline: len(timeline.seconds))
"""The timeline of a file, by reading all its packets; read once for each state of the file.

Raises `CompareError` when the file can't be opened, or holds no frame or no timestamp.
"""


class _Packets:
    """What a file's packets say: the number and times of those that give a frame, in their order."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.numbers: list[int] = []
        self.stamps: list[PacketTimes] = []
        self.suspect: set[int] = set()  # numbers of packets that the demuxer calls damaged
        self.left_out = 0
        self.cut = False

    def add(self, number: int, packet: Any, stamped: bool) -> None:
        if packet.size == 0:  # the demuxer's "no more", or a dropped frame of an AVI
            return
        if packet.is_discard or _is_hidden(self.stream, packet):
            self.left_out += 1
            return
        if packet.is_corrupt:
            self.suspect.add(number)
        ticks = packet.dts, packet.pts if stamped else None
        decoded, shown = (None if tick is None else float(tick * packet.time_base) for tick in ticks)
        self.numbers.append(number)
        self.stamps.append(PacketTimes(decoded, shown, float((packet.duration or 0) * packet.time_base)))

    def without_suspect(self, clock: Clock) -> Iterator[tuple[int, float, float]]:
        """Number, time and length of each packet but the damaged ones.

        One right before a joint is whole: its last bytes are called damaged because another recording's follow.
        """
        joined = {self.numbers[joint.frame - back] for joint in clock.joints for back in (1, 2) if joint.frame >= back}
        for number, stamp, shown in zip(self.numbers, self.stamps, clock.shown, strict=True):
            if number not in self.suspect or number in joined:
                yield number, shown, stamp.length


def _timeline(video: Path, container: Any, stream: Any, packets: _Packets) -> Timeline:
    if not packets.stamps:
        raise no_frames(video)
    if all(stamp.shown is None and stamp.decoded is None for stamp in packets.stamps):
        raise CompareError("{name}: holds no timestamps.", "Store it as mp4 or mkv.", name=video.name)
    reordered = not has_stamps(container) or bool(stream.codec_context.has_b_frames)
    restarting = bool(RESTARTING & set(container.format.name.split(",")))
    clock = read_clock(packets.stamps, restarting=restarting, reordered=reordered)
    whole = list(packets.without_suspect(clock))
    if not whole:
        raise no_frames(video)
    by_time = sorted((shown, length) for _, shown, length in whole)
    timeline = timeline_of([shown for shown, _ in by_time], by_time[-1][1] or _last_length(clock, stream))
    origin = timeline.origin
    pixels, transfer = _colours(video, stream)
    unstamped = not any(stamp.shown is not None for stamp in packets.stamps)
    timeline = replace(
        timeline,
        joints=tuple(joint._replace(seconds=round(joint.seconds - origin, 6)) for joint in clock.joints),
        filled=clock.filled,
        by_packet={number: shown for number, shown, _ in whole} if clock.joints or clock.filled else {},
        in_order=unstamped or (clock.filled > 0 and reordered),
        file_start=float(container.start_time or 0) / av.time_base,
        streams=moving_streams(container),
        container=container.format.name,
        second_movie=_is_mp4(container) and holds_second_movie(video),
        pixels=pixels,
        leading=stream.index == container.streams.video[0].index,
        hdr=HDR.get(transfer, ""),
    )
    return _with_promises(timeline, container, stream, packets, len(whole))


def _colours(video: Path, stream: Any) -> tuple[str, int]:
    """The layout of a frame's pixels and its transfer characteristics, where need be from the first that decodes: of a
    video that starts late in its file the header alone doesn't tell."""
    context = stream.codec_context
    if context.pix_fmt:
        return context.pix_fmt, int(context.color_trc or 0)
    try:
        with open_video(video) as (again, same):
            frame = next(again.decode(same), None)
    except av.error.FFmpegError:
        frame = None
    return (frame.format.name, int(frame.color_trc or 0)) if frame else ("", 0)


def _with_promises(timeline: Timeline, container: Any, stream: Any, packets: _Packets, whole: int) -> Timeline:
    announced = len(packets.numbers)
    cut = packets.cut or whole < announced
    claimed_end = _claimed_end(container, stream, timeline.origin)
    # A header is only believed where the file is seen to be cut: edit lists leave frames out on purpose.
    if cut or claimed_end > timeline.end + 2 / timeline.fps:
        if _is_mp4(container):
            announced = max(announced, stream.frames - packets.left_out)
        timeline = replace(timeline, promised_end=max(timeline.end, claimed_end))
    return replace(timeline, promised=announced)


def has_stamps(container: Any) -> bool:
    """AVI stores no timestamps, only an order of decoding at a constant rate; FFmpeg's guesses are wrong."""
    return bool(container.format.name != "avi")


def _is_mp4(container: Any) -> bool:
    return "mp4" in container.format.name.split(",")


def _is_hidden(stream: Any, packet: Any) -> bool:
    """A VP8 frame that is only ever referred to: bit 4 of its first byte, "show_frame", is off (RFC 6386, 9.1)."""
    return stream.codec_context.codec.canonical_name == "vp8" and not memoryview(packet)[0] & 0x10


def _last_length(clock: Clock, stream: Any) -> float:
    """How long a last frame is shown of which nothing says it, seconds."""
    return clock.usual if len(clock.shown) > 1 else float(1 / (stream.average_rate or 25))


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
