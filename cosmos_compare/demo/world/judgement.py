"""Risk and advice: what follows from where everybody is and how they move, with a band in which nothing is claimed."""

import numpy as np
from numpy.typing import NDArray

from cosmos_compare.demo.world.fact_records import Advice, Reason, Risk, Unclear, Why
from cosmos_compare.demo.world.observe import Observation
from cosmos_compare.demo.world.scene import STANDING, Actor, Happening, Scene

HIGH, MEDIUM = (1.8, 2.5), (4.6, 5.8)  # seconds to contact: certain below the first, ruled out above the second


def risk_of(
    scene: Scene, view: Observation, frames: NDArray[np.int64], shown: list[int], happened: set[Happening]
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


def advice_of(scene: Scene, view: Observation, frames: NDArray[np.int64], shown: list[int]) -> tuple[Advice, Why]:
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
