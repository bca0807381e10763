"""Sentences of a text and their places: lines, list items, and what full stops divide."""

from __future__ import annotations

import re

from cosmos_compare.texts.reasoning import Span

# A stop that ends no sentence: in a number, after a list's number, or after an abbreviation.
_STOP = re.compile(r"\n+|(?:(?<![.\s])(?:[.!?]+|…|。)|(?<=\S)[ \u00a0\u202f][!?]+)[\"'”’»)*_]*(?=\s|\Z)|(?<=[^\d\s])。")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|ca|cf|vs|env|etc|p\.ex|c\.-à-d|sec|min|no|mr|mrs|dr|st|fig)|(?:\A|\n)[ \t]*\d{1,3})\Z",
    re.IGNORECASE,
)


def sentences(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The sentences of `text[start:end]`, without space around them; places count from the beginning of `text`."""
    stop = len(text) if end is None else end
    found: list[Span] = []
    begin = start
    for match in _STOP.finditer(text, start, stop):
        if match[0] == "." and _ABBREVIATION.search(text[max(start, match.start() - 8) : match.start()]):
            continue
        found.append(Span(begin, match.end()))
        begin = match.end()
    return [trimmed for span in [*found, Span(begin, stop)] if (trimmed := trim(text, span)).end > trimmed.start]


def trim(text: str, span: Span) -> Span:
    """A place without the space at its ends."""
    piece = span.of(text)
    return Span(span.start + len(piece) - len(piece.lstrip()), span.end - len(piece) + len(piece.rstrip()))
