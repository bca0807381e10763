"""Display matrices: frames, sizes and thumbnails as `ffmpeg` and browsers show them."""

from __future__ import annotations

import base64
import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from videos import spec, write_video

from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import sample_frames
from cosmos_compare.video.thumbs import make_thumb

ONE = 1 << 16
PLAIN = (ONE, 0, 0, 0, ONE, 0, 0, 0, 1 << 30)
# a, b, c, d of a matrix, and the corners that it shows: top left, top right, bottom left, bottom right of 1 2 3 4.
SHOWN = {
    "as stored": ((1, 0, 0, 1), "1234"),
    "left to right": ((-1, 0, 0, 1), "2143"),
    "upside down": ((1, 0, 0, -1), "3412"),
    "half a turn": ((-1, 0, 0, -1), "4321"),
    "a quarter clockwise": ((0, 1, -1, 0), "3142"),
    "a quarter counter-clockwise": ((0, -1, 1, 0), "2413"),
    "transposed": ((0, 1, 1, 0), "1324"),
    "transposed the other way": ((0, -1, -1, 0), "4231"),
    "all zero": ((0, 0, 0, 0), "1234"),
    "flat": ((1, 1, 0, 0), "1234"),
    "nearly upright": ((0.99, 0.1, -0.1, 0.99), "1234"),
    "scaled and flipped": ((-0.5, 0, 0, 2), "2143"),
}
GREYS = {"1": 86, "2": 249, "3": 51, "4": 214}


def with_matrix(folder: Path, a: float, b: float, c: float, d: float) -> Path:
    """A clip of four grey quarters whose track header says how it is shown."""
    image = np.empty((96, 128, 3), np.uint8)
    image[:48, :64], image[:48, 64:], image[48:, :64], image[48:, 64:] = GREYS.values()
    video = write_video(folder / "quarters.mp4", [0, 0.25, 0.5, 0.75], rate=4, images=[image] * 4)
    data = video.read_bytes()
    at = data.rindex(struct.pack(">9i", *PLAIN))  # the movie's own comes before the track's
    numbers = [round(number * ONE) for number in (a, b, 0, c, d)]
    matrix = struct.pack(">9i", numbers[0], numbers[1], 0, numbers[3], numbers[4], 0, 0, 0, 1 << 30)
    video.write_bytes(data[:at] + matrix + data[at + 36 :])
    return video


def corners(image: np.ndarray) -> str:
    """Which quarter stands in each corner."""
    height, width, _ = image.shape
    greys = [int(image[y, x].mean()) for y in (height // 6, -height // 6) for x in (width // 6, -width // 6)]
    return "".join(min(GREYS, key=lambda name: abs(GREYS[name] - grey)) for grey in greys)


@pytest.mark.parametrize("name", SHOWN)
def test_a_picture_is_shown_as_its_matrix_says(tmp_path: Path, name: str) -> None:
    """Flips and transposes were once lost, and a matrix of zeros turned the clip."""
    matrix, expected = SHOWN[name]
    clip = probe(with_matrix(tmp_path, *matrix))
    turned = matrix[0] == matrix[3] == 0 and any(matrix)
    assert (clip.width, clip.height) == ((96, 128) if turned else (128, 96))
    frames = sample_frames(clip, Settings(fps=4), [spec()])
    height, width = frames.size_for(spec())
    assert (height > width) == turned
    assert {corners(image) for image in frames.for_model(spec())} == {expected}


@pytest.mark.parametrize("name", SHOWN)
def test_a_thumbnail_is_shown_the_same_way(tmp_path: Path, name: str) -> None:
    matrix, expected = SHOWN[name]
    thumb = make_thumb(with_matrix(tmp_path, *matrix))
    image = cv2.imdecode(np.frombuffer(base64.b64decode(thumb.jpeg), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert corners(image) == expected


@pytest.mark.parametrize(
    ("name", "greys"),
    [("quad", (86, 249, 51, 214)), ("hflip", (249, 86, 214, 51)), ("vflip", (51, 214, 86, 249))],
)
def test_the_cases(shared: Path, name: str, greys: tuple[int, ...]) -> None:
    frames = sample_frames(probe(shared / f"cases/13_mirrored/{name}.mp4"), Settings(fps=4), [spec()])
    image = frames.for_model(spec())[0]
    height, width, _ = image.shape
    found = [int(image[y, x].mean()) for y in (height // 6, -height // 6) for x in (width // 6, -width // 6)]
    assert found == pytest.approx(greys, abs=6)


def test_a_transposed_case_stands_upright(shared: Path) -> None:
    clip = probe(shared / "cases/19_odd/transpose.mp4")
    assert (clip.width, clip.height, clip.rotation, clip.mirrored) == (108, 192, 270, True)
