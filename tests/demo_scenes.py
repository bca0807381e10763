"""Street scenes built by hand, and the clear facts about them. Metres, seconds, metres a second."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.fact_records import SceneFacts
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import observe
from cosmos_compare.demo.world.scene import Actor, Motion, Scene, SceneEvent

TIMES = np.arange(0.0, 6.0, 0.25)
ALL = np.arange(len(TIMES))
STILL, CRUISE = Motion(0.0), Motion(0.0, (0.0,), (8.0,))
BRAKE = Motion(0.0, (2.0, 4.0), (8.0, 0.0))
BICYCLE = (0.6, 1.75, 1.7)
TRUCK = (2.4, 3.3, 7.0)


def scene(*actors: Actor, ego: Motion = STILL, events: tuple[SceneEvent, ...] = (), **fixed: object) -> Scene:
    made = Scene(6.0, "city", "clear", False, ego, actors, events, parking=False, seed=1)
    return replace(made, **fixed)


def thing(kind: str, role: str, z: Motion | float, x: float = 0.0, size=(1.8, 1.5, 4.3), **more: object) -> Actor:
    motion = z if isinstance(z, Motion) else Motion(z)
    return Actor(kind, role, motion, ((0.0,), (x,)), size, **more)  # type: ignore[arg-type]


def walker(onset: float, z: float = 12.0, speed: float = 2.0, start: float = 3.0) -> Actor:
    end = -6.0
    x = ((0.0, onset, onset + (start - end) / speed), (start, start, end))
    return Actor("pedestrian", "crossing", Motion(z), x, (0.55, 1.75, 0.5))


def merger(onset: float, z: Motion) -> Actor:
    """A cyclist who rides at the edge of the lane and moves to its middle within 0.9 s."""
    return Actor("cyclist", "ride", z, ((onset, onset + 0.9), (1.45, 0.0)), BICYCLE)


def lamp(*lights: tuple[float, str]) -> Actor:
    return thing("traffic light", "light", 20.0, 2.5, (0.55, 1.35, 0.3), low=2.5, lights=lights)


def seen(made: Scene, frames: NDArray[np.int64] = ALL) -> SceneFacts | None:
    return facts(made, observe(made, TIMES), frames)


def of(made: Scene, frames: NDArray[np.int64] = ALL) -> SceneFacts:
    found = seen(made, frames)
    assert found is not None, "this scene should be clear"
    return found
