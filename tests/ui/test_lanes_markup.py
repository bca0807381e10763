"""The timeline as markup: every time of an answer in its place, odd ones in words, all of it escaped."""

from __future__ import annotations

import re
from functools import partial
from hashlib import sha256
from html import unescape

from runs_support import make_run

from cosmos_compare.evidence.lanes import lanes_of
from cosmos_compare.ratings.blind import mask
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import FrameTimes, Run
from cosmos_compare.texts.answers import ParsedAnswer, read_answer
from cosmos_compare.ui.shared.answer_markup import AnswerClock, Marks, answer_html
from cosmos_compare.ui.shared.evidence import exhibit, no_evidence
from cosmos_compare.ui.shared.lanes import lanes_html

HOSTILE = '<img src=x onerror="alert(1)"> brakes at 2 s. "></button><script>alert(1)</script> at 3 s'
TRUTH = GroundTruth.model_validate({"events": [{"label": "the car <b>brakes</b>", "start": 2.0, "end": 3.0}]})


def run_of(raw: str) -> Run:
    """An answer about a clip of 8 seconds."""
    run = make_run(raw=raw, key=sha256(raw.encode()).hexdigest())  # evidence is kept by the ids of runs
    frames = FrameTimes(indices=tuple(range(32)), seconds=tuple(number / 4 for number in range(32)))
    return run.model_copy(update={"clip": run.clip.model_copy(update={"duration": 8.0}), "frames": frames})


def drawn(raw: str, truth: GroundTruth | None = None, judged: bool = True) -> str:
    return lanes_html(lanes_of([run_of(raw)], ["One"], truth), judged=judged)


def labels(html: str) -> list[str]:
    return [unescape(words) for words in re.findall(r'<button[^>]* aria-label="([^"]*)"', html)]


def test_marks_lie_where_their_times_are() -> None:
    html = drawn("The car brakes at 2 s. It stands from 4 s to 6 s.")
    assert re.findall(r'style="left:([\d.]+%);width:([\d.]+%)', html) == [("25.00%", "0.00%"), ("50.00%", "25.00%")]
    assert re.findall(r'data-seconds="([\d.]+)" data-said="(\d)"', html) == [("2.000", "0"), ("4.000", "1")]
    assert re.findall(r'tabindex="(-?\d)"', html) == ["0", "-1"]  # one stop of the tab key a lane


def test_what_a_model_or_a_person_wrote_is_only_ever_text() -> None:
    html = drawn(HOSTILE, TRUTH)
    assert not re.search(r"<(?!/?(?:section|div|button|span|i|b|ul|li)[ >])", html)
    assert "&lt;script&gt;" in html and "&lt;b&gt;brakes" in html


def test_a_time_outside_the_clip_stands_at_its_edge_and_in_words() -> None:
    html = drawn("The light turns green at 12 s.")
    assert "<li>One: names 12 s; the clip has 8 s</li>" in html
    assert "left:100.00%" in html and 'data-seconds="8.000"' in html


def test_the_truth_and_how_claims_stand_to_it_are_said_to_readers_of_screens() -> None:
    assert labels(drawn("The car brakes at 2.2 s.", TRUTH)) == [
        "Truth, 2 s to 3 s: the car <b>brakes</b> · One: 2.2 s ✓",
        "One, 2.2 s: The car brakes at 2.2 s. · hits “the car <b>brakes</b>”, 0.2 s off",
    ]
    silent = drawn("The car brakes at 2.2 s.", TRUTH, judged=False)
    assert "✓" not in silent and "told" not in silent and "hits" not in silent


def test_an_answer_without_times_says_so() -> None:
    assert "Names no time." in drawn("A quiet street.")


