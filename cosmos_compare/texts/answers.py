"""Answers: what a raw text holds: reasoning, answer, JSON, times and boxes. Derived when shown, never stored.

Models are unreliable about tags, so each rule here says what it makes of a missing or mangled one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from cosmos_compare.schema import BoxConvention, FrameTimes, ModelSpec, Settings
from cosmos_compare.texts.lenient_json import ParsedJson, read_json

# `<think\>` is seen for both tags: it closes where something is open or was written before, else it opens.
_THINK = re.compile(r"<\s*(?P<mark>/|\\)?\s*think\s*(?P<after>/|\\)?\s*>", re.IGNORECASE)
_ANSWER = re.compile(r"<\s*answer\s*>", re.IGNORECASE)
_ANSWER_END = re.compile(r"<\s*[/\\]\s*answer\s*>|<\s*answer\s*[/\\]\s*>", re.IGNORECASE)
_CLOCK = r"(?<![\d:.])(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,2}):(?P<s>[0-5]\d(?:\.\d{1,3})?)(?![\d:])"
_SECONDS = r"(?<![\d.:])(?P<sec>\d{1,5}(?:\.\d{1,3})?)\s?(?:s|secs?|seconds?)\b(?!/)"
_TIMES = re.compile(f"{_CLOCK}|{_SECONDS}", re.IGNORECASE)
_BOX_KEYS = ("bbox_2d", "box_2d", "bbox", "box", "point_2d", "point")
_LABEL_KEYS = ("label", "name", "class", "object", "kind")
MAX_BOXES = 200


@dataclass(frozen=True)
class Parts:
    """A raw text taken apart. `thinking` is true when the reasoning was begun and never ended: then there is no
    answer, only reasoning that was cut."""

    reasoning: str
    answer: str
    thinking: bool = False

    @property
    def json(self) -> ParsedJson:
        return read_json(self.answer)


def split(raw: str) -> Parts:
    """Reasoning and answer of a raw text. An unterminated think block is never the answer."""
    reasoning, rest, thinking = _take_reasoning(raw)
    if thinking and (given := _answer_in_open_reasoning(reasoning)):
        return Parts(reasoning[: given.start()].strip(), _inside_answer_tags(reasoning[given.start() :]))
    return Parts(reasoning.strip(), _inside_answer_tags(rest), thinking)


def _take_reasoning(raw: str) -> tuple[str, str, bool]:
    """(text inside think blocks, text outside, whether the last block is still open)."""
    inside: list[str] = []
    outside: list[str] = []
    is_open, at = False, 0
    for tag in _THINK.finditer(raw):
        piece, at = raw[at : tag.start()], tag.end()
        closes = _closes(tag, is_open, bool("".join(outside).strip() or piece.strip()))
        if is_open:
            inside.append(piece)
        elif closes and not inside:
            # Text before a closing tag that nothing opened is reasoning: the opening tag is often in the prompt.
            inside, outside = [*outside, piece], []
        else:
            outside.append(piece)
        is_open = not closes
    (inside if is_open else outside).append(raw[at:])
    return "\n".join(p.strip() for p in inside if p.strip()), "".join(outside), is_open


def _closes(tag: re.Match[str], is_open: bool, text_before: bool) -> bool:
    if tag["mark"] == "/":
        return True
    mangled = bool(tag["mark"] or tag["after"])
    return mangled and (is_open or text_before)


def _answer_in_open_reasoning(reasoning: str) -> re.Match[str] | None:
    """The answer tag of a text whose reasoning was never closed: one that begins a line, or whose end ends the
    text. Others are the model talking about its tags."""
    tags = list(_ANSWER.finditer(reasoning))
    if not tags:
        return None
    last = tags[-1]
    begins_line = not reasoning[: last.start()].rpartition("\n")[2].strip()
    ends = list(_ANSWER_END.finditer(reasoning))
    ends_text = bool(ends) and not reasoning[ends[-1].end() :].strip()
    return last if begins_line or ends_text else None


def _inside_answer_tags(text: str) -> str:
    """What stands in the last answer block; a missing tag of the pair is forgiven; all of it without any."""
    if starts := list(_ANSWER.finditer(text)):
        text = text[starts[-1].end() :]
    if end := _ANSWER_END.search(text):
        text = text[: end.start()]
    return text.strip()


class Moment(NamedTuple):
    """A time that a text names: seconds from the start of the clip, and where it stands in the text."""

    seconds: float
    start: int
    end: int


def counts_from(spec: ModelSpec, settings: Settings, times: FrameTimes) -> float:
    """The second of the clip at which a model's own clock begins: that of the first frame, unless it reads the time."""
    reads = spec.vision.clock == "text" or settings.timestamp
    return 0.0 if reads or not times.seconds else times.seconds[0]


def find_times(text: str, duration: float | None = None, begin: float = 0.0) -> list[Moment]:
    """Times written as `mm:ss`, `mm:ss.ff`, `h:mm:ss`, `12.3 s` or `<12.3 seconds>`, in the order of the text.

    They count from `begin`, seconds of the clip. Those behind `duration`, seconds, are dropped: they are times of day
    or lengths, not times of the clip.
    """
    moments = []
    for match in _TIMES.finditer(text):
        seconds = float(match["sec"] or 0)
        if match["s"]:
            seconds = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + float(match["s"])
        seconds += begin
        if duration is None or seconds <= duration + 0.05:
            moments.append(Moment(seconds, match.start(), match.end()))
    return moments


class Box(NamedTuple):
    """A labelled rectangle in shares of the frame, 0 to 1 from the top left; a point has equal corners."""

    label: str
    x1: float
    y1: float
    x2: float
    y2: float


def find_boxes(data: Any, convention: BoxConvention, height: int, width: int) -> list[Box]:
    """The boxes and points in parsed JSON, by the model's convention; `height` and `width` are those of the frame
    that the model saw, in pixels. What lies wholly outside the frame is dropped."""
    scale_x, scale_y = (1000, 1000) if convention == "thousandths" else (width, height)
    boxes = []
    for item in _dicts(data):
        for key in _BOX_KEYS:
            corners = _numbers(item.get(key))
            if len(corners) not in {2, 4}:
                continue
            xs = sorted(x / scale_x for x in corners[0::2])
            ys = sorted(y / scale_y for y in corners[1::2])
            if xs[-1] >= 0 and ys[-1] >= 0 and xs[0] <= 1 and ys[0] <= 1:
                boxes.append(Box(_label(item), _share(xs[0]), _share(ys[0]), _share(xs[-1]), _share(ys[-1])))
            break
    return boxes[:MAX_BOXES]


def _dicts(data: Any) -> Iterator[dict[str, Any]]:
    """All objects in a JSON value, outer ones first."""
    waiting = [data]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _numbers(value: Any) -> list[float]:
    if not isinstance(value, list) or not all(
        isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e9 and math.isfinite(v) for v in value
    ):
        return []
    return [float(v) for v in value]


def _label(item: dict[str, Any]) -> str:
    return next((str(item[key]) for key in _LABEL_KEYS if isinstance(item.get(key), str)), "")


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)
