"""Risk and advice against geometry: gaps and closing speeds made by hand, one rule of the labels each."""

from dataclasses import replace

import pytest
from demo_scenes import ALL, BICYCLE, CRUISE, STILL, TIMES, TRUCK, lamp, merger, of, scene, seen, thing, walker

from cosmos_compare.demo.world.scene import Actor, Motion, Scene, SceneEvent

BUMPER = 1.5  # metres from the camera to the front of the ego vehicle
PACE = 6.0  # of whoever is ahead: two metres a second less than CRUISE


def time_to_contact(made: Scene, t: float) -> float:
    ahead = made.actors[0].z
    gap = float(ahead.position(t) - made.ego.position(t)) - BUMPER
    return gap / float(made.ego.speed(t) - ahead.speed(t))


def nearing(kind: str, seconds: float) -> Scene:
    """We near a car or a merged cyclist until 2.75 s, `seconds` before contact; then it draws away from us."""
    start = BUMPER + (CRUISE.speeds[0] - PACE) * (seconds + 2.75)
    path = Motion(start, (3.0, 3.01), (PACE, 9.0))
    ahead = thing("car", "lead", path) if kind == "car" else thing("cyclist", "ride", path, size=BICYCLE)
    return scene(ahead, ego=CRUISE)


@pytest.mark.parametrize("kind", ["car", "cyclist"])
@pytest.mark.parametrize(
    ("seconds", "risk"),
    [
        (1.7, "high"),
        (1.9, None),
        (2.4, None),
        (2.6, "medium"),
        (4.5, "medium"),
        (4.7, None),
        (5.7, None),
        (5.9, "low"),
    ],
)
def test_risk_follows_the_shortest_time_to_contact(kind: str, seconds: float, risk: str | None) -> None:
    made = nearing(kind, seconds)
    assert time_to_contact(made, 2.75) == pytest.approx(seconds)
    found = seen(made)
    if risk is None:
        assert found is None
    else:
        assert found is not None
        reason = "calm" if risk == "low" else "lead" if kind == "car" else "cyclist"
        assert (found.risk, found.reason) == (risk, reason)
        assert (found.critical is None) is (risk == "low")


def test_a_cyclist_at_the_edge_of_the_lane_is_low_risk_however_near() -> None:
    made = nearing("cyclist", 1.7)
    beside = replace(made.actors[0], x=((0.0,), (1.45,)))
    assert of(replace(made, actors=(beside,))).risk == "low"


@pytest.mark.parametrize("what", ["brakes", "merges"])
@pytest.mark.parametrize(("seconds", "risk"), [(1.7, "high"), (1.9, None), (2.4, None), (5.2, "medium")])
def test_what_brakes_or_merges_is_at_least_medium_risk(what: str, seconds: float, risk: str | None) -> None:
    made = nearing("car" if what == "brakes" else "cyclist", seconds)
    if what == "merges":
        made = replace(made, actors=(merger(0.9, made.actors[0].z),))
    found = seen(replace(made, events=(SceneEvent(what, 0, 0.9, 1.8),)))  # type: ignore[arg-type]
    assert (found and (found.risk, found.reason)) == (risk and (risk, what))


def test_an_empty_road_has_no_risk() -> None:
    found = of(scene(ego=CRUISE))
    assert (found.risk, found.reason, found.objects) == ("none", "clear", ())


def test_a_parked_car_beside_the_road_is_low_risk() -> None:
    found = of(scene(thing("parked vehicle", "parked", 15.0, 3.2)))
    assert (found.risk, found.critical) == ("low", None)


def test_someone_crossing_is_a_medium_risk_and_high_when_we_are_there_in_under_two_seconds() -> None:
    assert of(scene(walker(1.9), events=(SceneEvent("crosses", 0, 1.9, 6.4),))).risk == "medium"
    fast = scene(
        walker(1.9, z=29.0), ego=Motion(0.0, (2.2, 3.6), (8.0, 0.0)), events=(SceneEvent("crosses", 0, 1.9, 6.4),)
    )
    assert time_to_contact(fast, 2.5) < 1.8
    assert of(fast, ALL[:16]).risk == "high"  # later the pedestrian has left the picture


