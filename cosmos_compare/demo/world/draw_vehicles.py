"""Cars, vans and trucks: shaded volumes with glass, wheels and lights."""

import numpy as np

from cosmos_compare.demo.world.camera import HEIGHT, NEAR
from cosmos_compare.demo.world.canvas import Canvas, Colour
from cosmos_compare.demo.world.scene import Actor

PAINT = np.array(
    [
        *([52, 46, 168], [150, 96, 44], [196, 194, 190], [58, 56, 54]),
        *([206, 208, 210], [70, 118, 62], [60, 150, 206], [128, 122, 116]),
    ],
    dtype=float,
)
GLASS = (78.0, 66.0, 56.0)
TYRE = (34.0, 32.0, 32.0)


def draw_vehicle(canvas: Canvas, actor: Actor, t: float) -> None:
    """Drawn from the camera's side: the nearer end, the inner flank, the roof where it is low enough."""
    z, x = float(actor.z.position(t)) - canvas.ego, float(actor.at(t))
    w, h, length = actor.size
    paint = PAINT[actor.style % len(PAINT)] * (0.9 + 0.2 * ((actor.style >> 8) % 100) / 100)
    if actor.kind == "truck":
        paint = np.array([[214, 214, 212], [176, 140, 90], [96, 130, 190]][(actor.style >> 3) % 3], dtype=float)
    shadow(canvas, x, z, w, length)
    facing = actor.role == "oncoming"
    if h > 2.9:
        _truck(canvas, x, z, w, h, length, paint, facing)
    else:
        _car(canvas, x, z, w, h, length, paint)
    _ends(canvas, actor, t, x, z, facing)


def shadow(canvas: Canvas, x: float, z: float, w: float, length: float) -> None:
    """Three nested polygons, darker inwards: a soft shadow on the road."""
    if z + length < NEAR + 0.3:
        return
    for grow, tone in ((0.3, 0.86), (0.15, 0.68), (0.0, 0.5)):
        colour = tuple(tone * c for c in canvas.palette.road)
        a, b, near, far = x - w / 2 - grow, x + w / 2 + grow, z - grow, z + length + grow
        ring = [(a + 0.2, 0.0, near), (b - 0.2, 0.0, near), (b, 0.0, near + 0.3), (b, 0.0, far - 0.3),
                (b - 0.2, 0.0, far), (a + 0.2, 0.0, far), (a, 0.0, far - 0.3), (a, 0.0, near + 0.3)]  # fmt: skip
        canvas.polygon(ring, colour)  # type: ignore[arg-type]


