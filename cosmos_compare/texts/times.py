"""Times that a text names, in English and French: instants and ranges, with their places. Knows nothing of models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from cosmos_compare.texts.number_words import SECONDS_IN_WORDS

# `a second car` and `une seconde voiture` are why one is not among them.
_WORDS = {word: number for word, number in SECONDS_IN_WORDS.items() if number > 1}
_LONGEST = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,5}}(?:[.,]\d{{1,6}})?|(?:{_LONGEST})(?: and a half)?(?![^\W_]))"
_THOUSANDS = r"\d{1,3}(?:,\d{3})+\.\d{1,6}"
# Letters and digits that would make a time part of a longer word; in Chinese and Japanese nothing stands between words.
_LETTER = r"[0-9A-Za-zÀ-ÖØ-öø-\u1fff]"
# Not inside a longer number (`12 345 s`, `one hundred and five seconds`) or word; `_3.5s_` is emphasis.
_BEFORE = (
    rf"(?<!{_LETTER})(?<!\d[.,:/'])(?!(?<=\d[ \u00a0\u202f])\d{{3}}(?!\d))(?<!hundred )(?<!hundred and )(?<!cent )"
)
_AFTER = rf"(?!{_LETTER}|[.,:]\d|/(?!\s?\d))"
_HALF = re.compile(r"\s+(?:et demie?|and a half)\b", re.IGNORECASE)
_MARKUP = r"[*_`]{0,3}"
_GAP = rf"{_MARKUP}(?:[ \t\u00a0\u202f]|-(?=seconds?[ -](?:mark|point)))?{_MARKUP}"  # `the 5-second mark`
_H = r"(?:hours?|heures?|hrs?|h)"
_MIN = r"(?:minutes?|mins?|mn|分钟?)"
_S = r"(?:secondes?|seconds?|secs?|s|秒)"
_MS = r"(?:milliseconds?|millisecondes?|msecs?|ms)"
_AND = r"(?:[ \t\u00a0\u202f]*(?:,|and|et|&)?[ \t\u00a0\u202f]*)"

_CLOCK = (
    rf"(?:(?P<ch>\d{{1,2}}):)?(?P<cm>\d{{1,3}}):(?P<cs>[0-5]\d(?:[.,]\d{{1,6}})?)(?!\d|:\d)"
    rf"(?!\s?(?:[ap]\.?m\b|o'clock|uhr))(?:{_GAP}{_S}\b)?"
)
_HOURS = rf"(?P<h>{_NUMBER}){_GAP}{_H}"
_MINUTES = rf"(?P<m>{_NUMBER}){_GAP}{_MIN}"
_SECONDS = rf"(?P<s>{_THOUSANDS}|{_NUMBER}){_GAP}{_S}"
_MILLIS = rf"(?P<ms>{_NUMBER}){_GAP}{_MS}"
# `m` alone means metres, so it counts as minutes only before seconds.
_SHORT = (
    r"(?:(?P<hh>\d{1,2})\s?h\s?)?(?P<mm>\d{1,3})(?:\s?(?:m|min|mn)\.?\s?(?P<ss>\d{1,2}(?:[.,]\d{1,3})?)\s?(?:s|secs?)"
    r"|(?:m|min|mn)(?P<sx>[0-5]\d(?:[.,]\d{1,3})?))"
)
_MARKS = r"(?P<pm>\d{1,2})\s?['′’]\s?(?P<ps>[0-5]?\d(?:[.,]\d{1,3})?)\s?(?:''|″|”|\"|′′)"
_COMPOUND = rf"(?:{_HOURS}(?:{_AND}{_MINUTES.replace('<m>', '<hm>')})?(?:{_AND}{_SECONDS.replace('<s>', '<hs>')})?)"
_ALL = (
    rf"{_BEFORE}(?:{_CLOCK}|{_MARKS}|{_SHORT}{_AFTER}|{_COMPOUND}{_AFTER}|"
    rf"{_MINUTES}(?:{_AND}{_SECONDS.replace('<s>', '<ms_s>')})?{_AFTER}|"
    rf"{_SECONDS}(?:{_AND}{_MILLIS.replace('<ms>', '<s_ms>')})?{_AFTER}|{_MILLIS}{_AFTER})"
)
_TIME = re.compile(_ALL, re.IGNORECASE)
_TO = (
    r"(?:[-–—−~→〜～]|-{1,2}>|=>|\.{2,3}|…|to|till|until|through|up to|and|à|a|et|au|到|至|から"
    r"|jusqu['’]?(?: ?à| ?au)?)"
)
_OPENING = re.compile(r"(?:\bbetween|\bentre|\bfrom|\bde|\bdu|\bdepuis)\s+[<(\[*_`]{0,3}$", re.IGNORECASE)
# The beginning of a range whose unit stands behind its end: `2.0–4.5 s`, `from 2 to 4.5 seconds`.
_FIRST = re.compile(
    rf"(?<![\w.,:/])(?P<first>{_NUMBER}){_MARKUP}\s{{0,2}}(?P<to>{_TO})\s{{0,2}}{_MARKUP}$", re.IGNORECASE
)
_BETWEEN = re.compile(
    rf"{_MARKUP}[>)\]]?{_MARKUP}\s{{0,2}}(?:{_TO}|(?<=>)\s?(?=<)|,\s*(?:ending|end|fin)\s*(?:at|à|:)?)\s{{0,2}}{_MARKUP}[<(\[]?{_MARKUP}",
    re.IGNORECASE,
)
# Several times with one unit: `at 2, 3.5 and 5 s`.
_LIST = re.compile(
    rf"(?<![\w.,:/])(?:{_NUMBER}\s?(?:,\s|;|\band\b|\bet\b|\bor\b|\bou\b|&|,\s?and\b)\s?)+$", re.IGNORECASE
)
_LIST_OPENING = re.compile(
    r"\b(?:at|à|vers|around|about|near|times?|instants?|moments?)\s*:?\s*[<(\[]?$", re.IGNORECASE
)
# The unit before the number: `second 3`, `seconds 2 to 4`, `t=3.5`.
_UNIT_FIRST = re.compile(
    rf"(?<!\d )(?<!\d)(?<![^\W_])(?:(?:seconds?|secondes?|secs?\.?)\s*[:=]?\s*|t\s*[=≈:]\s*)"
    rf"(?P<first>{_NUMBER})(?:\s?{_TO}\s?(?P<last>{_NUMBER}))?(?![^\W_]|[.,:]\d|\s?%)",
    re.IGNORECASE,
)
_INTERVAL = re.compile(
    rf"[\[(<]\s?(?P<first>{_NUMBER})\s?[,;]\s?(?P<last>{_NUMBER})\s?[\])>]{_GAP}(?:(?P<ms>{_MS})|{_S}){_AFTER}",
    re.IGNORECASE,
)
# The form that NVIDIA's own prompts ask for: `<2.0> <4.5> a car brakes`.
_ANGLES = re.compile(
    rf"<\s?(?P<first>\d{{1,5}}(?:[.,]\d{{1,6}})?)\s?>\s{{0,2}}(?:{_TO})?\s{{0,2}}<\s?(?P<last>\d{{1,5}}(?:[.,]\d{{1,6}})?)\s?>"
)
# Which second it is: `the 3rd second`, `from the 2nd to the 4th second`, `la 3e seconde`.
_TH = r"(?:st|nd|rd|th|e|er|ère|ème|eme)"
_ORDINAL = re.compile(
    rf"{_BEFORE}(?:(?P<first>\d{{1,4}}){_TH}\s(?:to|until|through|à|au)\s(?:(?:the|la)\s)?)?"
    rf"(?P<last>\d{{1,4}}){_TH}\s(?=(?:second|seconde)\b)",
    re.IGNORECASE,
)
# The end of a range whose unit stands at its beginning: `from 2 s to 4`.
_LAST = re.compile(rf"(?P<last>{_NUMBER})(?=\s*(?:[),;:\]>]|\.(?!\d)|$))", re.IGNORECASE)
_LENGTH_BEFORE = re.compile(
    r"\b(?:for|lasts?|lasting|lasted|every|pendant|durant|dure|durée(?: de| :)?|duration(?: of| is|:)?|"
    r"toutes les|gap of|headway of|écart de|time[ -]to[ -]collision(?: of| is|:)?|ttc(?: of| is|:| =)?)"
    r"\s+(?:the (?:next|last|first) |les |about |around |only |environ |at least |au moins |[~≈])*$",
    re.IGNORECASE,
)
_LENGTH_AFTER = re.compile(
    r"\s?-?(?:long|later|apart|plus tard|de long|gap|headway|ago|d['’]écart|rule|clip|(?:of |de )?(?:video|vidéo))\b",
    re.IGNORECASE,
)


class Moment(NamedTuple):
    """A time that a text names: seconds from the start of the clip, and where it stands in the text."""

    seconds: float
    start: int
    end: int


class TimeSpan(NamedTuple):
    """An instant (`last` is None) or a range that a text names. `length`: a duration, not a place in the clip."""

    first: Moment
    last: Moment | None = None
    length: bool = False

    @property
    def start(self) -> int:
        return self.first.start

    @property
    def end(self) -> int:
        return (self.last or self.first).end

    @property
    def moments(self) -> tuple[Moment, ...]:
        return (self.first,) if self.last is None else (self.first, self.last)


def find_times(text: str, duration: float | None = None, begin: float = 0.0) -> list[Moment]:
    """The places in the clip that a text names, both ends of ranges, in the order of the text.

    `mm:ss`, `h:mm:ss.ff`, `00:02,500`, `12.3 s`, `3,5 s`, `1m05s`, `1 min 5 s`, `500 ms`, `2 h 5 min`,
    `<12.3 seconds>`, `2.0–4.5 s`, `from 2 to 4 seconds`, `entre 2 et 4 secondes`, `seconds 2 to 4`. They count from
    `begin`, seconds of the clip. Those behind `duration`, seconds, are dropped: they are times of day, not of the clip.
    """
    moments = []
    for span in find_time_spans(text):
        for moment in () if span.length else span.moments:
            seconds = moment.seconds + begin
            if duration is None or seconds <= duration + 0.05:
                moments.append(moment._replace(seconds=seconds))
    return moments


def find_time_spans(text: str) -> list[TimeSpan]:
    """Instants, ranges and lengths that a text names, in its order; seconds as the text counts them."""
    spans = sorted(
        [*_with_units(text), *_units_first(text), *_ordinals(text), *_intervals(text)], key=lambda span: span.start
    )
    kept: list[TimeSpan] = []
    for span in spans:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _with_units(text: str) -> Iterator[TimeSpan]:
    found = [(match, _moment(text, match)) for match in _TIME.finditer(text)]
    number, free = 0, 0  # `free`: up to where the text belongs to no time yet
    while number < len(found):
        match, moment = found[number]
        number += 1
        before = text[max(free, moment.start - 60) : moment.start]
        if first := _first_of_range(before, match, moment):
            yield TimeSpan(first, moment)
        else:
            earlier = _earlier_of_list(before, match, moment)
            yield from (TimeSpan(each) for each in earlier)
            follower = found[number][1] if number < len(found) else None
            if follower and not earlier and _is_range(text, moment, follower):
                yield TimeSpan(moment, follower)
                number += 1
                free = follower.end
                continue
            last = _last_of_range(text, match, moment)
            yield TimeSpan(moment, last, length=last is None and _is_length(text, moment))
        free = moment.end


def _moment(text: str, match: re.Match[str]) -> Moment:
    half = _HALF.match(text, match.end())
    more = _unit(match) / 2 if half and not match["cm"] else 0.0
    return Moment(_seconds(match) + more, match.start(), half.end() if half and more else match.end())


def _first_of_range(before: str, match: re.Match[str], last: Moment) -> Moment | None:
    """The number before a time that is the beginning of a range and inherits its unit."""
    begin = _FIRST.search(before)
    if begin is None or match["cm"]:
        return None
    opened = _OPENING.search(before[: begin.start()])
    if begin["to"].lower() in {"and", "et", "a"} and not opened:
        return None
    seconds = _number(begin["first"]) * _unit(match)
    if seconds > last.seconds and not opened:
        return None
    start = last.start - len(before) + begin.start("first")
    return Moment(seconds, start, start + len(begin["first"]))


def _last_of_range(text: str, match: re.Match[str], first: Moment) -> Moment | None:
    """The number behind a time that is the end of a range and inherits its unit."""
    between = _BETWEEN.match(text, first.end)
    last = _LAST.match(text, between.end()) if between and not match["cm"] else None
    if last is None or not _OPENING.search(text[max(0, first.start - 20) : first.start]):
        return None
    seconds = _number(last["last"]) * _unit(match)
    return Moment(seconds, last.start("last"), last.end("last")) if seconds >= first.seconds else None


def _earlier_of_list(before: str, match: re.Match[str], last: Moment) -> list[Moment]:
    row = _LIST.search(before)
    if row is None or match["cm"] or not _LIST_OPENING.search(before[: row.start()]):
        return []
    offset = last.start - len(before)
    return [
        Moment(_number(each[0]) * _unit(match), offset + each.start(), offset + each.end())
        for each in re.finditer(_NUMBER, before[: row.end()])
        if each.start() >= row.start()
    ]


def _is_range(text: str, first: Moment, last: Moment) -> bool:
    between = text[first.end : last.start]
    if _BETWEEN.fullmatch(between) is None:
        return False
    word = between.strip("<>()[]*_` \t\n").lower()
    return word not in {"and", "et", "a"} or bool(_OPENING.search(text[max(0, first.start - 20) : first.start]))


def _units_first(text: str) -> Iterator[TimeSpan]:
    for match in _UNIT_FIRST.finditer(text):
        first = Moment(_number(match["first"]), match.start("first"), match.end("first"))
        last = match["last"]
        yield TimeSpan(first, Moment(_number(last), match.start("last"), match.end("last")) if last else None)


def _ordinals(text: str) -> Iterator[TimeSpan]:
    for match in _ORDINAL.finditer(text):
        ends = [
            Moment(_number(match[name]), match.start(name), match.end(name))
            for name in ("first", "last")
            if match[name]
        ]
        yield TimeSpan(ends[0], ends[1] if len(ends) > 1 else None)


def _intervals(text: str) -> Iterator[TimeSpan]:
    """`[2.0, 4.5] s` and `<2.0> <4.5>`."""
    for match in (*_INTERVAL.finditer(text), *_ANGLES.finditer(text)):
        unit = 0.001 if match.re is _INTERVAL and match["ms"] else 1.0
        first, last = (
            Moment(_number(match[name]) * unit, match.start(name), match.end(name)) for name in ("first", "last")
        )
        yield TimeSpan(first, last)


def _is_length(text: str, moment: Moment) -> bool:
    before = text[max(0, moment.start - 50) : moment.start]
    return bool(_LENGTH_BEFORE.search(before) or _LENGTH_AFTER.match(text, moment.end))


def _unit(match: re.Match[str]) -> float:
    """Seconds of the unit that ends a time."""
    if match["ms"] or match["s_ms"]:
        return 0.001
    if match["m"] and not match["ms_s"]:
        return 60.0
    return 3600.0 if match["h"] and not (match["hm"] or match["hs"]) else 1.0


def _seconds(match: re.Match[str]) -> float:
    def of(*names: str) -> float:
        return sum(_number(match[name]) for name in names if match[name])

    hours, minutes = of("ch", "h", "hh"), of("cm", "m", "mm", "hm", "pm")
    return hours * 3600 + minutes * 60 + of("cs", "s", "ss", "sx", "hs", "ms_s", "ps") + of("ms", "s_ms") / 1000


def _number(text: str) -> float:
    word, half, _ = text.lower().partition(" and a half")
    if number := _WORDS.get(word):
        return number + 0.5 * bool(half)
    if text.count(",") and "." in text:
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))
