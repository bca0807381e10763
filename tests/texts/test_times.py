"""Times that texts name: the right second, both ends of ranges, never inside a longer number."""

import csv

import pytest
from conftest import ROOT

from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.times import find_time_spans, find_times

CASES = ROOT / "tests" / "data" / "cases" / "05_times_in_text" / "times.tsv"


def seconds(text: str) -> list[float]:
    return [round(moment.seconds, 4) for moment in find_times(text)]


def test_cases_of_users() -> None:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == 10
    for row in rows:
        assert seconds(row["text"]) == [float(number) for number in row["right seconds"].split(",")], row["text"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("à 0,5 s", [0.5]),
        # numbers in words, of several words and with a half
        ("at twenty-five seconds", [25]),
        ("at forty two seconds", [42]),
        ("à vingt-cinq secondes", [25]),
        ("à vingt et une secondes", [21]),
        ("quinze secondes", [15]),
        ("two and a half seconds", [2.5]),
        ("deux secondes et demie", [2.5]),
        ("1 minute and a half", [90]),
        ("from twelve to twenty-five seconds", [12, 25]),
        ("one hundred and five seconds", []),
        ("12 345 s", []),
        ("car 1 2.5 s", [2.5]),
        ("the two-second rule", []),
        # Chinese and Japanese put nothing between words
        ("在3.5秒时，行人过马路。", [3.5]),
        ("3秒到5秒", [3, 5]),
        ("1分5秒", [65]),
        ("第3秒", [3]),
        ("Vers 2,75 secondes", [2.75]),
        ("2.5 seconde", [2.5]),
        ("at 3.5sec and 4 secs", [3.5, 4]),
        ("1min05", [65]),
        ("1 minute et 5 secondes", [65]),
        ("2 minutes and 5.5 seconds", [125.5]),
        ("1'05\"", [65]),
        ("1 h 5 min 3 s", [3903]),
        ("1h02m03s", [3723]),
        ("2 heures", [7200]),
        ("0.5 min", [30]),
        ("500 ms", [0.5]),
        ("2 s 500 ms", [2.5]),
        ("1500 millisecondes", [1.5]),
        ("00:00:02.250", [2.25]),
        ("1:02:03,5", [3723.5]),
        ("**3.5** s", [3.5]),
        ("**3.5 s**", [3.5]),
        ("(3.5s)", [3.5]),
        ("t=3.5", [3.5]),
        ("at second 3", [3]),
        ("à la seconde 4,5", [4.5]),
        ("after two seconds", [2]),
        ("après trois secondes", [3]),
        ("1,234.5 s", [1234.5]),
        ("3.5 秒", [3.5]),
        ("at the 5-second mark", [5]),
        ("during the 3rd second", [3]),
        ("à la 3e seconde", [3]),
        ("@3.5s", [3.5]),
        ("T+3.5s", [3.5]),
    ],
)
def test_one_time(text: str, right: list[float]) -> None:
    assert seconds(text) == right


@pytest.mark.parametrize(
    "text",
    [
        "2.0-4.5 s",
        "2.0 – 4.5 s",
        "2.0—4.5s",
        "2.0 to 4.5 seconds",
        "2.0 s to 4.5 s",
        "between 2.0 and 4.5 s",
        "between 2.0s and 4.5s",
        "de 2,0 à 4,5 s",
        "entre 2,0 et 4,5 secondes",
        "de 2,0 s à 4,5 s",
        "du 2,0 au 4,5 s",
        "2,0 s jusqu'à 4,5 s",
        "2.0 s until 4.5 s",
        "2.0..4.5 s",
        "2.0 s → 4.5 s",
        "[2.0, 4.5] s",
        "seconds 2.0 to 4.5",
        "t = 2.0 to 4.5",
        "00:02-00:04.5",
        "00:02 to 00:04.5",
        "[00:02 - 00:04.500]",
        "00:00:02,000 --> 00:00:04,500",
        "2000–4500 ms",
        "from 2.0 s to 4.5",
        "de 2,0 s à 4,5.",
        "`2.0`–`4.5` s",
        "<2.0 seconds> - <4.5 seconds>",
        "2.0-4.5秒",
    ],
)
def test_both_ends_of_a_range(text: str) -> None:
    (span,) = find_time_spans(text)
    assert span.last is not None
    assert (span.first.seconds, span.last.seconds) == (2.0, 4.5)
    assert seconds(text) == [2.0, 4.5]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("at 2, 3.5 and 5 s", [2, 3.5, 5]),
        ("à 2,0, 3,5 et 5 s", [2, 3.5, 5]),
        ("at 2.0 s and 4.5 s", [2, 4.5]),
        ("2.0 s/4.5 s", [2, 4.5]),
    ],
)
def test_times_in_a_row_are_no_range(text: str, right: list[float]) -> None:
    assert seconds(text) == right
    assert all(span.last is None for span in find_time_spans(text))


