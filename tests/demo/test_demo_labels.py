"""Ground truth against geometry: scenes built by hand, one rule of the labels each."""

from dataclasses import replace

import numpy as np
import pytest
from demo_scenes import ALL, BRAKE, CRUISE, STILL, TIMES, lamp, merger, of, scene, seen, thing, walker

from cosmos_compare.demo.training.signals import CELLS, coverage
from cosmos_compare.demo.world import scenes
from cosmos_compare.demo.world.camera import ASPECT, FOCAL, HEIGHT, HORIZON, horizon, project
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import observe, prune
from cosmos_compare.demo.world.scene import KINDS, Motion, Scene, SceneEvent


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


@pytest.mark.parametrize(
    ("share", "counts", "glimpsed"),
    [(0.56, True, True), (0.54, False, True), (0.13, False, True), (0.11, False, False)],
)
def test_more_than_half_of_a_body_must_be_inside_the_picture(share: float, counts: bool, glimpsed: bool) -> None:
    z, width = 5.0, 2.0
    edge = 0.5 * z / FOCAL  # where the picture ends at that distance
    flat = thing("parked vehicle", "parked", z, edge + width / 2 - share * width, (width, 1.5, 0.0))
    view = observe(scene(flat), TIMES)
    assert (1.0 - view.boxes[0, 0, 0]) / (FOCAL * width / z) == pytest.approx(share)
    assert (view.counts[0].all(), view.counts[0].any()) == (counts, counts)
    assert (view.glimpsed[0].all(), view.glimpsed[0].any()) == (glimpsed, glimpsed)


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
    made = scene(walker(1.9), events=(SceneEvent("crosses", 0, 1.9, 6.4),))
    found = of(made)
    assert [(e.what, e.frame) for e in found.events] == [("crosses", 8)]
    assert found.objects[0].doing == "crossing"
    assert found.objects[0].position == "right"  # where it comes from


VAN = thing("parked vehicle", "parked", 8.0, 2.85, (2.0, 2.3, 5.0))


def emerging(start: float, speed: float = 3.0) -> Scene:
    """Someone sets out behind a van at 1.73 s; the event begins at `start`."""
    person = walker(1.73, z=13.6, speed=speed, start=3.1)
    return scene(VAN, person, events=(SceneEvent("emerges", 1, start, 5.0),), parking=True)


def test_someone_emerges_in_the_first_frame_that_shows_them() -> None:
    made = emerging(1.9)
    boxes = observe(made, TIMES).boxes
    van_left, person_left, person_right = boxes[0, 0, 0], boxes[1, :, 0], boxes[1, :, 2]
    first = int(np.flatnonzero(person_right < van_left)[0])
    assert (person_left[:first] > van_left).all()  # all of the body is hidden before, none of it after
    assert TIMES[first] > 2.0  # the frame after the event begins still shows nobody
    found = of(made)
    assert [(e.what, e.frame) for e in found.events] == [("emerges", first)]
    assert found.objects[0].kind == "pedestrian"


@pytest.mark.parametrize(("late", "clear"), [(0.75, True), (0.85, False)])
def test_someone_who_takes_long_to_emerge_is_asked_about_by_nobody(late: float, clear: bool) -> None:
    appears = float(TIMES[observe(emerging(1.9, speed=1.2), TIMES).counts[1].argmax()])
    found = seen(emerging(appears - late, speed=1.2))
    assert (found is not None) is clear


def braking() -> Scene:
    lead = thing("car", "lead", Motion(20.0, (1.9, 3.4), (8.0, 3.0)), brake=(1.9, 1e3))
    return scene(lead, ego=Motion(0.0, (2.4, 3.9), (8.0, 3.0)), events=(SceneEvent("brakes", 0, 1.9, 3.4),))


def test_a_lead_vehicle_brakes_while_it_slows_down() -> None:
    found = of(braking())
    assert [(e.what, TIMES[e.frame], TIMES[e.last]) for e in found.events] == [("brakes", 2.0, 3.25)]
    assert (found.objects[0].doing, found.reason) == ("lead", "brakes")


def test_an_event_needs_a_second_frame_to_be_asked_about() -> None:
    assert seen(braking(), ALL[:9]) is None
    assert [e.frame for e in of(braking(), ALL[:10]).events] == [8]