def solid(
    canvas: Canvas, x: tuple[float, float], y: tuple[float, float], z: tuple[float, float], colour: Colour,
    lean: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> None:  # fmt: skip
    """A box, its top narrower by `lean` (each side, near end, far end) metres. Visible faces only."""
    (x0, x1), (y0, y1), (z0, z1) = x, y, z
    side, near, far = lean
    u0, u1, w0, w1 = x0 + side, x1 - side, z0 + near, z1 - far

    def shade(k: float) -> Colour:
        return tuple(k * c for c in colour)  # type: ignore[return-value]

    if y1 < HEIGHT:
        canvas.polygon([(u0, y1, w0), (u1, y1, w0), (u1, y1, w1), (u0, y1, w1)], shade(1.18))
    if x0 > 0.1:
        canvas.polygon([(x0, y0, z0), (u0, y1, w0), (u0, y1, w1), (x0, y0, z1)], shade(0.7))
    elif x1 < -0.1:
        canvas.polygon([(x1, y0, z0), (u1, y1, w0), (u1, y1, w1), (x1, y0, z1)], shade(1.04))
    if z0 > NEAR:
        canvas.polygon([(x0, y0, z0), (x1, y0, z0), (u1, y1, w0), (u0, y1, w0)], shade(0.88))


def _car(canvas: Canvas, x: float, z: float, w: float, h: float, length: float, paint: np.ndarray) -> None:
    a, b = x - w / 2, x + w / 2
    colour: Colour = tuple(paint)
    tall = h > 2.0
    belt = 1.15 if tall else 0.62 * h
    _wheels(canvas, a, b, z, length)
    solid(canvas, (a, b), (0.24, belt), (z, z + length), colour, (0.03, 0.03, 0.05))
    front, back = (0.05, 0.9) if tall else (0.35, 1.15)
    cabin = (z + front, z + length - back)
    solid(canvas, (a + 0.05, b - 0.05), (belt, h), cabin, colour, (0.12, 0.28, 0.5))
    inner = (cabin[0] + 0.02, cabin[1])
    rise = (belt + 0.06, h - 0.1)
    if cabin[0] > NEAR:  # the rear window, set into the cabin
        p, q = (0.1, 0.18)
        canvas.polygon(
            [
                (a + p, rise[0], inner[0]),
                (b - p, rise[0], inner[0]),
                (b - q, rise[1], inner[0] + 0.22),
                (a + q, rise[1], inner[0] + 0.22),
            ],
            GLASS,
        )
        canvas.polygon(
            [
                (a + p, rise[0], inner[0]),
                (a + p + 0.5, rise[0], inner[0]),
                (a + q + 0.2, rise[1], inner[0] + 0.22),
                (a + q, rise[1], inner[0] + 0.22),
            ],
            (112, 98, 86),
        )
    edge = a + 0.06 if a > 0.1 else b - 0.06 if b < -0.1 else None
    if edge is not None:
        lean = 0.1 if a > 0.1 else -0.1
        canvas.polygon(
            [
                (edge, rise[0], cabin[0] + 0.3),
                (edge + lean, rise[1], cabin[0] + 0.5),
                (edge + lean, rise[1], cabin[1] - 0.6),
                (edge, rise[0], cabin[1] - 0.25),
            ],
            GLASS,
        )


def _truck(
    canvas: Canvas, x: float, z: float, w: float, h: float, length: float, paint: np.ndarray, facing: bool
) -> None:
    a, b = x - w / 2, x + w / 2
    _wheels(canvas, a, b, z, length)
    cab, box = (0.0, 2.0) if facing else (length - 2.0, 0.0)
    cargo = (z + (2.1 if facing else box), z + (length if facing else length - 2.1))
    parts = [
        ((a, b), (0.9, h), cargo, tuple(paint)),
        ((a + 0.1, b - 0.1), (0.45, h - 0.6), (z + cab, z + cab + 2.0), (72.0, 92.0, 150.0)),
    ]
    for part in parts if facing else parts[::-1]:
        solid(canvas, *part)
    if facing and z > NEAR:
        canvas.polygon([(a + 0.25, 1.5, z), (b - 0.25, 1.5, z), (b - 0.3, h - 0.85, z), (a + 0.3, h - 0.85, z)], GLASS)
    if not facing and z > NEAR:
        canvas.polygon(
            [(x - 0.03, 1.0, z), (x + 0.03, 1.0, z), (x + 0.03, h - 0.1, z), (x - 0.03, h - 0.1, z)], tuple(0.6 * paint)
        )
        canvas.polygon([(a, 0.45, z), (b, 0.45, z), (b, 0.9, z), (a, 0.9, z)], (58.0, 56.0, 54.0))


def _wheels(canvas: Canvas, a: float, b: float, z: float, length: float) -> None:
    for at in (z + 0.75, z + length - 0.8):
        for low, high in ((a, a + 0.24), (b - 0.24, b)):
            canvas.polygon(
                [(low, 0.0, at - 0.3), (high, 0.0, at - 0.3), (high, 0.45, at - 0.3), (low, 0.45, at - 0.3)], TYRE
            )
        edge = a if a > 0.1 else b if b < -0.1 else None
        if edge is not None:
            ring = [
                (edge, 0.33 + 0.33 * float(np.sin(k)), at + 0.33 * float(np.cos(k))) for k in np.arange(0, 6.2, 0.785)
            ]
            canvas.polygon(ring, TYRE)


def _ends(canvas: Canvas, actor: Actor, t: float, x: float, z: float, facing: bool) -> None:
    """Lamps and number plate of the nearer end."""
    if z <= NEAR + 0.2:
        return
    w, h, _ = actor.size
    night, braking = canvas.palette.night, actor.brake[0] <= t < actor.brake[1]
    y = 0.72 if h < 2.9 else 0.62
    for side in (-1, 1):
        u, v, s = canvas.at(x + side * (w / 2 - 0.2), y, z - 0.02)
        if facing:
            on = night or actor.style % 3 == 0
            colour = canvas.tint((225, 242, 250) if on else (190, 196, 200), z, 1.0 if on else 0.1)
            canvas.disc(u, v, 0.15 * s, 0.1 * s, colour)
            if night:
                canvas.halo(u, v, 0.75 * s, (200, 225, 240), 0.75)
        else:
            lit = 1.0 if braking else 0.55 if night and actor.role == "lead" else 0.0
            colour = canvas.tint((40, 40, 255) if braking else (34, 30, 150), z, lit)
            canvas.plate(u, v, 0.16 * s, 0.11 * s, colour)
            if braking:
                canvas.halo(u, v, 0.55 * s, (60, 60, 255), 0.9 if night else 0.6)
    if braking and h < 2.9:
        u, v, s = canvas.at(x, h - 0.12, z + 0.5)
        canvas.plate(u, v, 0.2 * s, 0.04 * s, canvas.tint((40, 40, 255), z, 1.0))
    u, v, s = canvas.at(x, 0.5, z - 0.02)
    canvas.plate(u, v, 0.26 * s, 0.06 * s, canvas.tint((210, 214, 216), z))
