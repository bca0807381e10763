"""Where and when answers say that things are: the frame of each time, windows on the video, and what can't be drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from runs_support import make_run

from cosmos_compare.evidence.places import Places, places_of, untimed
from cosmos_compare.records.schema import FrameTimes, Run
from cosmos_compare.ui.shared.boxed import boxed, on_video


def run_of(answer: Any, frames: tuple[float, ...] = tuple(n / 2 for n in range(16))) -> Run:
    """An answer in thousandths about a clip of 8 seconds, seen at 2 frames a second."""
    run = make_run(raw=answer if isinstance(answer, str) else json.dumps(answer))
    clip = run.clip.model_copy(update={"duration": 8.0})
    read = run.answer.model_copy(update={"input_height": 100, "input_width": 200})
    times = FrameTimes(indices=tuple(range(len(frames))), seconds=frames)
    model = run.model.model_copy(update={"boxes": "thousandths"})
    return run.model_copy(update={"clip": clip, "answer": read, "frames": times, "model": model})


def box(time: float | str | None = None, label: str = "car") -> dict[str, Any]:
    return {"label": label, "bbox_2d": [100, 200, 300, 400]} | ({} if time is None else {"time": time})


def frames(found: Places) -> list[int | None]:
    return [place.frame for place in found.located]


def test_a_box_is_drawn_on_the_shown_frame_nearest_to_its_time() -> None:
    found = places_of(run_of([box(0), box("00:02.7"), box(7.9), box()]))
    assert frames(found) == [0, 5, 15, 15]
    assert found.frames == (0, 5, 15) and len(found.on(15)) == 2
    assert (found.problems, untimed(found)) == ((), "on the last frame where no time is named")


def test_what_has_no_frame_says_why() -> None:
    found = places_of(run_of([box(12), box(3)]))
    assert frames(found) == [None, 6]
    assert found.problems == ("1 box is on no frame: names 12 s; the clip has 8 s.",)
    part = places_of(run_of([box(5)], frames=(1.0, 1.5, 2.0)))  # counted from its first frame
    assert part.problems == ("1 box is on no frame: names 6 s; the frames shown are from 1 s to 2 s.",)


def test_a_box_stands_on_the_video_until_half_way_to_the_next_of_its_thing() -> None:
    found = places_of(run_of([box(1.0), box(1.4), box(5.0), box(1.2, "bus"), box(12), box()]))
    windows = [(place.begin, place.end) for place in found.located]
    assert windows[:4] == [
        (0.5, pytest.approx(1.2)), (pytest.approx(1.2), 1.9), (4.5, 5.5), (pytest.approx(0.7), pytest.approx(1.7))
    ]  # fmt: skip
    assert windows[4:] == [(None, None), (None, None)]
    assert len(on_video([found.located])) == 4


def test_a_path_is_one_line_for_as_long_as_it_lasts() -> None:
    points = [{"x": 100 * n, "y": 500, "t": float(n)} for n in range(1, 4)]
    found = places_of(run_of({"label": "walker", "trajectory": points}))
    assert set(frames(found)) == {6} and {(place.begin, place.end) for place in found.located} == {(0.5, 3.5)}
    html = boxed("", [(1, found.on(6))], "")
    assert html.count("<polyline") == 1 and 'points="10.00,50.00 20.00,50.00 30.00,50.00"' in html
    (line,) = [each for each in on_video([(), found.located]) if "points" in each]
    assert line["kinds"] == "path side_1" and len(line["points"]) == 3


def test_labels_are_only_ever_text() -> None:
    found = places_of(run_of([box(1.0, "<img src=x onerror=alert(1)>")]))
    assert "<img src=x" not in boxed("", [(0, found.on(2))], "<b>")


def test_thousandths_need_no_size_of_the_frame_and_pixels_without_one_say_so() -> None:
    run = run_of([box(1.0)])
    run = run.model_copy(update={"answer": run.answer.model_copy(update={"input_height": None, "input_width": None})})
    (place,) = places_of(run).located
    assert (place.box.x1, place.box.y2, place.frame) == (0.1, 0.4, 2)
    pixels = run.model_copy(update={"model": run.model.model_copy(update={"boxes": "pixels"})})
    assert places_of(pixels).problems == ("1 box is not drawn: what this model's coordinates count is not known.",)


def test_a_run_whose_frames_nobody_knows_says_so() -> None:
    run = run_of([box(1.0), box(2.0)])
    unknown = run.model_copy(update={"frames": FrameTimes(indices=(), seconds=())})
    found = places_of(unknown)
    assert found.located == () and found.problems == ("2 boxes are on no frame: nobody knows which frames were shown.",)
    assert places_of(run_of("No box.", frames=())) == Places()
