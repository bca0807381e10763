"""Sky, road, buildings and trees: all that has no name in the ground truth."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.camera import FOCAL, HEIGHT, HORIZON
from cosmos_compare.demo.world.canvas import Canvas, Image
from cosmos_compare.demo.world.palette import Palette
from cosmos_compare.demo.world.scene import HALF, LANE, Array, Scene

Floats = NDArray[Any]

FAR = 130.0  # metres: scenery beyond is not drawn
DASH, PERIOD = 3.0, 12.0  # a lane dash, and the way from one to the next
MARGIN = 0.06  # rows kept above and below the picture, as a share of its height, for the nodding camera
WALLS = np.array(
    [
        *([168, 186, 204], [142, 164, 190], [118, 134, 168], [176, 180, 184]),
        *([150, 172, 178], [104, 120, 150], [190, 200, 206]),
    ],
    dtype=float,
)


def backdrop(scene: Scene, palette: Palette, width: int, height: int, aspect: float) -> Image:
    """What does not move: sky, ground by distance, edge lines. `MARGIN` of the height more on either side."""
    rng = np.random.default_rng(scene.seed + 1)
    extra = round(MARGIN * height)
    rows = np.arange(-extra, height + extra) + 0.5
    level = HORIZON * height
    image = np.zeros((len(rows), width, 3), np.float32)
    _sky(image, rows, level, palette, rng)
    _ground(image, (rows - level) / (FOCAL * aspect * height), scene, palette)
    return np.clip(image, 0, 255).astype(np.uint8)


def _sky(image: Floats, rows: Floats, level: float, palette: Palette, rng: np.random.Generator) -> None:
    share = np.clip(rows / level, 0, 1)[:, None, None]
    image[:] = np.array(palette.sky_top) * (1 - share) + np.array(palette.sky_low) * share
    count = int((rows < level).sum())
    if palette.night:
        if palette.sight > 200:
            for _ in range(26):
                y, x = rng.integers(0, max(1, int(count * 0.8))), rng.integers(0, image.shape[1])
                image[y, x] += rng.uniform(30, 110)
        return
    noise = sum(
        cv2.resize(rng.random((4 * k, 6 * k), dtype=np.float32), (image.shape[1], count), interpolation=cv2.INTER_CUBIC)
        / k
        for k in (1, 2, 4)
    )
    cloud = np.clip((noise - 0.95) * 1.5, 0, 1)[..., None] * np.linspace(1.0, 0.35, count)[:, None, None]
    white = 250.0 if palette.sight > 200 else 182.0
    image[:count] += cloud * (white - image[:count]) * (0.8 if palette.sight > 200 else 0.35)


def _ground(image: Floats, slope: Floats, scene: Scene, palette: Palette) -> None:
    width, below = image.shape[1], np.flatnonzero(slope > HEIGHT / 1000)  # a kilometre away the road is haze
    depth = HEIGHT / slope[below]
    x = (np.arange(width) + 0.5 - width / 2)[None] / (FOCAL * width) * depth[:, None]
    left, right = scene.curbs
    city = scene.place == "city"
    side = palette.pavement if city else palette.grass
    soft = depth[:, None] / (FOCAL * width)  # metres a pixel: the edge of anything is that wide

    def within(low: float, high: float) -> Array:
        return np.asarray(np.clip((x - low) / soft + 0.5, 0, 1) * np.clip((high - x) / soft + 0.5, 0, 1))

    colour = np.broadcast_to(np.array(side, np.float32), (*x.shape, 3)).copy()
    if city:
        colour *= 1 - 0.45 * np.maximum(within(left - 0.22, left), within(right, right + 0.22))[..., None]
    shine = 1 + (0.22 if palette.wet else 0.0) * np.exp(-((x / 3) ** 2)) * np.clip(depth[:, None] / 40, 0, 1)
    tracks = 1 - 0.05 * (
        np.exp(-(((np.abs(x) - 0.75) / 0.28) ** 2)) + np.exp(-(((np.abs(x + LANE) - 0.75) / 0.28) ** 2))
    )
    road = np.array(palette.road) * (shine * tracks)[..., None]
    colour += within(left, right)[..., None] * (road - colour)
    edges = [HALF, -HALF - LANE] if scene.parking or not city else []
    for edge in edges:
        colour += 0.85 * within(edge - 0.06, edge + 0.06)[..., None] * (np.array([205, 210, 212]) - colour)
    light = palette.light(depth)[:, None]
    if palette.night:  # the pool of the headlights is narrower than the street
        light = palette.ambient + (light - palette.ambient) * np.exp(-((x / (4.5 + 0.28 * depth[:, None])) ** 2))
    clear = palette.clear(depth)[:, None]
    image[below] = colour * (light * clear)[..., None] + np.array(palette.haze) * (1 - clear)[..., None]


class Street:
    """The moving scenery of one scene: made once, drawn for each frame."""

    def __init__(self, scene: Scene) -> None:
        rng = np.random.default_rng(scene.seed + 2)
        self.scene = scene
        end = float(scene.ego.position(scene.duration)) + FAR
        left, right = scene.curbs
        self.patches = _patches(rng, end, left, right)
        self.front = (left - 3.2, right + 3.2)
        self.walls = self.windows = np.zeros((0, 4, 3))
        if scene.place == "city":
            self._houses(rng, end)
        spacing = 17.0 if scene.place == "city" else 9.0
        z = np.arange(2.0, end, spacing) + rng.uniform(-4, 4, len(np.arange(2.0, end, spacing)))
        sides = rng.random(len(z)) < 0.5
        offset = rng.uniform(1.5, 2.4, len(z)) if scene.place == "city" else rng.uniform(2.5, 14, len(z))
        trees = np.stack([np.where(sides, right + offset, left - offset), z, rng.uniform(0.8, 1.25, len(z))], 1)
        self.trees = trees[~_before_a_light(scene, trees)]
        lamps = np.arange(rng.uniform(0, 20), end, 28.0)
        self.lamps = lamps if scene.place == "city" or rng.random() < 0.3 else lamps[:0]
        self.tree_tone = rng.uniform(0.85, 1.15, 3)

    def _houses(self, rng: np.random.Generator, end: float) -> None:
        walls, colours, panes, tones = [], [], [], []
        for side, front in zip((-1, 1), self.front, strict=True):
            z = -12.0
            while z < end:
                wide, tall = rng.uniform(8, 17), rng.choice([6.5, 9.5, 12.5, 15.5])
                wall = WALLS[rng.integers(len(WALLS))] * rng.uniform(0.85, 1.05)
                shade = 0.92 if side < 0 else 0.74  # the sun stands on the right
                back = front + side * 9
                walls.append([[front, 0, z], [front, tall, z], [front, tall, z + wide], [front, 0, z + wide]])
                colours.append(wall * shade)
                walls.append([[front, 0, z], [front, tall, z], [back, tall, z], [back, 0, z]])
                colours.append(wall * 0.62)
                walls.append([[front, 0, z], [front, 0.7, z], [front, 0.7, z + wide], [front, 0, z + wide]])
                colours.append(wall * shade * 0.7)
                across = max(2, int(wide / 2.6))
                pane = wide / across
                for floor in range(round((tall - 0.5) / 3.0)):
                    low = 1.1 + 3.0 * floor
                    for k in range(across):
                        if floor == 0 and k == across // 2:  # a door
                            a, b, c, d = 0.1, 2.4, z + pane * (k + 0.3), z + pane * (k + 0.7)
                        else:
                            a, b, c, d = low, low + 1.5, z + pane * (k + 0.24), z + pane * (k + 0.76)
                        panes.append([[front, a, c], [front, b, c], [front, b, d], [front, a, d]])
                        tones.append(rng.random())
                z += wide + (0.0 if rng.random() < 0.8 else rng.uniform(3, 7))
        order = np.argsort([-np.mean([p[2] for p in wall]) for wall in walls], kind="stable")
        self.walls, self.wall_colours = np.array(walls)[order], np.array(colours)[order]
        self.windows, self.window_tones = np.array(panes), np.array(tones)

    def draw_ground(self, canvas: Canvas) -> None:
        """Patches, slabs of the pavement and lane dashes: they make the speed visible."""
        ego, (left, right) = canvas.ego, self.scene.curbs
        near = (self.patches[:, 1] > ego + 1.2) & (self.patches[:, 1] < ego + 45)
        for x, z, w, length, tone in self.patches[near]:
            a, b = z - ego, z - ego + length
            colour = tuple(c * tone for c in canvas.palette.road)
            canvas.polygon([(x, 0, a), (x + w, 0, a), (x + w, 0, b), (x, 0, b)], colour)
        if self.scene.place == "city":
            for z in np.arange(np.ceil((ego + 3) / 2.0) * 2.0, ego + 24, 2.0) - ego:
                colour = tuple(0.82 * c for c in canvas.palette.pavement)
                for a, b in ((left - 3.2, left - 0.22), (right + 0.22, right + 3.2)):
                    canvas.polygon([(a, 0, z), (b, 0, z), (b, 0, z + 0.12), (a, 0, z + 0.12)], colour)
        for z in np.arange(np.floor(ego / PERIOD) * PERIOD, ego + 70, PERIOD) - ego:
            if z + DASH > 0.9:
                a, b, x = max(z, 0.8), z + DASH, -HALF
                canvas.polygon(
                    [(x - 0.08, 0, a), (x + 0.08, 0, a), (x + 0.08, 0, b), (x - 0.08, 0, b)], (214, 218, 220)
                )

    def draw_houses(self, canvas: Canvas) -> None:
        if not len(self.walls):
            return
        z = self.walls[:, :, 2] - canvas.ego
        seen = (z.max(axis=1) > 1.5) & (z.min(axis=1) < FAR)
        walls = self.walls[seen]
        walls = np.concatenate([walls[..., :2], np.maximum(walls[..., 2:] - canvas.ego, 1.5)], axis=-1)
        canvas.quads(walls, self.wall_colours[seen])
        z = self.windows[:, 0, 2] - canvas.ego
        seen = (z > 2.2) & (z < 62)
        panes = self.windows[seen].copy()
        panes[..., 2] -= canvas.ego
        tones = self.window_tones[seen]
        fixed = np.rint(np.clip(canvas.pixels(panes), -3000, 3000) * 16).astype(np.int32)
        night, depth = canvas.palette.night, panes[:, 0, 2]
        for low, high, colour in ((0.0, 0.35, (92, 78, 66)), (0.35, 0.7, (124, 104, 88)), (0.7, 1.01, (172, 150, 128))):
            for near, far in ((0, 16), (16, 32), (32, 62)):
                some = (tones >= low) & (tones < high) & (depth >= near) & (depth < far)
                if some.any():
                    warm = night and low == 0.7
                    lamp = canvas.tint((96, 182, 232) if warm else colour, (near + far) / 2, 0.85 if warm else 0.0)
                    cv2.fillPoly(
                        canvas.image, list(fixed[some]), lamp, cv2.LINE_AA if canvas.palette.smooth else cv2.LINE_8, 4
                    )

    def upright(self, ego: float) -> list[tuple[float, str, float, float]]:
        """Trees and lamps in sight: (depth, what, x, size)."""
        trees = [(z - ego, "tree", x, s) for x, z, s in self.trees if 2.0 < z - ego < 75]
        posts = [
            (z - ego, "lamp", x, 1.0) for z in self.lamps if 2.0 < z - ego < 70 for x in (self.scene.curbs[1] + 0.45,)
        ]
        return trees + posts

    def draw_upright(self, canvas: Canvas, what: str, depth: float, x: float, size: float) -> None:
        u, v, s = canvas.at(x, 0.0, depth)
        if what == "lamp":
            canvas.fill(
                np.array([[u - 0.07 * s, v], [u + 0.07 * s, v], [u + 0.05 * s, v - 6 * s], [u - 0.05 * s, v - 6 * s]]),
                canvas.tint((96, 92, 88), depth),
            )
            canvas.fill(
                np.array(
                    [[u - 1.5 * s, v - 6.1 * s], [u, v - 6.1 * s], [u, v - 5.95 * s], [u - 1.5 * s, v - 5.95 * s]]
                ),
                canvas.tint((96, 92, 88), depth),
            )
            if canvas.palette.night:
                canvas.halo(u - 1.4 * s, v - 5.9 * s, 1.6 * s, (120, 190, 235), 0.8)
            return
        canvas.fill(
            np.array(
                [
                    [u - 0.16 * s, v],
                    [u + 0.16 * s, v],
                    [u + 0.1 * s, v - 2.4 * s * size],
                    [u - 0.1 * s, v - 2.4 * s * size],
                ]
            ),
            canvas.tint((58, 78, 92), depth),
        )
        for dx, dy, r, tone in (
            (-0.75, 3.0, 1.15, 0.72),
            (0.7, 3.2, 1.1, 0.85),
            (0.0, 4.2, 1.3, 1.0),
            (0.25, 4.6, 0.75, 1.18),
        ):
            colour = canvas.tint(tuple(np.array([48, 108, 70]) * self.tree_tone * tone), depth)
            canvas.disc(u + dx * s * size, v - dy * s * size, r * s * size, 0.85 * r * s * size, colour)


def _before_a_light(scene: Scene, trees: Array) -> NDArray[np.bool_]:
    """Which trees would hide a traffic light: those on its side of the road, a little nearer than it stands."""
    lights = np.array([actor.z.origin for actor in scene.actors if actor.role == "light"])
    gaps = lights - trees[:, 1:2]
    return (trees[:, 0] > 0) & ((gaps > -2.0) & (gaps < 12.0)).any(axis=1)


def _patches(rng: np.random.Generator, end: float, left: float, right: float) -> Array:
    """Darker and lighter repairs of the asphalt: x, z, width, length, tone."""
    n = int(end / 3.2)
    wide = rng.uniform(0.4, 1.6, n)
    x, z = rng.uniform(left, right - 1.6, n), rng.uniform(0, end, n)
    return np.stack([x, z, wide, rng.uniform(0.6, 3.0, n), rng.choice([0.8, 0.86, 0.91, 1.07], n)], 1)
