"""Drawing scenes by chance: a plot, how the ego vehicle moves, and what else stands around.

How the ego vehicle moves is drawn beside the plot and never follows from it, so that it must be seen. Scenes in
which bodies would meet are drawn again.
"""

from dataclasses import replace

import numpy as np

from cosmos_compare.demo.world.scene import HALF, LANE, Actor, Kind, Motion, Role, Scene, SceneEvent

PLOTS = {"crossing": 22, "hidden": 12, "lead": 22, "cyclist": 14, "light": 16, "traffic": 9, "empty": 5}
EGO = {
    "crossing": {"stop": 4, "slow": 3, "wait": 2, "keep": 3, "pull away": 1},
    "hidden": {"stop": 4, "slow": 3, "keep": 2, "wait": 1},
    "lead": {"keep": 3, "slow": 3, "stop": 3, "wait": 2, "pull away": 2},
    "cyclist": {"keep": 3, "slow": 3, "stop": 1, "wait": 1, "pull away": 1},
    "light": {"stop": 3, "wait": 3, "pull away": 3, "keep": 2, "slow": 2},
    "traffic": {"keep": 4, "slow": 2, "stop": 1, "wait": 1, "pull away": 2},
    "empty": {"keep": 4, "slow": 2, "stop": 1, "wait": 1, "pull away": 2},
}
CAR = (1.8, 1.5, 4.3)
VAN = (2.0, 2.3, 5.0)
TRUCK = (2.4, 3.3, 7.0)
PERSON = (0.55, 1.75, 0.5)
BICYCLE = (0.6, 1.75, 1.7)
LIGHT = (0.55, 1.35, 0.3)

Rng = np.random.Generator


def sample_scene(rng: Rng, plot: str | None = None, duration: float | None = None, **fixed: object) -> Scene:
    """One scene without collisions. `fixed` sets fields of `Scene` (place, weather, night) and `ego`."""
    plot = plot or str(_pick(rng, PLOTS))
    duration = duration or float(rng.integers(12, 41)) * 0.25
    action = str(fixed.pop("ego", None) or _pick(rng, EGO[plot]))
    while True:
        scene = _draft(rng, plot, duration, action)
        scene = replace(scene, **fixed)  # type: ignore[arg-type]
        if not _collides(scene):
            return scene


def _pick(rng: Rng, weights: dict[str, int]) -> str:
    chance = np.array(list(weights.values()), dtype=float)
    return list(weights)[int(rng.choice(len(chance), p=chance / chance.sum()))]


def _draft(rng: Rng, plot: str, duration: float, action: str) -> Scene:
    city = rng.random() < 0.72
    onset = _onset(rng, duration)
    reaction = onset + rng.choice([0.25, 0.5, 0.75])
    if plot in ("traffic", "empty") or rng.random() < 0.2:
        reaction = _onset(rng, duration)
    ego = _ego(rng, action, reaction, duration, 1.0 if city else 1.35)
    scene = Scene(
        duration=duration,
        place="city" if city else "country",
        weather=_pick(rng, {"clear": 66, "rain": 17, "fog": 17}),  # type: ignore[arg-type]
        night=bool(rng.random() < 0.25),
        ego=ego,
        actors=(),
        events=(),
        parking=plot == "hidden" or bool(city and rng.random() < 0.45),
        seed=int(rng.integers(2**31)),
    )
    scene = _PLOTS[plot](rng, scene, onset)
    return scene if plot == "empty" else _extras(rng, scene)


def _onset(rng: Rng, duration: float) -> float:
    """When the main thing happens: a tenth of a second before a frame of the 4 fps grid, never at the ends."""
    first, last = 4, max(5, int(duration * 4) - 5)
    return float(rng.integers(first, last + 1)) * 0.25 - 0.1


