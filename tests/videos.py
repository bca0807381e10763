"""Small real videos for tests: each frame carries its own number as bars that survive compression."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from cosmos_compare.records.schema import ModelSpec, Settings, Vision
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import Frames, sample_frames

BITS = 8
TICKS = 1000  # of a second
Image = npt.NDArray[np.uint8]

REASON1 = Vision(factor=28, budget="per_frame", max_video_tokens=8192, min_frame_tokens=128, clock="overlay")
REASON2 = Vision(factor=32, budget="whole_video", max_video_tokens=4096, clock="text")


def spec(name: str = "reason1", vision: Vision = REASON1) -> ModelSpec:
    return ModelSpec(name=name, label=name, source="/nowhere", vision=vision, reasoning_in="system", boxes="pixels")


ONE, TWO = spec("reason1", REASON1), spec("reason2", REASON2)


def numbered(number: int, width: int = 128, height: int = 96) -> Image:
    """A picture whose vertical bars are the bits of `number`, dark or bright, the highest bit left."""
    bits = [200 if number >> bit & 1 else 50 for bit in reversed(range(BITS))]
    row = np.repeat(np.array(bits, np.uint8), -(-width // BITS))[:width]
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (height, width, 3)))


def number_of(image: Image) -> int:
    """The number that a picture of `numbered` shows, at whatever size."""
    height, width, _ = image.shape
    centres = [int((bit + 0.5) * width / BITS) for bit in range(BITS)]
    return int("".join(str(int(image[height // 2, x].mean() > 125)) for x in centres), 2)


def write_video(
    path: Path,
    stamps: Sequence[float],
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (128, 96),
    options: dict[str, str] | None = None,
    rate: int = 30,
    images: Sequence[Image] | None = None,
    **stream_fields: Any,
) -> Path:
    """A video with one frame at each of `stamps`, seconds; `size` is (width, height)."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options=options or {})
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        # AVI has no timestamps but a constant rate: there the encoder's clock must be that rate.
        ticks = rate if path.suffix == ".avi" else TICKS
        stream.codec_context.time_base = Fraction(1, ticks)
        for name, value in stream_fields.items():
            setattr(stream.codec_context, name, value)
        for number, stamp in enumerate(stamps):
            picture = images[number] if images else numbered(number % 2**BITS, *size)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = round(stamp * ticks), Fraction(1, ticks)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def evenly(count: int, fps: float) -> list[float]:
    """Stamps of `count` frames at `fps`."""
    return [number / fps for number in range(count)]


def write_ten_fps(folder: Path) -> Path:
    """5 s at 10 frames a second, with B-frames: decoding order is not display order."""
    return write_video(folder / "ten.mp4", evenly(50, fps=10), rate=10, options={"bf": "2"})


def sample(video: Path, *, cancelled: Any = None, **fields: Any) -> Frames:
    """What both architectures are shown of a clip under some settings."""
    return sample_frames(probe(video), Settings(**fields), [ONE, TWO], cancelled=cancelled)


def starting_late(path: Path, late: float, count: int = 30, codec: str = "libvpx") -> Path:
    """Sound from 0, and `count` numbered frames at ten a second from `late` seconds on."""
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=10)
        video.width, video.height, video.pix_fmt = 128, 96, "yuv420p"
        video.codec_context.time_base = Fraction(1, TICKS)
        audio = container.add_stream("aac" if path.suffix == ".mp4" else "libopus", rate=48000, layout="mono")
        for k in range(round((late + count / 10) * 50)):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format="s16", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = 48000, 960 * k, Fraction(1, 48000)
            container.mux(audio.encode(sound))
        container.mux(audio.encode())
        for k in range(count):
            frame = av.VideoFrame.from_ndarray(numbered(k), format="rgb24")
            frame.pts, frame.time_base = round((late + k / 10) * TICKS), Fraction(1, TICKS)
            container.mux(video.encode(frame))
        container.mux(video.encode())
    return path
