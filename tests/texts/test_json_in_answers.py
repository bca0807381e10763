"""JSON in answers: every value counts, the last of a kind wins, prose stays prose."""

from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.lenient_json import find_json, read_json

CASES = ROOT / "tests" / "data" / "cases" / "04_json_beside_text"


def case(name: str) -> str:
    return (CASES / f"{name}.txt").read_text(encoding="utf-8")


def prose(text: str) -> list[str]:
    return [span.of(text) for span in read_answer(text).prose]


def data(text: str) -> list[Any]:
    return [value.data for value in read_answer(text).given]


@pytest.mark.parametrize(
    ("name", "given", "around"),
    [
        (
            "draft_then_final",
            [{"risk_level": "low", "next_action": "keep speed"}, {"risk_level": "high", "next_action": "stop"}],
            ["Draft:", "A second look shows a child stepping out, so the final report is:"],
        ),
        (
            "one_object_a_line",
            [
                {"label": "car", "bbox_2d": [100, 200, 300, 400]},
                {"label": "pedestrian", "bbox_2d": [500, 200, 560, 400]},
            ],
            [],
        ),
        (
            "echo_then_answer",
            [[{"label": "pedestrian", "bbox_2d": [500, 200, 560, 400]}]],
            ["The form is:", "The answer is:"],
        ),
        (
            "prose_around",
            [{"risk_level": "medium"}],
            [
                "A child runs out at 2.0 s; this is the critical event.",
                "The lower half is dark: a cyclist may be missed.",
            ],
        ),
        (
            "unclosed_then_prose",
            [{"events": [{"start": 1.0, "event": "brake"}]}],
            ["Note that the pedestrian was not visible before."],
        ),
        ("fence_on_one_line", [[{"label": "car", "bbox_2d": [100, 200, 300, 400]}]], []),
        ("clock_without_quotes", [{"start": "00:02", "end": "00:04.5", "event": "brake"}], []),
        ("hash_comment", [{"risk_level": "high", "objects": ["car"]}], []),
        ("curly_quotes", [{"risk_level": "high"}], []),
    ],
)
def test_cases_of_users(name: str, given: list[Any], around: list[str]) -> None:
    text = case(name)
    assert data(text) == given
    assert prose(text) == around


