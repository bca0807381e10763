"""Boxes in all the forms that models write, drawn or named as what can't be."""

import json
from typing import Any

import pytest
from conftest import ROOT

from cosmos_compare.texts.answers import read_answer

CASES = ROOT / "tests" / "data" / "cases" / "06_boxes" / "boxes.jsonl"


def drawn(answer: str, height: int = 200, width: int = 400) -> list[list[Any]]:
    found = read_answer(answer).boxes("thousandths", height, width).drawn
    return [[box.label, *(round(corner, 4) for corner in (box.x1, box.y1, box.x2, box.y2))] for box in found]


def test_cases_of_users() -> None:
    rights = {
        "shares of 1": [["car", 0.1, 0.2, 0.3, 0.4]],
        "bare boxes": [["", 0.1, 0.2, 0.3, 0.4], ["", 0.5, 0.2, 0.7, 0.4]],
    }
    for line in CASES.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        assert drawn(case["answer"]) == rights.get(case["case"], case["right"]), case["case"]


@pytest.mark.parametrize(
    "answer",
    [
        '[{"bbox_2d": "100,200,300,400", "label": "car"}]',
        '[{"bbox_2d": "(100,200),(300,400)", "label": "car"}]',
        '[{"bbox_2d": "[100, 200, 300, 400]", "label": "car"}]',
        '[{"bbox_2d": "x1=100, y1=200, x2=300, y2=400", "label": "car"}]',
        '[{"bbox_2d": [[100,200],[300,400]], "label": "car"}]',
        '[{"box": {"xmin": 100, "ymin": 200, "xmax": 300, "ymax": 400}, "name": "car"}]',
        '[{"box": {"x": 100, "y": 200, "width": 200, "height": 200}, "name": "car"}]',
        '[{"box": {"top_left": [100, 200], "bottom_right": [300, 400]}, "class": "car"}]',
        '[{"label": "car", "x1": 100, "y1": 200, "x2": 300, "y2": 400}]',
        '{"label": "car", "bounding_boxes": [[100, 200, 300, 400]]}',
        '{"car": [100, 200, 300, 400]}',
        '{"objects": [{"name": "car", "position": {"bbox": ["100", "200", "300", "400"]}}]}'.replace(
            '"name": "car", ', ""
        ),
        '[{"bbox_2d": ["10%", "20%", "30%", "40%"], "label": "car"}]',
        '[{"bbox_2d": [0.1, 0.2, 0.3, 0.4], "label": "car"}]',
        "<|object_ref_start|>car<|object_ref_end|><|box_start|>(100,200),(300,400)<|box_end|>",
        "<ref>car</ref><box>100 200 300 400</box>",
        "The car(100,200),(300,400)",
        "A car at [100, 200, 300, 400] brakes.",
        # the middle and a size, units, corners in pairs, four corners in a row
        '{"label": "car", "box": {"cx": 200, "cy": 300, "w": 200, "h": 200}}',
        '{"label": "car", "box": {"x_center": 200, "y_center": 300, "width": 200, "height": 200}}',
        '{"label": "car", "box": {"center": [200, 300], "size": [200, 200]}}',
        '{"label": "car", "bbox_2d": {"x": [100, 300], "y": [200, 400]}}',
        '{"label": "car", "bbox_2d": ["100px", "200px", "300px", "400px"]}',
        '{"label": "car", "bbox_2d": "100px, 200px, 300px, 400px"}',
        '{"label": "car", "bbox_2d": [[[100, 200], [300, 400]]]}',
        '{"label": "car", "bbox_2d": [100, 200, 300, 200, 300, 400, 100, 400]}',
        '{"label": "car", "polygon": [[100, 200], [300, 200], [300, 400]]}',
        '{"car": {"box": {"top_left": {"x": 100, "y": 200}, "bottom_right": {"x": 300, "y": 400}}}}',
        # in a row with its name
        '{"detections": [["car", 100, 200, 300, 400]]}',
        '[["car", [100, 200, 300, 400]]]',
        # in prose
        "<bbox>100,200,300,400</bbox>",
        "a car (x1=100, y1=200, x2=300, y2=400)",
        "Car: [100 200 300 400]".lower(),
        "car, top-left (100, 200), bottom-right (300, 400)",
        "car: [100 ; 200 ; 300 ; 400]",
    ],
)
def test_one_box_in_other_forms(answer: str) -> None:
    (box,) = drawn(answer)
    assert box[1:] == [0.1, 0.2, 0.3, 0.4]
    assert box[0] in {"car", ""}


