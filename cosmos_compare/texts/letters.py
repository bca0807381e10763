"""Letters: which option an answer names, by rules that are written down (docs/IMPORTS.md) and never guess.

What names two options, an option that is not there, or a letter against that option's own words is unreadable, and says
why. A letter that is only a word of the prose ("A car brakes") names nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from cosmos_compare.texts.answers import ParsedAnswer, read_answer
from cosmos_compare.texts.option_words import WHY, begun, mentioned, named_alone, plain, same

_NAMES = """answer final_answer letter option choice selected selection correct_answer correct_option correct prediction
selected_option selected_answer chosen_option chosen_answer answer_letter answer_choice best_answer best_option
reponse réponse reponse_finale réponse_finale lettre choix"""
KEYS = frozenset(_NAMES.split())  # of JSON, in which models give what they chose
_NOUN = r"(?:option|choice|letter|answer|r[ée]ponse|lettre|choix|proposition)"
_WORD = rf"(?:(?:the|la|le|l['’])\s*)?(?:{_NOUN}\s*)?"
_LETTER = r"[(\[\"'“«]{0,2}\s*(?P<letter>[A-Za-z])\s*[)\]\"'”»]{0,2}"
_FIRST = re.compile(rf"{_LETTER}(?!\w)")
_ALONE = re.compile(rf"(?:(?:it['’]?s|it is|c['’]est)\s+)?{_WORD}{_LETTER}\s*[.,;:!]?", re.IGNORECASE)
_LED = re.compile(rf"{_WORD}{_LETTER}(?:\s*[.:)\]]|\s+[-–—]|(?=\s+{WHY}))\s*(?P<rest>\S.*)", re.IGNORECASE | re.DOTALL)
_BESIDE = re.compile(rf"{_WORD}{_LETTER}\s*(?:\(|=)\s*(?P<rest>\S.*)", re.IGNORECASE)  # `B (Keep speed)`
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
_CLOSED = re.compile(rf"\s*(?:$|[.,;:!?)\]\"'”»\n]|[-–—]\s|{WHY})", re.IGNORECASE)
_IF = re.compile(r"\b(?:if|unless|whether|si)\s+(?:(?:the|la|my)\s+)?$", re.IGNORECASE)
_AND = r"(?:and|or|et|ou)"
_MORE = re.compile(
    rf"\s*(?:[,/&+]|\b{_AND}\b)\s*(?:{_AND}\s+)?{_WORD}[(\[]?"
    r"(?P<letter>(?-i:[A-Z])(?!\w)|[A-Z](?=\s*(?:[.,;)\]]|$)))",
    re.IGNORECASE,
)
_MARKED = re.compile(r"(?<![\w.'’])\(?(?P<letter>[A-Z])[.:)](?!\w)")  # letters as a list of options has them
_LEADS = re.compile(r"\(?(?P<letter>[A-Za-z])\s*[.:)]\s*\S")
_WRONG = r"(?:wrong|incorrecte?|false|fausse|faux|impossible|unlikely|rejected|excluded)"
_DENIED = re.compile(
    rf"(?:(?:is|est|would\s+be)\s+(?:not|pas|{_WRONG})|n['’]est\s+pas|not|can(?:not|['’]t)|isn['’]t)\b"
    rf"|(?:no|non|{_WRONG})\s*(?:$|[.,;:!?\n])",
    re.IGNORECASE,
)


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
    said = [word for value in read.given for word in _given(value.data)]
    if said:
        return _only({_of_text(word, options) for word in said})
    return _of_text(_without_objects(read), options)


def _given(data: Any) -> Iterator[str]:
    """What JSON gives as the answer, also in an object inside it."""
    for own in data if isinstance(data, list) else [data]:
        if not isinstance(own, dict):
            continue
        for key, value in own.items():
            if _key(key) in KEYS and isinstance(value, str | list) and not _objects_in(value):
                yield from [value] if isinstance(value, str) else map(str, value or [""])
            elif isinstance(value, dict | list):
                yield from _given(value)


def _key(name: object) -> str:
    """The name of a field, however it is written: `finalAnswer`, `Final answer`."""
    return re.sub(r"[\s-]+", "_", re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", "_", str(name).strip())).lower()


def _objects_in(data: Any) -> bool:
    return isinstance(data, dict) or (isinstance(data, list) and any(isinstance(own, dict) for own in data))


def _without_objects(read: ParsedAnswer) -> str:
    """The answer without its JSON objects: their keys may be letters (`{"A": false, "B": true}`), and are no prose."""
    cut = sorted((value.start, value.end) for value in read.values if value.data and _objects_in(value.data))
    pieces = []
    for span in read.parts.spans:
        at = span.start
        for start, end in cut:
            if at <= start and end <= span.end:
                pieces.append(read.raw[at:start])
                at = end
        pieces.append(read.raw[at : span.end])
    return "\n".join(pieces)


def _of_text(text: str, options: Mapping[str, str]) -> str:
    text = plain(text)
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
    by_words = {letter for letter, words in options.items() if words.strip() and same(text, words)}
    alone = _ALONE.fullmatch(text)
    if alone and (alone["letter"].upper() in options or not by_words):
        return _only({_known(alone["letter"], options), *by_words})
    if by_words:
        return _only(by_words, "two options have these words")
    led = _LED.fullmatch(text) or _BESIDE.fullmatch(text)
    return _with_words(led["letter"], led["rest"], options) if led else ""


def _with_words(letter: str, rest: str, options: Mapping[str, str]) -> str:
    """The option of a letter before option's words; empty where other words follow."""
    named = {name for name, words in options.items() if same(rest, words)}
    if named and letter.upper() not in named:
        raise _contradiction(letter, named)
    return _known(letter, options) if named else ""


