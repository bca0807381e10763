"""The world: what stands in a street scene and how it moves. Metres, seconds, metres a second.

x points right from the middle of our lane, y up from the road, z ahead along the road. Everything is a function of
time, so a scene can be looked at with any frame rate. Knows nothing of pixels.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KINDS = (
    "pedestrian",
    "cyclist",
    "car",
    "oncoming car",
    "parked vehicle",
    "truck",
    "traffic light",
    "crosswalk",
)
Kind = Literal["pedestrian", "cyclist", "car", "oncoming car", "parked vehicle", "truck", "traffic light", "crosswalk"]
Role = Literal["crossing", "pavement", "ride", "lead", "oncoming", "parked", "light", "crosswalk"]
Happening = Literal["crosses", "emerges", "brakes", "merges", "turns red", "turns green"]
EgoAction = Literal["keep", "slow", "stop", "wait", "pull away"]

LANE = 3.4  # width of a lane
HALF = LANE / 2
PARKING = 2.3  # width of the strip where cars are parked
STANDING = 0.3  # below this speed a vehicle counts as standing


@dataclass(frozen=True)
class Motion:
    """Movement along one axis with a speed that is piecewise linear in time; constant before and after."""

    origin: float
    times: tuple[float, ...] = (0.0,)
    speeds: tuple[float, ...] = (0.0,)

    def speed(self, t: Array | float) -> Array:
        return np.asarray(np.interp(t, self.times, self.speeds))

    def position(self, t: Array | float) -> Array:
        """The integral of the speed from time 0, exact, plus the origin."""
        t = np.asarray(t, dtype=float)
        return self.origin + self._travelled(t) - self._travelled(np.zeros(()))

    @cached_property
    def _knots(self) -> tuple[Array, Array, Array]:
        """Times and speeds of the knots, and the way covered at each."""
        knots, speeds = np.asarray(self.times), np.asarray(self.speeds)
        return knots, speeds, np.concatenate([[0.0], np.cumsum(np.diff(knots) * (speeds[1:] + speeds[:-1]) / 2)])

    def _travelled(self, t: Array) -> Array:
        """Metres covered since the first knot; negative before it."""
        if len(self.times) == 1:
            return np.asarray((t - self.times[0]) * self.speeds[0])
        knots, speeds, done = self._knots
        k = np.clip(np.searchsorted(knots, t, side="right") - 1, 0, len(knots) - 1)
        rest = t - knots[k]
        return np.asarray(done[k] + rest * (speeds[k] + self.speed(t)) / 2)


@dataclass(frozen=True)
class Actor:
    """A thing that can be named. `z` is its nearer end, `x` its middle, `low` its lower edge above the road."""

    kind: Kind
    role: Role
    z: Motion
    x: tuple[tuple[float, ...], tuple[float, ...]]  # times and positions, linear in between
    size: tuple[float, float, float]  # width, height, length
    low: float = 0.0
    brake: tuple[float, float] = (np.inf, np.inf)  # when the brake lights are on
    lights: tuple[tuple[float, str], ...] = ()  # (from when, colour) of a traffic light
    style: int = 0  # colours and shape, to be drawn from

    def at(self, t: Array | float) -> Array:
        return np.asarray(np.interp(t, *self.x))

    def light(self, t: float) -> str:
        return next((colour for start, colour in reversed(self.lights) if t >= start), "green")


@dataclass(frozen=True)
class SceneEvent:
    """Something that happens to one actor: index of the actor, and when it begins and ends."""

    what: Happening
    actor: int
    start: float
    end: float


@dataclass(frozen=True)
class Scene:
    duration: float
    place: Literal["city", "country"]
    weather: Literal["clear", "rain", "fog"]
    night: bool
    ego: Motion
    actors: tuple[Actor, ...]
    events: tuple[SceneEvent, ...]
    parking: bool
    seed: int  # for scenery without a name: façades, trees, patches of the road

    @property
    def curbs(self) -> tuple[float, float]:
        """Where the road ends, left and right."""
        extra = PARKING if self.parking else 0.35
        return -HALF - LANE - extra, HALF + extra
