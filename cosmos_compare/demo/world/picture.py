"""Pictures of a scene, one for each moment. The same scene gives the same pixels."""

import cv2
import numpy as np

from cosmos_compare.demo.world.camera import HORIZON, PIXEL, horizon
from cosmos_compare.demo.world.canvas import Canvas, Image
from cosmos_compare.demo.world.draw_people import draw_cyclist, draw_pedestrian
from cosmos_compare.demo.world.draw_street import MARGIN, Street, backdrop
from cosmos_compare.demo.world.draw_vehicles import draw_vehicle
from cosmos_compare.demo.world.palette import palette
from cosmos_compare.demo.world.scene import Actor, Scene

LAMPS = {"red": (40.0, 40.0, 250.0), "green": (110.0, 235.0, 60.0)}


class Painter:
    """Draws one scene at one size. `smooth` gives anti-aliased edges: slower, for clips that people look at."""

    def __init__(
        self, scene: Scene, width: int, height: int, smooth: bool = False, aspect: float | None = None
    ) -> None:
        self.scene, self.width, self.height = scene, width, height
        self.palette = palette(scene, smooth)
        self.aspect = aspect or width / height * PIXEL
        self.ground = backdrop(scene, self.palette, width, height, self.aspect)
        self.street = Street(scene)
        self.rng_seed = scene.seed

    def frame(self, t: float) -> Image:
        """The picture at time `t`: (height, width, 3), BGR."""
        level = float(horizon(self.scene, t))
        extra = round(MARGIN * self.height)
        top = extra - round((level - HORIZON) * self.height)
        image = self.ground[top : top + self.height].copy()
        canvas = Canvas(image, self.palette, level, float(self.scene.ego.position(t)), self.aspect)
        self.street.draw_ground(canvas)
        for body in self.scene.actors:
            if body.kind == "crosswalk":
                _stripes(canvas, body)
        self.street.draw_houses(canvas)
        things: list[tuple[float, str, float, float, Actor | None]] = [
            (d, what, x, s, None) for d, what, x, s in self.street.upright(canvas.ego)
        ]
        for body in self.scene.actors:
            z = float(body.z.position(t)) - canvas.ego
            if body.kind != "crosswalk" and z + body.size[2] > 0.9 and z < 130:
                things.append((z, "actor", 0.0, 0.0, body))
        for depth, what, x, size, actor in sorted(things, key=lambda thing: -thing[0]):
            if actor is None:
                self.street.draw_upright(canvas, what, depth, x, size)
            else:
                _draw(canvas, actor, t, depth)
        if self.palette.wet:
            self._rain(image, t)
        return image

    def _rain(self, image: Image, t: float) -> None:
        rng = np.random.default_rng([self.rng_seed, round(t * 1000)])
        n, unit = 70, self.width / 448
        x, y = rng.uniform(0, self.width, n), rng.uniform(0, self.height, n)
        long = rng.uniform(6, 16, n) * unit
        lines = np.stack([np.stack([x, y], 1), np.stack([x + long * 0.12, y + long], 1)], 1)
        colour = tuple(0.55 * h + (40 if self.palette.night else 90) for h in self.palette.haze)
        cv2.polylines(image, list(np.rint(lines).astype(np.int32)), False, colour, max(1, round(unit)))


def _draw(canvas: Canvas, actor: Actor, t: float, depth: float) -> None:
    if actor.kind == "pedestrian":
        if depth > 0.9:
            draw_pedestrian(canvas, actor, t)
    elif actor.kind == "cyclist":
        if depth > 0.9:
            draw_cyclist(canvas, actor, t)
    elif actor.kind == "traffic light":
        _light(canvas, actor, t, depth)
    else:
        draw_vehicle(canvas, actor, t)


def _stripes(canvas: Canvas, actor: Actor) -> None:
    z = float(actor.z.origin) - canvas.ego
    if z > 60 or z + actor.size[2] < 0.8:
        return
    x = float(actor.at(0.0)) - actor.size[0] / 2 + 0.25
    while x < float(actor.at(0.0)) + actor.size[0] / 2 - 0.4:
        ring = [(x, 0.0, z), (x + 0.5, 0.0, z), (x + 0.5, 0.0, z + actor.size[2]), (x, 0.0, z + actor.size[2])]
        canvas.polygon(ring, (222.0, 224.0, 226.0))
        x += 1.0


def _light(canvas: Canvas, actor: Actor, t: float, depth: float) -> None:
    if depth < 0.9:
        return
    u, v, s = canvas.at(float(actor.at(t)), 0.0, depth)
    w, h, low = actor.size[0] / 2, actor.size[1], actor.low
    canvas.fill(
        np.array([[u - 0.07 * s, v], [u + 0.07 * s, v], [u + 0.07 * s, v - low * s], [u - 0.07 * s, v - low * s]]),
        canvas.tint((90.0, 88.0, 86.0), depth),
    )
    top, bottom = v - (low + h) * s, v - low * s
    canvas.fill(
        np.array([[u - w * s, top], [u + w * s, top], [u + w * s, bottom], [u - w * s, bottom]]),
        canvas.tint((40.0, 38.0, 36.0), depth),
    )
    now = actor.light(t)
    for colour, place in (("red", 0.8), ("green", 0.2)):
        y = bottom - place * h * s
        lit = colour == now
        lamp = LAMPS[colour] if lit else (46.0, 52.0, 52.0)
        canvas.disc(u, y, 0.2 * s, 0.2 * s, canvas.tint(lamp, depth, 1.0 if lit else 0.0))
        if lit:
            canvas.halo(u, y, (0.75 if canvas.palette.night else 0.45) * s, LAMPS[colour], 0.6)