def _contradiction(letter: str, named: set[str]) -> _UnreadableError:
    return _UnreadableError(f"it says {letter.upper()} and the words of {' and '.join(sorted(named))}")


def _announced(text: str, options: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """The options that the text announces as its answer, and those that it calls final, which outweigh the others."""
    named: dict[bool, set[str]] = {False: set(), True: set()}
    unclear: dict[bool, _UnreadableError] = {}
    cues = [cue for cue in _CUE.finditer(text) if not _IF.search(text, max(cue.start() - 20, 0), cue.start())]
    ends = [*(cue.start() for cue in cues[1:]), len(text)]
    for cue, end in zip(cues, ends, strict=False):
        final = bool(cue["final"])
        try:
            named[final] |= _after(text[cue.end() : max(end, cue.end())], options)
        except _UnreadableError as problem:
            unclear[final] = problem
    if unread := unclear.get(True) or (None if named[True] else unclear.get(False)):
        raise unread
    named[False] |= {_known(found["letter"], options) for found in _BEHIND.finditer(text)}
    return named[False], named[True]


def _after(text: str, options: Mapping[str, str]) -> set[str]:
    """The options named right behind a cue: a letter, or the words of one."""
    line = text.split("\n", 1)[0].strip()
    letter = _FIRST.match(line)
    words = begun(line, options)
    if letter and words and letter["letter"].upper() not in options:
        letter = None  # an option whose words are a letter
    rest = line[letter.end() :] if letter else ""
    if letter and (also := _MORE.match(rest)):
        raise _UnreadableError(f"it names {letter['letter'].upper()} and {also['letter'].upper()}")
    if letter and (_CLOSED.match(rest) or letter["letter"].upper() in begun(rest.lstrip(" .:)-–—"), options)):
        return {_beside(letter["letter"], rest.lstrip(" .,:)-–—("), line, options)}
    if not words:
        return set()
    named = _only(words, "two options have these words")
    return {_only({named} | mentioned(line, named, options))}


def _beside(letter: str, rest: str, line: str, options: Mapping[str, str]) -> str:
    """The option of a letter with what stands behind it, which must not say another one."""
    words = begun(rest, options)
    if words and letter.upper() not in words:
        raise _contradiction(letter, words)
    return _only({_known(letter, options)} | named_alone(line, letter.upper(), options))


def _led(text: str, options: Mapping[str, str]) -> str:
    """The option of a letter that leads the text, with words behind it that are not a list of options."""
    led = _LED.fullmatch(text)
    if led is None:
        return ""
    letter, line = led["letter"].upper(), led["rest"].split("\n", 1)[0]
    marked = {found["letter"] for found in _MARKED.finditer(text)} & set(options) | {letter}
    if _DENIED.match(led["rest"]) and not begun(line, options):
        raise _UnreadableError(f"it says that {letter} is wrong")
    _only(marked)
    return _beside(letter, line, line, options)


def _known(letter: str, options: Mapping[str, str]) -> str:
    letter = letter.upper()
    if letter not in options:
        raise _UnreadableError(f"it names {letter}, which is no option")
    return letter


def _only(found: set[str], why: str = "") -> str:
    if len(found) != 1:
        raise _UnreadableError(why or f"it names {' and '.join(sorted(found))}")
    return found.pop()
