"""What answers claim of a clip and when: prose and JSON, English and French, and what is odd about a time."""

from __future__ import annotations

import json
from math import isfinite

import pytest

from cosmos_compare.evidence.claims import LONGEST, Footage, TimeClaim, seconds_words, time_claims
from cosmos_compare.evidence.passages import passages_of
from cosmos_compare.texts.answers import read_answer

CLIP = Footage(8.0, tuple(number / 4 for number in range(32)))


def claims(raw: str, shown: Footage = CLIP) -> tuple[TimeClaim, ...]:
    return time_claims(read_answer(raw), shown)


def times(raw: str, shown: Footage = CLIP) -> list[tuple[float, float | None]]:
    return [(claim.start, claim.end) for claim in claims(raw, shown)]


def remarks(raw: str, shown: Footage = CLIP) -> list[str]:
    return [remark.words for claim in claims(raw, shown) for remark in claim.remarks]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("The car brakes at 1.25 s. It stops from 3 to 4.5 s.", [(1.25, None), (3.0, 4.5)]),
        ("La voiture freine à 1,25 s, puis s'arrête entre 3 et 4,5 secondes.", [(1.25, None), (3.0, 4.5)]),
        ("00:02 - 00:04 a cyclist passes", [(2.0, 4.0)]),
        ("It lasts for 3 seconds.", []),
        ("Filmed at 14:30, the car stops at 2 s.", [(2.0, None)]),
        ('{"events": [{"start": 1, "end": 2, "event": "brakes"}, {"start": "00:03", "event": "stops"}]}',
         [(1.0, 2.0), (3.0, None)]),
        ('{"description": "Le piéton traverse à 2 s. La voiture part à 5 s."}', [(2.0, None), (5.0, None)]),
        ('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "time": 2.5}]', [(2.5, None)]),
        ('{"key_event": "brakes", "key_event_time": 3.5}', [(3.5, None)]),
        ('{"00:02": "brakes", "4 s to 5.5 s": "stops"}', [(2.0, None), (4.0, 5.5)]),
        ('{"timeline": {"1.5": "brakes", "2-3": "stops"}, "counts": {"2": "cars"}}', [(1.5, None), (2.0, 3.0)]),
        ('{"speed at 2 s": "high"}', []),
        ('[{"start_ms": 1500, "end_ms": 2500, "event": "brakes"}]', [(1.5, 2.5)]),
        ("<1.0> <2.5> A car brakes.\n<3> - <4.5> It stands.", [(1.0, 2.5), (3.0, 4.5)]),
        ("From the 2nd to the 4th second it stands. De la 2e à la 4e seconde.", [(2.0, 4.0), (2.0, 4.0)]),
        ("<think>At 1 s it begins.</think>It stops at 2 s.", [(2.0, None)]),
    ],
)  # fmt: skip
def test_each_time_of_an_answer_is_a_claim(raw: str, found: list[tuple[float, float | None]]) -> None:
    assert times(raw) == found


def test_a_claim_says_what_happens_and_where_that_stands() -> None:
    raw = 'Overview.\n{"events": [{"start": 1.0, "end": 2.0, "event": "a car brakes"}]}'
    (claim,) = claims(raw)
    assert claim.what == "a car brakes"
    touched = [passages_of(read_answer(raw))[number].span.of(raw) for number in claim.passages]
    assert touched == ["1.0", "2.0", '"a car brakes"']
    (nested,) = claims('[{"event": "a car brakes", "time": {"start": 1.0, "end": 2.0}}]')
    (french,) = claims('[{"début": "1,0", "libellé": "une voiture freine"}]')
    (other,) = claims('[{"time": 1.0, "observation": "a car brakes"}]')
    assert (nested.what, french.what, other.what) == ("a car brakes", "une voiture freine", "a car brakes")
    (marked,) = claims("- **1.5 s**: a car `brakes`")
    (quoted,) = claims(r'{"text": "At 1 s a \"taxi\"\nbrakes; \u00e9t\u00e9"}')
    assert (marked.what, quoted.what) == ("1.5 s: a car brakes", 'At 1 s a "taxi" brakes; été')
    (prose,) = claims("It is day. The car brakes at 1.25 s. It rains.")
    assert (prose.what, prose.passages) == ("The car brakes at 1.25 s.", (1,))
    (beside,) = claims('[{"label": "car", "bbox_2d": [1, 2, 3, 4], "time": 2.5}]')
    assert beside.what == "car"


def test_a_model_that_counts_from_its_first_frame_is_put_on_the_clock_of_the_clip() -> None:
    late = Footage(8.0, (3.0, 3.5, 4.0), begin=3.0)
    assert times("The car brakes at 1 s.", late) == [(4.0, None)]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("The car stops at 12 s.", ["names 12 s; the clip has 8 s"]),
        ("La voiture s'arrête à 12 s.", ["names 12 s; the clip has 8 s"]),
        ('{"events": [{"start": 7, "end": 9.5, "event": "stops"}]}', ["names 9.5 s; the clip has 8 s"]),
        ('{"events": [{"start": 5, "end": 2, "event": "stops"}]}', ["ends at 2 s, before its start at 5 s"]),
        ("It stops at 5 s. It brakes at 3 s.", ["names 3 s after 5 s: the order falls"]),
        ('[{"time": 5, "event": "stops"}, {"time": 3, "event": "brakes"}]', ["names 3 s after 5 s: the order falls"]),
        ("It stops at 5 s after it brakes at 3 s.", []),
        ("It stops at 7.9 s.", []),
        ('{"car": {"start": 5.0}, "walker": {"start": 2.0}}', []),
        ('[{"label": "car", "box": [1, 2, 3, 4], "time": 5}, {"label": "bus", "box": [1, 2, 3, 4], "time": 3}]', []),
    ],
)
def test_what_is_odd_about_a_time_is_said_in_words(raw: str, said: list[str]) -> None:
    assert remarks(raw) == said


def test_a_time_outside_what_was_shown_is_told_from_one_outside_the_clip() -> None:
    part = Footage(8.0, (2.0, 2.5, 3.0, 3.5))
    assert remarks("It stops at 6 s.", part) == ["names 6 s; the frames shown are from 2 s to 3.5 s"]
    assert remarks("It stops at 1 s.", part) == ["names 1 s; the frames shown are from 2 s to 3.5 s"]
    assert remarks("It stops at 3.9 s.", part) == []


def test_no_text_breaks_it() -> None:
    odd = {"events": [{"start": 1e308, "end": -1, "event": None}, {"start": [2, 1], "event": "\u202e" * 9}]}
    for raw in ("", "{", json.dumps(odd), '{"time": NaN}', "9" * 5000 + " s", "at 1 s " * 50, "1:2:3:4:5 s"):
        found = claims(raw)
        assert all(isfinite(claim.start) and len(claim.what) <= LONGEST for claim in found), raw[:40]


@pytest.mark.parametrize(("value", "words"), [(12.0, "12 s"), (3.456, "3.46 s"), (0.0, "0 s"), (100.0, "100 s")])
def test_times_are_written_with_as_many_decimals_as_they_need(value: float, words: str) -> None:
    assert seconds_words(value) == words
