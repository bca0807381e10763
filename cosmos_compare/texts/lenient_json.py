"""Lenient JSON: all values that a model wrote into a text, and how much had to be forgiven. Knows nothing of models.

An answer may hold several: a draft and a final form, an object a line, fences, one inside a sentence. Each is found
with its place, so that the prose around it stays prose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple, NoReturn

from cosmos_compare.texts.json_reader import SPACE, Leaf, NotJsonError, Reader, TooDeepError, looks_at_quotes
from cosmos_compare.texts.placeholders import is_form

State = Literal["whole", "inside", "mended", "broken", "none"]

MAX_MENDED_CHARS = 100_000  # the tolerant reader is Python: more would hold up a page
MAX_VALUES = 500
_FENCE = re.compile(r"(?:```|~~~)[ \t]*(?P<language>[A-Za-z0-9_]*)[ \t]*")
_BEGINNING = re.compile(
    r"\{(?=\s*(?:[\"'“”„‘«`}]|\\\"|//|#|/\*))|\[(?=\s*(?:[\[{\"'“”„‘«(\]]|\\\"|//|#|/\*|[-+.]?\d[\d.eE+-]*\s*[,\]]))"
)
_BARE_BEGINNING = re.compile(r"\{(?=\s*[A-Za-z_][\w-]{0,40}(?: \w{1,40}){0,2}\s*:\s*\S)")
# Without quotes and inside a sentence: `the result is {risk_level: high}`.
_INLINE = re.compile(r"\{\s*[A-Za-z_]\w{2,40}\s*:\s*[^{}:,\n]{1,40}(?:,\s*[A-Za-z_]\w{2,40}\s*:\s*[^{}:,\n]{1,40})*\}")
_LINE_OR_FENCE = re.compile(r"(?:\A|\n|```[A-Za-z0-9]*)[ \t]*\Z")
# Between values: fences, and the signs and numbers of a list of them.
_NO_PROSE = re.compile(
    r"[\s,;]*(?:(?:(?:```|~~~)(?:[ \t]*json\w*|[A-Za-z0-9_]*)|(?<=\n)[ \t]*(?:[-*•–]|\d{1,3}[.)])(?=[ \t]))[\s,;]*)*",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"(?:\s*(?:[-*•–>#_=`~]+|\d{1,3}[.)]))*\s*")  # no words: rules, bullets, stars round a value


class ParsedJson(NamedTuple):
    """`whole`: the text is JSON, a code fence at most around it. `inside`: JSON among other text. `mended`: cut, or
    with slips that could be forgiven. `broken`: meant as JSON and not readable. `none`: not meant as JSON."""

    data: Any
    state: State


@dataclass(frozen=True)
class JsonValue:
    """One value and its place, `text[start:end]`. `strict`: it is JSON to the letter; `cut`: its end is missing;
    `form`: an empty form that was asked for, not an answer. `group` is the same for values with no prose between."""

    data: Any
    start: int
    end: int
    strict: bool = True
    cut: bool = False
    form: bool = False
    group: int = 0
    leaves: tuple[Leaf, ...] = ()


def read_json(text: str) -> ParsedJson:
    """What a model answered as JSON: the last value, or a list of the last values where only space, commas or fences
    stand between them. Never raises, whatever the text."""
    values = find_json(text)
    state = state_of(text, values, prose=any(True for _ in prose_around(text, values)))
    if not values:
        return ParsedJson(None, state)
    given = [value for value in values if not value.form] or values
    last = [value.data for value in given if value.group == given[-1].group]
    return ParsedJson(last if len(last) > 1 else last[0], state)


def find_json(text: str) -> list[JsonValue]:
    """All JSON values of a text, in order, none inside another. What only looks like one (`[1]`, `[00:01]`, `{a, b}`)
    is left to the prose."""
    values: list[JsonValue] = []
    at, budget = 0, looks_at_quotes(text)
    while len(values) < MAX_VALUES and budget > 0 and (start := _next_beginning(text, at)) is not None:
        reader = Reader(text, start, budget)
        value = _value_at(text, start, reader)
        budget = reader.budget
        if isinstance(value, int):
            at = value
            continue
        at = value.end
        if _is_data(value.data) or _alone(text, value.start, value.end):
            apart = bool(values) and not _NO_PROSE.fullmatch(text, values[-1].end, value.start)
            group = values[-1].group + apart if values else 0
            values.append(replace(value, group=group, form=is_form(value.data)))
    return values or _quoted_once_more(text)


def _next_beginning(text: str, at: int) -> int | None:
    strict = _BEGINNING.search(text, at)
    stop = strict.start() if strict else len(text)
    for bare in _BARE_BEGINNING.finditer(text, at, stop + 60):
        if bare.start() < stop and (_begins_line(text, bare.start()) or _INLINE.match(text, bare.start())):
            return bare.start()
    return strict.start() if strict else None


def _begins_line(text: str, at: int) -> bool:
    return _LINE_OR_FENCE.search(text[max(0, at - 40) : at]) is not None


def _value_at(text: str, start: int, reader: Reader) -> JsonValue | int:
    """The value that begins at `start`, or where to look on when there is none."""
    try:
        data, end = _DECODER.raw_decode(text, start)
        strict = True
    except (ValueError, RecursionError):
        data, end, strict = None, start, False
    if len(text) - start > MAX_MENDED_CHARS:
        return JsonValue(data, start, end) if strict else len(text)
    try:
        read = reader.value()
    except TooDeepError:
        return JsonValue(data, start, end) if strict else len(text)
    except NotJsonError:
        return JsonValue(data, start, end) if strict else max(start + 1, reader.at)
    if strict:
        return JsonValue(data, start, end, leaves=tuple(reader.leaves))
    if not read:
        return max(start + 1, reader.end)
    return JsonValue(read, start, reader.end, strict=False, cut=reader.cut, leaves=tuple(reader.leaves))


def _is_data(data: Any) -> bool:
    """Whether a value in the middle of prose is data: a mark like [1] or [2.0, 4.5] is none."""
    if isinstance(data, dict):
        return bool(data)
    return isinstance(data, list) and any(isinstance(item, dict | list | str) for item in data)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a value is all there is, or all of a fenced block."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    fenced = _FENCE.search(before[before.rfind("\n") + 1 :]) and after.startswith(("```", "~~~"))
    return bool(fenced) or not (before.strip("`~ \n") or after.strip("`~ \n"))


def _quoted_once_more(text: str) -> list[JsonValue]:
    """JSON that stands inside one JSON string."""
    stripped = text.strip()
    if not (stripped.startswith('"') and stripped.endswith('"') and "{" in stripped):
        return []
    try:
        inner = json.loads(stripped)
    except (ValueError, RecursionError):
        return []
    start = text.index('"')
    return [
        JsonValue(value.data, start, start + len(stripped), strict=False, form=value.form, group=value.group)
        for value in find_json(inner)
    ]


def prose_around(text: str, values: Sequence[JsonValue]) -> Iterator[tuple[int, int]]:
    """The places of the prose between values, without space and fences at its ends."""
    at = 0
    for value in [*values, JsonValue(None, len(text), len(text))]:
        start, end = at, value.start
        at = value.end
        piece = text[start:end]
        if values:
            head = _NO_PROSE.match(piece) if start else None
            start += head.end() if head else 0
            opening = re.search(r"(?:```|~~~)[ \t]*\w*\s*\Z", text[start:end]) if value.data is not None else None
            end = start + opening.start() if opening else end
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(text[start:end].rstrip())
        if text[start:end].strip(" \n\t`~,;.}])\"'\ufeff\u200b" if values else None) and not (
            values and _SIGNS.fullmatch(text, start, end)
        ):
            yield start, end


def state_of(text: str, values: Sequence[JsonValue], prose: bool) -> State:
    """How the JSON of a text is written; `prose`: whether other words stand beside it."""
    if not values:
        return "broken" if _meant_as_json(text) else "none"
    if not all(value.strict for value in values):
        return "mended"
    return "inside" if prose else "whole"


def _meant_as_json(text: str) -> bool:
    fence = re.search(r"(?:```|~~~)[ \t]*json", text, re.IGNORECASE)
    space = SPACE.match(text)
    beginning = _BEGINNING.match(text, space.end() if space else 0)
    return bool(fence or (beginning and not re.match(r"\[\s*[-+.\d\]]", beginning.string[beginning.start() :])))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
