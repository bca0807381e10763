"""Loops: a model that writes the same again and again until it is cut, told apart from a long answer."""

from __future__ import annotations

import re
from typing import NamedTuple

LEAST_CHARS = 120  # a loop shorter than this at the end of a text may be a list or a figure of speech
LEAST_ROUNDS = 4
_TAIL = 24_000  # characters at the end that are looked at
_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_PIECE = re.compile(r"[^\n.!?;}]*(?:\.(?=\d)[^\n.!?;}]*)*(?:[\n!?;}]+|\.\s*|\Z)")
_WORD = re.compile(r"[^\W\d_]{2,}")  # rows of numbers with the names of their columns are no sentences
_SPACES = re.compile(r"\s+")


class Loop(NamedTuple):
    """What a text repeats at its end, how many times, and where that begins in the text."""

    words: str
    rounds: int
    start: int


def find_loop(text: str) -> Loop | None:
    """The loop that ends a text; None for an answer that is merely long.

    It may end within a round, and count up while it loops (`at 1.0 s … at 2.0 s …`): digits don't tell rounds apart
    where the rounds are long. Rows of a list that say different things are no loop.
    """
    return _exact(text) or _counting(text)


def _exact(text: str) -> Loop | None:
    """The shortest period that the end of a text has had often enough."""
    turned = text[-_TAIL:][::-1]
    borders = _borders(turned)
    best: tuple[int, int] | None = None
    for length in range(len(turned), LEAST_CHARS - 1, -1):
        period = length - borders[length - 1]
        if period * LEAST_ROUNDS <= length:
            best = (length, period)
            break
    if best is None:
        return None
    length, period = best
    start = len(text) - length
    return Loop(_SPACES.sub(" ", text[start : start + period]).strip(), length // period, start)


def _borders(text: str) -> list[int]:
    """For each beginning of a text, the length of its longest border (Knuth, Morris, Pratt)."""
    borders = [0] * len(text)
    size = 0
    for at in range(1, len(text)):
        while size and text[at] != text[size]:
            size = borders[size - 1]
        size += text[at] == text[size]
        borders[at] = size
    return borders


def _counting(text: str) -> Loop | None:
    """A loop of sentences or lines that differ in their numbers only."""
    pieces = [piece for piece in _PIECE.finditer(text) if piece[0].strip()]
    if len(pieces) > 1 and not re.search(r"[.!?;}\n]\s*\Z", text):
        pieces = pieces[:-1]  # cut within a round
    shapes = [_SPACES.sub(" ", _DIGITS.sub("0", piece[0])).strip().lower() for piece in pieces]
    for period in range(1, 13):
        rounds = 1
        while (rounds + 1) * period <= len(shapes) and (
            shapes[-(rounds + 1) * period : len(shapes) - rounds * period] == shapes[-period:]
        ):
            rounds += 1
        start = pieces[-rounds * period].start() if len(pieces) >= rounds * period and pieces else len(text)
        wordy = sum(len(_WORD.findall(shape)) for shape in shapes[-period:]) >= 4
        if rounds >= 2 * LEAST_ROUNDS and len(text) - start >= 2 * LEAST_CHARS and wordy:
            words = "".join(piece[0] for piece in pieces[-period:])
            return Loop(_SPACES.sub(" ", words).strip(), rounds, start)
    return None
