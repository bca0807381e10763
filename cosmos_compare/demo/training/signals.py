"""What training-only heads learn beside the words: which kind fills which cell, and how everybody moves."""

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.observe import Observation
from cosmos_compare.demo.world.scene import KINDS, Array, Scene

FPS = 4.0  # of the stored frames
CELLS = (4, 7)
SHOWS = 0.25  # of a cell, or of a small body, that must be filled for the body to show in the cell


def coverage(scene: Scene, view: Observation) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """How much of each cell of the visual grid each kind fills, and the box of the smallest body that shows in it.

    A body that lies within a cell fills it, however small. Shapes (frame, cell, kind) and (frame, cell, x1 y1 x2 y2);
    255 is the whole cell, or the whole picture.
    """
    rows, columns = CELLS
    out = np.zeros((len(view.times), rows * columns, len(KINDS)))
    least = np.full((len(view.times), rows * columns), np.inf)
    boxes = np.zeros((len(view.times), rows * columns, 4))
    y, x = np.arange(rows + 1) / rows, np.arange(columns + 1) / columns
    for i, actor in enumerate(scene.actors):
        box = view.boxes[i]
        across = np.clip(np.minimum(box[:, 2, None], x[1:]) - np.maximum(box[:, 0, None], x[:-1]), 0, None) * columns
        down = np.clip(np.minimum(box[:, 3, None], y[1:]) - np.maximum(box[:, 1, None], y[:-1]), 0, None) * rows
        area = (box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) * rows * columns  # in cells
        shared = (down[:, :, None] * across[:, None, :]).reshape(len(box), -1)
        filled = shared / np.clip(area, 1e-6, 1.0)[:, None] * view.counts[i][:, None]
        kind = KINDS.index(actor.kind)
        out[:, :, kind] = np.maximum(out[:, :, kind], filled)
        if actor.kind != "crosswalk":
            smaller = (filled > SHOWS) & (area[:, None] < least)
            least = np.where(smaller, area[:, None], least)
            boxes = np.where(smaller[:, :, None], box[:, None], boxes)
    return np.rint(out * 255).astype(np.uint8), np.rint(boxes * 255).astype(np.uint8)


SIGNALS = ("speed", "acceleration", "1/gap", "red", "green", "braking", "crossing", "in lane", "event")


def signals(scene: Scene, view: Observation) -> NDArray[np.float16]:
    """What each frame tells about motion and state: (frame, SIGNALS); for training-only heads."""
    t = view.times
    out = np.zeros((len(t), len(SIGNALS)))
    out[:, 0] = scene.ego.speed(t) / 10
    out[:, 1] = (scene.ego.speed(t + 0.05) - scene.ego.speed(t - 0.05)) / 0.5
    for i, actor in enumerate(scene.actors):
        counts = view.counts[i]
        if actor.role in ("lead", "ride", "crossing"):
            out[:, 2] = np.maximum(out[:, 2], counts * 5 / np.maximum(view.depth[i], 3))
        if actor.role == "light":
            red = np.array([actor.light(float(now)) == "red" for now in t])
            out[:, 3] = np.maximum(out[:, 3], counts & red)
            out[:, 4] = np.maximum(out[:, 4], counts & ~red)
        if actor.role == "lead":
            out[:, 5] = counts & (t >= actor.brake[0]) & (t < actor.brake[1])
        if actor.role == "crossing":
            out[:, 6] = counts & (t > actor.x[0][-2]) & (t < actor.x[0][-1])
        if actor.role == "ride":
            out[:, 7] = counts & (actor.at(t) < 0.4)
    for event in scene.events:
        out[:, 8] = np.maximum(out[:, 8], t >= event.start)
    return out.astype(np.float16)


def clip_times(scene: Scene) -> Array:
    return np.arange(0.0, scene.duration - 1e-6, 1 / FPS)
