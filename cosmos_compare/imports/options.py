"""Options of a question in the ways that files write them, and the right one of them. Letters are capitals."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from string import ascii_uppercase
from typing import Any

from cosmos_compare.imports.fields import RowError, kind_of, text, whole
from cosmos_compare.texts.letters import letter_of

_MARK = re.compile(r"(?:(?<=^)|(?<=[\s,;|]))\(?(?P<letter>[A-Za-z])[.:)]\s*")
_LINE = re.compile(r"\s*(?:[-*•]\s+)?\(?(?P<letter>[A-Za-z])\s*[.:)]\s*(?P<words>\S.*?)\s*")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
ASK = "Answer with the option's letter."


def options_of(value: Any) -> dict[str, str]:
    """Options by letter, from a mapping, a list or a text of them; an empty slot leaves its letter unused.

    Raises `RowError` for less than two of them, or for what is none.
    """
    if isinstance(value, list) and value and all(isinstance(own, tuple) and len(own) == 2 for own in value):
        value = dict(value)  # a map of a parquet file
    if isinstance(value, Mapping):
        found = {_letter(key): words for key, words in value.items()}
        if len(found) != len(value):
            raise RowError("two options have one letter")
    elif isinstance(value, list | tuple):
        if len(value) > len(ascii_uppercase):
            raise RowError(f"{len(value)} options are more than there are letters")
        found = dict(zip(ascii_uppercase, map(_without_mark, value, ascii_uppercase), strict=False))
    elif isinstance(value, str):
        return _written(value)
    else:
        raise RowError(f"the options are {kind_of(value)}" if value is not None else "the options are missing")
    kept = {letter: text(words, f"option {letter}", empty=True) for letter, words in sorted(found.items())}
    return _enough({letter: words for letter, words in kept.items() if words})


def options_in(question: str) -> dict[str, str]:
    """The options that a question lists on lines of their own, beginning with A; none where it lists none."""
    found: dict[str, str] = {}
    for own in question.splitlines():
        match = _LINE.fullmatch(own)
        if match and match["letter"].upper() == ascii_uppercase[len(found) % 26]:
            found[match["letter"].upper()] = match["words"]
    return found if len(found) > 1 else {}


def options_inside(question: str) -> dict[str, str]:
    """The options that a question lists within a line, `(A) turns (B) waits`; none where it lists none so."""
    found = [own for own in map(_marked, question.splitlines()) if len(own) > 1]
    return found[0] if len(found) == 1 else {}


def right_of(value: Any, options: Mapping[str, str]) -> tuple[str, ...]:
    """The right letter: named by itself, by its place from 0 or by its words. Raises `RowError` for anything else, and
    for a number that is the place of one option and the words of another."""
    value = whole(value)
    if isinstance(value, int) and not isinstance(value, bool):
        found = right_at(value, options)
        if any(words == str(value) for letter, words in options.items() if letter not in found):
            raise RowError(f"the right answer {value} may be a place or an option's words")
        return found
    said = text(value, "the right answer")
    letter = letter_of(said, options).letter
    if not letter:
        raise RowError(f"the right answer {said[:40]!r} is no option")
    return (letter,)


def right_at(place: int, options: Mapping[str, str]) -> tuple[str, ...]:
    """The letter of a place, counted from 0. Raises `RowError` where no option is there."""
    letter = ascii_uppercase[place] if 0 <= place < len(ascii_uppercase) else ""
    if letter not in options:
        raise RowError(f"the right answer {place} is the place of no option")
    return (letter,)


def asked(question: str, options: Mapping[str, str]) -> str:
    """A question with its options on lines, and what is to be answered."""
    lines = [f"{letter}: {words}" for letter, words in options.items()]
    return "\n".join([question, *lines, ASK])


def strings_in(value: Any) -> Any:
    """The list or mapping that a cell of a table holds as JSON, Python or NumPy writes it; other values as they are."""
    if not isinstance(value, str) or not value.strip().startswith(("[", "{")):
        return value
    with suppress(ValueError, RecursionError):
        return json.loads(value)
    if value.strip().startswith("{"):
        with suppress(ValueError, SyntaxError, RecursionError, MemoryError):  # text that is no Python literal
            return ast.literal_eval(value.strip())
        return value
    return [re.sub(r"\\(.)", r"\1", one or other) for one, other in _QUOTED.findall(value)] or value


def _written(value: str) -> dict[str, str]:
    """From `A. …, B. …`, in any of the usual punctuation, in order from A."""
    parsed = strings_in(value)
    if not isinstance(parsed, str):
        return options_of(parsed)
    return _enough(_marked(value))


def _marked(value: str) -> dict[str, str]:
    """What stands behind marks in order from A; an empty slot leaves its letter unused."""
    marks: list[re.Match[str]] = []
    for match in _MARK.finditer(value):
        if match["letter"].upper() == ascii_uppercase[len(marks) % 26]:
            marks.append(match)
    ends = [mark.start() for mark in marks[1:]] + [len(value)] * bool(marks)
    found = {
        mark["letter"].upper(): value[mark.end() : end].strip().rstrip(",;|").strip()
        for mark, end in zip(marks, ends, strict=True)
    }
    return {letter: words for letter, words in found.items() if words}


def _enough(options: dict[str, str]) -> dict[str, str]:
    if len(options) < 2:
        raise RowError(f"{len(options) or 'no'} option{'' if len(options) == 1 else 's'} to choose from")
    return options


def _letter(key: object) -> str:
    found = re.fullmatch(r"\s*\(?([A-Za-z])[.:)]?\s*", str(key))
    if not found:
        raise RowError(f"{str(key)[:20]!r} is no letter of an option")
    return found[1].upper()


def _without_mark(words: Any, letter: str) -> Any:
    """An option of a list, without the letter that it may bring along."""
    if isinstance(words, str) and (mark := _LINE.fullmatch(words)) and mark["letter"].upper() == letter:
        return mark["words"]
    return words


def by_letter(words: Sequence[Any]) -> dict[str, Any]:
    """Slots by the letter of their place."""
    return dict(zip(ascii_uppercase, words, strict=False))
