"""The words of options: when a text is them, begins with them, or says another one beside them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

WHY = r"(?:because|since|parce|puisque)\b"  # begins a reason
# Markdown, LaTeX and signs without width round a letter; marks before a line.
_DRESS = re.compile(
    r"\*\*|__|`+|\\(?:boxed|text(?:bf)?|math(?:rm|bf))\b|\\[()\[\]]|[${}\u00ad\u200b-\u200f\u2060\ufeff]"
)
_BULLET = re.compile(r"^[ \t]*(?:[-*•>#]+|[-=]>|→)[ \t]+", re.MULTILINE)
# What may stand behind an option's words where a sentence goes on.
_ENDED = re.compile(rf"\s*(?:$|[.,;:!?()\[\]–—…]|-\s|{WHY})", re.IGNORECASE)
# Clauses of a line may be an option and nothing else, `or maybe B`; a letter of which something is said is none.
_CLAUSES = re.compile(r"[.,;:!?…()\[\]\"“”«»–—]+|\s-\s")
_HEDGES = re.compile(
    r"(?:\b(?:or|and|but|also|maybe|perhaps|possibly|probably|likely|actually|rather|instead|no|wait|sorry|hmm|either"
    r"|ou|et|mais|aussi|peut-être|plutôt|non|pardon|en fait)\b\s*)+"
)
_SUBJECT = re.compile(
    r"\b[a-z]\b(?:\s*(?:,|\band\b|\bor\b|\bet\b|\bou\b)+\s*[a-z]\b)*\s+"
    r"(?:is|are|was|were|would|will|could|can|can['’]t|does|do|isn['’]t|aren['’]t|doesn['’]t|est|sont|serait)\b[^.;!?]*"
)
_ALONE = re.compile(
    r"(?:(?:the|la|le|l['’])\s*)?(?:(?:option|answer|choice|letter|r[ée]ponse|choix)\s*)?(?P<letter>[a-z])"
)


def plain(text: str) -> str:
    """A text without Markdown, LaTeX, marks before its lines and signs that nobody sees."""
    return _BULLET.sub("", _DRESS.sub("", unicodedata.normalize("NFKC", text))).strip()


def words_of(text: str) -> str:
    """What counts of an option's words: letters, digits and signs, in one case, with single spaces."""
    return " ".join(plain(text).casefold().split()).strip(" .,;:!\"'“”«»()")


def same(one: str, other: str) -> bool:
    return bool(words_of(one)) and words_of(one) == words_of(other)


def begun(line: str, options: Mapping[str, str]) -> set[str]:
    """The options with whose words a line begins, the longest: it is these words, or goes on with another clause."""
    own = words_of(line)
    known = {name: words for name, text in options.items() if (words := words_of(text))}
    found = {name for name, words in known.items() if own.startswith(words) and _ENDED.match(own, len(words))}
    longest = max((len(known[name]) for name in found), default=0)
    return {name for name in found if len(known[name]) == longest}


def named_alone(line: str, named: str, options: Mapping[str, str]) -> set[str]:
    """The options besides `named` that a clause of its line is, and nothing else (`B, or maybe C`)."""
    others: set[str] = set()
    for clause in _CLAUSES.split(_SUBJECT.sub(" ", _without(line, named, options))):
        said = _HEDGES.sub("", clause.strip(), count=1).strip()
        if letter := _ALONE.fullmatch(said):
            others |= {letter["letter"].upper()} & options.keys()
        others |= {name for name, words in options.items() if same(said, words)}
    return others - {named}


def mentioned(line: str, named: str, options: Mapping[str, str]) -> set[str]:
    """The options whose words stand in a line beside those of `named`."""
    text = _without(line, named, options)
    known = {name: words for name, own in options.items() if name != named and (words := words_of(own))}
    return {name for name, words in known.items() if _whole_words(words).search(text)}


def _without(line: str, named: str, options: Mapping[str, str]) -> str:
    """A line in one case, without the words of an option."""
    text, own = " ".join(line.casefold().split()), words_of(options.get(named, ""))
    return _whole_words(own).sub(" ", text, count=1) if own else text


def _whole_words(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")
