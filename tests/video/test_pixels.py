"""Colours, orientation and the quality of the resize."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from videos import REASON1, REASON2, number_of, numbered, spec, write_video

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import sample_frames
from cosmos_compare.video.pixels import FrameShape, picture, resize

# ITU-T H.273: the matrix number that a file stores, and the weights of red and blue in luma.
MATRICES = {"bt601": (6, 0.299, 0.114), "bt709": (1, 0.2126, 0.0722)}
COLOURS = [(200, 30, 30), (30, 180, 40), (40, 60, 220), (128, 128, 128), (250, 250, 250), (5, 5, 5)]


def yuv(rgb: tuple[int, int, int], red: float, blue: float, *, full: bool) -> tuple[int, int, int]:
    """A colour's Y'CbCr in 8 bits, by the definition of the standards."""
    r, g, b = (value / 255 for value in rgb)
    y = red * r + (1 - red - blue) * g + blue * b
    cb, cr = (b - y) / (2 * (1 - blue)), (r - y) / (2 * (1 - red))
    if full:
        return round(255 * y), round(255 * cb + 128), round(255 * cr + 128)
    return round(16 + 219 * y), round(224 * cb + 128), round(224 * cr + 128)


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("full", [False, True])
def test_colours_come_out_as_they_went_in(tmp_path: Path, matrix: str, full: bool) -> None:
    number, red, blue = MATRICES[matrix]
    video = tmp_path / "colours.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("libx264", rate=4, options={"qp": "0"})
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace, stream.codec_context.color_range = number, 2 if full else 1
        for k, colour in enumerate(COLOURS):
            planes = np.empty((96, 64), np.uint8)  # planar 4:2:0: 64 rows of luma, then both chromas
            planes[:64], planes[64:80], planes[80:] = yuv(colour, red, blue, full=full)
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.colorspace, frame.color_range = number, 2 if full else 1
            frame.pts, frame.time_base = k, Fraction(1, 4)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    frames = sample_frames(probe(video), Settings(fps=4), [spec("reason2", REASON2)])
    seen = frames.for_model(spec("reason2", REASON2))[:, 32, 32]
    assert np.abs(seen.astype(int) - COLOURS).max() <= 3


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_picture_is_turned_clockwise(turn: int) -> None:
    upright = numbered(0b11010010, 128, 96)
    stored = np.rot90(upright, turn // 90)  # counter-clockwise, as a camera held askew
    assert number_of(picture(stored, turn, FrameShape(64, 96))) == 0b11010010


@pytest.mark.parametrize("name", ["rotated_by_matrix.mp4", "video_270.mov"])
def test_rotation_of_the_metadata_equals_opencvs(shared: Path, name: str) -> None:
    video = shared / "nasty" / name
    frames = sample_frames(probe(video), Settings(), [spec()])
    height, width = frames.size_for(spec())
    theirs = cv2.cvtColor(cv2.VideoCapture(str(video)).read()[1], cv2.COLOR_BGR2RGB)
    assert (theirs.shape[0] > theirs.shape[1]) == (height > width)
    theirs = cv2.resize(theirs, (width, height), interpolation=cv2.INTER_CUBIC)
    assert np.abs(theirs.astype(int) - frames.for_model(spec())[0]).mean() < 2


def street() -> npt.NDArray[np.uint8]:
    """A 1080p picture with texture at every scale, and edges."""
    rng = np.random.default_rng(1)
    image = np.zeros((1080, 1920, 3), np.float32)
    for octave in range(1, 9):
        grain = rng.normal(size=(1080 >> octave, 1920 >> octave, 3)).astype(np.float32)
        image += cv2.resize(grain, (1920, 1080)) * 4 * octave
    picture = np.clip(image + 120, 0, 255).astype(np.uint8)
    for x in range(100, 1900, 150):
        cv2.rectangle(picture, (x, 300), (x + 40, 900), (240, 240, 240), -1)
    return picture


def antialiased(image: npt.NDArray[np.uint8], height: int, width: int) -> npt.NDArray[np.float64]:
    """Upstream's resize: bicubic, antialiased."""
    tensor = torch.from_numpy(image).permute(2, 0, 1)[None].float()
    done = torch.nn.functional.interpolate(tensor, (height, width), mode="bicubic", antialias=True)
    return done.clamp(0, 255)[0].permute(1, 2, 0).double().numpy()


def psnr(one: npt.NDArray[np.uint8], other: npt.NDArray[np.float64]) -> float:
    return float(10 * np.log10(255**2 / np.mean((one - other) ** 2)))


@pytest.mark.parametrize("size", [(700, 1260), (420, 728), (320, 608), (224, 420), (128, 224), (56, 112)])
def test_halving_first_is_as_close_to_upstreams_resize_as_one_step(size: tuple[int, int]) -> None:
    image = street()
    upstream = antialiased(image, *size)
    one_step = cv2.resize(image, size[::-1], interpolation=cv2.INTER_AREA)
    assert psnr(resize(image, *size), upstream) > psnr(one_step, upstream) - 0.7
    assert psnr(resize(image, *size), upstream) > 33


def test_a_small_picture_is_enlarged_as_upstream_does() -> None:
    image = cv2.resize(street(), (320, 180), interpolation=cv2.INTER_AREA)
    assert psnr(resize(image, 308, 560), antialiased(image, 308, 560)) > 38


def test_odd_and_tiny_pictures_resize(tmp_path: Path) -> None:
    for width, height in ((2, 2), (34, 1078), (1078, 34), (642, 358)):
        video = write_video(tmp_path / f"{width}.mp4", [0, 0.25], size=(width, height))
        frames = sample_frames(probe(video), Settings(), [spec(), spec("reason2", REASON2)])
        assert frames.for_model(spec()).shape[1:3] == frames.size_for(spec())
        assert REASON1.factor == 28
