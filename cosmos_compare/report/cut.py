"""Long texts in a report: shown as far as there is room, with how much is left."""

from __future__ import annotations

from cosmos_compare.html_text import safe
from cosmos_compare.language import tn

ALL_TEXT = 4_000_000  # bytes of all answers of one report
MOST, LEAST = 6_000, 500  # bytes of one text
LINE = 1_000


def room_for(texts: int) -> int:
    """Bytes for each of so many texts."""
    return min(MOST, max(LEAST, ALL_TEXT // max(texts, 1)))


def cut(text: str, most: int = LINE) -> str:
    """A text that takes at most so many bytes as HTML, before the words on what was left out."""
    text = text.strip()
    size = len(safe(text).encode())
    if size <= most:
        return text
    kept = text[: most * len(text) // size]
    while len(safe(kept).encode()) > most:
        kept = kept[: len(kept) * 9 // 10]
    more = tn("{n} more character in the run", "{n} more characters in the run", len(text) - len(kept))
    return f"{kept} … ({more})"
