"""A tolerant reader of one JSON value inside a text: forgives slips, and never takes what stands behind the value.

Forgiven: a missing end, commas missing or too many, single, curly and French quotes, quotes inside a string, bare words
and clocks (`00:02`), decimal commas, comments (`//`, `#`, `/* */`), tuples, Python's constants.
"""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

MAX_DEPTH = 100
MAX_STRING = 20_000  # characters looked through for the end of a string that has none
Role = Literal["key", "value", "item"]

SPACE = re.compile(r"(?:\s|//[^\n]*|#[^\n]*|/\*(?:[^*]|\*(?!/)){0,1000}\*/)*")
_CLOSERS = {'"': '"“”„‟', "'": "'‘’‚", "“": '"“”', "”": '"“”', "„": '"“”‟', "‘": "'‘’", "’": "'‘’", "«": "»", "`": "`"}
_CLOCK = re.compile(r"\d{1,2}:[0-5]\d(?::[0-5]\d)?(?:[.,]\d+)?(?![\w:])")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(?=\s*(?:[,}\]\n]|s\b|$))")
_WORD = re.compile(r"[^\s,:\[\]{}()\"'“”‘’«»]+")
_WORDS = re.compile(r"[^,:\[\]{}()\"“”«»\n]{1,80}(?=[,\]}\n]|$)")
_BARE_KEY = re.compile(r"[\w-]{1,40}(?: [\w-]{1,40}){0,2}\s*:")
_QUOTED_KEY = re.compile(r"(?:\"[^\"\n]{0,80}\"|'[^'\n]{0,80}'|[“”„][^“”\"\n]{0,80}[“”\"]|«[^»\n]{0,80}»)\s*:")
_VALUE_AHEAD = re.compile(r"[\[{(\"'“‘«]|[-+.]?\d|(?:true|false|null|none|nan)\b", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_COMMENT_BEHIND = re.compile(r"\s+(?:#|//|/\*)")
_COLON = re.compile(r":|：|=>?")  # as JSON has it, from a Chinese keyboard, from other languages of programs
_COMMAS = frozenset(",，;")
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_MARKS = re.compile(r"\\*[\"'“”„‟‘’‚`»]|\n\s*")
_ESCAPE = re.compile(r"\\(?:u(?P<hex>[0-9a-fA-F]{4})|(?P<char>.|\Z))", re.DOTALL)
_CONSTANTS = {"true": True, "false": False, "null": None, "none": None, "nan": None, "infinity": None}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class Leaf(NamedTuple):
    """A string, number or constant in a value: the keys and positions that lead to it, and where it stands."""

    path: tuple[str | int, ...]
    value: Any
    start: int
    end: int


class NotJsonError(ValueError):
    """What stands here can't be read as a value."""


class TooDeepError(NotJsonError):
    """Nested deeper than anything that means something."""


class Reader:
    """Reads one value that begins at `at`. Afterwards `end` is where it ends, `cut` whether its end is missing, and
    `leaves` what it holds."""

    def __init__(self, text: str, at: int = 0, budget: int | None = None) -> None:
        self.text = text
        self.at = at
        self.end = at
        self.cut = False
        self.leaves: list[Leaf] = []
        self._open: list[str] = []
        self._path: list[str | int] = []
        # Looks at quotes that are left: hostile texts would take the square of their length.
        self.budget = looks_at_quotes(text) if budget is None else budget

    def value(self, role: Role = "value") -> Any:
        """The value here. Raises `NotJsonError`."""
        if len(self._open) > MAX_DEPTH:
            raise TooDeepError
        char = self._peek()
        if char == "{":
            return self._object()
        if char == "[" or (char == "(" and self._open):
            return self._list("]" if char == "[" else ")")
        start = self.at
        value = self._string(role) if self._quoted() else self._bare()
        self.leaves.append(Leaf(tuple(self._path), value, start, self.end))
        return value

    def _object(self) -> dict[str, Any]:
        items: dict[str, Any] = {}
        bare = False
        self._enter("}")
        while self._more("}", bool(items)):
            bare = not self._quoted() and (bare or not items)
            if (key := self._key(bare, bool(items))) is None:
                break
            if not self._peek() or ("\n" in self.text[self.end : self.at] and not self._value_ahead()):
                self.cut = True
                break
            self._path.append(key)
            items[key] = self.value()
            self._path.pop()
        self._open.pop()
        return items

    def _key(self, bare: bool, filled: bool) -> str | None:
        """A key and its colon; nothing, and the value is cut, where text goes on and the object does not."""
        before = self.end
        if bare:
            match = _BARE_KEY.match(self.text, self.at)
            key = match[0][:-1].strip() if match else ""
            self.at += len(match[0]) - 1 if match else 0
        else:
            key = self._string("key") if self._quoted() else ""
        if key and (colon := _COLON.match(self.text, self._skipped())):
            self.end = self.at = colon.end()
            return key
        if not filled and self._peek():
            raise NotJsonError("no key and colon")
        self.end = self.at if not self._peek() else before
        self.cut = True
        return None

    def _list(self, closer: str) -> list[Any]:
        items: list[Any] = []
        words = False
        self._enter(closer)
        while self._more(closer, bool(items)):
            is_word = not self._value_ahead()
            if is_word and (self._blank_line() or (items and not words)) and not self._ellipsis():
                self.cut = True
                break
            words = is_word
            self._path.append(len(items))
            value = self.value("item")
            self._path.pop()
            if not (is_word and value in {"...", "…"}):
                items.append(value)
        self._open.pop()
        return items

    def _enter(self, closer: str) -> None:
        self._open.append(closer)
        self.at += 1
        self.end = self.at

    def _more(self, closer: str, filled: bool) -> bool:
        """Whether another member follows in the container that `closer` ends; takes its commas and its end."""
        commas = 0
        while not self.cut and (char := self._peek()):
            if char == closer:
                self.at += 1
                self.end = self.at
                return False
            if char in {"}", "]", ")"}:
                # The end of an outer container ends this one too.
                self.cut = char not in self._open
                return False
            if char not in _COMMAS:
                self.cut = filled and not commas and not self._comma_forgotten(char)
                return not self.cut
            self.at += 1
            commas += 1
        self.cut = True
        return False

    def _comma_forgotten(self, char: str) -> bool:
        """Whether a member stands here although no comma does: an object behind another, or on a new line."""
        if self._blank_line():
            return False
        if char in "{[":
            return True
        key_ahead = self._open[-1] != "}" or _QUOTED_KEY.match(self.text, self.at)
        return self._quoted() and bool(key_ahead)

    def _quoted(self) -> bool:
        """Whether a string begins here; its quote may be escaped, as in JSON that was quoted once more."""
        return self.text[self.at : self.at + 1] in _CLOSERS or self.text.startswith('\\"', self.at)

    def _value_ahead(self) -> bool:
        return self._quoted() or _VALUE_AHEAD.match(self.text, self.at) is not None

    def _ellipsis(self) -> bool:
        return self.text.startswith(("...", "…"), self.at)

    def _blank_line(self) -> bool:
        return _BLANK_LINE.search(self.text, self.end, self.at) is not None

    def _string(self, role: Role) -> str:
        start = self.at + 1
        if escaped := self.text[self.at] == "\\":
            start += 1
        end, after = self._string_end(start, role, _CLOSERS['"' if escaped else self.text[self.at]], escaped)
        self.at = self.end = after
        text = self.text[start:end]
        if self.text[start - 1] == "«":
            text = text.strip()
        return _unescaped(text) if "\\" in text else text

    def _string_end(self, start: int, role: Role, closers: str, escaped: bool) -> tuple[int, int]:
        """(where the string's text ends, where what follows it begins). A quote ends it where what follows fits; else
        the first one does; without any, the line, or the text."""
        first: tuple[int, int] | None = None
        stop = len(self.text)
        for mark in _MARKS.finditer(self.text, start, min(stop, start + MAX_STRING)):
            self._spend()
            if mark[0][0] == "\n":
                if mark[0].count("\n") > 1 or first or (role == "value" and self._member_ahead(mark.end())):
                    stop = mark.start()
                    break
                continue
            if mark[0][-1] not in closers or (len(mark[0]) % 2 == 0) != escaped:
                continue
            found = (mark.end() - 1 - escaped, mark.end())
            first = first or found
            if self._ends_string(mark.end(), role):
                return found
        if first:
            return first
        line = self.text.find("\n", start)
        stop = min(stop, line) if line >= 0 else stop
        self.cut = stop == len(self.text)
        return stop, stop

    def _ends_string(self, at: int, role: Role) -> bool:
        """Whether what stands behind a quote shows that it ended a string."""
        space = SPACE.match(self.text, at)
        assert space is not None
        if role != "key" and "\n" in self.text[at : space.end()]:
            return True
        char = self.text[space.end() : space.end() + 1]
        if role == "key":
            return not char or _COLON.match(self.text, space.end()) is not None
        if not char or char in "}])":
            return True
        if char not in _COMMAS:
            return space.end() > at and self._member_ahead(space.end())
        space = SPACE.match(self.text, space.end() + 1)
        assert space is not None
        after = space.end()
        if self.text[after : after + 1] in {"", "}", "]", ")"}:
            return True
        ahead = _QUOTED_KEY if self._open[-1:] == ["}"] else _VALUE_AHEAD
        return bool(ahead.match(self.text, after) or self.text.startswith('\\"', after))

    def _member_ahead(self, at: int) -> bool:
        """Whether an object goes on with a key and a value here, though its comma or a quote is missing."""
        key = _QUOTED_KEY.match(self.text, at) if self._open[-1:] == ["}"] else None
        space = SPACE.match(self.text, key.end()) if key else None
        return bool(space and _VALUE_AHEAD.match(self.text, space.end()))

    def _bare(self) -> Any:
        """A number, a constant, a clock or words without quotes."""
        if clock := _CLOCK.match(self.text, self.at):
            self.at = self.end = clock.end()
            return clock[0]
        if self._open[-1:] == ["}"] and (number := _DECIMAL_COMMA.match(self.text, self.at)):
            self.at = self.end = number.end()
            return float(number[0].replace(",", "."))
        match = _WORDS.match(self.text, self.at) or _WORD.match(self.text, self.at)
        word = _COMMENT_BEHIND.split(match[0])[0].rstrip() if match else ""
        if not word:
            raise NotJsonError("no value")
        self.end = self.at = self.at + len(word)
        if word.lower().lstrip("+-") in _CONSTANTS:
            return _CONSTANTS[word.lower().lstrip("+-")]
        if _NUMBER.fullmatch(word) and len(word) < 300:
            return float(word) if re.search(r"[.eE]", word) else int(word)
        return word

    def _peek(self) -> str:
        """The next character that is neither space nor comment; empty at the end."""
        return self.text[self._skipped() : self.at + 1]

    def _skipped(self) -> int:
        """Where the next character stands that is neither space nor comment."""
        space = SPACE.match(self.text, self.at)
        assert space is not None
        self.at = space.end()
        return self.at

    def _spend(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise NotJsonError("too tangled")


def looks_at_quotes(text: str) -> int:
    """How many are enough for a whole text, whatever it holds."""
    return 50_000 + 5 * len(text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_character, text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    if match["hex"]:
        return chr(int(match["hex"], 16))
    return _ESCAPES.get(match["char"], match["char"])
