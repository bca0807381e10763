"""Facts: what is true of the frames that a model is shown, or None where a careful person could argue.

Each rule has a band in which nothing is claimed, so that a wrong answer is a mistake and not a matter of taste.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.observe import View
from cosmos_compare.demo.world.scene import (
    HALF,
    KINDS,
    STANDING,
    Actor,
    Array,
    EgoAction,
    Event,
    Happening,
    Kind,
    Scene,
)

Risk = Literal["none", "low", "medium", "high"]
Position = Literal["left", "ahead", "right"]
Advice = Literal["keep", "slow", "stop", "stay", "go"]
Reason = Literal["clear", "calm", "crossing", "lead", "brakes", "merges", "cyclist", "red"]
Why = Literal["free", "red", "crossing", "lead", "cyclist"]

SLIM = 1 / 49  # of the picture's width: what is slimmer (4 of the driver's pixels) is named, but given no box
HIGH, MEDIUM = (1.8, 2.5), (4.6, 5.8)  # seconds to contact: certain below the first, ruled out above the second
VEHICLES: tuple[Kind, ...] = ("car", "oncoming car", "parked vehicle", "truck")
SETTLED = 0.3  # seconds before the last frame at which a vehicle that stops must already be slow


class Unclear(Exception):  # noqa: N818  it is no error: this window is not asked about
    """A careful person could argue about this window."""


@dataclass(frozen=True)
class Seen:
    """A kind that the frames show, where it was last, and what it does."""

    kind: Kind
    position: Position
    doing: str  # "crossing", "pavement", "lead", "oncoming", "parked", "ride", "merged", a light's colour, ""
    depth: float  # metres when it was nearest


@dataclass(frozen=True)
class Happened:
    what: Happening
    frame: int  # the first frame shown after it began
    last: int  # the last frame shown in which it goes on


@dataclass(frozen=True)
class Facts:
    objects: tuple[Seen, ...]  # in the order of KINDS, each kind once
    ego: EgoAction
    ego_frame: int | None  # the first frame shown after the ego vehicle began to change its speed
    still_frame: int | None  # the first frame shown in which it stands, where it comes to a stop
    events: tuple[Happened, ...]
    risk: Risk
    reason: Reason
    critical: Seen | None
    advice: Advice
    why: Why  # the reason for the advice
    light: str | None  # the colour last seen
    boxes: tuple[tuple[Kind, tuple[float, float, float, float]], ...]  # in the last frame, fractions
    place: str
    weather: str
    night: bool
    counts: dict[str, int | None]  # how many of each kind are shown, and of `VEHICLES` together; None if unclear
    sides: dict[Kind, Position | None]  # where those of a kind are that are shown; None if not all on one side


def facts(scene: Scene, view: View, frames: NDArray[np.int64]) -> Facts | None:
    """The facts about the frames with these indices into `view`, or None if any of them is unclear."""
    try:
        return _facts(scene, view, np.asarray(frames))
    except Unclear:
        return None


def _facts(scene: Scene, view: View, frames: NDArray[np.int64]) -> Facts:
    times = view.times[frames]
    shown = _shown(scene, view, frames)
    ego, ego_frame = _ego(scene, times)
    if any(_under_way(event, times) for event in scene.events):
        raise Unclear
    events = tuple(_event(scene, view, frames, event) for event in scene.events if _within(event, times))
    risk, reason, who = _risk(scene, view, frames, shown, {event.what for event in events})
    objects = _objects(scene, view, frames, shown, who)
    if not objects:
        risk, reason = "none", "clear"
    critical = next((seen for seen in objects if who is not None and seen.kind == scene.actors[who].kind), None)
    light = next((seen.doing for seen in objects if seen.kind == "traffic light"), None)
    advice, why = _advice(scene, view, frames, shown)
    return Facts(
        objects=objects, ego=ego, ego_frame=ego_frame, events=tuple(sorted(events, key=lambda e: e.frame)),
        risk=risk, reason=reason, critical=critical, advice=advice, why=why, light=light,
        boxes=_boxes(scene, view, int(frames[-1])), place=scene.place, weather=scene.weather, night=scene.night,
        still_frame=_still(scene, times) if ego == "stop" else None,
        counts=_counts(scene, view, frames, shown), sides=_sides(scene, view, frames, shown),
    )  # fmt: skip


def _still(scene: Scene, times: Array) -> int:
    return int(np.flatnonzero(scene.ego.speed(times) < STANDING)[0])


def _counts(scene: Scene, view: View, frames: NDArray[np.int64], shown: list[int]) -> dict[str, int | None]:
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


def _sides(scene: Scene, view: View, frames: NDArray[np.int64], shown: list[int]) -> dict[Kind, Position | None]:
    """Where the shown ones of each kind were last; one that crosses, where it came from."""
    found: dict[Kind, set[tuple[Position, bool]]] = {}
    for i in shown:
        actor = scene.actors[i]
        when = frames[view.counts[i, frames]]
        doing = _doing(actor, view.times, when)
        place = _position(actor, view.times[int(when[-1])]), doing == "crossing"
        found.setdefault(actor.kind, set()).add(place)
    return {kind: next(iter(places))[0] if len(places) == 1 else None for kind, places in found.items()}


def _shown(scene: Scene, view: View, frames: NDArray[np.int64]) -> list[int]:
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
    scene: Scene, view: View, frames: NDArray[np.int64], shown: list[int], critical: int | None
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


def _within(event: Event, times: Array) -> bool:
    return bool(times[0] < event.start <= times[-1])


def _under_way(event: Event, times: Array) -> bool:
    """Whether one sees an event go on that began before these frames."""
    return event.what in ("brakes", "merges") and bool(event.start <= times[0] < event.end - SETTLED)


def _event(scene: Scene, view: View, frames: NDArray[np.int64], event: Event) -> Happened:
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


def _risk(
    scene: Scene, view: View, frames: NDArray[np.int64], shown: list[int], happened: set[Happening]
) -> tuple[Risk, Reason, int | None]:
    """The highest level over the frames, why, and which actor is to blame."""
    times = view.times[frames]
    speed = scene.ego.speed(times)
    best: tuple[float, Reason, int | None] = (np.inf, "calm", None)
    medium: list[tuple[Reason, int]] = []
    for i in shown:
        actor, counts = scene.actors[i], view.counts[i, frames]
        own = np.gradient(actor.z.position(times), times) if len(times) > 1 else np.zeros(1)
        x, gap = actor.at(times), np.maximum(view.depth[i, frames] - 1.5, 0.1)
        reason: Reason
        if actor.role == "crossing":
            on_road = (x > scene.curbs[0]) & (x < scene.curbs[1]) & counts
            moving = on_road & (np.abs(np.gradient(x, times)) > 0.3)
            if 0 < moving.sum() < 2:
                raise Unclear
            inside, reason = moving, "crossing"
            if moving.any():
                medium.append(("crossing", i))
        elif actor.role == "ride":
            inside = counts & (x < 1.0)
            reason = "merges" if "merges" in happened else "cyclist"
            if "merges" in happened:
                medium.append(("merges", i))
        elif actor.role == "lead":
            inside, reason = counts, "brakes" if "brakes" in happened else "lead"
            if "brakes" in happened:
                medium.append(("brakes", i))
        elif actor.role == "light":
            red = np.array([actor.light(float(t)) == "red" for t in times]) & counts
            if red.any():
                medium.append(("red", i))
            continue
        else:
            continue
        closing = speed - own
        ttc = np.where(inside & (closing > 0.5), gap / np.maximum(closing, 0.5), np.inf)
        if ttc.min() < best[0]:
            best = (float(ttc.min()), reason, i)
    if HIGH[0] < best[0] < HIGH[1] or (not medium and MEDIUM[0] < best[0] < MEDIUM[1]):
        raise Unclear
    if best[0] <= HIGH[0]:
        return "high", best[1], best[2]
    order = ("crossing", "brakes", "merges", "red")
    if medium:
        why, who = min(medium, key=lambda pair: order.index(pair[0]))
        return "medium", why, who
    if best[0] <= MEDIUM[0]:
        return "medium", best[1], best[2]
    return "low", "calm", None


def _advice(scene: Scene, view: View, frames: NDArray[np.int64], shown: list[int]) -> tuple[Advice, Why]:
    """What to do next and why, from the last frame shown."""
    now = float(view.times[frames[-1]])
    speed, here = float(scene.ego.speed(now)), float(scene.ego.position(now))
    standing = speed < STANDING
    halt: Advice = "stay" if standing else "stop"
    result: tuple[Advice, Why] = ("go" if standing else "keep", "free")
    for i in shown:
        actor = scene.actors[i]
        gap = float(actor.z.position(now)) - here
        if gap < 0.5:
            continue
        if actor.role == "light" and actor.light(now) == "red":
            return halt, "red"
        visible = bool(view.counts[i, frames[-1]])
        if actor.role == "crossing" and _on_the_road(scene, actor, now):
            if not visible:  # it may have gone, for all the frames tell
                raise Unclear
            return halt, "crossing"
        if actor.role in ("lead", "ride") and not visible and gap < 20:
            raise Unclear
        if actor.role == "lead":
            closing = speed - float(actor.z.speed(now))
            ttc = (gap - 1.5) / max(closing, 0.3)
            if standing:
                if float(actor.z.speed(now)) < 0.5 and gap < 14:
                    result = ("stay", "lead")
            elif ttc < 4.0:
                result = ("slow", "lead")
            elif ttc < 6.5:
                raise Unclear
        if actor.role == "ride" and float(actor.at(now)) < 0.4 and not standing:
            result = ("slow", "cyclist")
    return result


def _on_the_road(scene: Scene, walker: Actor, now: float) -> bool:
    """Whether a pedestrian is walking between the curbs. Unclear on the curb itself."""
    x, walking = float(walker.at(now)), walker.x[0][-2] < now < walker.x[0][-1]
    if walking and min(abs(x - edge) for edge in scene.curbs) < 0.35:
        raise Unclear
    return walking and scene.curbs[0] < x < scene.curbs[1]


def _boxes(scene: Scene, view: View, frame: int) -> tuple[tuple[Kind, tuple[float, float, float, float]], ...]:
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