@pytest.mark.parametrize(
    "text",
    [
        "12 m/s",
        "30 fps",
        "ratio 16:90",
        "12.3.4 s",
        "v1.2.3 s",
        "10.0.0.1 s",
        "x3.5s",
        "2024-11-26T10:00:03.5s",
        "10:30 am",
        "5 stars",
        "3 shops",
        "12 m ahead, 5 cars",
        "a second car and a third",
        "une seconde voiture",
        "2 to 4 cars",
        "50 km/h",
        "from 2 to 4",
        "00:00:02:15",
    ],
)
def test_other_numbers_are_no_times(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize(
    "text", ["it waits for 3 s", "pendant 2,5 s", "the clip lasts 8 s", "a 2 s gap", "3 s later", "un écart de 2 s"]
)
def test_lengths_are_no_places_in_the_clip(text: str) -> None:
    assert find_times(text) == []
    assert [span.length for span in find_time_spans(text)] == [True]


def test_the_words_of_a_time_are_where_its_place_says() -> None:
    text = "Le piéton traverse de 2,0 à 4,5 s, puis 1m05s plus loin."
    assert [text[m.start : m.end] for m in find_times(text)] == ["2,0", "4,5 s", "1m05s"]


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ('{"start": 1.0, "end": 2.5, "event": "brakes"}', [1.0, 2.5]),
        ('{"event": "at 3,5 s it brakes", "speed": 12}', [3.5]),
        ('{"time": "00:02,500"}', [2.5]),
        ('{"timestamp": "2.0-4.5"}', [2.0, 4.5]),
        ('{"key_event": "brakes", "key_event_time": 3.25, "time_of_day": "day"}', [3.25]),
        ('{"start": 00:02, "end": 00:04.5}', [2.0, 4.5]),
        ('{"events": [{"time_s": 1}, {"time_s": 2}]}', [1.0, 2.0]),
        ('{"début": 1,5, "fin": 2,5}', [1.5, 2.5]),
        ('{"time_range": [1.5, 2.5]}', [1.5, 2.5]),
        ('{"count": 3, "speed": 12.5, "ttc": 1.5}', []),
    ],
)
def test_times_in_json(answer: str, right: list[float]) -> None:
    assert [moment.seconds for time in read_answer(answer).times for moment in time.moments] == right


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ('{"events": [{"start": 1.0, "end": 2.5, "event": "brakes"}]}', [("brakes", 1.0, 2.5)]),
        ('{"key_event": "the light turns red", "key_event_time": 3.25}', [("the light turns red", 3.25, None)]),
        ('[{"time": "2.0-4.5 s", "description": "crosses"}]', [("crosses", 2.0, 4.5)]),
        ('[{"timestamp": "00:02", "action": "stops"}]', [("stops", 2.0, None)]),
        ('[{"interval": [1, 2], "event": "a"}]', [("a", 1.0, 2.0)]),
        (
            "At 1.0 s the light turns red, and at 3.0 s a man crosses.",
            [("At 1.0 s the light turns red", 1.0, None), ("at 3.0 s a man crosses.", 3.0, None)],
        ),
        ("De 2 à 4 s, un piéton traverse. Rien ensuite.", [("De 2 à 4 s, un piéton traverse.", 2.0, 4.0)]),
        ("- 00:01: brakes\n- 00:03: stops", [("00:01: brakes", 1.0, None), ("00:03: stops", 3.0, None)]),
    ],
)
def test_events_and_where_they_are_said(answer: str, right: list[tuple[str, float, float | None]]) -> None:
    events = read_answer(answer).events
    assert [(event.label, event.start, event.end) for event in events] == right
    assert all(event.label in event.span.of(answer) for event in events)