def _ego(rng: Rng, action: str, onset: float, duration: float, pace: float) -> Motion:
    v = rng.uniform(5.5, 13.0) * pace
    if action == "keep":
        return Motion(0.0, (0.0,), (v,))
    if action == "wait":
        return Motion(0.0)
    if action == "pull away":
        onset = min(onset, duration - 1.5)
        return Motion(0.0, (onset, onset + 5.0), (0.0, 5.0 * rng.uniform(1.7, 2.8)))
    low = 0.0 if action == "stop" else v * rng.uniform(0.3, 0.5)
    room = max(0.9, duration - onset - 0.6)
    took = max(min((v - low) / rng.uniform(2.5, 5.0), room), (v - low) / 8.0)
    return Motion(0.0, (onset, onset + took), (v, low))


def _fixed(kind: Kind, role: Role, x: float, z: float, size: tuple[float, float, float], rng: Rng) -> Actor:
    return Actor(kind, role, Motion(z), ((0.0,), (x,)), size, style=int(rng.integers(2**31)))


def _with(scene: Scene, actor: Actor, *events: SceneEvent) -> Scene:
    return replace(scene, actors=(*scene.actors, actor), events=(*scene.events, *events))


def _walk(
    rng: Rng, scene: Scene, onset: float, z: float, start: float, end: float, speed: float
) -> tuple[Actor, float]:
    arrive = onset + abs(end - start) / speed
    times, places = (0.0, onset, arrive), (start, start, end)
    size = (PERSON[0], rng.uniform(1.6, 1.85), PERSON[2])
    actor = Actor("pedestrian", "crossing", Motion(z), (times, places), size, style=int(rng.integers(2**31)))
    return actor, arrive


def _crossing(rng: Rng, scene: Scene, onset: float) -> Scene:
    left, right = scene.curbs
    start, end = (right + 0.5, left - 0.6) if rng.random() < 0.6 else (left - 0.5, right + 0.6)
    early = rng.random() < 0.3  # under way before the clip begins
    if early:
        onset = -rng.uniform(0.6, 1.8)
    z = float(scene.ego.position(max(onset, 0.0))) + rng.uniform(6.0, 27.0)
    person, arrive = _walk(rng, scene, onset, z, start, end, rng.uniform(1.2, 2.8))
    if early:
        person = replace(person, x=((onset, arrive), (start, end)))
    if scene.place == "city" and rng.random() < 0.6:
        scene = _with(
            scene, _fixed("crosswalk", "crosswalk", (left + right) / 2, z - 1.8, (right - left, 0.0, 4.0), rng)
        )
    events = () if early else (SceneEvent("crosses", len(scene.actors), onset, arrive),)
    return _with(scene, person, *events)


def _hidden(rng: Rng, scene: Scene, onset: float) -> Scene:
    _, right = scene.curbs
    z = float(scene.ego.position(onset)) + rng.uniform(7.0, 18.0)
    van = _fixed("parked vehicle", "parked", right - 1.15, z - VAN[2] - 0.6, VAN, rng)
    scene = _with(scene, van)
    person, arrive = _walk(rng, scene, onset - 0.25, z, right - 0.9, scene.curbs[0] - 0.6, rng.uniform(1.8, 3.0))
    return _with(scene, person, SceneEvent("emerges", len(scene.actors), onset, arrive))


