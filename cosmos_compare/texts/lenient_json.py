"""Lenient JSON: read what a model meant, and say how much had to be forgiven. Knows nothing of models."""

from __future__ import annotations

import json
import re
from typing import Any, Literal, NamedTuple, NoReturn

State = Literal["whole", "inside", "mended", "broken", "none"]

MAX_DEPTH = 100
MAX_MENDED_CHARS = 100_000  # the tolerant reader is Python: more would hold up a page
_FENCE = re.compile(r"```[ \t]*(?:json[ \t]*)?\n(.*?)(?:\n[ \t]*```|\Z)", re.DOTALL | re.IGNORECASE)
_BEGINNING = re.compile(r"(?:\A|(?<=\n))[ \t]*(?=\{\s*[\"'}]|\[\s*(?:[\[{\"'\]]|-?[\d.]+\s*[,\]]))")
_WORDS = {"true": True, "false": False, "null": None, "none": None, "nan": None}
_BARE = re.compile(r"[^\s,:\[\]{}\"']+")
_SPACE = re.compile(r"(?:\s|//[^\n]*\n?)*")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class ParsedJson(NamedTuple):
    """`whole`: the text is JSON, a code fence at most around it. `inside`: JSON among other text. `mended`: cut, or
    with slips that could be forgiven. `broken`: meant as JSON and not readable. `none`: not meant as JSON."""

    data: Any
    state: State


def read_json(text: str) -> ParsedJson:
    """The object or list in a model's answer. Never raises, whatever the text."""
    text = text.strip()
    fence = _FENCE.search(text)
    candidate = fence[1].strip() if fence else text
    begin = _BEGINNING.search(candidate)
    if begin is None:
        return ParsedJson(None, "broken" if fence and "json" in fence[0][:12].lower() else "none")
    candidate = candidate[begin.end() :]
    try:
        data, end = _DECODER.raw_decode(candidate)
    except (ValueError, RecursionError):
        return _mended(candidate)
    alone = begin.end() == 0 and not candidate[end:].strip()
    around = text[: fence.start()] + text[fence.end() :] if fence else ""
    if alone and not around.strip(" \n`"):
        return ParsedJson(data, "whole")
    # A mark like [1] in prose is no data.
    return ParsedJson(data, "inside") if _has_object(data) else ParsedJson(None, "none")


def _has_object(data: Any) -> bool:
    return isinstance(data, dict) or (isinstance(data, list) and any(isinstance(item, dict | list) for item in data))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def _mended(text: str) -> ParsedJson:
    if len(text) > MAX_MENDED_CHARS:
        return ParsedJson(None, "broken")
    try:
        data = _Reader(text).value(0)
    except ValueError:
        return ParsedJson(None, "broken")
    return ParsedJson(data, "mended") if data else ParsedJson(None, "broken")


class _Reader:
    """A recursive-descent reader that forgives a missing end, trailing commas, single quotes and comments."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def value(self, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise ValueError("too deep")
        match self._peek():
            case "{":
                return self._object(depth)
            case "[":
                return self._list(depth)
            case '"' | "'":
                return self._string()
        return self._bare()

    def _object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        items: dict[str, Any] = {}
        while (char := self._peek()) not in {"}", ""}:
            if char == ",":
                self.at += 1
                continue
            key = str(self.value(depth + 1))
            if self._peek() == "":
                break  # cut after a key: without a value it says nothing
            if self._peek() != ":":
                raise ValueError("no colon after a key")
            self.at += 1
            if self._peek() == "":
                break
            items[key] = self.value(depth + 1)
        self.at += 1
        return items

    def _list(self, depth: int) -> list[Any]:
        self.at += 1
        items: list[Any] = []
        while (char := self._peek()) not in {"]", ""}:
            if char == ",":
                self.at += 1
                continue
            items.append(self.value(depth + 1))
        self.at += 1
        return items

    def _string(self) -> str:
        quote, pieces = self.text[self.at], []
        self.at += 1
        while self.at < len(self.text) and (char := self.text[self.at]) != quote:
            if char == "\\":
                self.at += 1
                char = self._escaped()
            pieces.append(char)
            self.at += 1
        self.at += 1
        return "".join(pieces)

    def _escaped(self) -> str:
        char = self.text[self.at : self.at + 1]
        digits = self.text[self.at + 1 : self.at + 5]
        if char == "u" and re.fullmatch(r"[0-9a-fA-F]{4}", digits):
            self.at += 4
            return chr(int(digits, 16)).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return _ESCAPES.get(char, char)

    def _bare(self) -> Any:
        match = _BARE.match(self.text, self.at)
        if match is None:
            raise ValueError("no value")
        self.at = match.end()
        word = match[0]
        if word.lower() in _WORDS:
            return _WORDS[word.lower()]
        try:
            return _DECODER.decode(word)
        except ValueError:
            return word

    def _peek(self) -> str:
        """The next character that is neither space nor comment; empty at the end."""
        space = _SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        return self.text[self.at : self.at + 1]
