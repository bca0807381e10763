"""Pixels: one decoded frame made into what a model sees. Knows nothing of time but the text it draws."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np

from cosmos_compare.video.orientation import Image, upright


class FrameShape(NamedTuple):
    """How a model sees each frame, in pixels: the picture's height and width, and the band's height below it."""

    height: int
    width: int
    band: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """(height, width), the band included."""
        return self.height + self.band, self.width


def to_rgb(frame: Any) -> Image:
    """PyAV's `frame` as RGB, in its own size; the matrix and range are the frame's own (BT.601 if untold)."""
    rgb: Image = frame.to_ndarray(format="rgb24")
    return rgb


def picture(rgb: Image, rotation: int, look: FrameShape, mirrored: bool = False) -> Image:
    """A stored RGB image upright, as `orientation.upright` makes it, at the height and width of `look`."""
    height, width = (look.height, look.width) if rotation % 180 == 0 else (look.width, look.height)
    return upright(resize(rgb, height, width), rotation, mirrored)


def fitted(rgb: Image, rotation: int, look: FrameShape, mirrored: bool = False) -> Image:
    """A stored RGB image upright and whole within the size of `look`, its shape kept, black beside it."""
    stands = np.ascontiguousarray(upright(rgb, rotation, mirrored))
    scale = min(look.height / stands.shape[0], look.width / stands.shape[1])
    height, width = (max(1, round(side * scale)) for side in stands.shape[:2])
    top, left = (look.height - height) // 2, (look.width - width) // 2
    canvas = np.zeros((look.height, look.width, 3), np.uint8)
    canvas[top : top + height, left : left + width] = resize(stands, height, width)
    return canvas


def resize(image: Image, height: int, width: int) -> Image:
    """An RGB image at another size: by area when it shrinks, cubic when it grows.

    While a factor of 4 or more is left to do the image is halved, which is cheap and exact, so that the last
    step still averages over 2 pixels or more: as close to upstream's antialiased resize as one step is, at a
    third of the time (docs/LOG.md).
    """
    while min(image.shape[0] / height, image.shape[1] / width) >= 4:
        image = _scale(image, image.shape[0] // 2, image.shape[1] // 2, cv2.INTER_AREA)
    shrinks = height * width <= image.shape[0] * image.shape[1]
    return _scale(image, height, width, cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)


def draw_time(image: Image, seconds: float, band: int) -> None:
    """Write the time in white on black into the lowest `band` rows of an image, in place."""
    image[-band:] = 0
    height = image.shape[0]
    at = (band // 4, height - band // 4 - 1)
    cv2.putText(image, f"{seconds:.2f} s", at, cv2.FONT_HERSHEY_SIMPLEX, band / 45, (255, 255, 255), 1, cv2.LINE_AA)


def _scale(image: Image, height: int, width: int, interpolation: int) -> Image:
    scaled: Image = cv2.resize(image, (width, height), interpolation=interpolation)
    return scaled
