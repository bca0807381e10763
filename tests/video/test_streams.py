"""Files of several streams and of unusual colours: the video is the one that moves, and HDR is said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.stream import Disposition
from videos import evenly, number_of, numbered, spec, write_video

from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import Frames, sample_frames
from cosmos_compare.video.playable import itself
from cosmos_compare.video.thumbs import make_thumb


def sample(video: Path) -> Frames:
    return sample_frames(probe(video), Settings(fps=10), [spec()])


def with_streams(path: Path, *streams: tuple[str, int, int, int], thumbnails: bool = False) -> Path:
    """A file of video streams (codec, width, height, frames), in this order; the first frame of stream n shows 50·n."""
    with av.open(str(path), "w") as container:
        made = []
        for codec, width, height, _ in streams:
            stream = container.add_stream(codec, rate=10)
            stream.width, stream.height = width, height
            stream.pix_fmt = {"mjpeg": "yuvj420p", "png": "rgb24"}.get(codec, "yuv420p")
            stream.codec_context.time_base = Fraction(1, 1000)
            if thumbnails and codec == "mjpeg":
                stream.disposition = Disposition.timed_thumbnails
            made.append(stream)
        for n, (stream, (_, width, height, count)) in enumerate(zip(made, streams, strict=True)):
            for k in range(count):
                frame = av.VideoFrame.from_ndarray(numbered(50 * n + k, width, height), format="rgb24")
                frame.pts, frame.time_base = 100 * k, Fraction(1, 1000)
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return path


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("still.mp4", ("mjpeg", 160, 96, 1)),
        ("large_still.mp4", ("mjpeg", 640, 384, 1)),
        ("still.mkv", ("mjpeg", 640, 384, 1)),
        ("png.mp4", ("png", 640, 384, 1)),
        ("strip.mkv", ("mjpeg", 160, 96, 5)),
        ("small.mp4", ("libx264", 160, 96, 20)),
        ("small.mkv", ("libx264", 160, 96, 20)),
    ],
)
def test_the_video_is_the_stream_that_moves_and_of_several_the_largest(
    tmp_path: Path, name: str, first: tuple[str, int, int, int]
) -> None:
    """A thumbnail before the video was taken for it: one small picture for the whole clip."""
    video = with_streams(tmp_path / name, first, ("libx264", 320, 192, 20))
    frames = sample(video)
    assert (frames.clip.width, frames.clip.height, frames.clip.n_frames) == (320, 192, 20)
    assert [number_of(image) for image in frames.for_model(spec())] == list(range(50, 70))
    assert itself(video) is None, "a player would show the first one"
    assert make_thumb(video).seconds == pytest.approx(2.0, abs=0.1)
    told = " ".join(frames.times.warnings)
    assert ("holds 2 videos; the largest is used" in told) == (first[0] == "libx264")


def test_of_equal_streams_the_first_is_the_video(tmp_path: Path) -> None:
    video = with_streams(tmp_path / "front_rear.mp4", ("libx264", 320, 192, 20), ("libx264", 320, 192, 20))
    assert [number_of(image) for image in sample(video).for_model(spec())] == list(range(20))


def test_a_thumbnail_behind_the_video_changes_nothing(shared: Path) -> None:
    frames = sample(shared / "cases/17_thumbnail_first_stream/thumbsecond.mp4")
    assert (frames.clip.width, frames.clip.height, frames.clip.n_frames) == (320, 180, 50)
    assert frames.times.warnings == ()


@pytest.mark.parametrize(("transfer", "kind"), [(16, "PQ"), (18, "HLG"), (1, ""), (14, "")])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".ts"])
def test_hdr_is_said_beside_the_frames(tmp_path: Path, transfer: int, kind: str, suffix: str) -> None:
    """Frames of HDR look pale to a model, and nothing said why."""
    options = {"x265-params": f"log-level=none:colorprim=9:transfer={transfer}:colormatrix=9"}
    video = write_video(
        tmp_path / f"clip{suffix}", evenly(10, 10), codec="libx265", rate=10, options=options, color_trc=transfer
    )
    told = " ".join(sample(video).times.warnings)
    assert (f"is HDR ({kind})" in told) if kind else (told == "")


@pytest.mark.parametrize(("name", "kind"), [("pq.mp4", "PQ"), ("hlg.mov", "HLG")])
def test_the_hdr_cases_are_told(shared: Path, name: str, kind: str) -> None:
    assert f"{name} is HDR ({kind})" in " ".join(sample(shared / "cases/15_hdr" / name).times.warnings)
