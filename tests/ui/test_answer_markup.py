"""How an answer stands on a page: prose and tables in order, times to click in both, loops said as such."""

from __future__ import annotations

import re

import pytest
from runs_support import make_run

from cosmos_compare.board import side_of
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.ui.shared.answer_markup import AnswerClock, answer_html
from cosmos_compare.ui.shared.markup import body

CLOCK = AnswerClock(8.0, 0.0)


def shown(answer: str, clock: AnswerClock = CLOCK) -> str:
    return answer_html(read_answer(answer), clock)


def seconds(html: str) -> list[str]:
    return re.findall(r'data-seconds="([\d.]+)"', html)


def test_a_draft_and_the_final_form_with_the_words_between() -> None:
    """The page showed the first JSON alone; the rest stood under `Raw text` only."""
    html = shown('Draft: {"risk": "low"} A child steps out: {"risk": "high"} That is all.')
    order = [html.index(words) for words in ("Draft:", "low", "A child steps out:", "high", "That is all.")]
    assert order == sorted(order)
    assert html.count('<table class="json">') == 2


def test_an_object_a_line_is_one_table() -> None:
    html = shown('{"label": "car", "n": 1}\n{"label": "bus", "n": 2}')
    assert html.count("<table") == 1 and html.count("<tr>") == 3


def test_times_in_tables_can_be_clicked() -> None:
    assert seconds(shown('{"events": [{"start": 1.5, "end": 2.5, "event": "at 00:02,500 it brakes"}]}')) == [
        "1.500",
        "2.500",
        "2.500",
    ]
    assert seconds(shown('{"start": 1.5, "count": 3, "speed": 4.5, "time_of_day": 2}')) == ["1.500"]
    assert seconds(shown('{"start": 12.0, "end": 2}', AnswerClock(8.0, 1.0))) == ["3.000"], (
        "12 s is behind the clip's end"
    )


def test_times_in_strings_under_a_key_that_says_seconds_can_be_clicked() -> None:
    assert seconds(shown('{"start": "2.5", "end": "3,5", "event": "7"}')) == ["2.500", "3.500"]
    assert seconds(shown('{"interval": "5.0-6.0", "start": "12"}', AnswerClock(8.0, 1.0))) == ["6.000", "7.000"]
    assert seconds(shown('{"start_ms": 1500}')) == ["1.500"]


def test_both_ends_of_a_range_can_be_clicked() -> None:
    assert seconds(shown("Le piéton traverse de 2,0 à 4,5 s.")) == ["2.000", "4.500"]


def test_an_echoed_form_is_said_to_be_one() -> None:
    html = shown('[{"label": "kind", "bbox_2d": [0, 0, 0, 0]}]\n[{"label": "car", "bbox_2d": [1, 2, 3, 4]}]')
    assert "it doesn&#x27;t count" in html
    assert html.count("<table") == 1


@pytest.mark.parametrize(
    "answer", ['{"a": "<b>x</b>"}', "<b>x</b> at 2 s", '{"<b>x</b>": 1}', '{"a": "<b>x</b> at 2 s"}']
)
def test_all_of_it_is_escaped(answer: str) -> None:
    assert "<b>" not in shown(answer)


def test_a_loop_is_told_from_a_long_answer() -> None:
    loop = body(side_of(make_run(raw="The car slows down. " * 40, finish="length")))
    assert "says the same again and again" in loop and "repetition penalty" in loop
    assert "Raise it in the settings" not in loop
    long = body(side_of(make_run(raw="A car brakes, then a bus turns, and a dog", finish="length")))
    assert "Raise it in the settings" in long


def test_reasoning_that_the_template_opened_is_no_answer() -> None:
    run = make_run(raw="Perhaps the risk is high. Let me look at 2.0 s again", finish="length")
    opened = "<|im_start|>assistant\n<think>\n"
    answer = run.answer.model_copy(update={"rendered_prompt": opened})
    html = body(side_of(run.model_copy(update={"answer": answer})))
    assert "cut before the answer" in html
    assert '<div class="text answer">' not in html
