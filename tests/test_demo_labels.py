"""Ground truth against geometry: scenes built by hand, one rule of the labels each."""

from dataclasses import replace

import numpy as np
import pytest

from cosmos_compare.demo import sampling
from cosmos_compare.demo.camera import ASPECT, FOCAL, HEIGHT, HORIZON, horizon, project
from cosmos_compare.demo.facts import facts
from cosmos_compare.demo.observe import observe, prune
from cosmos_compare.demo.samples import CELLS, coverage
from cosmos_compare.demo.world import KINDS, Actor, Event, Motion, Scene

TIMES = np.arange(0.0, 6.0, 0.25)
ALL = np.arange(len(TIMES))
STILL, CRUISE = Motion(0.0), Motion(0.0, (0.0,), (8.0,))
BRAKE = Motion(0.0, (2.0, 4.0), (8.0, 0.0))


def scene(*actors: Actor, ego: Motion = STILL, events: tuple[Event, ...] = (), **fixed: object) -> Scene:
    made = Scene(6.0, "city", "clear", False, ego, actors, events, parking=False, seed=1)
    return replace(made, **fixed)


def thing(kind: str, role: str, z: Motion | float, x: float = 0.0, size=(1.8, 1.5, 4.3), **more: object) -> Actor:
    motion = z if isinstance(z, Motion) else Motion(z)
    return Actor(kind, role, motion, ((0.0,), (x,)), size, **more)  # type: ignore[arg-type]


def walker(onset: float, z: float = 12.0, speed: float = 2.0) -> Actor:
    start, end = 3.0, -6.0
    x = ((0.0, onset, onset + (start - end) / speed), (start, start, end))
    return Actor("pedestrian", "crossing", Motion(z), x, (0.55, 1.75, 0.5))


def lamp(*lights: tuple[float, str]) -> Actor:
    return thing("traffic light", "light", 20.0, 2.5, (0.55, 1.35, 0.3), low=2.5, lights=lights)


def of(made: Scene):
    found = facts(made, observe(made, TIMES), ALL)
    assert found is not None, "this scene should be clear"
    return found


def test_a_box_is_the_projection_of_the_body() -> None:
    view = observe(scene(thing("car", "lead", 20.0)), TIMES)
    left, top, right, bottom = view.boxes[0, 0]
    assert right - left == pytest.approx(FOCAL * 1.8 / 20)
    assert bottom == pytest.approx(HORIZON + FOCAL * ASPECT * HEIGHT / 20)
    assert bottom - top == pytest.approx(FOCAL * ASPECT * 1.5 / 20)  # its roof is above the eye: the near edge shows


def test_what_is_too_far_does_not_count_and_is_taken_out() -> None:
    near, far = thing("car", "lead", 30.0), thing("oncoming car", "oncoming", 120.0, -3.4)
    view = observe(scene(near, far), TIMES)
    assert view.counts[0].all()
    assert not view.counts[1].any()
    assert [actor.kind for actor in prune(scene(near, far), TIMES).actors] == ["car"]


def test_something_glimpsed_but_too_small_makes_a_window_unclear() -> None:
    made = scene(thing("oncoming car", "oncoming", 60.0, -3.4))
    view = observe(made, TIMES)
    assert view.glimpsed[0].all()
    assert not view.counts[0].any()
    assert facts(made, view, ALL) is None


def test_what_stands_behind_a_van_does_not_count() -> None:
    van = thing("parked vehicle", "parked", 8.0, 1.5, (2.0, 2.3, 5.0))
    hidden = thing("pedestrian", "pavement", 16.0, 2.2, (0.55, 1.75, 0.5))
    view = observe(scene(van, hidden), TIMES)
    assert view.counts[0].all()
    assert not view.counts[1].any()


def test_the_nose_dives_when_the_ego_vehicle_brakes() -> None:
    made = scene(ego=BRAKE)
    assert float(horizon(made, 1.0)) == HORIZON
    assert float(horizon(made, 3.0)) < HORIZON


@pytest.mark.parametrize(
    ("ego", "action", "frame"),
    [
        (STILL, "wait", None),
        (CRUISE, "keep", None),
        (BRAKE, "stop", 8),
        (Motion(0.0, (1.9, 3.5), (8.0, 3.0)), "slow", 8),
        (Motion(0.0, (1.9, 6.9), (0.0, 10.0)), "pull away", 8),
    ],
)
def test_the_ego_action_follows_its_speed(ego: Motion, action: str, frame: int | None) -> None:
    found = of(scene(ego=ego))
    assert (found.ego, found.ego_frame) == (action, frame)


def test_an_ego_vehicle_that_hardly_slows_is_asked_about_by_nobody() -> None:
    made = scene(ego=Motion(0.0, (1.0, 3.0), (8.0, 6.8)))
    assert facts(made, observe(made, TIMES), ALL) is None


def test_a_stop_at_the_very_last_moment_is_asked_about_by_nobody() -> None:
    made = scene(ego=Motion(0.0, (4.0, float(TIMES[-1]) + 0.02), (9.0, 0.0)))
    assert facts(made, observe(made, TIMES), ALL) is None


