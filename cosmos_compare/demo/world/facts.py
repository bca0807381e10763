"""Facts: what is true of the frames that a model is shown, or None where a careful person could argue.

Each rule has a band in which nothing is claimed, so that a wrong answer is a mistake and not a matter of taste.
"""

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.fact_records import Happened, Position, SceneFacts, Seen, Unclear
from cosmos_compare.demo.world.judgement import advice_of, risk_of
from cosmos_compare.demo.world.observe import Observation
from cosmos_compare.demo.world.scene import (
    HALF,
    KINDS,
    STANDING,
    Actor,
    Array,
    EgoAction,
    Kind,
    Scene,
    SceneEvent,
)

SLIM = 1 / 49  # of the picture's width: what is slimmer (4 of the driver's pixels) is named, but given no box
VEHICLES: tuple[Kind, ...] = ("car", "oncoming car", "parked vehicle", "truck")
SETTLED = 0.3  # seconds before the last frame at which a vehicle that stops must already be slow


def facts(scene: Scene, view: Observation, frames: NDArray[np.int64]) -> SceneFacts | None:
    """The facts about the frames with these indices into `view`, or None if any of them is unclear."""
    try:
        return _facts(scene, view, np.asarray(frames))
    except Unclear:
        return None


def _facts(scene: Scene, view: Observation, frames: NDArray[np.int64]) -> SceneFacts:
    times = view.times[frames]
    shown = _shown(scene, view, frames)
    ego, ego_frame = _ego(scene, times)
    if any(_under_way(event, times) for event in scene.events):
        raise Unclear
    events = tuple(_event(scene, view, frames, event) for event in scene.events if _within(event, times))
    risk, reason, who = risk_of(scene, view, frames, shown, {event.what for event in events})
    objects = _objects(scene, view, frames, shown, who)
    if not objects:
        risk, reason = "none", "clear"
    critical = next((seen for seen in objects if who is not None and seen.kind == scene.actors[who].kind), None)
    light = next((seen.doing for seen in objects if seen.kind == "traffic light"), None)
    advice, why = advice_of(scene, view, frames, shown)
    return SceneFacts(
        objects=objects, ego=ego, ego_frame=ego_frame, events=tuple(sorted(events, key=lambda e: e.frame)),
        risk=risk, reason=reason, critical=critical, advice=advice, why=why, light=light,
        boxes=_boxes(scene, view, int(frames[-1])), place=scene.place, weather=scene.weather, night=scene.night,
        still_frame=_still(scene, times) if ego == "stop" else None,
        counts=_counts(scene, view, frames, shown), sides=_sides(scene, view, frames, shown),
    )  # fmt: skip


def _still(scene: Scene, times: Array) -> int:
    return int(np.flatnonzero(scene.ego.speed(times) < STANDING)[0])


def _counts(scene: Scene, view: Observation, frames: NDArray[np.int64], shown: list[int]) -> dict[str, int | None]:
    """Of each kind. Unclear (None) where another one is glimpsed that does not count as shown."""
    counts: dict[str, int | None] = dict.fromkeys(KINDS, 0)
    for i, actor in enumerate(scene.actors):
        number = counts[actor.kind]
        if i not in shown and view.glimpsed[i, frames].any():
            counts[actor.kind] = None
        elif i in shown and number is not None:
            counts[actor.kind] = number + 1
    each = [counts[kind] for kind in VEHICLES]
    counts["vehicle"] = None if None in each else sum(number or 0 for number in each)
    return counts


def _sides(scene: Scene, view: Observation, frames: NDArray[np.int64], shown: list[int]) -> dict[Kind, Position | None]:
    """Where the shown ones of each kind were last; one that crosses, where it came from."""
    found: dict[Kind, set[tuple[Position, bool]]] = {}
    for i in shown:
        actor = scene.actors[i]
        when = frames[view.counts[i, frames]]
        doing = _doing(actor, view.times, when)
        place = _position(actor, view.times[int(when[-1])]), doing == "crossing"
        found.setdefault(actor.kind, set()).add(place)
    return {kind: next(iter(places))[0] if len(places) == 1 else None for kind, places in found.items()}


def _shown(scene: Scene, view: Observation, frames: NDArray[np.int64]) -> list[int]:
    """Actors that count in enough of the frames. Unclear when one is glimpsed but does not count."""
    least = 3 if len(frames) > 6 else 2
    number = view.counts[:, frames].sum(axis=1)
    shown = [i for i in range(len(scene.actors)) if number[i] >= least]
    kinds = {scene.actors[i].kind for i in shown}
    for i, actor in enumerate(scene.actors):
        if actor.kind not in kinds and view.glimpsed[i, frames].any():
            raise Unclear
    return shown


