"""Boxes and points in answers, in shares of the frame, whatever the form they were written in; and what of them can't
be drawn. Knows models only by the convention of their coordinates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

from cosmos_compare.language import N_, Text
from cosmos_compare.records.schema import BoxConvention
from cosmos_compare.texts.box_context import (
    LABEL_KEYS,
    SentenceTimes,
    is_path_key,
    is_path_word,
    label_of,
    objects_around,
)
from cosmos_compare.texts.box_keys import is_box_key, is_coordinate_key, is_solid_key
from cosmos_compare.texts.coordinates import (
    NUMBER,
    coordinates,
    named_corners,
    named_rows,
    numbers_in,
    numbers_of_text,
    rows_of,
)

MAX_BOXES = 200
NO_NUMBERS = (
    N_("1 box is not drawn: not two or four numbers."),
    N_("{n} boxes are not drawn: not two or four numbers."),
)
OUTSIDE = N_("1 box is not drawn: outside the frame."), N_("{n} boxes are not drawn: outside the frame.")
NO_SCALE = (
    N_("1 box is not drawn: what this model's coordinates count is not known."),
    N_("{n} boxes are not drawn: what this model's coordinates count is not known."),
)
_NO_THINGS = frozenset(
    [
        "at",
        "the",
        "an",
        "and",
        "bbox",
        "box",
        "is",
        "in",
        "stands",
        "la",
        "le",
        "est",
        "en",
        "à",
        "top-left",
        "upper-left",
    ]
)
# In prose: the special tokens of Qwen's older models, tags, or bare corners behind a word. Space has bounds for loops.
TOKENS = re.compile(
    r"(?:<\|object_ref_start\|>(?P<ref>[^<]{1,80})<\|object_ref_end\|>|<ref>(?P<tag>[^<]{1,80})</ref>)?\s{0,4}"
    r"(?P<all>(?:<\|box_start\|>|<b?box>)(?P<corners>[^<]{3,120})(?:<\|box_end\|>|</b?box>))"
)
_PAIR = rf"\(\s*{NUMBER}\s*,\s*{NUMBER}\s*\)"
_NAMED = rf"(?:[xy](?:[0-2]|_?m(?:in|ax))\s*[=:]\s*)?{NUMBER}"
CORNER_PAIR = re.compile(
    r"(?P<word>[A-Za-zÀ-ÿ][\w -]{0,40}?)?[*_`\"'|>]{0,4}\s{0,4}[:=|]?[*_`|]{0,3}\s{0,4}"
    rf"(?P<corners>{_PAIR}\s{{0,4}},?\s{{0,4}}(?:(?:and\s+)?(?:bottom|lower)[ -]right:?\s*)?{_PAIR}"
    rf"|[\[(]\s*{_NAMED}(?:\s*[,;]\s*{_NAMED}){{3}}\s*[\])]|\[\s*{NUMBER}(?:\s+{NUMBER}){{3}}\s*\])"
)
_UNDRAWABLE = re.compile(r"(?:<loc\d{3,4}>\s*){2,4}|<point\s[^>]*>|<points\s[^>]*>")


class Box(NamedTuple):
    """A labelled rectangle in shares of the frame, 0 to 1 from the top left; a point has equal corners. `time`:
    seconds, as the model counts, where the answer gives one beside the box. Points of one `path` bear its number; 0 is
    none."""

    label: str
    x1: float
    y1: float
    x2: float
    y2: float
    time: float | None = None
    path: int = 0

    @property
    def is_point(self) -> bool:
        return (self.x1, self.y1) == (self.x2, self.y2)


@dataclass(frozen=True)
class Boxes:
    """What can be drawn, and a sentence for each kind of thing that can't."""

    drawn: tuple[Box, ...] = ()
    problems: tuple[str, ...] = ()


class Scale(NamedTuple):
    """The numbers that stand for the right and the lower edge of the frame, in a model's own units."""

    width: float
    height: float


class _Written(NamedTuple):
    """Coordinates as they stand in an answer: two numbers or four, in the model's units."""

    label: str
    numbers: tuple[float, ...]
    time: float | None = None
    percent: bool = False
    path: int = 0


