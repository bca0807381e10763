"""Passages: the pieces of an answer that are marked as one, the sentences of its prose and the values of its JSON."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

from cosmos_compare.texts.answers import ParsedAnswer
from cosmos_compare.texts.json_reader import Leaf
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.sentences import sentences


class Passage(NamedTuple):
    """One of them, by its number in the order of the text, with its place in the raw text; `leaf` where it is a value
    of JSON, under a path in the value that begins at `value` in the raw text."""

    number: int
    span: Span
    value: int | None = None
    leaf: Leaf | None = None


@lru_cache(maxsize=64)
def passages_of(read: ParsedAnswer) -> tuple[Passage, ...]:
    """The passages of an answer in the order of the text; echoes of a form have none."""
    found: list[Passage] = []
    for piece in read.pieces:
        if piece.kind == "prose":
            found += [Passage(0, span) for span in sentences(read.raw, piece.start, piece.end)]
        elif piece.kind == "json":
            for value in piece.values:
                found += [Passage(0, Span(leaf.start, leaf.end), value.start, leaf) for leaf in value.leaves]
    found.sort(key=lambda passage: passage.span)
    return tuple(passage._replace(number=number) for number, passage in enumerate(found))


def passages_at(passages: tuple[Passage, ...], span: Span) -> tuple[int, ...]:
    """The numbers of the passages that a place in the raw text touches."""
    first = bisect_left(passages, span.start, key=lambda passage: passage.span.end)
    numbers = []
    for passage in passages[first:]:
        if passage.span.start >= max(span.end, span.start + 1):
            break
        if passage.span.end > span.start:
            numbers.append(passage.number)
    return tuple(numbers)
