"""The camera: a pinhole behind the windscreen. Gives fractions of the picture, from its upper left corner."""

import numpy as np

from cosmos_compare.demo.world.scene import Array, Scene

HEIGHT = 1.35  # metres above the road
FOCAL = 0.85  # of the picture's width: 61 degrees across
HORIZON = 0.44  # of the picture's height
PIXEL = 63 / 64  # height of a pixel over its width: the models learnt from 448 × 256 for 16:9, and notice 2 %
ASPECT = 16 / 9 * PIXEL  # of the picture, as the camera sees it
NEAR = 0.7  # metres: nothing nearer is drawn
DIVE = 0.0035  # of the picture's height, for each m/s² of braking: the nose goes down, the horizon up


def horizon(scene: Scene, t: Array | float) -> Array:
    """Where the horizon stands, as a fraction of the height; it rises when the ego vehicle brakes."""
    t = np.asarray(t, dtype=float)
    acceleration = (scene.ego.speed(t + 0.1) - scene.ego.speed(t - 0.1)) / 0.2
    return np.asarray(HORIZON + DIVE * acceleration)


def project(x: Array, y: Array, z: Array, level: Array | float, aspect: float = ASPECT) -> tuple[Array, Array]:
    """Fractions across and down of points; `z` is counted from the camera, `level` is the horizon."""
    depth = np.maximum(z, NEAR)
    return 0.5 + FOCAL * x / depth, level + FOCAL * aspect * (HEIGHT - y) / depth
