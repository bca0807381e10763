"""Orientation: how a picture is stored against how it is shown, from the display matrix of its frames."""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import Type

Image = npt.NDArray[np.uint8]


class Orientation(NamedTuple):
    """What makes a stored picture upright: first flipped left to right if `mirrored`, then turned clockwise."""

    rotation: int = 0
    mirrored: bool = False


# The four kinds of matrix whose axes stay (a and d of its signs), and the four whose axes change places (b and c).
_ALONG = {(1, 1): (0, False), (-1, 1): (0, True), (1, -1): (180, True), (-1, -1): (180, False)}
_ACROSS = {(1, 1): (270, True), (1, -1): (90, False), (-1, 1): (270, False), (-1, -1): (90, True)}


def orientation_of(frame: Any) -> Orientation:
    """The orientation that a frame's display matrix asks for, to the nearest quarter turn.

    ISO/IEC 14496-12, 8.3.2: x' = a·x + c·y, y' = b·x + d·y, of nine numbers a b u c d v x y w. A matrix that makes
    nothing of a picture, such as one of zeros, is ignored, as `ffmpeg` and browsers do.
    """
    matrix = next((bytes(data) for data in frame.side_data if data.type == Type.DISPLAYMATRIX), b"")
    if len(matrix) != 36:
        return Orientation()
    a, b, _, c, d, *_ = struct.unpack("=9i", matrix)
    if (a == 0 and c == 0) or (b == 0 and d == 0):
        return Orientation()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(*_ALONG[_sign(a), _sign(d)])
    return Orientation(*_ACROSS[_sign(b), _sign(c)])


def upright(image: Image, rotation: int, mirrored: bool) -> Image:
    """A view of a stored picture as it is shown: (height, width, 3), the sides changed by a quarter turn."""
    return np.rot90(image[:, ::-1] if mirrored else image, -rotation // 90)


def _sign(number: int) -> int:
    return -1 if number < 0 else 1
