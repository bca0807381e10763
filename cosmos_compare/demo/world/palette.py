"""Light and colours of one scene: day or night, clear, rain or fog. BGR, 0–255."""

from dataclasses import dataclass

import numpy as np

from cosmos_compare.demo.world.scene import Array, Scene

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """`sight` is how far one sees in metres (contrast falls to 1/e); `ambient` how bright a surface is."""

    sky_top: Colour
    sky_low: Colour
    haze: Colour
    road: Colour
    pavement: Colour
    grass: Colour
    sight: float
    ambient: float
    night: bool
    wet: bool
    smooth: bool = False  # anti-aliased edges, for clips that people look at

    def clear(self, depth: Array | float) -> Array:
        """The share of an object's colour that arrives from that far."""
        return np.exp(-np.asarray(depth) / self.sight)

    def light(self, depth: Array | float) -> Array:
        """Brightness of a surface: by night what the headlights reach."""
        if not self.night:
            return np.full_like(np.asarray(depth, dtype=float), self.ambient)
        return self.ambient + 0.72 * np.exp(-((np.asarray(depth) / 26.0) ** 2))


def palette(scene: Scene, smooth: bool = False) -> Palette:
    rng = np.random.default_rng(scene.seed)
    sight = {"clear": 260.0, "rain": 110.0, "fog": 42.0}[scene.weather]
    grass = tuple(np.array([52, 112, 88]) * rng.uniform(0.85, 1.15, 3))
    road = tuple(np.array([86, 84, 82]) * rng.uniform(0.88, 1.12))
    pavement = tuple(np.array([150, 158, 162]) * rng.uniform(0.9, 1.08))
    if scene.night:
        fog = scene.weather == "fog"
        haze = (58.0, 52.0, 48.0) if fog else (34.0, 24.0, 20.0)
        top = (30.0, 18.0, 12.0) if not fog else (44.0, 38.0, 34.0)
        return Palette(top, haze, haze, road, pavement, grass, sight, 0.26, True, scene.weather == "rain", smooth)
    if scene.weather == "clear":
        tone = rng.random()
        top = (214.0 - 30 * tone, 150.0 - 10 * tone, 82.0 + 20 * tone)
        low = (236.0, 222.0, 206.0 + 14 * tone)
        return Palette(top, low, (226.0, 214.0, 202.0), road, pavement, grass, sight, 1.0, False, False, smooth)
    if scene.weather == "rain":
        return Palette(
            (142.0, 132.0, 124.0), (172.0, 166.0, 160.0), (164.0, 158.0, 152.0),
            tuple(0.82 * c for c in road), tuple(0.85 * c for c in pavement), tuple(0.85 * c for c in grass),
            sight, 0.8, False, True, smooth,
        )  # fmt: skip
    grey = (204.0, 202.0, 198.0)
    return Palette((196.0, 194.0, 190.0), grey, grey, road, pavement, grass, sight, 0.95, False, False, smooth)