@pytest.mark.parametrize(
    "answer",
    [
        '{"bboxes": [[100, 200, 300, 400], [500, 200, 700, 400]], "labels": ["car", "bus"]}',
        '{"car": {"bbox": [100, 200, 300, 400]}, "bus": {"bbox": [500, 200, 700, 400]}}',
        "- **car**: [100, 200, 300, 400]\n- **bus**: [500, 200, 700, 400]",
        "| car | [100, 200, 300, 400] |\n| bus | [500, 200, 700, 400] |",
        '1. {"label": "car", "bbox_2d": [100, 200, 300, 400]}\n2. {"label": "bus", "bbox_2d": [500, 200, 700, 400]}',
    ],
)
def test_each_box_keeps_the_name_beside_it(answer: str) -> None:
    assert drawn(answer) == [["car", 0.1, 0.2, 0.3, 0.4], ["bus", 0.5, 0.2, 0.7, 0.4]]


@pytest.mark.parametrize(
    "answer",
    [
        "".join(f'{n}. {{"label": "car", "bbox_2d": [{n}00, 0, 900, 900]}}\n' for n in (1, 2)),
        "".join(f'- {{"label": "car", "bbox_2d": [{n}00, 0, 900, 900]}}\n' for n in (1, 2)),
        "<|object_ref_start|>car<|object_ref_end|><|box_start|>(100,0),(900,900)<|box_end|>"
        "<|box_start|>(200,0),(900,900)<|box_end|>",
    ],
)
def test_two_of_a_kind_in_a_list_are_two(answer: str) -> None:
    """The second car of a list with bullets took the place of the first: a bullet was read as prose between drafts."""
    assert drawn(answer) == [["car", 0.1, 0.0, 0.9, 0.9], ["car", 0.2, 0.0, 0.9, 0.9]]


def test_a_later_value_replaces_the_boxes_of_its_labels() -> None:
    draft = '[{"label": "car", "bbox_2d": [1, 2, 3, 4]}]'
    final = '[{"label": "car", "bbox_2d": [500, 500, 600, 600]}]'
    assert drawn(f"Draft: {draft} Final: {final}") == [["car", 0.5, 0.5, 0.6, 0.6]]
    assert len(drawn(f"{draft}\n{final}")) == 2, "with no prose between, they add up"


def test_boxes_of_one_thing_at_two_times_do_not_replace_each_other() -> None:
    first, then = (f'{{"label": "car", "time": {n}, "bbox_2d": [{n}00, 0, 900, 900]}}' for n in (1, 2))
    assert [box[1] for box in drawn(f"First {first}, then {then}")] == [0.1, 0.2]
    assert [box[1] for box in drawn(f"First {first}, no: {first.replace('100', '300')}")] == [0.3]
    final = '{"label": "car", "bbox_2d": [200, 0, 900, 900]}'
    assert [box[1] for box in drawn(f"Draft {first}, final: {final}")] == [0.2]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ('{"label": "car", "bbox_2d": [1, 2, 3]}', "not two or four numbers"),
        ('{"label": "car", "bbox_2d": "12 to 15"}', "not two or four numbers"),
        ('{"label": "car", "bbox_2d": [2000, 0, 3000, 9]}', "outside the frame"),
        ("<loc0100><loc0200><loc0300><loc0400> car", "not known"),
        ('{"label": "car", "bbox_2d": {"0": 100, "1": 200, "2": 300, "3": 400}}', "not two or four numbers"),
        ('{"label": "car", "bbox_3d": [1, 2, 3, 4, 5, 6, 7, 8]}', "not two or four numbers"),
    ],
)
def test_what_cannot_be_drawn_is_said(answer: str, words: str) -> None:
    found = read_answer(answer).boxes("thousandths", 100, 100)
    assert not found.drawn
    assert [words in problem for problem in found.problems] == [True]


