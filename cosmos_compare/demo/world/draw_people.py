"""Pedestrians and cyclists: figures in the plane that faces the camera, with a gait."""

import numpy as np

from cosmos_compare.demo.world.canvas import Canvas, Colour
from cosmos_compare.demo.world.draw_vehicles import shadow
from cosmos_compare.demo.world.scene import Actor

COATS = [(48, 60, 196), (176, 92, 40), (64, 150, 214), (88, 128, 60), (150, 60, 130), (60, 190, 220), (196, 196, 200)]
SKIN = (138.0, 168.0, 208.0)
DARK = (58.0, 48.0, 42.0)


class Figure:
    """Draws limbs in metres from the feet of a figure that stands at (x, z)."""

    def __init__(self, canvas: Canvas, x: float, z: float, scale: float = 1.0) -> None:
        self.canvas, self.z = canvas, z
        self.u, self.v, self.s = canvas.at(x, 0.0, z)
        self.s *= scale

    def limb(
        self, a: tuple[float, float], b: tuple[float, float], wide: float, colour: Colour, taper: float = 1.0
    ) -> None:
        p = np.array([self.u + self.s * a[0], self.v - self.s * a[1]])
        q = np.array([self.u + self.s * b[0], self.v - self.s * b[1]])
        along = q - p
        across = np.array([-along[1], along[0]]) / max(float(np.hypot(*along)), 1e-6) * self.s * wide / 2
        self.canvas.fill(
            np.array([p + across, q + across * taper, q - across * taper, p - across]), self.canvas.tint(colour, self.z)
        )

    def disc(self, x: float, y: float, rx: float, ry: float, colour: Colour, lit: float = 0.0) -> None:
        self.canvas.disc(
            self.u + self.s * x, self.v - self.s * y, self.s * rx, self.s * ry, self.canvas.tint(colour, self.z, lit)
        )


def draw_pedestrian(canvas: Canvas, actor: Actor, t: float) -> None:
    z, x = float(actor.z.position(t)) - canvas.ego, float(actor.at(t))
    shadow(canvas, x, z - 0.25, 0.4, 0.5)
    figure = Figure(canvas, x, z, actor.size[1] / 1.75)
    coat = tuple(float(c) for c in COATS[actor.style % len(COATS)])
    trousers = (70.0, 58.0, 50.0) if actor.style & 64 else (104.0, 80.0, 62.0)
    vx = (float(actor.at(t + 0.05)) - float(actor.at(t - 0.05))) / 0.1
    vz = float(actor.z.speed(t))
    pace = abs(vx) + abs(vz)
    way = float(np.sign(vx))
    swing = 0.0 if pace < 0.2 else float(np.sin(2 * np.pi * (pace / 1.5) * t + actor.style % 7))
    stride = 0.3 * swing if abs(vx) > 0.2 else 0.0
    lift = 0.1 * swing if abs(vz) > 0.2 else 0.0
    figure.limb((0.0, 0.88), (0.1 + stride, 0.03 + max(lift, 0)), 0.19, tuple(0.8 * c for c in trousers), 0.75)  # type: ignore[arg-type]
    figure.limb((0.0, 0.88), (-0.1 - stride, 0.03 + max(-lift, 0)), 0.19, trousers, 0.75)
    figure.limb((-0.02 * way, 1.36), (0.22 + stride, 0.86), 0.11, tuple(0.7 * c for c in coat))  # type: ignore[arg-type]
    figure.limb((0.0, 0.8), (0.0, 1.46), 0.4, coat, 0.9)  # type: ignore[arg-type]
    figure.limb((0.02 * way, 1.36), (-0.22 - stride, 0.86), 0.11, tuple(0.85 * c for c in coat))  # type: ignore[arg-type]
    figure.disc(0.0, 1.61, 0.12, 0.14, SKIN)
    figure.disc(-0.03 * way, 1.66, 0.125, 0.1, DARK)


def draw_cyclist(canvas: Canvas, actor: Actor, t: float) -> None:
    """Seen from behind: rear wheel, legs that pedal, a bent back, a helmet."""
    z, x = float(actor.z.position(t)) - canvas.ego, float(actor.at(t))
    shadow(canvas, x, z, 0.45, 1.5)
    figure = Figure(canvas, x, z)
    coat = tuple(float(c) for c in COATS[(actor.style + 2) % len(COATS)])
    pedal = 0.14 * float(np.sin(2 * np.pi * 1.3 * t + actor.style % 5))
    figure.disc(0.0, 0.34, 0.055, 0.34, (36.0, 34.0, 34.0))
    figure.limb((0.0, 0.34), (0.0, 0.95), 0.06, (52.0, 50.0, 120.0))
    figure.limb((-0.11, 0.98), (-0.13, 0.3 + pedal), 0.16, DARK, 0.7)
    figure.limb((0.11, 0.98), (0.13, 0.3 - pedal), 0.16, tuple(1.25 * c for c in DARK), 0.7)  # type: ignore[arg-type]
    figure.limb((-0.3, 1.05), (0.3, 1.05), 0.05, (40.0, 38.0, 38.0))
    figure.limb((0.16, 1.4), (0.28, 1.06), 0.1, tuple(0.8 * c for c in coat))  # type: ignore[arg-type]
    figure.limb((-0.16, 1.4), (-0.28, 1.06), 0.1, tuple(0.8 * c for c in coat))  # type: ignore[arg-type]
    figure.limb((0.0, 0.92), (0.0, 1.48), 0.36, coat, 1.1)  # type: ignore[arg-type]
    figure.disc(0.0, 1.6, 0.12, 0.13, SKIN)
    figure.disc(0.0, 1.66, 0.14, 0.1, (70.0, 200.0, 235.0) if actor.style & 8 else (220.0, 220.0, 225.0))
    figure.disc(0.0, 0.72, 0.05, 0.04, (40.0, 40.0, 230.0), 0.9 if canvas.palette.night else 0.2)
