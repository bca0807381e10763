"""Events that an answer names, with their times: from sentences and from JSON."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from cosmos_compare.texts.json_reader import Leaf
from cosmos_compare.texts.lenient_json import JsonValue
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.sentences import sentences, trim
from cosmos_compare.texts.times import Moment, TimeSpan, find_time_spans

EVENT_LABELS = ("event", "label", "description", "action", "name", "what", "text", "caption", "événement", "evenement")
_STARTS = r"start|begin|from|time|timestamp|at|t|when|second|seconds|moment|début|debut|temps|instant|quand"
_ENDS = r"end|to|until|stop|finish|fin"
_UNIT = r"(?:[_ ]?(?:time|s|sec|secs|seconds|timestamp|stamp))?"
_START_KEY = re.compile(rf"(?:(?P<of>\w+?)[_ ])?(?:{_STARTS}){_UNIT}", re.IGNORECASE)
_END_KEY = re.compile(rf"(?:(?P<of>\w+?)[_ ])?(?:{_ENDS}){_UNIT}", re.IGNORECASE)
_RANGE_KEY = re.compile(
    r"(?:time|event)?[_ ]?(?:interval|segment|span|range|window|timestamps|times|time|intervalle)", re.IGNORECASE
)
_NOT_TIMES = re.compile(r"time_?of_?day|time_?to_?\w+|ttc|\w*speed\w*|daytime|real_?time", re.IGNORECASE)
_BOXED = re.compile(r"b?box|point", re.IGNORECASE)
_LINK = re.compile(r"^(?:and|then|et|puis)\s+(?:then\s+|puis\s+)?", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:]\s|\s(?:and|then|before|while|et|puis|avant|tandis que)\s", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """Something that an answer says happens: `start` and `end` in seconds as the model counts (`end` None for an
    instant), and where the answer says so in the raw text."""

    label: str
    start: float
    end: float | None
    span: Span
    source: Literal["prose", "json"]

    def later(self, by: float) -> Event:
        """The same `by` seconds later: on the clock of the clip, for a model that counts from its first frame."""
        return replace(self, start=self.start + by, end=None if self.end is None else self.end + by)


def is_time_key(key: str) -> bool:
    """Whether a number under this key of a JSON answer is a time of the clip, in seconds."""
    if _NOT_TIMES.fullmatch(key):
        return False
    return bool(_START_KEY.fullmatch(key) or _END_KEY.fullmatch(key) or _RANGE_KEY.fullmatch(key))


def times_in_json(text: str, value: JsonValue) -> Iterator[TimeSpan]:
    """Times in a JSON value: in its strings, and numbers under keys such as `start` or `time_s`. Places are those of
    the value's leaves in `text`."""
    for leaf in value.leaves:
        spans = _times_of_leaf(text, leaf)
        yield from spans


def _times_of_leaf(text: str, leaf: Leaf) -> list[TimeSpan]:
    keys = [key for key in leaf.path if isinstance(key, str)]
    timed = bool(keys) and is_time_key(keys[-1])
    if isinstance(leaf.value, str):
        written = text[leaf.start : leaf.end]
        spans = find_time_spans(written) or (_bare_range(written) if timed else [])
        return [_moved(span, leaf.start) for span in spans]
    if timed and isinstance(leaf.value, int | float) and not isinstance(leaf.value, bool) and 0 <= leaf.value < 1e5:
        return [TimeSpan(Moment(float(leaf.value), leaf.start, leaf.end))]
    return []


def _bare_range(written: str) -> list[TimeSpan]:
    """`"2.5"` or `"2.0-4.5"` under a key that tells that these are seconds."""
    inner = written.strip("\"'“”‘’«» ")
    spans = find_time_spans(f"{inner} s")
    at = written.find(inner)
    if len(spans) != 1 or spans[0].start != 0 or spans[0].end != len(inner) + 2:
        return []
    moments = [moment._replace(end=min(moment.end, len(inner))) for moment in spans[0].moments]
    return [_moved(TimeSpan(moments[0], moments[1] if len(moments) > 1 else None), at)]


