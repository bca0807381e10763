"""Video files that break video programs, made here: cut, damaged, mislabelled, odd. `make` writes them all."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from videos import evenly, numbered, write_video

SIZE = (320, 180)


def clip(path: Path, count: int = 32, fps: int = 4, **fields: object) -> Path:
    """A sound clip of 8 s that is damaged afterwards."""
    options = {"g": "8", "bf": "0"} | fields.pop("options", {})  # type: ignore[operator]
    return write_video(path, evenly(count, fps), rate=fps, size=SIZE, options=options, **fields)  # type: ignore[arg-type]


def cut(path: Path, share: float) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def index_first(path: Path) -> None:
    """A copy with the index before the pictures, as files for the web have it."""
    moved = path.with_suffix(".moved.mp4")
    with av.open(str(path)) as source, av.open(str(moved), "w", options={"movflags": "+faststart"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in (packet for packet in source.demux(video=0) if packet.size):
            packet.stream = stream
            target.mux(packet)
    moved.replace(path)


def truncated_faststart(path: Path) -> None:
    index_first(clip(path))
    cut(path, 0.5)


def truncated_moov_last(path: Path) -> None:
    cut(clip(path), 0.5)


def corrupted(path: Path) -> None:
    """Sound up to the middle, noise from there on."""
    clip(path)
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat"), data.index(b"moov")
    middle = (begin + end) // 2
    data[middle : end - 8] = random.Random(0).randbytes(end - 8 - middle)
    path.write_bytes(data)


def html_404(path: Path) -> None:
    path.write_text("<html><head><title>404 Not Found</title></head><body>Not Found</body></html>")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def png_named(path: Path) -> None:
    made, data = cv2.imencode(".png", numbered(5))
    assert made
    path.write_bytes(data.tobytes())


def audio_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        for k in range(20):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = 44100, 1024 * k, Fraction(1, 44100)
            container.mux(stream.encode(sound))
        container.mux(stream.encode())


def cover_art(path: Path) -> None:
    """A song with a picture on its sleeve, which is stored as a video stream."""
    audio_only(path)
    with_cover = path.with_suffix(".cover.mp4")
    with av.open(str(path)) as source, av.open(str(with_cover), "w") as target:
        audio = target.add_stream_from_template(source.streams.audio[0])
        picture = target.add_stream("mjpeg", rate=1)
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        frame = av.VideoFrame.from_ndarray(numbered(3, 64, 64), format="rgb24")
        target.mux(picture.encode(frame))
        target.mux(picture.encode())
        for packet in (packet for packet in source.demux(audio=0) if packet.size):
            packet.stream = audio
            target.mux(packet)
    with_cover.replace(path)


def no_duration(path: Path) -> None:
    """As a live stream is recorded: nothing in the header tells the end."""
    clip(path.with_suffix(".tmp.webm"), codec="libvpx", options={"cpu-used": "8"})
    with av.open(str(path.with_suffix(".tmp.webm"))) as source, av.open(str(path), "w", options={"live": "1"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in (packet for packet in source.demux(video=0) if packet.size):
            packet.stream = stream
            out.mux(packet)
    path.with_suffix(".tmp.webm").unlink()


def tiny_with_dash(path: Path) -> None:
    write_video(path, evenly(20, 4), rate=4, size=(2, 2), codec="mpeg4")


def av1(path: Path) -> None:
    clip(path, codec="libsvtav1", options={"preset": "12", "svtav1-params": "lp=1"})


def rotated(path: Path) -> None:
    clip(path, images=[np.ascontiguousarray(np.rot90(numbered(k, SIZE[1], SIZE[0]))) for k in range(32)])
    data = path.read_bytes()
    plain = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    turned = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)  # a quarter turn clockwise
    at = data.rindex(plain)
    path.write_bytes(data[:at] + turned + data[at + 36 :])


def dropped_frames(path: Path) -> None:
    stamps = [0, 0.25, 0.5, 0.75, 3.0, *(3.25 + k / 4 for k in range(19))]
    write_video(path, stamps, rate=4, size=SIZE, options={"bf": "0"})


def starts_after_an_hour(path: Path) -> None:
    write_video(path, [3600 + stamp for stamp in evenly(32, 4)], rate=4, size=SIZE, options={"bf": "0"})


def single_frame(path: Path) -> None:
    clip(path, count=1)


def headers_only(path: Path) -> None:
    """The first piece of a streamed video, without any of the pieces that follow."""
    fragmented = path.with_suffix(".whole.mp4")
    with av.open(str(fragmented), "w", options={"movflags": "+frag_keyframe+empty_moov"}) as container:
        stream = container.add_stream("libx264", rate=4)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for k in range(8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(k, *SIZE), format="rgb24")))
        container.mux(stream.encode())
    data = fragmented.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    fragmented.unlink()


def emptied(path: Path) -> None:
    """An index that promises frames where only zeros lie."""
    clip(path)
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[begin:end] = bytes(end - begin)
    path.write_bytes(data)


MAKERS: dict[str, Callable[[Path], None]] = {
    "truncated_faststart.mp4": truncated_faststart,
    "truncated_moov_last.mp4": truncated_moov_last,
    "corrupted.mp4": corrupted,
    "html_404.mp4": html_404,
    "result.webm": empty,
    "png_named.mp4": png_named,
    "audio_only.mp4": audio_only,
    "song_with_cover.mp4": cover_art,
    "no_duration.webm": no_duration,
    "-video-with-dash-.mp4": tiny_with_dash,
    "av1_video.mkv": av1,
    "rotated_by_matrix.mp4": rotated,
    "vfr_dropped_frames.mp4": dropped_frames,
    "start_time_1h.mp4": starts_after_an_hour,
    "single_frame.mp4": single_frame,
    "init.mp4": headers_only,
    "emptied.mp4": emptied,
}


def make(folder: Path) -> Path:
    """Write every file into `folder`."""
    for name, maker in MAKERS.items():
        maker(folder / name)
    return folder
