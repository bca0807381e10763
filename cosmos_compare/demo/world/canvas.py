"""The canvas: puts points of the street onto an image, with haze, night and shade. Colours are BGR, 0–255 floats."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.camera import FOCAL, HEIGHT, NEAR
from cosmos_compare.demo.world.palette import Palette
from cosmos_compare.demo.world.scene import Array

Image = NDArray[np.uint8]
Colour = tuple[float, float, float]
SHIFT = 4  # OpenCV draws in sixteenths of a pixel
_ONE = 1 << SHIFT
_TICKS = np.linspace(-1, 1, 33)
_HALO = np.exp(-5.0 * np.minimum(_TICKS[:, None] ** 2 + _TICKS[None] ** 2, 1.0)) - np.exp(-5.0)
_HALO = (_HALO / _HALO.max()).astype(np.float32)


class Canvas:
    """One frame being drawn. `level` is the horizon as a fraction of the height, `ego` the camera's place."""

    def __init__(self, image: Image, palette: Palette, level: float, ego: float, aspect: float) -> None:
        self.image, self.palette, self.ego = image, palette, ego
        self.height, self.width = image.shape[:2]
        self.scale = FOCAL * self.width
        self.down = FOCAL * aspect * self.height  # the same, downwards
        self.middle = self.width / 2
        self.row = level * self.height

    def pixels(self, points: Array) -> Array:
        """(…, 3) metres, z from the camera → (…, 2) pixels."""
        depth = np.maximum(points[..., 2], NEAR)
        out = np.empty((*points.shape[:-1], 2))
        out[..., 0] = self.middle + self.scale * points[..., 0] / depth
        out[..., 1] = self.row + self.down * (HEIGHT - points[..., 1]) / depth
        return out

    def tint(self, colour: Colour, depth: float, lit: float = 0.0) -> Colour:
        """The colour as it arrives from that far; `lit` 1 is a lamp, which night does not darken."""
        p = self.palette
        bright = p.ambient + (0.72 * math.exp(-((depth / 26.0) ** 2)) if p.night else 0.0)
        clear = math.exp(-depth * (1 - 0.5 * lit) / p.sight)
        light, haze = (lit + (1 - lit) * bright) * clear, 1 - clear
        b, g, r = colour
        return b * light + p.haze[0] * haze, g * light + p.haze[1] * haze, r * light + p.haze[2] * haze

    def fill(self, pixels: Array, colour: Colour) -> None:
        """A convex polygon in pixels, with the colour as it is."""
        fixed = np.rint(np.clip(pixels, -4000, 4000) * _ONE).astype(np.int32)
        cv2.fillConvexPoly(self.image, fixed, colour, cv2.LINE_AA if self.palette.smooth else cv2.LINE_8, SHIFT)

    def polygon(self, points: list[tuple[float, float, float]], colour: Colour, lit: float = 0.0) -> None:
        """A flat convex polygon of the street, z from the camera; what lies behind the camera is cut off."""
        if min(p[2] for p in points) < NEAR:
            points = _cut(points)
            if len(points) < 3:
                return
        array = np.array(points)
        self.fill(self.pixels(array), self.tint(colour, float(array[:, 2].mean()), lit))

    def quads(self, quads: Array, colours: Array) -> None:
        """(n, 4, 3) metres and (n, 3) colours, far ones first; those that reach behind the camera are left out."""
        keep = quads[:, :, 2].min(axis=1) > NEAR
        if not keep.any():
            return
        quads, colours = quads[keep], colours[keep]
        depth = quads[:, :, 2].mean(axis=1)
        shades = self.shades(colours, depth)
        fixed = np.rint(np.clip(self.pixels(quads), -4000, 4000) * _ONE).astype(np.int32)
        line = cv2.LINE_AA if self.palette.smooth else cv2.LINE_8
        for corners, colour in zip(fixed, shades.tolist(), strict=True):
            cv2.fillConvexPoly(self.image, corners, colour, line, SHIFT)

    def shades(self, colours: Array, depth: Array) -> Array:
        p = self.palette
        clear = p.clear(depth)[:, None]
        return np.asarray(colours * p.light(depth)[:, None] * clear + np.array(p.haze) * (1 - clear))

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        """An ellipse in pixels."""
        centre = (round(x * _ONE), round(y * _ONE))
        axes = (max(round(rx * _ONE), 4), max(round(ry * _ONE), 4))
        line = cv2.LINE_AA if self.palette.smooth else cv2.LINE_8
        cv2.ellipse(self.image, centre, axes, 0, 0, 360, colour, -1, line, SHIFT)

    def plate(self, x: float, y: float, half_width: float, half_height: float, colour: Colour) -> None:
        """An upright rectangle about a pixel."""
        left, right, top, bottom = x - half_width, x + half_width, y - half_height, y + half_height
        self.fill(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), colour)

    def halo(self, x: float, y: float, radius: float, colour: Colour, strength: float) -> None:
        """Light that spreads round a lamp: added, not painted."""
        r = round(min(radius, self.width / 4))
        if r < 1:
            return
        x0, y0 = round(x) - r, round(y) - r
        left, top = max(0, -x0), max(0, -y0)
        right, bottom = min(2 * r, self.width - x0), min(2 * r, self.height - y0)
        if right <= left or bottom <= top:
            return
        stamp = cv2.resize(_HALO, (2 * r, 2 * r))[top:bottom, left:right, None]
        added = (stamp * (np.array(colour, np.float32) * strength)).astype(np.uint8)
        part = self.image[y0 + top : y0 + bottom, x0 + left : x0 + right]
        cv2.add(part, added, dst=part)

    def at(self, x: float, y: float, z: float) -> tuple[float, float, float]:
        """Pixel across, pixel down and pixels a metre of one point."""
        s = self.scale / max(z, NEAR)
        return self.middle + s * x, self.row + self.down * (HEIGHT - y) / max(z, NEAR), s


def _cut(points: list[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """The part of a convex polygon in front of the camera (Sutherland and Hodgman, one plane)."""
    kept = []
    for (x0, y0, z0), (x1, y1, z1) in zip(points, points[1:] + points[:1], strict=True):
        if z0 >= NEAR:
            kept.append((x0, y0, z0))
        if (z0 >= NEAR) != (z1 >= NEAR):
            k = (NEAR - z0) / (z1 - z0)
            kept.append((x0 + k * (x1 - x0), y0 + k * (y1 - y0), NEAR))
    return kept