def _moved(span: TimeSpan, by: int) -> TimeSpan:
    first, *last = (Moment(m.seconds, m.start + by, m.end + by) for m in span.moments)
    return TimeSpan(first, last[0] if last else None, span.length)


def events_in_json(text: str, value: JsonValue) -> Iterator[Event]:
    """Objects with a time and what happens then: `{"start": 1.0, "end": 2.0, "event": "brakes"}`, or beside each
    other in a form: `{"key_event": "brakes", "key_event_time": 1.0}`."""
    by_path = {leaf.path: leaf for leaf in value.leaves}
    for path, item in _objects(value.data):
        if any(_BOXED.search(str(key)) for key in item):
            continue
        yield from _events_of(text, path, item, by_path)


def _events_of(
    text: str, path: tuple[str | int, ...], item: Mapping[str, Any], by_path: Mapping[tuple[str | int, ...], Leaf]
) -> Iterator[Event]:
    ends = {_prefix(match): key for key in item if (match := _END_KEY.fullmatch(key))}
    seen: set[str] = set()
    for key in item:
        match = _START_KEY.fullmatch(key) or (_RANGE_KEY.fullmatch(key) and re.match(r"(?P<of>)", ""))
        of = _prefix(match) if match else ""
        if not match or of in seen or not is_time_key(key):
            continue
        times = [
            m.seconds for leaf in _below(by_path, (*path, key)) for t in _times_of_leaf(text, leaf) for m in t.moments
        ]
        if not times:
            continue
        seen.add(of)
        last = [
            m.seconds
            for leaf in _below(by_path, (*path, ends.get(of, "\0")))
            for t in _times_of_leaf(text, leaf)
            for m in t.moments
        ]
        label_key = (
            of
            if isinstance(item.get(of), str)
            else next((k for k in EVENT_LABELS if isinstance(item.get(k), str)), None)
        )
        leaves = [leaf for name in (label_key, key, ends.get(of)) if name for leaf in _below(by_path, (*path, name))]
        span = Span(min(leaf.start for leaf in leaves), max(leaf.end for leaf in leaves))
        until = last or times[1:2]
        yield Event(str(item[label_key]) if label_key else "", times[0], until[-1] if until else None, span, "json")


def _prefix(match: re.Match[str]) -> str:
    return (match["of"] or "").lower()


def _below(by_path: Mapping[tuple[str | int, ...], Leaf], path: tuple[str | int, ...]) -> list[Leaf]:
    """The leaf at a path, or those of the list there."""
    if path in by_path:
        return [by_path[path]]
    listed: list[Leaf] = []
    while (leaf := by_path.get((*path, len(listed)))) is not None:
        listed.append(leaf)
    return listed


def _objects(data: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """All objects in a JSON value with the path to each, in the order of the text."""
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict):
            yield path, value
            waiting += reversed([((*path, key), item) for key, item in value.items()])
        elif isinstance(value, list):
            waiting += reversed([((*path, number), item) for number, item in enumerate(value)])


def events_in_prose(text: str, start: int, end: int, times: Sequence[TimeSpan]) -> Iterator[Event]:
    """Each time that a sentence of `text[start:end]` names, with the clause round it; `times` in the order of the
    text."""
    for sentence in sentences(text, start, end):
        first, stop = (bisect_left(times, place, key=lambda time: time.start) for place in sentence)
        own = [time for time in times[first:stop] if not time.length]
        at = sentence.start
        for number, time in enumerate(own):
            stop = sentence.end
            if number + 1 < len(own):
                stop = at
                for cut in _CLAUSE.finditer(text, time.end, own[number + 1].start):
                    stop = cut.end()
            clause = trim(text, Span(at, stop)) if stop > at else trim(text, sentence)
            at = max(at, stop)
            last = time.last.seconds if time.last else None
            yield Event(_LINK.sub("", clause.of(text).strip(" \t,;:-–*•_")), time.first.seconds, last, clause, "prose")
