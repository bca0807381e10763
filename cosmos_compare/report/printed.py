"""Numbers as a report prints them; a dash for what is not known."""

from __future__ import annotations

import math
from typing import Any

from cosmos_compare.language import t
from cosmos_compare.results.numbers_as_text import level_words, p_words

DASH = "–"


def known(value: Any) -> float | None:
    """A number of a frame, None for NaN."""
    return None if value is None or math.isnan(value) else float(value)


def levels(value: Any, *, sign: bool = False) -> str:
    number = known(value)
    return DASH if number is None else level_words(number, sign=sign)


def between(low: Any, high: Any) -> str:
    """An interval of differences."""
    if known(low) is None or known(high) is None:
        return DASH
    return t("{low} to {high}", low=levels(low, sign=True), high=levels(high, sign=True))


def p_value(p: Any) -> str:
    number = known(p)
    return DASH if number is None else p_words(number)


def seconds(value: Any) -> str:
    number = known(value)
    return DASH if number is None else t("{n} s", n=f"{number:.2f}" if number < 100 else f"{number:.0f}")


def amount(value: Any) -> str:
    """A count, thousands apart."""
    number = known(value)
    return DASH if number is None else f"{number:,.0f}"


def size(value: Any) -> str:
    """Bytes in MB or GB."""
    number = known(value)
    if number is None:
        return DASH
    return f"{number / 1e9:,.1f} GB" if number >= 1e8 else f"{number / 1e6:,.2f} MB"


def share(part: int, whole: int) -> str:
    """`3 of 8 (38%)`."""
    if not whole:
        return t("none of none")
    return t("{part} of {whole} ({percent})", part=part, whole=whole, percent=f"{part / whole:.0%}")
