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

EVENT_LABELS = ("event", "label", "description", "action", "name", "what", "text", "caption",
                "événement", "évènement", "evenement", "libellé", "libelle")  # fmt: skip
_STARTS = r"start|begin|from|time|timestamp|at|t|when|second|seconds|moment|début|debut|temps|instant|quand"
_ENDS = r"end|to|until|stop|finish|fin"
_UNIT = r"(?:[_ ]?(?:time|timestamp|stamp))?(?:[_ ]?(?:s|sec|secs|seconds|ms|msec|milliseconds))?"
_MILLISECONDS = re.compile(r".*[a-z_ ](?:ms|msec|milliseconds)", re.IGNORECASE)
_START_KEY = re.compile(rf"(?:(?P<of>\w+?)[_ ])?(?:{_STARTS}){_UNIT}", re.IGNORECASE)
_END_KEY = re.compile(rf"(?:(?P<of>\w+?)[_ ])?(?:{_ENDS}){_UNIT}", re.IGNORECASE)
_RANGE_KEY = re.compile(
    r"(?:time|event)?[_ ]?(?:interval|segment|span|range|window|timestamps|times|time|intervalle)", re.IGNORECASE
)
_NOT_TIMES = re.compile(r"time_?of_?day|time_?to_?\w+|ttc|\w*speed\w*|daytime|real_?time", re.IGNORECASE)
_TIMELINES = re.compile(
    r"timeline|events?|time(?:s|stamps)?|seconds|chronologie|événements|evenements|temps", re.IGNORECASE
)
_WORDS = re.compile(r"[^\W\d_]{3,}")  # beside a time in a key: `speed at 2 s` is no time
_BOXED = re.compile(r"b?box|point", re.IGNORECASE)
_LINK = re.compile(r"^(?:and|then|et|puis)\s+(?:then\s+|puis\s+)?", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:]\s|\s(?:and|then|before|while|et|puis|avant|tandis que)\s", re.IGNORECASE)

Path = tuple[str | int, ...]  # the keys and positions that lead to a value


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


def seconds_under(key: str, value: float) -> float:
    """A number under a time's key in seconds: `start_ms` counts milliseconds."""
    return value / 1000 if _MILLISECONDS.fullmatch(key) else value


def times_under(key: str, text: str) -> list[TimeSpan]:
    """The times that a string of JSON names: `"2.5"` and `"2.0-4.5"` are seconds where the key says so."""
    return find_time_spans(text) or (_bare_range(text) if is_time_key(key) else [])


def times_in_json(text: str, value: JsonValue) -> Iterator[TimeSpan]:
    """Times in a JSON value: in its strings, and numbers under keys such as `start` or `time_s`. Places are those of
    the value's leaves in `text`."""
    for leaf in value.leaves:
        spans = _times_of_leaf(text, leaf)
        yield from spans


def _times_of_leaf(text: str, leaf: Leaf) -> list[TimeSpan]:
    key = next((key for key in reversed(leaf.path) if isinstance(key, str)), "")
    if isinstance(leaf.value, str):
        return [_moved(span, leaf.start) for span in times_under(key, text[leaf.start : leaf.end])]
    if isinstance(leaf.value, bool) or not isinstance(leaf.value, int | float) or not is_time_key(key):
        return []
    seconds = seconds_under(key, float(leaf.value))
    return [TimeSpan(Moment(seconds, leaf.start, leaf.end))] if 0 <= seconds < 1e5 else []


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
    """Objects with a time and what happens then: `{"start": 1.0, "end": 2.0, "event": "brakes"}`, beside each other in
    a form: `{"key_event": "brakes", "key_event_time": 1.0}`, or by their times: `{"00:02": "brakes"}`."""
    by_path = {leaf.path: leaf for leaf in value.leaves}
    objects = dict(_objects(value.data))
    for path, item in objects.items():
        if any(_BOXED.search(str(key)) for key in item):
            continue
        yield from _events_of(text, path, item, by_path, objects)
        yield from _by_time(path, item, by_path)


def _by_time(path: Path, item: Mapping[str, Any], by_path: Mapping[Path, Leaf]) -> Iterator[Event]:
    """Of an object whose keys are times, what happens at each."""
    bare = bool(path) and isinstance(path[-1], str) and bool(_TIMELINES.fullmatch(path[-1]))
    for key, value in item.items():
        spans = find_time_spans(key) or (_bare_range(key) if bare else [])
        leaf = by_path.get((*path, key))
        if len(spans) != 1 or leaf is None or not isinstance(value, str):
            continue
        if _WORDS.search(key[: spans[0].start]) or _WORDS.search(key[spans[0].end :]):
            continue
        first, last = spans[0].first.seconds, spans[0].last
        yield Event(value, first, last.seconds if last else None, Span(leaf.start, leaf.end), "json")


def _events_of(
    text: str,
    path: Path,
    item: Mapping[str, Any],
    by_path: Mapping[Path, Leaf],
    objects: Mapping[Path, Mapping[str, Any]],
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
        named = _label_at(path, item, of, objects)
        told = [*([named] if named else []), *((*path, name) for name in (key, ends.get(of)) if name)]
        leaves = [leaf for place in told for leaf in _below(by_path, place)]
        span = Span(min(leaf.start for leaf in leaves), max(leaf.end for leaf in leaves))
        until = last or times[1:2]
        label = str(by_path[named].value) if named and named in by_path else ""
        yield Event(label, times[0], until[-1] if until else None, span, "json")


def _label_at(path: Path, item: Mapping[str, Any], of: str, objects: Mapping[Path, Mapping[str, Any]]) -> Path | None:
    """Where it stands what happens at a time: beside it, under a name of ours or the only words there are, or round
    it: `{"event": "brakes", "time": {"start": 1.0, "end": 2.0}}`."""
    if isinstance(item.get(of), str):
        return (*path, of)
    if name := next((key for key in EVENT_LABELS if isinstance(item.get(key), str)), ""):
        return (*path, name)
    words = [key for key, value in item.items() if isinstance(value, str) and not is_time_key(key)]
    if len(words) == 1:
        return (*path, words[0])
    if path and isinstance(path[-1], str) and is_time_key(path[-1]) and (outer := objects.get(path[:-1])):
        return _label_at(path[:-1], outer, "", objects)
    return None


def _prefix(match: re.Match[str]) -> str:
    return (match["of"] or "").lower()


def _below(by_path: Mapping[Path, Leaf], path: Path) -> list[Leaf]:
    """The leaf at a path, or those of the list there."""
    if path in by_path:
        return [by_path[path]]
    listed: list[Leaf] = []
    while (leaf := by_path.get((*path, len(listed)))) is not None:
        listed.append(leaf)
    return listed


def _objects(data: Any) -> Iterator[tuple[Path, dict[str, Any]]]:
    """All objects in a JSON value with the path to each, in the order of the text."""
    waiting: list[tuple[Path, Any]] = [((), data)]
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
