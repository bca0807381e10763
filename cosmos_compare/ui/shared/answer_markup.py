"""Markup of an answer: its prose with times to click, its JSON as tables between the prose. All of it is escaped.

Knows nothing of Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cosmos_compare.language import t
from cosmos_compare.texts.answers import ParsedAnswer, Piece, find_times
from cosmos_compare.texts.events import is_time_key
from cosmos_compare.ui.shared.tables import safe, scalar, table

LONG_TEXT = 20_000  # characters beyond which times are not marked: one element each would slow the browser


@dataclass(frozen=True)
class Clock:
    """On which a model's times lie: `begin` is where it begins to count, `duration` how long the clip is, seconds."""

    duration: float | None
    begin: float


def answer_html(
    read: ParsedAnswer,
    clock: Clock,
    clean: Callable[[Any], Any] = lambda data: data,
    clean_text: Callable[[str], str] = lambda text: text,
) -> str:
    """Prose and tables of an answer in their order; `clean` is given the data of each table, `clean_text` all else."""
    return "".join(_piece(read, piece, clock, clean, clean_text) for piece in read.pieces)


def _piece(
    read: ParsedAnswer, piece: Piece, clock: Clock, clean: Callable[[Any], Any], clean_text: Callable[[str], str]
) -> str:
    text = clean_text(read.raw[piece.start : piece.end])
    if piece.kind == "prose":
        return f'<div class="text answer">{marked_times(text, clock)}</div>'
    if piece.kind == "form":
        note = t("The form or an example from the question, said again; it doesn't count:")
        return f'<div class="note">{safe(note)}</div><div class="text answer">{safe(text)}</div>'
    values = [clean(value.data) for value in piece.values]
    if len(values) > 1 and all(isinstance(value, dict) for value in values):
        values = [values]  # an object a line is one table
    return "".join(table(value, cell=lambda key, item: _cell(key, item, clock)) for value in values)


def _cell(key: str, value: Any, clock: Clock) -> str:
    if isinstance(value, str):
        return marked_times(value, clock)
    words = safe(scalar(value))
    if isinstance(value, bool) or not isinstance(value, int | float) or not is_time_key(key):
        return words
    return _mark(words, value + clock.begin) if clock.duration is None or _inside(value, clock) else words


def _inside(seconds: float, clock: Clock) -> bool:
    return 0 <= seconds + clock.begin <= (clock.duration or 0) + 0.05


def marked_times(text: str, clock: Clock) -> str:
    """Escaped text with the times of the clip set apart; seek.js moves the video to the one that is clicked."""
    if len(text) > LONG_TEXT:
        return safe(text)
    pieces, at = [], 0
    for moment in find_times(text, clock.duration, clock.begin):
        words = safe(text[moment.start : moment.end])
        pieces += [safe(text[at : moment.start]), _mark(words, moment.seconds)]
        at = moment.end
    return "".join(pieces) + safe(text[at:])


def _mark(words: str, seconds: float) -> str:
    return f'<span class="time" data-seconds="{seconds:.3f}" role="button" tabindex="0">{words}</span>'
