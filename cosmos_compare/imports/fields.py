"""Fields of a row that a stranger wrote: each is what it should be, or the row says why it is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cosmos_compare.imports.item import MAX_TEXT
from cosmos_compare.yaml_io import is_text

_KINDS = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
Row = Mapping[str, Any]


class RowError(ValueError):
    """Why a row can't be taken; it costs this row only."""


def mapping(value: Any, what: str = "the row") -> Row:
    if not isinstance(value, Mapping):
        raise RowError(f"{what} is {kind_of(value)}, not an object")
    return value


def listed(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise RowError(f"{what} is {kind_of(value)}, not a list")
    return list(value)


def first(row: Row, names: Iterable[str]) -> Any:
    """The value under the first of these names that is there and not null."""
    return next((row[name] for name in names if row.get(name) is not None), None)


def text(value: Any, what: str, *, empty: bool = False) -> str:
    """A text that a disk can hold, trimmed; numbers are taken as they are written, whole ones without a point."""
    value = whole(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = None if math.isnan(value) else str(value)
    if value is None and empty:
        return ""
    if not isinstance(value, str):
        raise RowError(f"{what} is missing" if value is None else f"{what} is {kind_of(value)}, not text")
    words: str = value.strip()
    if not words and not empty:
        raise RowError(f"{what} is empty")
    if len(words) > MAX_TEXT:
        raise RowError(f"{what} is longer than {MAX_TEXT:,} characters")
    if not is_text(words) or "\0" in words:
        raise RowError(f"{what} holds characters that are none")
    return words


def whole(value: Any) -> Any:
    """A whole number as such: a column with nulls makes 1.0 of 1. Other values as they are."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def line(value: Any, what: str) -> str:
    """A short text in one line, empty where there is none."""
    return " ".join(text(value, what, empty=True).split())[:200]


def seconds(value: Any, what: str) -> float | None:
    """A time in seconds, which may be written as text; None where there is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number) or not 0 <= number <= 10**7:
        raise RowError(f"{what} {str(value)[:40]!r} is no time in seconds")
    return number


def kind_of(value: Any) -> str:
    return (
        "null" if value is None else _KINDS.get(type(value), "text" if isinstance(value, str) else type(value).__name__)
    )
