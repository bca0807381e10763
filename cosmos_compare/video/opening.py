"""Opening: a file as a container and the stream in it that is the video. Knows nothing of times and pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import av.error
from av.stream import Disposition

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.video.containers import FORMATS, USE
from cosmos_compare.video.files import state_of, unreadable

# A picture that stands for the whole in a file manager: stored as a stream, and not the video.
PICTURES = {"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpegls", "jpeg2000"}


@contextmanager
def open_video(video: Path) -> Iterator[tuple[Any, Any]]:
    """PyAV's container and its video stream.

    Raises `CompareError` naming the file: missing, not a regular file, unreadable, empty, not a video, an image,
    audio only.
    """
    if state_of(video).size == 0:
        raise CompareError("{name}: the file is empty.", "Copy or download it again.", name=video.name)
    try:
        # An absolute path is never taken for an option or a protocol, and a playlist in disguise
        # can't reach for the network.
        container = av.open(str(video.absolute()), options={"protocol_whitelist": "file"})
    except PermissionError as error:
        raise unreadable(video, error) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = Text("can't be opened as a video: cut, damaged or something else.")
        raise CompareError("{name}: {why}", "{use}.", name=video.name, why=why, use=USE) from error
    with container:
        if container.format.name.endswith("_pipe") or container.format.name == "image2":
            raise CompareError("{name}: a still image, not a video.", "{use}.", name=video.name, use=USE)
        if not FORMATS & set(container.format.name.split(",")):
            raise CompareError(
                "{name}: {kind}, not a video.", "{use}.", name=video.name, kind=container.format.long_name, use=USE
            )
        stream = video_stream(video, container)
        if stream.codec_context is None:
            raise CompareError(
                "{name}: its video codec is not known here.", "Convert it to H.264 in mp4.", name=video.name
            )
        yield container, stream


def video_stream(video: Path, container: Any) -> Any:
    """The stream that moves, and of several the largest, as `ffmpeg` chooses; of equal ones the first."""
    # Cover art of a song is stored as a video stream.
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        only = Text(" (audio only)") if container.streams.audio else ""
        raise CompareError(
            "{name}: no video stream{only}.", "{use} with a video track.", name=video.name, only=only, use=USE
        )
    return max(streams, key=_rank)


def moving_streams(container: Any) -> int:
    """How many streams of a file are videos rather than pictures that stand for one."""
    return sum(bool(s.codec_context) and s.frames != 1 and not _is_picture(s) for s in container.streams.video)


def holds_second_movie(video: Path) -> bool:
    """Whether an mp4 is followed by another in the same file, as `cat` joins them: players read the first only.

    The boxes at the top are looked at, each by its size and name (ISO/IEC 14496-12, 4.2).
    """
    movies, at, size = 0, 0, video.stat().st_size
    with video.open("rb") as file:
        while at + 8 <= size and movies < 2:
            file.seek(at)
            head = file.read(16)
            length = int.from_bytes(head[:4])
            length = int.from_bytes(head[8:16]) if length == 1 else length or size - at
            movies += head[4:8] == b"moov"
            if length < 8:
                break
            at += length
    return movies > 1


def _rank(stream: Any) -> tuple[bool, bool, int]:
    if stream.codec_context is None:
        return False, False, 0
    size = stream.codec_context.width * stream.codec_context.height
    return stream.frames != 1, not _is_picture(stream), size


def _is_picture(stream: Any) -> bool:
    apart = Disposition.attached_pic | Disposition.timed_thumbnails
    return stream.codec_context.name in PICTURES or bool(stream.disposition & apart)
