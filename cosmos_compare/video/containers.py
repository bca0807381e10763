"""Containers: the one list of what counts as a video file, for folders, dropped files, errors and the page."""

import mimetypes
from functools import lru_cache

from cosmos_compare.language import Text

SUFFIXES = (
    ".mp4", ".m4v", ".mov", ".3gp", ".3g2", ".webm", ".mkv", ".avi", ".ts", ".mts", ".m2ts", ".mpg", ".mpeg", ".ogv",
    ".flv", ".wmv", ".asf",
)  # fmt: skip
_ENDS = [suffix[1:] for suffix in SUFFIXES]
KINDS = Text("{kinds} or {last}", kinds=", ".join(_ENDS[:-1]), last=_ENDS[-1])
USE = Text("Use {kinds}", kinds=KINDS)
# FFmpeg's names. It also "plays" plain text, subtitles and game data; a scenario is none of these.
FORMATS = {"mp4", "mov", "matroska", "webm", "avi", "mpegts", "mpeg", "ogg", "asf", "flv", "ivf", "h264", "hevc"}
# Formats whose clock may start anew amid a file, as in recordings that were joined; FFmpeg marks the same ones.
RESTARTING = {"mpegts", "mpeg"}

# Kinds of video that are not read: named where they are left out, so that nobody misses a clip in silence.
_OTHERS = {
    ".264", ".265", ".h264", ".h265", ".hevc", ".ivf", ".y4m", ".yuv", ".mxf", ".dav", ".rm", ".rmvb", ".divx",
    ".vob", ".insv", ".r3d", ".braw", ".gif", ".part", ".crdownload",
}  # fmt: skip
_PACKET = 188  # bytes of MPEG-TS; each begins with the sync byte
_SYNC = 0x47


def is_video_name(name: str) -> bool:
    return _suffix(name) in SUFFIXES


def looks_like_other_video(name: str) -> bool:
    """Whether a name is that of a video of a kind that is not read here."""
    return _is_other(_suffix(name))


def _suffix(name: str) -> str:
    stem, _, end = name.rpartition(".")
    return f".{end}".lower() if stem else ""


@lru_cache(maxsize=1000)  # a folder of a thousand scenarios has a few endings, each thousands of times
def _is_other(suffix: str) -> bool:
    kind, _ = mimetypes.guess_type(f"x{suffix}")
    return suffix not in SUFFIXES and (suffix in _OTHERS or (kind or "").startswith("video/"))


def is_transport_stream(start: bytes) -> bool:
    """Whether these first bytes are of MPEG-TS: `.ts` is also TypeScript and a translation.

    Camcorders put a time code of 4 bytes before each packet, broadcasters 16 or 20 bytes of parity behind it.
    """
    return any(
        all(at < len(start) and start[at] == _SYNC for at in (offset, offset + size))
        for offset, size in ((0, _PACKET), (4, _PACKET + 4), (0, _PACKET + 16), (0, _PACKET + 20))
    )