@pytest.mark.parametrize(
    "answer", ['{"bbox_2d": "not visible"}', '{"bbox_2d": null}', '{"region": "upper left"}', "At (2.0, 4.5) s"]
)
def test_no_box_is_no_problem(answer: str) -> None:
    found = read_answer(answer).boxes("thousandths", 100, 100)
    assert not found.drawn and not found.problems


def test_points_and_times_beside_boxes() -> None:
    found = read_answer('[{"points": [[100, 200], [300, 400]], "label": "path", "time": 2.5}]').boxes(
        "pixels", 400, 1000
    )
    assert [(box.x1, box.y1, box.time) for box in found.drawn] == [(0.1, 0.5, 2.5), (0.3, 1.0, 2.5)]


@pytest.mark.parametrize(
    ("answer", "times"),
    [
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "time": 2.5}]', [2.5]),
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "timestamp": "00:02.5"}]', [2.5]),
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "time": "2.5"}]', [2.5]),
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "start": 2.5, "end": 4}]', [2.5]),
        ('{"time": 2.5, "boxes": [{"label": "car", "bbox_2d": [1, 2, 3, 4]}]}', [2.5]),
        ('{"key_event_time": 2.5, "objects": [{"label": "car", "bbox_2d": [1, 2, 3, 4]}]}', [None]),
        ("At 2.5 s the car is at [1, 2, 3, 4]. The bus stands at [5, 6, 7, 8].", [2.5, None]),
        ("À 2,5 s la voiture est en [1, 2, 3, 4].", [2.5]),
        ("From 1 s and again at 2 s the car is at [1, 2, 3, 4].", [None]),
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "time": "noon"}]', [None]),
    ],
)
def test_a_box_has_the_time_that_is_named_beside_it_round_it_or_in_its_sentence(
    answer: str, times: list[float | None]
) -> None:
    assert [box.time for box in read_answer(answer).boxes("thousandths", 100, 100).drawn] == times


@pytest.mark.parametrize(
    ("answer", "paths"),
    [
        ('{"trajectory": [[1, 2], [3, 4], [5, 6]], "label": "car"}', [1, 1, 1]),
        ('{"trajectory": [{"point_2d": [1, 2], "label": "a"}, {"point_2d": [3, 4], "label": "a"}]}', [1, 1]),
        ('{"waypoints": [{"x": 1, "y": 2, "t": 0.5}, {"x": 3, "y": 4, "t": 1.0}]}', [1, 1]),
        ('[{"point_2d": [1, 2], "label": "gripper trajectory"}, {"point_2d": [3, 4], "label": "gripper trajectory"}]',
         [1, 1]),
        ('[{"point_2d": [1, 2], "label": "car"}, {"point_2d": [3, 4], "label": "car"}]', [0, 0]),
        ('[{"trajectory": [[1, 2], [3, 4]], "label": "a"}, {"trajectory": [[5, 6], [7, 8]], "label": "b"}]',
         [1, 1, 2, 2]),
        ('{"points": [[1, 2], [3, 4]], "label": "car"}', [0, 0]),
    ],
)  # fmt: skip
def test_points_of_one_path_are_told_from_points_alone(answer: str, paths: list[int]) -> None:
    found = [box.path for box in read_answer(answer).boxes("thousandths", 100, 100).drawn]
    numbers = {path: number for number, path in enumerate(dict.fromkeys(path for path in found if path), 1)} | {0: 0}
    assert [numbers[path] for path in found] == paths
