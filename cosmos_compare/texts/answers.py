"""Answers: all that a raw text holds, with places in it: reasoning, prose, JSON, times, events, boxes, loops.

Derived when shown, never stored: a better reader improves old runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from cosmos_compare.records.schema import BoxConvention, FrameTimes, ModelSpec, Settings
from cosmos_compare.texts.boxes import Box, Boxes, Scale, find_boxes, read_boxes, scale_of
from cosmos_compare.texts.events import Event, events_in_json, events_in_prose, times_in_json
from cosmos_compare.texts.lenient_json import JsonValue, State, find_json, prose_around, state_of
from cosmos_compare.texts.loops import Loop, find_loop
from cosmos_compare.texts.reasoning import Parts, Span, split
from cosmos_compare.texts.times import Moment, TimeSpan, find_time_spans, find_times

__all__ = [
    "Box",
    "Boxes",
    "Event",
    "JsonValue",
    "Loop",
    "Moment",
    "ParsedAnswer",
    "Parts",
    "Piece",
    "Span",
    "TimeSpan",
    "counts_from",
    "find_boxes",
    "find_times",
    "read_answer",
    "split",
]


class Piece(NamedTuple):
    """A stretch of the answer, `raw[start:end]`: prose, JSON values with no prose between them, or the echo of an
    empty form, which is no answer."""

    kind: Literal["prose", "json", "form"]
    start: int
    end: int
    values: tuple[JsonValue, ...] = ()


@dataclass(frozen=True, eq=False)
class ParsedAnswer:
    """A raw text taken apart; every place counts from the beginning of `raw`, every time in seconds as the model
    counts them (`counts_from` says from when).

    `state` tells how the JSON was written; `values` holds all of it, forms too. `loop` is what the text, reasoning or
    answer, repeats at its end.
    """

    raw: str
    parts: Parts
    pieces: tuple[Piece, ...]
    values: tuple[JsonValue, ...]
    state: State
    loop: Loop | None

    @property
    def reasoning(self) -> str:
        return self.parts.reasoning

    @property
    def answer(self) -> str:
        return self.parts.answer

    @property
    def given(self) -> tuple[JsonValue, ...]:
        """The values that are answers: not the echo of a form or of an example in the prompt."""
        return tuple(value for value in self.values if not value.form)

    @property
    def prose(self) -> tuple[Span, ...]:
        return tuple(Span(piece.start, piece.end) for piece in self.pieces if piece.kind == "prose")

    @cached_property
    def times(self) -> tuple[TimeSpan, ...]:
        """Instants, ranges and lengths that the answer names, in prose and in JSON, in the order of the text."""
        found = [_placed(time, span.start) for span in self.prose for time in find_time_spans(span.of(self.raw))]
        found += [time for value in self.given for time in times_in_json(self.raw, value)]
        return tuple(sorted(found, key=lambda time: time.start))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """What the answer says happens and when, in the order of the text."""
        found = [event for value in self.given for event in events_in_json(self.raw, value)]
        found += [event for span in self.prose for event in events_in_prose(self.raw, *span, self.times)]
        return tuple(sorted(found, key=lambda event: event.span))

    def scale(self, convention: BoxConvention, height: int, width: int) -> Scale | None:
        """What its coordinates are told in, None where that is not known; arguments as of `boxes`."""
        prose = "\n".join(span.of(self.raw) for span in self.prose)
        return scale_of([value.data for value in self.given], prose, convention, height, width)

    def boxes(self, convention: BoxConvention, height: int, width: int) -> Boxes:
        """Boxes and points of the answer by the model's convention, and what can't be drawn; `height` and `width` of
        the frame that the model saw, in pixels. Values with no prose between them add up; otherwise the last of a
        label stands."""
        groups: dict[int, list[object]] = {}
        for value in self.given:
            groups.setdefault(value.group, []).append(value.data)
        values = [group[0] if len(group) == 1 else group for group in groups.values()]
        prose = "\n".join(span.of(self.raw) for span in self.prose)
        return read_boxes(values, prose, convention, height, width)


@lru_cache(maxsize=256)
def read_answer(raw: str, rendered_prompt: str | None = None) -> ParsedAnswer:
    """Take a raw text apart; never raises, whatever the text.

    `rendered_prompt`, where it is known, tells whether the chat template opened a think block, and which JSON is only
    the form or the example that was asked with.
    """
    parts = split(raw, rendered_prompt)
    values: list[JsonValue] = []
    pieces: list[Piece] = []
    for span in parts.spans:
        text = span.of(raw)
        found = _without_examples(find_json(text), rendered_prompt)
        offset = len(values) and values[-1].group + 1
        placed = [_moved(value, span.start, offset) for value in found]
        prose = [Piece("prose", span.start + start, span.start + end) for start, end in prose_around(text, found)]
        pieces += sorted([*prose, *_groups(placed)], key=lambda piece: piece.start)
        values += placed
    state = state_of(parts.answer, values, prose=any(piece.kind == "prose" for piece in pieces))
    return ParsedAnswer(raw, parts, tuple(pieces), tuple(values), state, find_loop(raw))


def _without_examples(values: list[JsonValue], rendered_prompt: str | None) -> list[JsonValue]:
    """The values, those marked as forms which repeat an example of the prompt before another of the kind is given."""
    shown = _shown_in(rendered_prompt) if rendered_prompt and len(values) > 1 else ()
    return [
        replace(value, form=True)
        if value.data in shown and any(_kind(later.data) == _kind(value.data) for later in values[number + 1 :])
        else value
        for number, value in enumerate(values)
    ]


@lru_cache(maxsize=64)
def _shown_in(rendered_prompt: str) -> tuple[object, ...]:
    return tuple(value.data for value in find_json(rendered_prompt))


def _kind(data: object) -> object:
    """What values of one kind share: the keys of an object, or of the first in a list."""
    if isinstance(data, list):
        return ["list", _kind(data[0]) if data else None]
    return sorted(data) if isinstance(data, dict) else type(data)


def _groups(values: list[JsonValue]) -> list[Piece]:
    """Values of one group as one piece, but forms, which stand alone."""
    pieces: list[Piece] = []
    for value in values:
        last = pieces[-1] if pieces else None
        if last and not value.form and last.kind == "json" and last.values[-1].group == value.group:
            pieces[-1] = Piece("json", last.start, value.end, (*last.values, value))
        else:
            pieces.append(Piece("form" if value.form else "json", value.start, value.end, (value,)))
    return pieces


def _moved(value: JsonValue, by: int, group: int) -> JsonValue:
    leaves = tuple(leaf._replace(start=leaf.start + by, end=leaf.end + by) for leaf in value.leaves)
    return replace(value, start=value.start + by, end=value.end + by, leaves=leaves, group=value.group + group)


def _placed(time: TimeSpan, by: int) -> TimeSpan:
    first, *last = (Moment(m.seconds, m.start + by, m.end + by) for m in time.moments)
    return TimeSpan(first, last[0] if last else None, time.length)


def counts_from(spec: ModelSpec, settings: Settings, times: FrameTimes) -> float:
    """The second of the clip at which a model's own clock begins: that of the first frame, unless it reads the time.
    Where that is not known it is taken to: the frames' true times are what its processor is given."""
    reads = spec.vision.clock != "overlay" or settings.timestamp
    return 0.0 if reads or not times.seconds else times.seconds[0]
