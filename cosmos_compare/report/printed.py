"""Numbers as a report prints them; a dash for what is not known."""

from __future__ import annotations

import math
from typing import Any

from cosmos_compare.effort.measured import size_words, took_words
from cosmos_compare.language import number, t
from cosmos_compare.results.numbers_as_text import level_words, p_words

DASH = "–"


def known(value: Any) -> float | None:
    """A number of a frame, None for NaN."""
    return None if value is None or math.isnan(value) else float(value)


def levels(value: Any, *, sign: bool = False) -> str:
    known_value = known(value)
    return DASH if known_value is None else level_words(known_value, sign=sign)


def between(low: Any, high: Any) -> str:
    """An interval of differences."""
    if known(low) is None or known(high) is None:
        return DASH
    return t("{low} to {high}", low=levels(low, sign=True), high=levels(high, sign=True))


def p_value(p: Any) -> str:
    known_value = known(p)
    return DASH if known_value is None else p_words(known_value)


def seconds(value: Any) -> str:
    known_value = known(value)
    return DASH if known_value is None else took_words(known_value)


def amount(value: Any) -> str:
    """A count, thousands apart."""
    known_value = known(value)
    return DASH if known_value is None else number(known_value, ",.0f")


def size(value: Any) -> str:
    """Bytes in kB, MB or GB."""
    known_value = known(value)
    return DASH if known_value is None else size_words(known_value)


def percent(value: Any) -> str:
    """A share."""
    known_value = known(value)
    return DASH if known_value is None else number(known_value, ".0%")


def share(part: int, whole: int) -> str:
    """`3 of 8 (38%)`."""
    if not whole:
        return t("none of none")
    return t("{part} of {whole} ({percent})", part=part, whole=whole, percent=percent(part / whole))
