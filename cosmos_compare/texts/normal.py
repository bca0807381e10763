"""Normal form of a text for looking words up: lower case, no accents, no markup, with the way back to the original."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cosmos_compare.texts.reasoning import Span

_SIGNS = {**dict.fromkeys("*_`#~", " "), **dict.fromkeys("’‘ʼ´′", "'"), **dict.fromkeys("“”«»", '"'), "|": ":"}
_SIGNS |= {**dict.fromkeys("‐‑", "-"), **dict.fromkeys("\u00a0\u202f\u2009\t\n\r", " "), "œ": "oe", "æ": "ae"}

_ASCII = str.maketrans({sign: letter for sign, letter in _SIGNS.items() if sign.isascii()})  # one for one


@dataclass(frozen=True)
class Normal:
    """`text` in normal form; `at[n]` is where its n-th character stands in the raw text."""

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """The place in the raw text of `text[start:end]`, which is not empty."""
        return Span(self.at[start], self.at[end - 1] + 1)


def plain(text: str) -> str:
    """A text in normal form."""
    return normal(text).text


def normal(text: str, start: int = 0, end: int | None = None) -> Normal:
    """`text[start:end]` in normal form; places count from the beginning of `text`."""
    stop = len(text) if end is None else end
    piece = text[start:stop]
    if piece.isascii():
        return Normal(piece.lower().translate(_ASCII), range(start, stop))
    letters: list[str] = []
    at: list[int] = []
    for place in range(start, stop):
        for letter in _normal_of(text[place]):
            letters.append(letter)
            at.append(place)
    return Normal("".join(letters), tuple(at))


@lru_cache(maxsize=4096)
def _normal_of(char: str) -> str:
    if char.isascii():
        return _SIGNS.get(char) or char.lower()
    if sign := _SIGNS.get(char.lower()):
        return sign
    letters = unicodedata.normalize("NFKD", char).lower()
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