def test_an_event_is_at_the_first_frame_that_shows_it() -> None:
    made = scene(walker(1.9), events=(Event("crosses", 0, 1.9, 6.4),))
    found = of(made)
    assert [(e.what, e.frame) for e in found.events] == [("crosses", 8)]
    assert found.objects[0].doing == "crossing"
    assert found.objects[0].position == "right"  # where it comes from


def test_a_window_after_the_event_shows_only_its_outcome() -> None:
    made = scene(lamp((-1.0, "green"), (1.9, "red")), events=(Event("turns red", 0, 1.9, 6.0),))
    found = facts(made, observe(made, TIMES), ALL[12:])
    assert found is not None
    assert found.events == ()
    assert found.light == "red"


def test_an_empty_road_has_no_risk() -> None:
    found = of(scene(ego=CRUISE))
    assert (found.risk, found.reason, found.objects) == ("none", "clear", ())


def test_a_parked_car_beside_the_road_is_low_risk() -> None:
    found = of(scene(thing("parked vehicle", "parked", 15.0, 3.2)))
    assert (found.risk, found.critical) == ("low", None)


def test_someone_crossing_is_a_medium_risk_and_high_when_we_are_there_in_under_two_seconds() -> None:
    assert of(scene(walker(1.9), events=(Event("crosses", 0, 1.9, 6.4),))).risk == "medium"
    fast = scene(walker(1.9, z=29.0), ego=Motion(0.0, (2.2, 3.6), (8.0, 0.0)), events=(Event("crosses", 0, 1.9, 6.4),))
    gap = 29.0 - float(fast.ego.position(2.5)) - 1.5
    assert gap / float(fast.ego.speed(2.5)) < 1.8
    found = facts(fast, observe(fast, TIMES), ALL[:16])  # later the pedestrian has left the picture
    assert found is not None
    assert found.risk == "high"


def test_a_red_light_ahead_means_stop_and_standing_means_stay() -> None:
    red = lamp((-1.0, "red"))
    assert (of(scene(red)).risk, of(scene(red)).advice) == ("medium", "stay")
    moving = scene(replace(red, z=Motion(60.0)), ego=Motion(0.0, (0.0,), (6.5,)))
    found = facts(moving, observe(moving, TIMES), ALL[10:])
    assert found is not None
    assert (found.advice, found.why) == ("stop", "red")


def test_boxes_are_those_of_the_last_frame_in_a_fixed_order() -> None:
    found = of(
        scene(thing("parked vehicle", "parked", 15.0, 3.2), walker(1.9), events=(Event("crosses", 1, 1.9, 6.4),))
    )
    assert [kind for kind, _ in found.boxes] == ["pedestrian", "parked vehicle"]


def test_coverage_says_which_cells_a_body_fills() -> None:
    made = scene(thing("car", "lead", 6.0))
    view = observe(made, TIMES)
    filled, boxes = coverage(made, view)
    cells = filled[0, :, KINDS.index("car")].reshape(CELLS)
    assert cells[2, 3] > 200  # the middle of the picture's lower half
    assert cells[0].max() == 0
    cell = 2 * CELLS[1] + 3
    np.testing.assert_allclose(boxes[0, cell] / 255, view.boxes[0, 0], atol=0.003)


def test_a_small_body_shows_in_its_cell_before_a_large_one() -> None:
    made = scene(thing("car", "lead", 6.0), thing("pedestrian", "pavement", 5.0, x=0.2, size=(0.3, 0.9, 0.3)))
    view = observe(made, TIMES)
    filled, boxes = coverage(made, view)
    cell = filled[0, :, KINDS.index("pedestrian")].argmax()
    assert filled[0, cell].tolist().count(0) == len(KINDS) - 2
    np.testing.assert_allclose(boxes[0, cell] / 255, view.boxes[1, 0], atol=0.003)


def test_what_is_too_slim_for_a_box_is_named_all_the_same() -> None:
    far = scene(thing("pedestrian", "pavement", 25.0, x=1.0, size=(0.35, 2.3, 0.3)))
    found = facts(far, observe(far, TIMES), ALL)
    assert found is not None
    assert [seen.kind for seen in found.objects] == ["pedestrian"]
    assert found.boxes == ()


@pytest.mark.parametrize("plot", sorted(sampling.PLOTS))
def test_scenes_have_no_collisions_and_events_name_their_actor(plot: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        made = sampling.sample_scene(rng, plot)
        assert not sampling._collides(made)
        roles = {"crosses": "crossing", "emerges": "crossing", "brakes": "lead", "merges": "ride"}
        assert all(made.actors[e.actor].role == roles.get(e.what, "light") for e in made.events)


def test_motion_integrates_its_speed() -> None:
    t = np.linspace(0, 6, 601)
    steps = np.cumsum(np.append(0.0, (BRAKE.speed(t[1:]) + BRAKE.speed(t[:-1])) / 2 * 0.01))
    np.testing.assert_allclose(BRAKE.position(t), steps, atol=1e-6)


def test_projection_puts_the_horizon_far_away() -> None:
    _, down = project(np.array(0.0), np.array(0.0), np.array(1e6), HORIZON)
    assert float(down) == pytest.approx(HORIZON, abs=1e-4)
