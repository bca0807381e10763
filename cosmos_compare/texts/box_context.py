"""What stands round coordinates in JSON: the time that they are for, and whether they are the points of one path."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from cosmos_compare.texts.sentences import sentences
from cosmos_compare.texts.times import find_time_spans

_TIME_KEYS = re.compile(
    r"(?:frame_?|box_?)?(?:time|timestamp|seconds?|instant|moment|temps)(?:_?(?:s|sec|seconds))?|t|at|start(?:_?time|_s)?",
    re.IGNORECASE,
)
LABEL_KEYS = ("label", "name", "class", "category", "object", "kind", "type", "libellé", "objet", "nom")
# Keys of objects that name no thing.
_HOLDERS = re.compile(
    r"\w*(?:box|point|coord|location|position|region|geometry|place|objects?|detections?|results?|answer|data|items?|frame|"
    r"annotations?|prediction|output|response)\w*|\d+",
    re.IGNORECASE,
)
_PLACE = re.compile(r"box|point", re.IGNORECASE)
_PATH_KEYS = re.compile(r"\w*(?:traject|path|waypoint|trajet)\w*", re.IGNORECASE)
_PATH_WORDS = re.compile(r"traject|\bpath\b|trajet|waypoint", re.IGNORECASE)


class Around(NamedTuple):
    """An object of JSON, the seconds of the model's clock that it is for, its own or those of what holds it, the path
    of which it is a point (a number, 0 for none), and its label, which the points of a path may have from that."""

    item: dict[str, Any]
    time: float | None = None
    path: int = 0
    label: str = ""


def objects_around(data: Any, numbers: Iterator[int]) -> Iterator[Around]:
    """All objects in a JSON value, outer ones first; a path takes the next of `numbers`."""
    waiting: list[tuple[Any, float | None, int, str]] = [(data, None, 0, "")]
    for value, time, path, of_path in waiting:
        if isinstance(value, dict):
            own = time_of(value)
            time = time if own is None else own
            label = label_of(value) or of_path
            yield Around(value, time, path, label)
            for key, item in value.items():
                on_path = is_path_key(key) and isinstance(item, list | dict)
                by_key = key if _names_a_thing(key, item) else ""
                waiting.append((item, time, next(numbers), label) if on_path else (item, time, 0, by_key))
        elif isinstance(value, list):
            if not path and _is_path(value):
                path = next(numbers)
            waiting += [(item, time, path, of_path) for item in value]


def _names_a_thing(key: str, item: Any) -> bool:
    """Whether a key is the label of the object under it: `{"car": {"bbox": …}}`."""
    return isinstance(item, dict) and not _HOLDERS.fullmatch(key) and any(_PLACE.search(name) for name in item)


def is_path_key(key: str) -> bool:
    """Whether what stands under this key are the points of one path, in their order."""
    return bool(_PATH_KEYS.fullmatch(key.replace(" ", "_").replace("-", "_")))


def is_path_word(label: str) -> bool:
    """Whether a label calls its points a path."""
    return bool(_PATH_WORDS.search(label))


def _is_path(items: list[Any]) -> bool:
    """A list of objects that share a label which calls them a path."""
    labels = {label_of(item) for item in items if isinstance(item, dict)}
    return len(items) > 1 and len(labels) == 1 and is_path_word(labels.pop())


def label_of(item: dict[str, Any]) -> str:
    """What an object calls the thing that it locates."""
    return next((str(item[key]) for key in LABEL_KEYS if isinstance(item.get(key), str)), "")


def time_of(item: dict[str, Any]) -> float | None:
    """Seconds beside a box: a number, or a text that names one time."""
    found = (_seconds(value) for key, value in item.items() if _TIME_KEYS.fullmatch(key.replace("-", "_")))
    return next((seconds for seconds in found if seconds is not None), None)


def _seconds(value: Any) -> float | None:
    if isinstance(value, str):
        return time_said(value) if len(value) < 40 else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value < 1e5 else None


def time_said(text: str) -> float | None:
    """The one time, or the beginning of the one range, that a text names; None where it names none or several."""
    spans = [span for span in find_time_spans(text) if not span.length]
    if not spans and re.fullmatch(r"\s*\d{1,5}(?:\.\d{1,6})?\s*", text):
        return float(text)
    return spans[0].first.seconds if len(spans) == 1 else None


class SentenceTimes:
    """The one time that the sentence round a place of a text names."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans = sentences(text)
        self._said: dict[int, float | None] = {}  # by sentence: one may hold a thousand boxes

    def at(self, place: int) -> float | None:
        number = bisect_right(self._spans, place, key=lambda span: span.start) - 1
        if number < 0 or place >= self._spans[number].end:
            return None
        if number not in self._said:
            self._said[number] = time_said(self._spans[number].of(self._text))
        return self._said[number]