@pytest.mark.parametrize(
    ("text", "given", "around"),
    [
        # several values
        ('```json\n{"a": 1}\n```\n```json\n{"b": 2}\n```', [{"a": 1}, {"b": 2}], []),
        ('First {"a": 1}, then {"a": 2} at last.', [{"a": 1}, {"a": 2}], ["First", "then", "at last."]),
        ('```json {"a":1} ``` et enfin ```json {"a":2}```', [{"a": 1}, {"a": 2}], ["et enfin"]),
        (
            'Brouillon : {"risque": "faible"}\nFinal : {"risque": "élevé"}',
            [{"risque": "faible"}, {"risque": "élevé"}],
            None,
        ),
        ('{"a": 1},\n{"a": 2},\n{"a": 3}', [{"a": 1}, {"a": 2}, {"a": 3}], []),
        ('~~~json\n{"a": 1}\n~~~', [{"a": 1}], []),
        # an end that is missing takes nothing of what follows
        ('{"risk": "high\n}\n\nThe rest is prose.', [{"risk": "high"}], ["The rest is prose."]),
        ('{"a": 1,\n\nNote: a walker was hidden.', [{"a": 1}], ["Note: a walker was hidden."]),
        ('{"a": 1,\n\n"Stop" signs are hidden.', [{"a": 1}], ['"Stop" signs are hidden.']),
        ('{"objects": ["car", "bus"\n\nLe piéton, caché.', [{"objects": ["car", "bus"]}], ["Le piéton, caché."]),
        ('{"objects": ["car",\n\nThe car, near, brakes.', [{"objects": ["car"]}], ["The car, near, brakes."]),
        ('[{"a": 1}, {"a": 2}\nThe list ends here.', [[{"a": 1}, {"a": 2}]], ["The list ends here."]),
        ('{"a": {"b": 1}\n\nDanger: high, of course.', [{"a": {"b": 1}}], ["Danger: high, of course."]),
        # slips
        ('{"say": "the sign says "STOP" here", "b": 2}', [{"say": 'the sign says "STOP" here', "b": 2}], []),
        ('{"say": "he said "stop", then left", "b": 2}', [{"say": 'he said "stop", then left', "b": 2}], []),
        ("{'it': 'the car's brake', 'b': 1}", [{"it": "the car's brake", "b": 1}], []),
        ("{‘risk’: ‘high’, „a‟: 1}", [{"risk": "high", "a": 1}], []),
        ("{« risque » : « élevé », « n » : 2}", [{"risque": "élevé", "n": 2}], []),
        ('{\\"risk\\": \\"high\\", \\"n\\": 1}', [{"risk": "high", "n": 1}], []),
        ('"{\\"risk\\": \\"high\\"}"', [{"risk": "high"}], []),
        ("{risk: high, objects: [car, traffic light]}", [{"risk": "high", "objects": ["car", "traffic light"]}], []),
        ('{"a": 1 /* sure */, // one\n "b": 2 # two\n}', [{"a": 1, "b": 2}], []),
        ('{# le risque\n"risque": "élevé"}', [{"risque": "élevé"}], []),
        ('{"t": 1:05:00, "u": 00:04,500}', [{"t": "1:05:00", "u": "00:04,500"}], []),
        ('{"start": 2,5, "end": 3,75}', [{"start": 2.5, "end": 3.75}], []),
        ('{"start": 2.0 s, "end": 3 s}', [{"start": "2.0 s", "end": "3 s"}], []),
        ('{"box": (1, 2, 3, 4), "b": None, "c": True}', [{"box": [1, 2, 3, 4], "b": None, "c": True}], []),
        ('{"a": "car"\n "b": "bus"}', [{"a": "car", "b": "bus"}], []),
        ('[{"a": 1}\n{"a": 2}]', [[{"a": 1}, {"a": 2}]], []),
        ('[{"a": 1}, {"a": 2}, ...]', [[{"a": 1}, {"a": 2}]], []),
        ('{"a": [1, 2}', [{"a": [1, 2]}], []),
        ('{"risk"："high"，"n"：1}', [{"risk": "high", "n": 1}], []),
        ('{"risk" => "high", "n" = 1}', [{"risk": "high", "n": 1}], []),
        ("The result is {risk_level: high, next: stop} so far.", [{"risk_level": "high", "next": "stop"}], None),
        ('\ufeff{"a": 1}\r\n', [{"a": 1}], []),
        ('{"a": "one\ntwo", "b": 1}', [{"a": "one\ntwo", "b": 1}], []),
        ('{"a": 1}\n{"a": 2, "b": [1, 2', [{"a": 1}, {"a": 2, "b": [1, 2]}], []),
        ('{"risk\\_level": "high"}', [{"risk_level": "high"}], []),
        # a comma or a quote is missing and the object goes on
        ('{"risk": "low" "next": "stop"}', [{"risk": "low", "next": "stop"}], []),
        ("{'risk': 'low'  'n': 2}", [{"risk": "low", "n": 2}], []),
        ('{"risk": "low", "why": "a car\n"next": "stop"}', [{"risk": "low", "why": "a car", "next": "stop"}], []),
        ('{"say": "the sign "STOP": look" }', [{"say": 'the sign "STOP": look'}], []),
        ("{„risk“: „low“}", [{"risk": "low"}], []),
        # signs of a list, rules and stars are no prose
        ('1. {"a": 1}\n2. {"a": 2}', [{"a": 1}, {"a": 2}], []),
        ('* {"a": 1}\n* {"a": 2}\n', [{"a": 1}, {"a": 2}], []),
        ('**{"a": 1}**\n\n---\n\n{"a": 2}', [{"a": 1}, {"a": 2}], []),
        ('{"a": 1}\n3 cars', [{"a": 1}], ["3 cars"]),
    ],
)
def test_neighbours_of_these_cases(text: str, given: list[Any], around: list[str] | None) -> None:
    assert data(text) == given
    assert around is None or prose(text) == around


