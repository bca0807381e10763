"""Letters: which option an answer names, by rules that are written down (docs/IMPORTS.md) and never guess.

What names two options, an option that is not there, or a letter against that option's own words is unreadable, and says
why. A letter that is only a word of the prose ("A car brakes") names nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cosmos_compare.texts.answers import ParsedAnswer, read_answer

_NAMES = """answer final_answer letter option choice selected selection correct_answer correct_option correct prediction
reponse réponse reponse_finale réponse_finale lettre choix"""
KEYS = frozenset(_NAMES.split())  # of JSON, in which models give what they chose
_DRESS = re.compile(r"\*\*|__|`+|\\boxed\b|\\text\b|[${}]")  # Markdown and LaTeX round a letter
_NOUN = r"(?:option|choice|letter|answer|r[ée]ponse|lettre|choix|proposition)"
_WORD = rf"(?:(?:the|la|le|l['’])\s*)?(?:{_NOUN}\s*)?"
_LETTER = r"[(\[\"'“«]{0,2}\s*(?P<letter>[A-Za-z])\s*[)\]\"'”»]{0,2}"
_FIRST = re.compile(rf"{_LETTER}(?!\w)")
_ALONE = re.compile(rf"(?:(?:it['’]?s|it is|c['’]est)\s+)?{_WORD}{_LETTER}\s*[.,;:!]?", re.IGNORECASE)
_LED = re.compile(rf"{_WORD}{_LETTER}(?:\s*[.:)\]]|\s+[-–—])\s*(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)
_QUALITY = r"(?:final|finale|correct|correcte|right|best|bonne|juste)"
_IS = r"(?:\s*[:=：]\s*|\s+(?:is|would be|must be|should be|est|serait)\s*:?\s*)"
_CUE = re.compile(
    rf"(?:(?P<final>\bfinal(?:\s+answer)?|\br[ée]ponse\s+finale)"
    rf"|\b(?:{_QUALITY}\s+)?{_NOUN}(?:\s+{_QUALITY})?){_IS}(?:{_WORD}|(?:the|la)\s+)"
    r"|\b(?:i|we|je|on)\s+(?:would\s+|will\s+)?(?:choose|select|pick|choisis|choisit)\s+"
    rf"{_WORD}",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"(?<![\w'’])\(?(?P<letter>[A-Z])\)?\s+(?:is|est)\s+"
    r"(?:correcte?\b|the\s+(?:correct|right|best)\b|la\s+(?:bonne|meilleure)\b)"
)
# What may stand behind a letter that a cue announces; a word would make it one of the prose ("is a car").
_CLOSED = re.compile(r"\s*(?:$|[.,;:!?)\]\"'”»\n]|[-–—]\s|(?:because|since|parce|puisque)\b)", re.IGNORECASE)
_AND = r"(?:and|or|et|ou)"
_MORE = re.compile(
    rf"\s*(?:[,/&+]|\b{_AND}\b)\s*(?:{_AND}\s+)?{_WORD}[(\[]?"
    r"(?P<letter>(?-i:[A-Z])(?!\w)|[A-Z](?=\s*(?:[.,;)\]]|$)))",
    re.IGNORECASE,
)
_MARKED = re.compile(r"(?<![\w.'’])\(?(?P<letter>[A-Z])[.:)](?!\w)")  # letters as a list of options has them
_LEADS = re.compile(r"\(?(?P<letter>[A-Za-z])\s*[.:)]\s*\S")
_DENIED = re.compile(r"(?:is|est|n['’]est)\s+(?:not|wrong|incorrecte?|false|fausse|pas)\b", re.IGNORECASE)


class LetterRead(NamedTuple):
    """The option that an answer names, as a capital; empty where that can't be read, and then `why` says it."""

    letter: str
    why: str = ""


class _UnreadableError(ValueError):
    """Why a text names no one option."""


def letter_of(raw: str, options: Mapping[str, str], rendered_prompt: str | None = None) -> LetterRead:
    """The option that a raw answer names. `options` are the texts by their capitals; never raises, whatever the text.

    Reasoning is left out first; where the answer was never begun, nothing is named.
    """
    read = read_answer(raw, rendered_prompt)
    try:
        return LetterRead(_letter(read, options))
    except _UnreadableError as problem:
        return LetterRead("", str(problem))


def _letter(read: ParsedAnswer, options: Mapping[str, str]) -> str:
    if not read.answer.strip():
        raise _UnreadableError(
            "the reasoning was cut before an answer" if read.parts.thinking else "the answer is empty"
        )
    said = [word for value in read.given if isinstance(value.data, dict) for word in _given(value.data)]
    if said:
        return _only({_of_text(word, options) for word in said})
    return _of_text(read.answer, options)