@pytest.mark.parametrize("order", [1, -1])
def test_the_critical_truck_speaks_for_its_kind(order: int) -> None:
    """An oncoming truck that came nearer once stood for the one ahead that brakes, and was named the danger."""
    ahead = thing("truck", "lead", Motion(25.0, (1.9, 3.4), (8.0, 3.0)), size=TRUCK, brake=(1.9, 1e3))
    oncoming = thing("truck", "oncoming", Motion(38.0, (0.0,), (-4.0,)), -3.4, TRUCK)
    ego = Motion(0.0, (2.4, 3.9), (8.0, 3.0))
    trucks = (ahead, oncoming)[::order]
    calm = of(scene(*trucks, ego=ego))
    assert [(truck.kind, truck.doing) for truck in calm.objects] == [("truck", "oncoming")]  # it comes nearest
    assert calm.critical is None
    found = of(scene(*trucks, ego=ego, events=(SceneEvent("brakes", trucks.index(ahead), 1.9, 3.4),)))
    assert [(truck.kind, truck.doing, truck.position) for truck in found.objects] == [("truck", "lead", "ahead")]
    assert found.critical == found.objects[0]
    assert calm.objects[0].depth < found.objects[0].depth


def closing_in(seconds: float) -> Scene:
    """We near a slower car, `seconds` before contact in the last frame."""
    start = BUMPER + (CRUISE.speeds[0] - PACE) * (seconds + float(TIMES[-1]))
    return scene(thing("car", "lead", Motion(start, (0.0,), (PACE,))), ego=CRUISE)


@pytest.mark.parametrize(
    ("seconds", "advice"),
    [(3.9, ("slow", "lead")), (4.1, None), (6.4, None), (6.6, ("keep", "free"))],
)
def test_who_nears_a_lead_vehicle_should_slow_down(seconds: float, advice: tuple[str, str] | None) -> None:
    made = closing_in(seconds)
    assert time_to_contact(made, float(TIMES[-1])) == pytest.approx(seconds)
    found = seen(made)
    assert (found and (found.advice, found.why)) == advice


@pytest.mark.parametrize(
    ("lead", "advice"),
    [
        (Motion(10.0), ("stay", "lead")),
        (Motion(18.0), ("go", "free")),
        (Motion(6.0, (4.0, 9.0), (0.0, 5.0)), ("go", "free")),
    ],
    ids=["near", "far", "leaves"],
)
def test_who_stands_stays_only_behind_a_near_lead_that_stands(lead: Motion, advice: tuple[str, str]) -> None:
    found = of(scene(thing("car", "lead", lead)))
    assert (found.advice, found.why) == advice


@pytest.mark.parametrize(("ego", "advice"), [(STILL, "go"), (CRUISE, "keep")])
def test_a_free_road_is_driven_on(ego: Motion, advice: str) -> None:
    found = of(scene(ego=ego))
    assert (found.advice, found.why) == (advice, "free")


@pytest.mark.parametrize(("x", "advice"), [(0.0, ("slow", "cyclist")), (1.45, ("keep", "free"))])
def test_a_cyclist_in_the_lane_is_slowed_down_for(x: float, advice: tuple[str, str]) -> None:
    found = of(scene(thing("cyclist", "ride", Motion(12.0, (0.0,), (8.0,)), x, BICYCLE), ego=CRUISE))
    assert (found.advice, found.why) == advice


def on_foot(x: float, z: float) -> Actor:
    """Someone who crosses from the right and is at `x` in the last frame."""
    speed = 2.0
    return walker(float(TIMES[-1]) - (3.0 - x) / speed, z, speed)


@pytest.mark.parametrize(("pace", "advice"), [(0.0, "stay"), (5.0, "stop")])
@pytest.mark.parametrize("x", [1.2, -3.0])
def test_someone_on_the_road_is_stopped_for(pace: float, advice: str, x: float) -> None:
    ego = Motion(0.0, (0.0,), (pace,))
    person = on_foot(x, float(ego.position(TIMES[-1])) + 18.0)
    found = of(scene(person, ego=ego), ALL[-6:])
    assert (found.advice, found.why) == (advice, "crossing")


@pytest.mark.parametrize(("past", "advice"), [(-0.4, "stay"), (-0.3, None), (0.3, None), (0.4, "go")])
def test_someone_on_the_curb_itself_is_asked_about_by_nobody(past: float, advice: str | None) -> None:
    left, _ = scene().curbs
    found = seen(scene(on_foot(left - past, 12.0)))
    assert (found and found.advice) == advice


def test_a_red_light_ahead_means_stop_and_standing_means_stay() -> None:
    red = lamp((-1.0, "red"))
    assert (of(scene(red)).risk, of(scene(red)).advice) == ("medium", "stay")
    moving = scene(replace(red, z=Motion(60.0)), ego=Motion(0.0, (0.0,), (6.5,)))
    found = of(moving, ALL[10:])
    assert (found.advice, found.why) == ("stop", "red")
