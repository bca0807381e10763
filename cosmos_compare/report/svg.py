"""Small charts as inline SVG: no script, no font, no colour of their own but A's, B's and grey; drawn for 420 units of
width, so that their words can be read on a phone. Knows nothing of reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from cosmos_compare.language import number
from cosmos_compare.report.elements import el

WIDTH = 420.0
LEFT, RIGHT = 6.0, WIDTH - 14.0
ROW = 17.0  # of a lane


class Interval(NamedTuple):
    """A value with its interval, where there is one; `filled` where it counts as shown."""

    value: float | None
    low: float | None
    high: float | None
    filled: bool


class Bar(NamedTuple):
    """A stretch of time in a lane, seconds; an instant where both are equal. `label` stands beside it."""

    start: float
    last: float
    row: int
    label: str
    title: str


class DrawnLane(NamedTuple):
    """A row of bars with a name and a style (`truth`, `a`, `b`); `empty` is said where there are none."""

    name: str
    style: str
    height: int
    bars: Sequence[Bar]
    empty: str = ""


def interval_chart(one: Interval, reach: float, key: str, title: str, words: str, ends: tuple[str, str]) -> Markup:
    """One interval on an axis from −reach to reach round 0. `ends` says what lies to the left and to the right."""

    def x(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * (min(max(value, -reach), reach) + reach) / (2 * reach), 1)

    marks = [_line(x(0), 6, x(0), 34, "zero"), _line(LEFT, 20, RIGHT, 20, "base")]
    if one.value is not None:
        side = "b" if one.value > 0 else "a"
        if one.low is not None and one.high is not None:
            marks.append(_line(x(one.low), 20, x(one.high), 20, f"whisker {side}"))
            marks += [_line(x(end), 14, x(end), 26, f"whisker {side}") for end in (one.low, one.high)]
        dot = f"dot {side}" + ("" if one.filled else " open")
        marks.append(el("circle", cx=x(one.value), cy=20, r=6, class_=dot))
    words_below = [_text(LEFT, 50, f"← {ends[0]}", "start"), _text(RIGHT, 50, f"{ends[1]} →", "end")]
    middle = [_text(x(0), 50, "0", "middle")]
    return _svg(key, title, words, 56, [*marks, *words_below, *middle])


def timeline(
    duration: float, lanes: Sequence[DrawnLane], ticks: Sequence[float], key: str, title: str, words: str
) -> Markup:
    """Lanes of bars under one clock of `duration` seconds; `ticks` are when frames were shown."""
    marks: list[Markup] = []
    top = 2.0
    for lane in lanes:
        marks.append(_text(LEFT, top + 11, lane.name, "start", "lane"))
        top += 16
        marks += [_bar(bar, lane.style, top, duration) for bar in lane.bars]
        marks += [] if lane.bars else [_text(LEFT, top + 10, lane.empty, "start")]
        top += lane.height * ROW + 2
    marks.append(_line(LEFT, top, RIGHT, top, "base"))
    marks += [_line(_at(tick, duration), top, _at(tick, duration), top + 4, "tick") for tick in ticks]
    for second, anchor in ((0.0, "start"), (duration / 2, "middle"), (duration, "end")):
        marks.append(_text(_at(second, duration), top + 16, f"{number(round(second, 1), 'g')} s", anchor))
    return _svg(key, title, words, top + 20, marks)


def _at(seconds: float, duration: float) -> float:
    share = min(max(seconds / duration, 0.0), 1.0) if duration > 0 else 0.0
    return round(LEFT + (RIGHT - LEFT) * share, 1)


def _bar(bar: Bar, style: str, top: float, duration: float) -> Markup:
    """A stretch with its label in it, or beside it where it is too narrow."""
    x, y = _at(bar.start, duration), top + bar.row * ROW
    width = max(_at(bar.last, duration) - x, 5.0)
    box = el("rect", x=x, y=y, width=width, height=13, rx=3, class_=f"bar {style}")
    inside = width >= 7.0 * len(bar.label) + 6
    at = x + 4 if inside else x + width + 3
    return el("g", el("title", bar.title), box, _text(at, y + 10, bar.label, "start", "label" if inside else "beside"))


def _svg(key: str, title: str, words: str, height: float, marks: Sequence[Markup]) -> Markup:
    """The frame of a chart; `key` makes the ids of its title and description its own."""
    names = {"role": "img", "aria_labelledby": f"{key}-t {key}-d", "class_": "chart"}
    head = el("title", title, id=f"{key}-t"), el("desc", words, id=f"{key}-d")
    return el("svg", *head, *marks, viewBox=f"0 0 {WIDTH:g} {height:g}", **names)


def _line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def _text(x: float, y: float, words: str, anchor: str, class_: str | None = None) -> Markup:
    return el("text", words, x=x, y=y, text_anchor=anchor, class_=class_)
