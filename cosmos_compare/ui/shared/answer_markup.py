"""Markup of an answer: its prose with times to click, its JSON as tables between the prose, and the passages that claim
something set apart. All of it is escaped.

Knows nothing of Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cosmos_compare.evidence.contrast import PassageMark
from cosmos_compare.evidence.passages import Passage, passages_of
from cosmos_compare.language import t
from cosmos_compare.texts.answers import Moment, ParsedAnswer, Piece, find_times
from cosmos_compare.texts.events import is_time_key, seconds_under, times_under
from cosmos_compare.ui.shared.tables import Path, safe, scalar, table

TIME = 'class="time"'
LONG_TEXT = 20_000  # characters beyond which times are not marked: one element each would slow the browser


@dataclass(frozen=True)
class AnswerClock:
    """On which a model's times lie: `begin` is where it begins to count, `duration` how long the clip is, seconds."""

    duration: float | None
    begin: float


@dataclass(frozen=True)
class Marks:
    """Which passages of an answer are set apart, by number: those that claim something at a time, and those that agree
    or differ, with the reason in words. `side` is the number of its lane; `alone` are those that stand for a claim
    with no time to press beside them."""

    side: int = 0
    timed: frozenset[int] = frozenset()
    alone: frozenset[int] = frozenset()
    held: Mapping[int, PassageMark] = field(default_factory=dict)


NO_MARKS = Marks()


@dataclass(frozen=True)
class _Writer:
    """How one answer is written."""

    read: ParsedAnswer
    clock: AnswerClock
    clean: Callable[[Any], Any]
    clean_text: Callable[[str], str]
    marks: Marks

    def piece(self, piece: Piece) -> str:
        if piece.kind == "prose":
            return f'<div class="text answer">{self._prose(piece)}</div>'
        if piece.kind == "form":
            note = t("The form or an example from the question, said again; it doesn't count:")
            text = self.clean_text(self.read.raw[piece.start : piece.end])
            return f'<div class="note">{safe(note)}</div><div class="text answer">{safe(text)}</div>'
        values = [self.clean(value.data) for value in piece.values]
        at = [self._by_path(value.start) for value in piece.values]
        if len(values) > 1 and all(isinstance(value, dict) for value in values):
            values = [values]  # an object a line is one table
            at = [{(n, *path): number for n, own in enumerate(at) for path, number in own.items()}]
        return "".join(self._table(value, own) for value, own in zip(values, at, strict=True))

    def _table(self, value: Any, numbers: Mapping[Path, int]) -> str:
        return table(value, cell=lambda key, item, path: self._cell(key, item, numbers.get(path)))

    def _prose(self, piece: Piece) -> str:
        """Prose with its marked passages, where cleaning them one by one gives the same text as cleaning all of it."""
        raw, pieces, at = self.read.raw, [], piece.start
        for passage in self._marked(piece):
            pieces += [(None, raw[at : passage.span.start]), (passage.number, passage.span.of(raw))]
            at = passage.span.end
        cleaned = [(number, self._cleaned(text)) for number, text in [*pieces, (None, raw[at : piece.end])]]
        whole = self.clean_text(raw[piece.start : piece.end])
        if "".join(text for _, text in cleaned) != whole:
            return marked_times(whole, self.clock)
        return "".join(self._passage(number, marked_times(text, self.clock)) for number, text in cleaned)

    def _cleaned(self, text: str) -> str:
        """A piece of prose, with the space at its ends that cleaning would take."""
        core = text.strip()
        return text.replace(core, self.clean_text(core)) if core else text

    def _marked(self, piece: Piece) -> list[Passage]:
        return [
            passage
            for passage in passages_of(self.read)
            if passage.leaf is None
            and piece.start <= passage.span.start < piece.end
            and (passage.number in self.marks.timed or passage.number in self.marks.held)
        ]

    def _by_path(self, start: int) -> dict[Path, int]:
        """The numbers of the passages in the JSON value that begins at `start`, by their paths."""
        own = (passage for passage in passages_of(self.read) if passage.value == start and passage.leaf)
        return {passage.leaf.path: passage.number for passage in own if passage.leaf}

    def _cell(self, key: str, value: Any, number: int | None) -> str:
        if isinstance(value, str):
            return self._passage(number, marked_times(value, self.clock, key))
        words = safe(scalar(value))
        if isinstance(value, int | float) and not isinstance(value, bool) and is_time_key(key):
            seconds = seconds_under(key, value)
            if self.clock.duration is None or _inside(seconds, self.clock):
                words = _mark(words, seconds + self.clock.begin)
        return self._passage(number, words)

    def _passage(self, number: int | None, html: str) -> str:
        held = self.marks.held.get(number) if number is not None else None
        if number is None or not (held or number in self.marks.timed):
            return html
        kind, why = (f" {held.kind}", f' title="{safe(self.clean_text(held.words))}"') if held else ("", "")
        key = ' role="button" tabindex="0"' if number in self.marks.alone and TIME not in html else ""
        return f'<span class="said{kind}" data-said="{number}"{why}{key}>{html}</span>'


def answer_html(
    read: ParsedAnswer,
    clock: AnswerClock,
    clean: Callable[[Any], Any] = lambda data: data,
    clean_text: Callable[[str], str] = lambda text: text,
    marks: Marks = NO_MARKS,
) -> str:
    """Prose and tables of an answer in their order; `clean` is given the data of each table, `clean_text` all else."""
    writer = _Writer(read, clock, clean, clean_text, marks)
    return f'<div data-answer="{marks.side}">{"".join(writer.piece(piece) for piece in read.pieces)}</div>'


def _inside(seconds: float, clock: AnswerClock) -> bool:
    return 0 <= seconds + clock.begin <= (clock.duration or 0) + 0.05


def marked_times(text: str, clock: AnswerClock, key: str = "") -> str:
    """Escaped text with the times of the clip set apart; seek.js moves the video to the one that is clicked. `key` is
    that of a string of JSON."""
    if len(text) > LONG_TEXT:
        return safe(text)
    pieces, at = [], 0
    for moment in find_times(text, clock.duration, clock.begin) or _bare_times(text, clock, key):
        words = safe(text[moment.start : moment.end])
        pieces += [safe(text[at : moment.start]), _mark(words, moment.seconds)]
        at = moment.end
    return "".join(pieces) + safe(text[at:])


def _bare_times(text: str, clock: AnswerClock, key: str) -> list[Moment]:
    """Numbers of a string of JSON whose key says that they are seconds."""
    moments = [moment for span in times_under(key, text) if not span.length for moment in span.moments]
    return [
        moment._replace(seconds=moment.seconds + clock.begin)
        for moment in moments
        if clock.duration is None or _inside(moment.seconds, clock)
    ]


def _mark(words: str, seconds: float) -> str:
    return f'<span {TIME} data-seconds="{seconds:.3f}" role="button" tabindex="0">{words}</span>'
