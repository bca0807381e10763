"""Hints about the form of an answer: cut, not readable as JSON, looping, in another language, a refusal."""

from __future__ import annotations

import re

from cosmos_compare.hints.records import Finding, Hint
from cosmos_compare.language import Text, listed
from cosmos_compare.records.schema import Finish
from cosmos_compare.texts.answers import ParsedAnswer
from cosmos_compare.texts.lexicon import Lexicon, language_of, lexicon
from cosmos_compare.texts.normal import normal, plain
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.vocabulary import word

_ASKS_FOR_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
_ASKS_FOR_LANGUAGE = re.compile(r"\b(?:in|en)\s+(?P<name>english|french|anglais|francais)\b")
_LANGUAGES = {"english": "en", "anglais": "en", "french": "fr", "francais": "fr"}
_WORDS = {"en": Text("English"), "fr": Text("French")}
LEAST_WORDS = 8  # of an answer whose language is judged


def format_hint(read: ParsedAnswer, finish: Finish, question: str) -> Hint:
    """Whether an answer is whole and in the form that was asked for. Its level is 2 when nothing is wrong, 1 for a slip
    that can be read over, 0 when there is no answer to read."""
    words = lexicon()
    found = [*_endings(read, finish), *_json(read, question), *_language(read, question), *_refusal(read, words)]
    grave = {"no answer", "refusal", "loop", "unreadable JSON", "cut"}
    level = 2 if not found else 0 if any(finding.kind in grave for finding in found) else 1
    return Hint(
        "format", level, listed([word(finding.kind) for finding in found], ", ") or Text("nothing wrong"), tuple(found)
    )


def _endings(read: ParsedAnswer, finish: Finish) -> list[Finding]:
    found = []
    if read.loop is not None:
        found.append(Finding("loop", "", Text("says the same {n} times", n=read.loop.rounds), read.loop.words, None))
    elif finish == "length":
        found.append(Finding("cut", "", Text("was cut at the limit of tokens")))
    if finish == "cancelled":
        found.append(Finding("cut", "", Text("was stopped")))
    if not read.answer.strip():
        what = Text("gives nothing but reasoning") if read.reasoning else Text("gives nothing")
        found.append(Finding("no answer", "", what))
    return found


def _json(read: ParsedAnswer, question: str) -> list[Finding]:
    asked = bool(_ASKS_FOR_JSON.search(question))
    if read.state == "broken" or (asked and read.state == "none" and read.answer.strip()):
        return [Finding("unreadable JSON", "", Text("is meant or asked to be JSON and can't be read as such"))]
    if read.state == "mended":
        return [Finding("mended JSON", "", Text("is JSON with slips that were read over"))]
    return (
        [Finding("prose beside JSON", "", Text("has words beside the JSON"))]
        if asked and read.state == "inside"
        else []
    )


def _language(read: ParsedAnswer, question: str) -> list[Finding]:
    wish = _ASKS_FOR_LANGUAGE.search(plain(question))
    wanted = _LANGUAGES[wish["name"]] if wish else language_of(plain(question))
    texts = [span.of(read.raw) for span in read.prose]
    texts += [leaf.value for value in read.given for leaf in value.leaves if isinstance(leaf.value, str)]
    text = plain(" ".join(texts))
    if len(text.split()) < LEAST_WORDS or not question.strip():
        return []
    if _is_other_script(text):
        return [Finding("other language", "", Text("is not in {wanted}", wanted=_WORDS[wanted]))]
    given = language_of(text)
    if given == wanted:
        return []
    return [
        Finding(
            "other language",
            given,
            Text("is in {given}; {wanted} was asked for", given=_WORDS[given], wanted=_WORDS[wanted]),
        )
    ]


def _is_other_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and sum(char > "\u024f" for char in letters) > len(letters) / 2


def _refusal(read: ParsedAnswer, words: Lexicon) -> list[Finding]:
    for span in read.prose[:1]:
        beginning = normal(read.raw, span.start, min(span.end, span.start + 300))
        if match := words.pattern("refusals").search(beginning.text):
            place: Span = beginning.span(*match.span())
            return [Finding("refusal", "", Text("refuses, or says that it saw no video"), place.of(read.raw), place)]
    return []
