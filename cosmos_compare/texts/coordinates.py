"""Coordinates: two or four numbers of a point or a box, in all the forms that models write them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any

MOST_NUMBERS = 800  # of one value
NUMBER = r"[+-]?\d{1,7}(?:\.\d{1,6})?"
_NUMBERS = re.compile(rf"(?P<number>{NUMBER})\s*(?:%|px|pixels?)?", re.IGNORECASE)
# In a string: what may stand round the numbers, and nothing but those.
_DRESS = re.compile(
    r"<\|?/?\w+\|?>|[xy](?:[12]|_?m(?:in|ax))?\s*[=:]|[\s\[\](){},;|]|(?<=\d)\s*(?:px|pixels?)", re.IGNORECASE
)
# Corners by name, lower case and without `_`: left, top, right, bottom of the box.
_CORNERS = (
    ("x1", "y1", "x2", "y2"),
    ("x0", "y0", "x1", "y1"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("minx", "miny", "maxx", "maxy"),
    ("left", "top", "right", "bottom"),
    ("gauche", "haut", "droite", "bas"),
)
_SIZES = (("x", "y", "width", "height"), ("x", "y", "w", "h"), ("left", "top", "width", "height"))
# The middle and a size.
_MIDDLES = (
    *(("cx", "cy", "w", "h"), ("cx", "cy", "width", "height"), ("xcenter", "ycenter", "width", "height")),
    *(("centerx", "centery", "width", "height"), ("xc", "yc", "w", "h")),
)
_TWO_POINTS = (("topleft", "bottomright"), ("upperleft", "lowerright"), ("start", "end"), ("min", "max"), ("p1", "p2"))


def coordinates(value: Any, is_box: bool) -> tuple[list[tuple[float, ...]], bool]:
    """The boxes or points under one key, and whether they are per cent."""
    if isinstance(value, str):
        pieces = _DRESS.sub(" ", value).split()
        numbers = numbers_in(pieces)
        return (rows_of(numbers, is_box), "%" in value) if len(pieces) <= MOST_NUMBERS else ([], False)
    if isinstance(value, dict):
        row = named_corners(value)
        return ([row], False) if row else ([], False)
    if not isinstance(value, list):
        return [], False
    if is_box and len(value) == 2 and isinstance(value[0], str):
        return [], False  # two words under a box's key are no point
    if flat := numbers_in(value):
        return rows_of(flat, is_box), any(isinstance(v, str) and "%" in v for v in value)
    rows = [_row(row) for row in value]
    if all(len(row) == 4 for row in rows):
        return [tuple(row) for row in rows], False
    if not all(len(row) == 2 for row in rows):
        return [], False
    if not is_box:
        return [tuple(row) for row in rows], False
    return [_hull(rows)], False


def named_rows(data: Any) -> Iterator[tuple[str, tuple[float, ...]]]:
    """`["car", x1, y1, x2, y2]` and `["car", [x1, y1, x2, y2]]`, anywhere in a value."""
    waiting = [data]
    for value in waiting:
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list) and len(value) in (2, 5) and isinstance(value[0], str):
            row = numbers_in(value[1:] if len(value) == 5 else value[1])
            if len(row) == 4 and not numbers_in(value[:1]):
                yield value[0], tuple(row)
        elif isinstance(value, list):
            waiting += value


def rows_of(flat: Sequence[float], is_box: bool) -> list[tuple[float, ...]]:
    """Numbers in a row as boxes of four, or as points of two where the key says so or no more are there."""
    if len(flat) == 2:
        return [tuple(flat)]
    size = 4 if is_box or len(flat) == 4 else 2
    if not flat or len(flat) % size:
        return []
    if len(flat) == 8 and is_box and any(flat[n] == flat[n + 2] or flat[n + 1] == flat[n + 3] for n in (0, 4)):
        return [_hull([flat[n : n + 2] for n in range(0, 8, 2)])]  # the four corners: two boxes would be flat
    return [tuple(flat[n : n + size]) for n in range(0, len(flat), size)]


def _row(value: Any) -> list[float]:
    """The numbers of one box or corner in a list of them: named, in a row, or two corners as pairs."""
    if isinstance(value, dict):
        return list(named_corners(value) or ())
    if numbers := numbers_in(value):
        return numbers
    corners = [numbers_in(corner) for corner in value] if isinstance(value, list) else []
    return list(_hull(corners)) if len(corners) > 1 and all(len(corner) == 2 for corner in corners) else []


def _hull(points: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """The rectangle round corners; one point stays a point."""
    if len(points) == 1:
        return tuple(points[0])
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    return min(xs), min(ys), max(xs), max(ys)


def named_corners(item: dict[str, Any]) -> tuple[float, ...] | None:
    """Corners by their names, or a corner and a size."""
    named = {key.lower().replace("_", "").replace("-", "").replace(" ", ""): value for key, value in item.items()}
    for names in _CORNERS:
        if corners := _all_of(named, names):
            return corners
    for names in _SIZES:
        if size := _all_of(named, names):
            x, y, width, height = size
            return x, y, x + width, y + height
    for names in _MIDDLES:
        if middle := _all_of(named, names):
            return _round(*middle)
    middle, size = (_point(named.get(name)) for name in ("center", "size"))
    if middle and size:
        return _round(*middle, *size)
    sides = [numbers_in(named.get(name)) for name in ("x", "y")]
    if all(len(side) == 2 for side in sides):
        return _hull(list(zip(*sides, strict=True)))
    for first, last in _TWO_POINTS:
        ends = [_point(named.get(name)) for name in (first, last)]
        if ends[0] and ends[1]:
            return _hull([ends[0], ends[1]])
    return _all_of(named, ("x", "y"))


def _round(x: float, y: float, width: float, height: float) -> tuple[float, ...]:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _point(value: Any) -> tuple[float, ...] | None:
    if isinstance(value, dict):
        return _all_of({key.lower(): item for key, item in value.items()}, ("x", "y"))
    numbers = numbers_in(value)
    return tuple(numbers) if len(numbers) == 2 else None


def _all_of(named: dict[str, Any], names: Sequence[str]) -> tuple[float, ...] | None:
    numbers = numbers_in([named[name] for name in names if name in named])
    return tuple(numbers) if len(numbers) == len(names) else None


def numbers_in(value: Any) -> list[float]:
    """A list of finite numbers, also such as strings; else nothing."""
    if not isinstance(value, list):
        return []
    numbers = [_number(item) for item in value]
    return [number for number in numbers if number is not None] if None not in numbers else []


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        match = _NUMBERS.fullmatch(value.strip())
        return float(match["number"]) if match else None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 1e9 or not math.isfinite(value):
        return None
    return float(value)


def numbers_of_text(text: str) -> list[float]:
    """All numbers of a text that is known to hold coordinates."""
    return [float(number) for number in re.findall(rf"(?<![A-Za-z_]){NUMBER}", text)]
