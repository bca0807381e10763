"""What is made of raw model text: tags, JSON, times, boxes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.records.schema import FrameTimes, Settings
from cosmos_compare.texts.answers import Box, counts_from, find_boxes, find_times, split
from cosmos_compare.texts.lenient_json import read_json


@pytest.mark.parametrize(
    ("raw", "reasoning", "answer"),
    [
        ("plain", "", "plain"),
        ("<think>r</think> <answer>a</answer>", "r", "a"),
        ("<think>r</think>\n\na", "r", "a"),
        ("r</think>a", "r", "a"),
        ("<think></think>a", "", "a"),
        ("<think\\>r</think>a", "r", "a"),
        ("<think>r<think\\>a", "r", "a"),
        ("r<think\\>a", "r", "a"),
        ("<think>r</think><answer>a", "r", "a"),
        ("<think>r</think>a</answer>", "r", "a"),
        ("<think>r\n<answer>a</answer>", "r", "a"),
        ("<think>r\n<answer>a, cut", "r", "a, cut"),
        ("<think>I write <answer>x</answer> later</think><answer>a</answer>", "I write <answer>x</answer> later", "a"),
        ("<think>r</think>a <think>more</think>b", "r\nmore", "a b"),
        ("<think><think>r</think>a", "r", "a"),
        ("<THINK>r</Think >a", "r", "a"),
        ("<think>r<\\/think>a", "r", "a"),  # as JSON writes it
        ("<think>r<//think><answer>a<\\/answer>", "r", "a"),
        ("a </think> b </think> c", "a", "b  c"),
        ("", "", ""),
    ],
)
def test_reasoning_and_answer_are_told_apart(raw: str, reasoning: str, answer: str) -> None:
    parts = split(raw)
    assert (parts.reasoning, parts.answer, parts.thinking) == (reasoning, answer, False)


@pytest.mark.parametrize("raw", ["<think>r", "<think>r, so I use <answer> tags", "<think>a</think>", "x</think>"])
def test_an_unterminated_or_lone_think_block_is_never_the_answer(raw: str) -> None:
    assert split(raw).answer == ""


def test_reasoning_that_was_cut_says_so() -> None:
    assert split("<think>still at it").thinking
    assert not split("<think>done</think>").thinking


@given(st.text(alphabet="<>/\\thinkaswer \n{}[]\",:'u0", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_taken_apart_without_an_error(raw: str) -> None:
    parts = split(raw)
    assert parts.json.state in {"whole", "inside", "mended", "broken", "none"}
    assert not (parts.thinking and parts.answer and "<think" in parts.answer)


@pytest.mark.parametrize(
    ("text", "data", "state"),
    [
        ('{"a": 1}', {"a": 1}, "whole"),
        ('```json\n{"a": 1}\n```', {"a": 1}, "whole"),
        ('Here it is:\n```json\n{"a": 1}\n```', {"a": 1}, "inside"),
        ('Here it is:\n{"a": 1}\nDone.', {"a": 1}, "inside"),
        ('{"a": [1, 2', {"a": [1, 2]}, "mended"),
        ('{"a": "cut he', {"a": "cut he"}, "mended"),
        ('{"a": 1, "b', {"a": 1}, "mended"),
        ('{"a": 1, "b":', {"a": 1}, "mended"),
        ("{'a': True, 'b': None,}", {"a": True, "b": None}, "mended"),
        ('[{"a": 1}, {"a": 2},]', [{"a": 1}, {"a": 2}], "mended"),
        ('{"a": NaN}', {"a": None}, "mended"),
        ('{"a": "\\ud83d"', {"a": "\N{REPLACEMENT CHARACTER}"}, "mended"),
        ('{"a" 1}', None, "broken"),
        ("```json\nnothing\n```", None, "broken"),
        ("A car brakes.", None, "none"),
        ("[00:01] A car brakes.", None, "none"),
        ("[1] A car brakes.", None, "none"),
        ("The set {a, b} is empty.", None, "none"),
        ("", None, "none"),
    ],
)
def test_json_is_read_leniently_and_says_how(text: str, data: object, state: str) -> None:
    assert read_json(text) == (data, state)


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "<think>" * 30_000, '{"a": 1' + "0" * 6000 + "}"])
@pytest.mark.timeout(30)  # a pattern that goes back over the text would take hours
def test_hostile_texts_are_read(text: str) -> None:
    assert split(text).json.state in {"broken", "none", "mended", "whole"}


def test_times_are_found_in_all_the_forms_that_models_write() -> None:
    text = "At 00:01 a car, 00:02.50 too, 3.5 s, <4.0 seconds>, 00:00.100, 0:00:07; 12 m/s, 30 fps, ratio 16:90."
    assert [moment.seconds for moment in find_times(text)] == [1.0, 2.5, 3.5, 4.0, 0.1, 7.0]


def test_a_model_that_reads_no_times_counts_from_the_first_frame_it_is_shown() -> None:
    trimmed, models = FrameTimes(indices=(60, 66), seconds=(2.5, 2.75)), load_models()
    assert counts_from(models["reason1-demo"], Settings(fps=4, start=2.5), trimmed) == 2.5
    assert counts_from(models["reason1-demo"], Settings(fps=4, start=2.5, timestamp=True), trimmed) == 0.0
    assert counts_from(models["reason2-demo"], Settings(fps=4, start=2.5), trimmed) == 0.0
    found = find_times("at 1.0 s and at 6.0 s", duration=8.0, begin=2.5)
    assert [moment.seconds for moment in found] == [3.5], "6.0 s would be behind the end"


def test_times_behind_the_end_of_the_clip_are_dropped() -> None:
    assert [moment.seconds for moment in find_times("12:45, a car at 2.0 s", duration=8.0)] == [2.0]


def test_boxes_follow_the_convention_of_their_model() -> None:
    data = [{"label": "car", "bbox_2d": [100, 50, 300, 150]}]
    assert find_boxes(data, "thousandths", 200, 400) == [Box("car", 0.1, 0.05, 0.3, 0.15)]
    assert find_boxes(data, "pixels", 200, 400) == [Box("car", 0.25, 0.25, 0.75, 0.75)]


def test_boxes_are_found_deep_inside_and_clipped_to_the_frame() -> None:
    data = {"objects": [{"name": "sign", "box_2d": [900, -20, 1100, 500]}, {"point_2d": [500, 500]}]}
    assert find_boxes(data, "thousandths", 10, 10) == [Box("sign", 0.9, 0.0, 1.0, 0.5), Box("", 0.5, 0.5, 0.5, 0.5)]


@pytest.mark.parametrize(
    "box", [[1, 2, 3], ["1", "2"], [float("inf"), 0, 1, 1], [True, 0, 1, 1], [2000, 0, 3000, 9], 5]
)
def test_what_is_no_box_of_the_frame_is_left_out(box: object) -> None:
    assert find_boxes([{"bbox_2d": box}], "thousandths", 10, 10) == []