def test_passages_and_marks_name_each_other() -> None:
    runs = [run_of("Day. The car brakes at 2 s."), run_of('{"events": [{"start": 2.5, "event": "the car brakes"}]}')]
    found = exhibit(runs, ["A", "B"], None)
    assert found is not None
    prose, json = (
        answer_html(found_read(run), AnswerClock(8.0, 0.0), marks=found.marks(number))
        for number, run in enumerate(runs)
    )
    assert 'data-answer="0"' in prose and 'data-answer="1"' in json
    assert re.findall(r'class="said([\w ]*)" data-said="(\d)"', prose) == [(" agree", "1")]
    assert re.findall(r'class="said([\w ]*)" data-said="(\d)"', json) == [(" agree", "0"), (" agree", "1")]
    plain = answer_html(found_read(runs[0]), AnswerClock(8.0, 0.0), marks=found.marks(0, held=False))
    assert re.findall(r'class="said([\w ]*)" data-said="(\d)"', plain) == [("", "1")]


def test_a_passage_without_a_time_to_press_is_pressed_itself() -> None:
    """A time outside the clip is no place to go to; its sentence still leads to its mark, by mouse and by key."""
    for raw, pressed in (
        ("It turns at 12 s. It brakes at 2 s.", ["0"]),
        ('{"event": "it turns", "start": 12}', ["0"]),
        ('{"00:02": "it brakes"}', ["0"]),
        ('{"event": "it brakes", "start": 2}', []),
    ):
        run = run_of(raw)
        found = exhibit([run], ["A"], None)
        assert found is not None
        html = answer_html(found_read(run), AnswerClock(8.0, 0.0), marks=found.marks(0))
        assert re.findall(r'data-said="(\d)"(?: title="[^"]*")? role="button" tabindex="0"', html) == pressed, raw


def test_answers_to_come_and_those_that_are_too_long_have_empty_lanes_beside_the_truth_and_the_others() -> None:
    short, long = run_of("The car brakes at 2.2 s."), run_of("It stops at 3 s. " + "And on it goes. " * 1500)
    for other in (None, long):
        found = exhibit([short, other], ["A", "B"], None)
        assert found is not None and [lane.read for lane in found.lanes.lanes] == [True, False]
        html = lanes_html(found.lanes)
        assert labels(html) == ["A, 2.2 s: The car brakes at 2.2 s."] and "Names no time." not in html
        assert found.marks(1).timed == frozenset() and ("B: too long" in found.noted()) == (other is long)
    told = lanes_html(lanes_of([run_of("The car brakes at 2.2 s."), None], ["A", "B"], TRUTH))
    assert told.count('class="told ') == 1 and "B:" not in labels(told)[0]


def test_answers_about_different_clips_have_no_clock_in_common() -> None:
    one, other = run_of("It brakes at 2 s."), run_of("It brakes at 3 s.")
    other = other.model_copy(update={"clip": other.clip.model_copy(update={"sha256": "d" * 64})})
    assert exhibit([one, other], ["A", "B"], None) is None
    assert "different clips" in no_evidence([one, other]) and "how long" in no_evidence([one])


def test_prose_is_marked_on_a_sheet_whose_names_are_hidden() -> None:
    """Hiding names takes the space at the ends of a text, and so of each sentence: nothing was marked."""
    read = found_read(run_of("Day. I am Cosmos-Reason1. The car brakes at 2 s.\n\nIt stands."))
    hide = partial(mask, names=("reason1", "reason2"))
    html = answer_html(read, AnswerClock(8.0, 0.0), clean_text=hide, marks=Marks(timed=frozenset({2})))
    assert 'data-said="2">The car brakes at <span' in html and "Cosmos" not in html
    assert re.sub(r"<[^>]+>", "", html) == hide(read.raw)


def test_prose_that_is_cleaned_across_passages_is_shown_unmarked() -> None:
    """A name that stands across the end of a sentence must not come through because sentences are cleaned alone."""
    read = found_read(run_of("Seen at 1 s by Secret. Model at 2 s."))
    html = answer_html(
        read,
        AnswerClock(8.0, 0.0),
        clean_text=lambda text: text.replace("Secret. Model", "▇"),
        marks=Marks(timed=frozenset({0, 1})),
    )
    assert "Secret" not in html and "▇" in html and "said" not in html


def found_read(run: Run) -> ParsedAnswer:

    return read_answer(run.answer.raw, run.answer.rendered_prompt)