def find_boxes(data: Any, convention: BoxConvention, height: int, width: int) -> list[Box]:
    """The boxes and points in parsed JSON, by the model's convention; `height` and `width` are those of the frame
    that the model saw, in pixels. What lies wholly outside the frame is dropped."""
    return list(read_boxes([data], "", convention, height, width).drawn)


def read_boxes(values: Sequence[Any], prose: str, convention: BoxConvention, height: int, width: int) -> Boxes:
    """The boxes and points in JSON values and in prose (special tokens, tags, corners behind a word), by the model's
    convention; `height` and `width` in pixels. Of a label that a later value names again, for the same time or for
    none, the later boxes stand."""
    written: list[_Written] = []
    numbers, unread = count(1), 0
    for data in values:
        found, missed = _in_json(data, numbers)
        again = {(item.label, item.time) for item in found}
        timeless = {label for label, time in again if time is None}
        written = [item for item in written if not _is_again(item, again, timeless)] + found
        unread += missed
    written += _in_prose(prose)
    scale = _scale(written, convention, height, width)
    drawn, outside, unknown = [], 0, 0
    for item in written:
        its_scale = Scale(100.0, 100.0) if item.percent else scale
        box = _box(item, its_scale) if its_scale else None
        if its_scale is None:
            unknown += 1
        elif box is None:
            outside += any(item.numbers)
        else:
            drawn.append(box)
    problems = [
        *_undrawn(unread, *NO_NUMBERS),
        *_undrawn(outside, *OUTSIDE),
        *_undrawn(unknown, *NO_SCALE),
        *([Text("Boxes in a form that is not known can't be drawn.")] if _UNDRAWABLE.search(prose) else []),
        *([Text("Only the first {most} boxes are drawn.", most=MAX_BOXES)] if len(drawn) > MAX_BOXES else []),
    ]
    return Boxes(tuple(drawn[:MAX_BOXES]), tuple(problems))


def _is_again(item: _Written, again: set[tuple[str, float | None]], timeless: set[str]) -> bool:
    """Whether later boxes speak of a label again, and not of another time."""
    labels = timeless if item.time is not None else {label for label, _ in again}
    return (item.label, item.time) in again or item.label in labels


def scale_of(values: Sequence[Any], prose: str, convention: BoxConvention, height: int, width: int) -> Scale | None:
    """What the coordinates of these values and this prose are told in, None where that is not known; arguments as of
    `read_boxes`."""
    written = [item for data in values for item in _in_json(data, count(1))[0]] + _in_prose(prose)
    return _scale(written, convention, height, width)


def _scale(written: Sequence[_Written], convention: BoxConvention, height: int, width: int) -> Scale | None:
    # Shares of 1 are told by all numbers together: one coordinate of 0 or 1 may be a pixel.
    numbers = [number for item in written for number in item.numbers]
    if numbers and all(0 <= number <= 1 for number in numbers) and any(numbers):
        return Scale(1.0, 1.0)
    if convention == "unknown":
        return None
    return Scale(1000.0, 1000.0) if convention == "thousandths" else Scale(float(width), float(height))


def _undrawn(n: int, one: str, many: str) -> list[Text]:
    return [Text(one) if n == 1 else Text(many, n=n)] if n else []


def _box(item: _Written, scale: tuple[float, float]) -> Box | None:
    """A box in shares of the frame; nothing when it lies outside, or is the zeros of an empty form."""
    xs = sorted(x / scale[0] for x in item.numbers[0::2])
    ys = sorted(y / scale[1] for y in item.numbers[1::2])
    if not any(item.numbers) or xs[-1] < 0 or ys[-1] < 0 or xs[0] > 1 or ys[0] > 1:
        return None
    return Box(item.label, _share(xs[0]), _share(ys[0]), _share(xs[-1]), _share(ys[-1]), item.time, item.path)