def _lead(rng: Rng, scene: Scene, onset: float) -> Scene:
    truck = rng.random() < 0.25
    gap = rng.uniform(5.0, 26.0)
    v = float(scene.ego.speed(0.0))
    mode = _pick(rng, {"brakes": 6, "follows": 3, "stands": 2} if v > 1 else {"stands": 2, "leaves": 3, "follows": 1})
    brake = (np.inf, np.inf)
    events: tuple[SceneEvent, ...] = ()
    if mode == "brakes":
        v0 = max(v * rng.uniform(0.85, 1.1), 4.0)
        low = 0.0 if rng.random() < 0.35 else v0 * rng.uniform(0.0, 0.45)
        took = (v0 - low) / rng.uniform(3.0, 6.5)
        path = Motion(gap, (onset, onset + took), (v0, low))
        brake = (onset, 1e3)
        events = (SceneEvent("brakes", len(scene.actors), onset, onset + took),)
    elif mode == "stands":
        path, brake = Motion(float(scene.ego.position(scene.duration)) + rng.uniform(4.5, 12.0)), (-1.0, 1e3)
    elif mode == "leaves":
        begin = _onset(rng, scene.duration)
        path, brake = Motion(gap, (begin, begin + 5), (0.0, 12.0)), (-1.0, begin)
    else:
        # As fast as we are, or were: one that slows down with us would be one that brakes, and that is told.
        path = Motion(gap, (0.0,), (v if v > 1 else rng.uniform(3.0, 7.0),))
    actor = Actor(
        "truck" if truck else "car", "lead", path, ((0.0,), (0.0,)), TRUCK if truck else CAR,
        brake=brake, style=int(rng.integers(2**31)),
    )  # fmt: skip
    return _with(scene, actor, *events)


def _cyclist(rng: Rng, scene: Scene, onset: float) -> Scene:
    edge = HALF - 0.25
    v = float(scene.ego.speed(0.0))
    speed = rng.uniform(3.5, 6.5)
    gap = rng.uniform(6.0, 15.0)
    if v > speed + 1:  # so that they are near each other when it happens
        gap += (float(scene.ego.position(onset)) - speed * onset) * rng.uniform(0.5, 1.0)
    x: tuple[tuple[float, ...], tuple[float, ...]] = ((0.0,), (edge,))
    events: tuple[SceneEvent, ...] = ()
    if rng.random() < 0.6:
        x = ((onset, onset + rng.uniform(0.7, 1.1)), (edge, rng.uniform(-0.2, 0.2)))
        events = (SceneEvent("merges", len(scene.actors), onset, x[0][1]),)
    actor = Actor("cyclist", "ride", Motion(gap, (0.0,), (speed,)), x, BICYCLE, style=int(rng.integers(2**31)))
    return _with(scene, actor, *events)


def _light(rng: Rng, scene: Scene, onset: float) -> Scene:
    mode = _pick(rng, {"turns red": 4, "turns green": 4, "red": 2, "green": 2})
    anchor = float(scene.ego.position(scene.duration if rng.random() < 0.6 else onset + 1.0))
    z = anchor + rng.uniform(11.0, 22.0)
    first = {"turns red": "green", "turns green": "red"}.get(mode, mode)
    changes: tuple[tuple[float, str], ...] = ((-1.0, first),)
    events: tuple[SceneEvent, ...] = ()
    if mode in ("turns red", "turns green"):
        changes += ((onset, mode.removeprefix("turns ")),)
        events = (SceneEvent(mode, len(scene.actors), onset, scene.duration),)  # type: ignore[arg-type]
    lamp = _lamp(rng, scene, z, changes)
    scene = _with(scene, lamp, *events)
    if rng.random() < 0.4:
        left, right = scene.curbs
        walk = _fixed("crosswalk", "crosswalk", (left + right) / 2, z - 5.0, (right - left, 0.0, 4.0), rng)
        scene = _with(scene, walk)
    return scene


def _lamp(rng: Rng, scene: Scene, z: float, changes: tuple[tuple[float, str], ...]) -> Actor:
    x = scene.curbs[1] + 0.6 if scene.parking is False else HALF + 1.4
    style = int(rng.integers(2**31))
    return Actor("traffic light", "light", Motion(z), ((0.0,), (x,)), LIGHT, low=2.5, lights=changes, style=style)