def _objects(
    scene: Scene, view: Observation, frames: NDArray[np.int64], shown: list[int], critical: int | None
) -> tuple[Seen, ...]:
    """One of each kind that is shown: the critical one speaks for its kind, then one that crosses, then the nearest."""
    best: dict[Kind, tuple[tuple[bool, bool, float], Seen]] = {}
    for i in shown:
        actor = scene.actors[i]
        when = frames[view.counts[i, frames]]
        last, depth = int(when[-1]), float(view.depth[i, when].min())
        seen = Seen(actor.kind, _position(actor, view.times[last]), _doing(actor, view.times, when), depth)
        rank = (i == critical, seen.doing == "crossing", -depth)
        if actor.kind not in best or rank > best[actor.kind][0]:
            best[actor.kind] = (rank, seen)
    return tuple(sorted((seen for _, seen in best.values()), key=lambda seen: KINDS.index(seen.kind)))


def _position(actor: Actor, t: float) -> Position:
    if actor.kind in ("crosswalk", "car"):
        return "ahead"
    if actor.role == "crossing":  # where it came from: where it is changes from frame to frame
        return "right" if actor.x[1][0] > actor.x[1][-1] else "left"
    x = float(actor.at(t))
    return "left" if x < -HALF else "right" if x > HALF - 0.6 else "ahead"


def _doing(actor: Actor, times: Array, when: NDArray[np.int64]) -> str:
    if actor.role == "light":
        return actor.light(float(times[when[-1]]))
    if actor.role == "crossing":
        moved = np.ptp(actor.at(times[when]))
        if 0.0 < moved < 0.9:
            raise Unclear
        return "crossing" if moved else "pavement"
    if actor.role == "ride":
        x = float(actor.at(times[when[-1]]))
        if 0.4 < x < 1.2:
            raise Unclear
        return "merged" if x <= 0.4 else "ride"
    return "" if actor.role == "crosswalk" else actor.role


def _ego(scene: Scene, times: Array) -> tuple[EgoAction, int | None]:
    v = scene.ego.speed(times)
    first, last = float(v[0]), float(v[-1])
    if v.max() < STANDING / 3:
        return "wait", None
    if np.ptp(v) < 0.04 * v.max():
        return "keep", None
    begun = float(scene.ego.times[0])
    frame = int(np.searchsorted(times, begun))
    started = frame if 0 < frame < len(times) else None
    if last < STANDING and first > 2.5:
        if scene.ego.speed(times[-1] - SETTLED) > 1.4:  # it has hardly come to a stop
            raise Unclear
        return "stop", started
    if first < STANDING / 3 and last > 2.2:
        return "pull away", started
    if 1.4 < last < 0.72 * first:
        return "slow", started
    raise Unclear


def _within(event: SceneEvent, times: Array) -> bool:
    return bool(times[0] < event.start <= times[-1])


def _under_way(event: SceneEvent, times: Array) -> bool:
    """Whether one sees an event go on that began before these frames."""
    return event.what in ("brakes", "merges") and bool(event.start <= times[0] < event.end - SETTLED)


def _event(scene: Scene, view: Observation, frames: NDArray[np.int64], event: SceneEvent) -> Happened:
    """An event counts when its actor counts in the two frames that follow (and the one before, unless hidden)."""
    times = view.times[frames]
    counts = view.counts[event.actor, frames]
    first = int(np.searchsorted(times, event.start))
    if event.what == "emerges":
        visible = np.flatnonzero(counts)
        if not len(visible) or not counts[visible[0] : visible[0] + 2].all() or visible[0] < 1:
            raise Unclear
        if view.times[frames[visible[0]]] - event.start > 0.8:
            raise Unclear
        first = int(visible[0])
    elif first + 1 >= len(times) or first < 1 or not counts[first - 1 : first + 2].all():
        raise Unclear
    going = np.flatnonzero(counts & (times <= event.end))
    return Happened(event.what, first, max(first, int(going[-1]) if len(going) else first))


def _boxes(scene: Scene, view: Observation, frame: int) -> tuple[tuple[Kind, tuple[float, float, float, float]], ...]:
    found = [
        (actor.kind, view.boxes[i, frame])
        for i, actor in enumerate(scene.actors)
        if view.counts[i, frame]
        and actor.kind != "crosswalk"
        and view.boxes[i, frame, 2] - view.boxes[i, frame, 0] >= SLIM
    ]
    found.sort(key=lambda pair: -float((pair[1][2] - pair[1][0]) * (pair[1][3] - pair[1][1])))
    found = sorted(found[:4], key=lambda pair: (KINDS.index(pair[0]), float(pair[1][0])))
    return tuple((kind, tuple(float(v) for v in box)) for kind, box in found)  # type: ignore[misc]
