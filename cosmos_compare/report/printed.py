"""Numbers as a report prints them; a dash for what is not known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from cosmos_compare.effort.measured import size_words, took_words
from cosmos_compare.language import number, t
from cosmos_compare.results.numbers_as_text import bound_words, level_words, p_words

DASH = "–"


def known(value: Any) -> float | None:
    """A number of a frame, None for NaN."""
    return None if value is None or math.isnan(value) else float(value)


def _or_dash(value: Any, words: Callable[[float], str]) -> str:
    known_value = known(value)
    return DASH if known_value is None else words(known_value)


def levels(value: Any, *, sign: bool = False) -> str:
    return _or_dash(value, lambda level: level_words(level, sign=sign))


def between(low: Any, high: Any) -> str:
    """An interval of differences."""
    if known(low) is None or known(high) is None:
        return DASH
    return t("{low} to {high}", low=bound_words(low, sign=True), high=bound_words(high, sign=True))


def p_value(p: Any) -> str:
    return _or_dash(p, p_words)


def seconds(value: Any) -> str:
    return _or_dash(value, took_words)


def amount(value: Any) -> str:
    """A count, thousands apart."""
    return _or_dash(value, lambda count: number(count, ",.0f"))


def size(value: Any) -> str:
    """Bytes in kB, MB or GB."""
    return _or_dash(value, size_words)


def percent(value: Any) -> str:
    """A share."""
    return _or_dash(value, lambda share: number(share, ".0%"))


def share(part: int, whole: int) -> str:
    """`3 of 8 (38%)`."""
    if not whole:
        return t("none of none")
    return t("{part} of {whole} ({percent})", part=part, whole=whole, percent=percent(part / whole))
