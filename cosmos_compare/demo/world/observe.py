"""What the camera can see of a scene: a box for each actor and frame, and whether it counts as seen.

An actor counts in a frame when it is tall enough, most of it is inside the picture, and little of it is covered. It
is glimpsed when a keen eye might find it; between the two nothing is asked of a model.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.camera import ASPECT, NEAR, horizon, project
from cosmos_compare.demo.world.scene import Array, Scene

# Least heights of a box, as fractions of the picture's height (256 rows were thought of), in a picture of 16:9. Wider
# ones are taller for their distance, not wider: there a body counts no farther away than in 16:9.
TALL = {
    "pedestrian": 24 / 256,
    "cyclist": 18 / 256,
    "car": 15 / 256,
    "oncoming car": 15 / 256,
    "parked vehicle": 18 / 256,
    "truck": 18 / 256,
    "traffic light": 11 / 256,
    "crosswalk": 4.5 / 256,
}
INSIDE, COVERED = 0.55, 0.35  # at least, at most
GLIMPSE = 0.5  # of those heights
GRID = 6  # points a side, for what is covered


@dataclass(frozen=True)
class Observation:
    """Boxes (actor, frame, x1 y1 x2 y2) as fractions of the picture, and which of them count or are glimpsed."""

    times: Array
    boxes: Array
    counts: NDArray[np.bool_]
    glimpsed: NDArray[np.bool_]
    depth: Array  # (actor, frame) metres from the camera to the nearer end


def observe(scene: Scene, times: Array, aspect: float = ASPECT) -> Observation:
    n = len(scene.actors)
    level, ego = horizon(scene, times), scene.ego.position(times)
    raw = np.zeros((n, len(times), 4))
    depth = np.zeros((n, len(times)))
    for i, actor in enumerate(scene.actors):
        z, x = actor.z.position(times) - ego, actor.at(times)
        depth[i] = z
        w, h, length = actor.size
        us, vs = [], []
        for side in (-w / 2, w / 2):
            for end in (0.0, length):
                for y in (actor.low, actor.low + h):
                    u, v = project(x + side, np.full_like(z, y), z + end, level, aspect)
                    us.append(u)
                    vs.append(v)
        raw[i] = np.stack([np.min(us, 0), np.min(vs, 0), np.max(us, 0), np.max(vs, 0)], axis=-1)
    boxes = np.clip(raw, 0.0, 1.0)
    full = np.prod(np.maximum(raw[..., 2:] - raw[..., :2], 1e-6), axis=-1)
    inside = np.prod(np.maximum(boxes[..., 2:] - boxes[..., :2], 0.0), axis=-1) / full
    ahead = depth > NEAR
    covered = _covered(scene, boxes, depth)
    tall = np.array([TALL[actor.kind] for actor in scene.actors]).reshape(n, 1) * max(1.0, aspect / ASPECT)
    height = boxes[..., 3] - boxes[..., 1]
    counts = ahead & (height >= tall) & (inside >= INSIDE) & (covered <= COVERED)
    reach = depth + np.array([actor.size[2] for actor in scene.actors]).reshape(n, 1)
    glimpsed = (reach > NEAR) & (height >= GLIMPSE * tall) & (inside > 0.12) & (covered < 0.9)
    return Observation(times, boxes, counts, glimpsed | counts, depth)


def _covered(scene: Scene, boxes: Array, depth: Array) -> Array:
    """The share of each box that nearer bodies hide, from a grid of points. Shape (actor, frame)."""
    share = np.zeros(depth.shape)
    ticks = (np.arange(GRID) + 0.5) / GRID
    solid = [i for i, actor in enumerate(scene.actors) if actor.kind not in ("crosswalk", "traffic light")]
    for i in range(len(scene.actors)):
        others = [j for j in solid if j != i and (depth[j] < depth[i]).any()]
        if not others:
            continue
        x = boxes[i, :, 0, None] + ticks * (boxes[i, :, 2] - boxes[i, :, 0])[:, None]
        y = boxes[i, :, 1, None] + ticks * (boxes[i, :, 3] - boxes[i, :, 1])[:, None]
        hidden = np.zeros((depth.shape[1], GRID, GRID), dtype=bool)
        for j in others:
            near = (depth[j] < depth[i]) & (depth[j] > -1.0)
            across = (x >= boxes[j, :, 0, None]) & (x <= boxes[j, :, 2, None]) & near[:, None]
            down = (y >= boxes[j, :, 1, None]) & (y <= boxes[j, :, 3, None])
            hidden |= down[:, :, None] & across[:, None, :]
        share[i] = hidden.mean(axis=(1, 2))
    return share


def prune(scene: Scene, times: Array, least: int = 3, aspect: float = ASPECT) -> Scene:
    """The scene without the actors that count in fewer than `least` frames, and without their events."""
    while True:
        view = observe(scene, times, aspect)
        keep = [i for i in range(len(scene.actors)) if view.counts[i].sum() >= least]
        if len(keep) == len(scene.actors):
            return scene
        place = {old: new for new, old in enumerate(keep)}
        events = tuple(replace(e, actor=place[e.actor]) for e in scene.events if e.actor in place)
        # Something hidden may come into view once what hid it is gone: look again.
        scene = replace(scene, actors=tuple(scene.actors[i] for i in keep), events=events)