def _given(data: Mapping[str, Any]) -> Iterator[str]:
    """What a JSON object gives as the answer, also one that lies inside it."""
    for key, value in data.items():
        if isinstance(value, dict):
            yield from _given(value)
        elif re.sub(r"[\s-]+", "_", str(key).strip().lower()) in KEYS and isinstance(value, str | list):
            yield from [value] if isinstance(value, str) else map(str, value or [""])


def _of_text(text: str, options: Mapping[str, str]) -> str:
    text = _plain(text)
    if whole := _whole(text, options):
        return whole
    usual, final = _announced(text, options)
    if named := final or usual | _at_the_ends(text, options):
        return _only(named)
    if led := _led(text, options):
        return led
    raise _UnreadableError("no option is named")


def _at_the_ends(text: str, options: Mapping[str, str]) -> set[str]:
    """The options of a first and a last line that are nothing else; in a list of options only of letters alone."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    listed = {led["letter"].upper() for line in lines if (led := _LEADS.match(line))} & set(options)
    ends = [lines[0], lines[-1]] if len(lines) > 1 else []
    if len(listed) > 1:
        ends = [line for line in ends if _ALONE.fullmatch(line)]
    return {found for line in ends if (found := _whole(line, options))}


def _whole(text: str, options: Mapping[str, str]) -> str:
    """The option of a text that is nothing but a letter, an option's words, or both."""
    by_words = {letter for letter, words in options.items() if words.strip() and _same(text, words)}
    if alone := _ALONE.fullmatch(text):
        return _only({_known(alone["letter"], options), *by_words})
    if by_words:
        return _only(by_words, "two options have these words")
    led = _LED.fullmatch(text)
    return _with_words(led["letter"], led["rest"], options) if led else ""


def _with_words(letter: str, rest: str, options: Mapping[str, str]) -> str:
    """The option of a letter before option's words; empty where other words follow."""
    named = {name for name, words in options.items() if words.strip() and _same(rest, words)}
    if named and letter.upper() not in named:
        raise _UnreadableError(f"it says {letter.upper()} and the words of {' and '.join(sorted(named))}")
    return _known(letter, options) if named else ""


def _announced(text: str, options: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The options that the text announces as its answer, and those that it calls final, which outweigh the others."""
    usual: set[str] = set()
    final: set[str] = set()
    for cue in _CUE.finditer(text):
        found = _after(text, cue.end(), options)
        (final if cue["final"] else usual).update(found)
    usual |= {_known(found["letter"], options) for found in _BEHIND.finditer(text)}
    return usual, final


def _after(text: str, at: int, options: Mapping[str, str]) -> set[str]:
    """The options named right behind a cue: letters, or the words of one."""
    line = text[at:].split("\n", 1)[0].strip()
    letter = _FIRST.match(line)
    words = {name for name, own in options.items() if own.strip() and _begins(line, own)}
    if letter is None:
        return {_only(words, "two options have these words")} if words else set()
    rest = line[letter.end() :]
    if also := _MORE.match(rest):
        raise _UnreadableError(f"it names {letter['letter'].upper()} and {also['letter'].upper()}")
    named = letter["letter"].upper()
    if named in options and options[named].strip() and _begins(rest.lstrip(" .:)-–—"), options[named]):
        return {named}
    if not _CLOSED.match(rest):
        return set()
    _with_words(named, rest.lstrip(" .:)-–—"), options)
    return {_known(named, options)}


def _led(text: str, options: Mapping[str, str]) -> str:
    """The option of a letter that leads the text, with words behind it that are not a list of options."""
    led = _LED.fullmatch(text)
    if led is None:
        return ""
    marked = {found["letter"] for found in _MARKED.finditer(text)} & set(options) | {led["letter"].upper()}
    if _DENIED.match(led["rest"]):
        raise _UnreadableError(f"it says that {led['letter'].upper()} is wrong")
    _only(marked)
    _with_words(led["letter"], led["rest"].split("\n", 1)[0], options)
    return _known(led["letter"], options)


def _known(letter: str, options: Mapping[str, str]) -> str:
    letter = letter.upper()
    if letter not in options:
        raise _UnreadableError(f"it names {letter}, which is no option")
    return letter


def _only(found: set[str], why: str = "") -> str:
    if len(found) != 1:
        raise _UnreadableError(why or f"it names {' and '.join(sorted(found))}")
    return found.pop()


def _plain(text: str) -> str:
    return _DRESS.sub("", unicodedata.normalize("NFKC", text)).strip()


def _words(text: str) -> str:
    """What counts of an option's words: letters, digits and signs, in one case, with single spaces."""
    return " ".join(_plain(text).casefold().split()).strip(" .,;:!\"'“”«»()")


def _same(one: str, other: str) -> bool:
    return bool(_words(one)) and _words(one) == _words(other)


def _begins(line: str, words: str) -> bool:
    """Whether a line is these words, or goes on behind them with another sentence."""
    own, wanted = _words(line), _words(words)
    return own == wanted or bool(wanted and own.startswith(wanted) and own[len(wanted) : len(wanted) + 1] in ".;")