def _in_json(data: Any, numbers: Iterator[int]) -> tuple[list[_Written], int]:
    """(coordinates in a JSON value, how many things under a box's key were none)."""
    if bare := bare_boxes(data):
        return [_Written("", tuple(row)) for row in bare], 0
    found: list[_Written] = []
    unread = 0
    found += [_Written(name, row) for name, row in named_rows(data)]
    for item, time, path, label in objects_around(data, numbers):
        found += _by_label(item)
        for key, value in item.items():
            unread += is_solid_key(key) and value not in (None, [], {})
            if not is_coordinate_key(key):
                continue
            is_box = is_box_key(key)
            says_none = isinstance(value, str) and not any(char.isdigit() for char in value)
            if value in (None, [], {}) or says_none or _holds_objects(value, is_path_key(key)):
                continue
            rows, percent = coordinates(value, is_box)
            if len(rows) > 1 and len(rows[0]) == 2 and (is_path_key(key) or is_path_word(label)):
                path = next(numbers)
            names = _labels_of(item, len(rows)) or [label] * len(rows)
            found += [_Written(name, row, time, percent, path) for name, row in zip(names, rows, strict=True)]
            unread += not rows
        named = None if any(is_coordinate_key(key) for key in item) else named_corners(item)
        if named and (label or path):
            found.append(_Written(label, named, time, path=path))
    return found, unread


def _by_label(item: dict[str, Any]) -> list[_Written]:
    """`{"car": [x1, y1, x2, y2], "bus": […]}`: an object of nothing but boxes by their labels."""
    if not item or any(is_coordinate_key(key) for key in item):
        return []
    none: list[list[float]] = [[]]
    rows = [(key, row) for key, value in item.items() for row in (bare_boxes(value) or none)]
    return [_Written(key, tuple(row)) for key, row in rows] if all(row for _, row in rows) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _labels_of(item: dict[str, Any], count: int) -> list[str]:
    """The labels of several boxes, where they stand in a list beside theirs."""
    lists = (item[key] for name in LABEL_KEYS for key in (f"{name}s", f"{name}es", name) if key in item)
    named = (names for names in lists if isinstance(names, list) and all(isinstance(name, str) for name in names))
    return next((names for names in named if len(names) == count), [])


def _holds_objects(value: Any, on_path: bool) -> bool:
    """Whether the value under `boxes` is a list of objects that say more, as those of a path may: they are looked at
    themselves."""
    items = value if isinstance(value, list) else [value]
    if isinstance(value, dict) and not _by_label(value) and all(_is_number(each) for each in value.values()):
        return False  # numbers by names that say no place
    return any(isinstance(item, dict) and (on_path or named_corners(item) is None or label_of(item)) for item in items)


def bare_boxes(data: Any) -> list[list[float]]:
    """An answer that is nothing but boxes: `[[x1, y1, x2, y2], …]` or one `[x1, y1, x2, y2]`."""
    if not isinstance(data, list) or not data:
        return []
    numbers = [numbers_in(row) for row in (data if isinstance(data[0], list) else [data])]
    return numbers if all(len(row) == 4 for row in numbers) else []


def _in_prose(text: str) -> list[_Written]:
    found = []
    times = SentenceTimes(text)
    name, end = "", -1
    for token in TOKENS.finditer(text):
        rows = rows_of(numbers_of_text(token["corners"]), is_box=True)
        time = times.at(token.start())
        if (named := token["ref"] or token["tag"]) or text[end : token.start()].strip(", \n"):
            name = (named or "").strip()  # else one more box of the thing before
        end = token.end()
        found += [_Written(name, row, time) for row in rows]
    rest = TOKENS.sub(lambda token: "<" + "," * (len(token[0]) - 2) + ">", text)  # nothing but its length stays
    for pair in CORNER_PAIR.finditer(rest):
        word = (pair["word"] or "").strip()
        if is_anything(pair):
            continue
        time = times.at(pair.start("corners"))
        found.append(_Written(_last_words(word), tuple(numbers_of_text(pair["corners"])), time))
    return found


def is_anything(pair: re.Match[str]) -> bool:
    """Whether a match of `CORNER_PAIR` is no box: four numbers in round brackets and no name may be anything."""
    corners = pair["corners"]
    return corners.startswith("(") and ")" not in corners[:-1] and not (pair["word"] or "").strip()


def _last_words(text: str) -> str:
    """The thing before a box: `the car at` is a car."""
    words = [word for word in text.split() if len(word) > 1 and word.lower() not in _NO_THINGS]
    return " ".join(words[-2:])


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