def _extras(rng: Rng, scene: Scene) -> Scene:
    """Things around the plot, each where it does no harm to it."""
    left, right = scene.curbs
    reach = float(scene.ego.position(scene.duration))
    has = {actor.kind for actor in scene.actors}
    if scene.parking and rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 3))):
            side = right - 1.15 if rng.random() < 0.7 else left + 1.15
            z = rng.uniform(7.0, reach + 18.0)
            scene = _with(scene, _fixed("parked vehicle", "parked", side, z, VAN if rng.random() < 0.3 else CAR, rng))
    if rng.random() < 0.3:
        truck = rng.random() < 0.25
        speed = -rng.uniform(4.0, 12.0)
        z = rng.uniform(12.0, 40.0) - speed * scene.duration * rng.uniform(0.1, 0.8)
        path = Motion(z, (0.0,), (speed,))
        size = TRUCK if truck else CAR
        kind: Kind = "truck" if truck else "oncoming car"
        x = ((0.0,), (-LANE,))
        scene = _with(scene, Actor(kind, "oncoming", path, x, size, style=int(rng.integers(2**31))))
    if scene.place == "city" and "pedestrian" not in has and rng.random() < 0.5:
        for _ in range(int(rng.integers(1, 3))):
            x0 = right + rng.uniform(0.5, 1.4) if rng.random() < 0.65 else left - rng.uniform(0.5, 1.4)
            walk = Motion(rng.uniform(8.0, reach + 20.0), (0.0,), (rng.choice([-1.3, 0.0, 1.3]),))
            size = (PERSON[0], rng.uniform(1.6, 1.85), PERSON[2])
            scene = _with(
                scene, Actor("pedestrian", "pavement", walk, ((0.0,), (x0,)), size, style=int(rng.integers(2**31)))
            )
    if "traffic light" not in has and scene.place == "city" and rng.random() < 0.1:
        scene = _with(scene, _lamp(rng, scene, rng.uniform(15.0, reach + 18.0), ((-1.0, "green"),)))
    if "crosswalk" not in has and scene.place == "city" and rng.random() < 0.12:
        z = rng.uniform(8.0, reach + 14.0)
        scene = _with(scene, _fixed("crosswalk", "crosswalk", (left + right) / 2, z, (right - left, 0.0, 4.0), rng))
    return scene


def _nothing(rng: Rng, scene: Scene, onset: float) -> Scene:
    return scene


_PLOTS = {
    "crossing": _crossing,
    "hidden": _hidden,
    "lead": _lead,
    "cyclist": _cyclist,
    "light": _light,
    "traffic": _nothing,
    "empty": _nothing,
}


def _collides(scene: Scene) -> bool:
    """Whether bodies meet, or the ego vehicle runs a red light; looked at eight times a second."""
    t = np.arange(0.0, scene.duration, 0.125)
    ego = scene.ego.position(t)
    solid = [actor for actor in scene.actors if actor.kind not in ("traffic light", "crosswalk")]
    spans = [(actor.z.position(t), actor.at(t), actor) for actor in solid]
    for z, x, actor in spans:
        near = (np.abs(x) < 1.1 + actor.size[0] / 2) & (z - ego < 2.2) & (z + actor.size[2] - ego > -2.5)
        if near.any():
            return True
    for i, (z, x, actor) in enumerate(spans):
        for z2, x2, other in spans[i + 1 :]:
            wide = (actor.size[0] + other.size[0]) / 2 + 0.1
            apart = (z > z2 + other.size[2] + 0.4) | (z2 > z + actor.size[2] + 0.4)
            if ((np.abs(x - x2) < wide) & ~apart).any():
                return True
    lamps = [actor for actor in scene.actors if actor.kind == "traffic light"]
    crossed = [(lamp, float(lamp.z.origin)) for lamp in lamps]
    return any(
        lamp.light(float(now)) == "red" and -4.0 < z - place < 2.0 and float(scene.ego.speed(now)) > 1.0
        for lamp, z in crossed
        for now, place in zip(t, ego, strict=True)
    ) or any(abs(a.z.origin - b.z.origin) < 12 for i, a in enumerate(lamps) for b in lamps[i + 1 :])