@pytest.mark.parametrize(
    "text",
    [
        '[{"label": "kind", "bbox_2d": [0, 0, 0, 0]}]',
        '[{"label": "kind", "bbox_2d": [x1, y1, x2, y2]}]',
        '{"events": [{"start": 0.0, "end": 0.0, "event": "text"}]}',
        '{"risk_level": "none, low, medium or high", "objects": []}',
        '{"risk": "low|medium|high", "action": "..."}',
        '{"risque": "faible/moyen/élevé", "objets": ["nom"]}',
        '{"scene": "<description>", "time": 0}',
    ],
)
def test_an_echoed_form_is_no_answer_but_stays_visible(text: str) -> None:
    read = read_answer(f'The form: {text}\nMine: {{"risk_level": "low"}}')
    assert [value.data for value in read.given] == [{"risk_level": "low"}]
    assert [piece.kind for piece in read.pieces] == ["prose", "form", "prose", "json"]
    assert not read.events and not read.boxes("thousandths", 100, 100).drawn


@pytest.mark.parametrize(
    "text", ['{"count": 0}', '{"risk": "none"}', '{"objects": []}', '["car"]', '{"event": "time"}']
)
def test_a_short_answer_is_no_form(text: str) -> None:
    assert len(read_answer(text).given) == 1


def test_an_example_of_the_prompt_said_again_is_no_answer() -> None:
    example = '{"label": "car", "bbox_2d": [10, 20, 30, 40]}'
    raw = f'As in {example} I say {{"label": "bus", "bbox_2d": [1, 2, 3, 4]}}'
    assert [box.label for box in read_answer(raw).boxes("thousandths", 9, 9).drawn] == ["car", "bus"]
    read = read_answer(raw, f"Answer like this: {example}<|im_end|>")
    assert [box.label for box in read.boxes("thousandths", 9, 9).drawn] == ["bus"]
    alone = read_answer(example, f"Answer like this: {example}<|im_end|>")
    assert [box.label for box in alone.boxes("thousandths", 9, 9).drawn] == ["car"], "it may be right"


@pytest.mark.parametrize(
    "text",
    [
        "[00:01] A car brakes.",
        "[1] A car.",
        "The set {a, b} is empty.",
        "Between [2.0, 4.5] it brakes.",
        "A (car) {sic}",
    ],
)
def test_what_only_looks_like_json_is_prose(text: str) -> None:
    assert find_json(text) == []
    assert prose(text) == [text]


def test_places_count_from_the_beginning_of_the_raw_text() -> None:
    raw = 'r</think> <answer>At 2 s: {"risk": "high", "at": 3.5} and at 4 s.</answer>'
    read = read_answer(raw)
    assert [raw[value.start : value.end] for value in read.values] == ['{"risk": "high", "at": 3.5}']
    assert [(raw[time.start : time.end], time.first.seconds) for time in read.times] == [
        ("2 s", 2.0),
        ("3.5", 3.5),
        ("4 s", 4.0),
    ]


@given(st.text(alphabet="{}[]()\"'“”«»:,#/*\\ \n0a.té-…", max_size=80))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_and_nothing_of_it_gets_lost(raw: str) -> None:
    read = read_answer(raw)
    for before, after in zip(read.pieces, read.pieces[1:], strict=False):
        assert before.end <= after.start
    shown = {at for piece in read.pieces for at in range(piece.start, piece.end)}
    lost = {raw[at] for at in range(len(raw)) if at not in shown}
    assert not {char for char in lost if char.isalnum()}


def test_json_of_a_library_is_read_as_the_library_does() -> None:
    text = '{"a": [1, 2.5, -3e2, null, true], "b": {"c": "d \\"e\\" \\u00e9\\n"}, "f": ""}'
    expected = {"a": [1, 2.5, -300.0, None, True], "b": {"c": 'd "e" é\n'}, "f": ""}
    assert read_json(text) == (expected, "whole")
    assert read_json(text[:-1]) == (expected, "mended")
    leaves = {leaf.path: text[leaf.start : leaf.end] for leaf in find_json(text)[0].leaves}
    assert leaves["a", 1] == "2.5" and leaves["b", "c"] == '"d \\"e\\" \\u00e9\\n"'