def test_a_cyclist_merges_and_halfway_is_asked_about_by_nobody() -> None:
    pace = Motion(0.0, (0.0,), (5.0,))
    rider = merger(1.9, replace(pace, origin=12.0))
    made = scene(rider, ego=pace, events=(SceneEvent("merges", 0, 1.9, 2.8),))
    found = of(made)
    assert [(e.what, TIMES[e.frame], TIMES[e.last]) for e in found.events] == [("merges", 2.0, 2.75)]
    assert (found.objects[0].doing, found.objects[0].position) == ("merged", "ahead")
    assert 0.4 < float(rider.at(TIMES[9])) < 1.2
    assert seen(made, ALL[:10]) is None


def test_a_light_turns_green_in_the_first_frame_that_shows_it() -> None:
    found = of(scene(lamp((-1.0, "red"), (1.9, "green")), events=(SceneEvent("turns green", 0, 1.9, 6.0),)))
    assert [(e.what, TIMES[e.frame]) for e in found.events] == [("turns green", 2.0)]
    assert (found.light, found.advice, found.why) == ("green", "go", "free")


def test_a_window_after_the_event_shows_only_its_outcome() -> None:
    made = scene(lamp((-1.0, "green"), (1.9, "red")), events=(SceneEvent("turns red", 0, 1.9, 6.0),))
    found = facts(made, observe(made, TIMES), ALL[12:])
    assert found is not None
    assert found.events == ()
    assert found.light == "red"


def test_boxes_are_those_of_the_last_frame_in_a_fixed_order() -> None:
    found = of(
        scene(thing("parked vehicle", "parked", 15.0, 3.2), walker(1.9), events=(SceneEvent("crosses", 1, 1.9, 6.4),))
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


@pytest.mark.parametrize("plot", sorted(scenes.PLOTS))
def test_scenes_have_no_collisions_and_events_name_their_actor(plot: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        made = scenes.sample_scene(rng, plot)
        assert not scenes._collides(made)
        roles = {"crosses": "crossing", "emerges": "crossing", "brakes": "lead", "merges": "ride"}
        assert all(made.actors[e.actor].role == roles.get(e.what, "light") for e in made.events)


@pytest.mark.parametrize("action", ["slow", "stop"])
def test_a_lead_vehicle_that_slows_down_brakes_and_shows_it(action: str) -> None:
    """Leads that follow once copied the ego vehicle's motion: they slowed down with it, without lights or event."""
    rng = np.random.default_rng(7)
    followed = 0
    for _ in range(80):
        made = scenes.sample_scene(rng, "lead", ego=action)
        t = np.arange(0.0, made.duration + 1e-6, 0.05)
        for i, lead in enumerate(made.actors):
            if lead.role != "lead":
                continue
            told = any(e.what == "brakes" and e.actor == i for e in made.events)
            slower = t[1:][np.diff(lead.z.speed(t)) < -1e-9]
            lit = (slower >= lead.brake[0]) & (slower < lead.brake[1])
            assert told or lit.all(), f"slows down untold from {slower.min():.2f} s: {lead}"
            followed += not told and float(lead.z.speed(0.0)) > 1.0
    assert followed > 10  # else nothing was tried


def test_motion_integrates_its_speed() -> None:
    t = np.linspace(0, 6, 601)
    steps = np.cumsum(np.append(0.0, (BRAKE.speed(t[1:]) + BRAKE.speed(t[:-1])) / 2 * 0.01))
    np.testing.assert_allclose(BRAKE.position(t), steps, atol=1e-6)


def test_projection_puts_the_horizon_far_away() -> None:
    _, down = project(np.array(0.0), np.array(0.0), np.array(1e6), HORIZON)
    assert float(down) == pytest.approx(HORIZON, abs=1e-4)


def test_a_window_that_begins_while_something_is_going_on_is_asked_about_by_nobody() -> None:
    lead = thing("car", "lead", Motion(14.0, (1.9, 3.4), (8.0, 3.0)), brake=(1.9, 99.0))
    made = scene(lead, ego=CRUISE, events=(SceneEvent("brakes", 0, 1.9, 3.4),))
    view = observe(made, TIMES)
    assert facts(made, view, ALL[8:12]) is None, "it brakes, but nobody saw it begin"
