"""Actions that a text advises to the ego vehicle: keep, slow, stop, yield, turn, change lane, pull away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from cosmos_compare.texts.lexicon import Lexicon, Thing
from cosmos_compare.texts.normal import Normal, normal
from cosmos_compare.texts.reasoning import Span

ACTIONS = ("keep", "slow", "stop", "yield", "turn", "change lane", "pull away")
_KEY = re.compile(
    r"(?:(?:next|recommended|suggested|advised|expected|required|driving|ego|best|safe)[ _-]?)*"
    r"(?:action|maneuver|manoeuvre|step|decision|advice|recommendation|response)s?"
    r"(?:[ _-]?(?:recommended|advised|next))?"
    r"|next|advice|what[ _]to[ _]do|recommandation|ensuite"
    r"|(?:action|manoeuvre|conseil|prochaine[ _]action)(?:[ _](?:suivante|recommandée|recommandee|attendue))?",
    re.IGNORECASE,
)
_START = re.compile(r"^[\s\"'(:\-–•>\d.)]*(?:(?:yes|oui|so|then|next|please|therefore|thus|donc|alors)[\s,:]+)*")
# Other people's doings: `the pedestrian should stop` advises nobody here.
_OTHERS_MAY = re.compile(r"(?<![a-z])(?:must|should|has to|have to|needs? to|doit|doivent|devrait|devraient)(?![a-z])")
_FRENCH_NOT = re.compile(r"ne |n'")  # `ne tournez pas`: the verb stands between
_FRENCH_NOT_BEFORE = re.compile(r"(?<![a-z])(?:ne |n')$")
_CONDITION = re.compile(r"(?:^|[,;:.])\s*(?:if|unless|should|si|s'il|en cas)\s[^.;]*$")
_INSTEAD = re.compile(r"(?<![a-z])(?:but|instead|mais|plutot)(?![a-z])")
_IF_NEEDED = re.compile(r"(?:if|when|si) (?:necessary|needed|required|necessaire|besoin|it|he|she|they|il)")
_DENIED_MODAL = re.compile(r"^\s*(?:n't|not|never|pas|jamais)(?![a-z])")


class ActionSaid(NamedTuple):
    """An action that is advised: its class, the words, their place in the raw text and that of their sentence."""

    action: str
    words: str
    span: Span
    sentence: Span


class _Found(NamedTuple):
    action: str
    start: int
    end: int


@lru_cache(maxsize=4)
def _verbs(words: Lexicon) -> re.Pattern[str]:
    """All phrases for actions, by group, the longest first; the first word of an English one in its other forms."""
    named = [(phrase, number) for number, action in enumerate(ACTIONS) for phrase in words.actions.get(action, ())]
    named += [(phrase, -1) for phrase in words.lists["not_actions"]]
    ordered = sorted(named, key=lambda each: len(each[0]), reverse=True)
    groups: dict[str, list[str]] = {}
    for phrase, _ in ordered:
        groups.setdefault(phrase[0], []).append(_forms(phrase))
    parts = (f"(?={first})(?:{'|'.join(forms)})" for first, forms in groups.items())
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(parts)})(?![a-z0-9])")


@lru_cache(maxsize=4)
def _by_phrase(words: Lexicon) -> list[tuple[re.Pattern[str], str]]:
    table = [(re.compile(_forms(phrase)), "") for phrase in words.lists["not_actions"]]
    return table + [
        (re.compile(_forms(phrase)), action) for action in ACTIONS for phrase in words.actions.get(action, ())
    ]


@lru_cache(maxsize=2000)
def _action_of(words: Lexicon, phrase: str) -> str:
    return next((action for pattern, action in _by_phrase(words) if pattern.fullmatch(phrase)), "")


def _forms(phrase: str) -> str:
    """A phrase with its first word also ending in -s, -ing; `a` and `the` may stand between verb and noun."""
    first, *rest = re.split(r"[\s-]+", phrase)
    stem = re.escape(first)
    forms = [stem, f"{stem}s", f"{stem}ing", f"{stem}es", f"{stem}ed"]
    if first.endswith("e"):
        forms.append(f"{re.escape(first[:-1])}(?:ing|ed)")
    elif len(first) > 2 and first[-1] in "ptng":
        forms.append(f"{stem}{re.escape(first[-1])}(?:ing|ed)")
    return r"[\s-]+".join([f"(?:{'|'.join(forms)})", *(re.escape(word) for word in rest)])


def _find(text: str, words: Lexicon, start: int = 0, end: int | None = None) -> Iterator[_Found]:
    for match in _verbs(words).finditer(text, start, len(text) if end is None else end):
        if action := _action_of(words, match[0]):
            yield _Found(action, *match.span())


def advice_in(
    raw: str, sentence: Normal, place: Span, words: Lexicon, things: Sequence[Thing] = ()
) -> list[ActionSaid]:
    """The actions that one sentence advises: behind `should`, `il faut` and the like, or in the imperative at its
    beginning. `things` are the objects that it names: a `stop sign` orders nothing."""
    text = sentence.text
    found: list[_Found] = []
    free = 0
    for cue in words.pattern("advice_cues").finditer(text):
        if cue.start() < free or _of_others(text, cue, things) or _CONDITION.search(text[: cue.start()]):
            continue
        free = _end_of_advice(text, cue.end(), words)
        at = cue.end()
        if _DENIED_MODAL.match(text[at:]) or _denied_before(text, cue.start()):
            instead = _INSTEAD.search(text, at, free)
            at = instead.end() if instead else free
        found += _meant(text, words, at, free)
    begin = _START.match(text)
    at = begin.end() if begin else 0
    if not found and _is_order(text, at, words):
        found = list(_meant(text, words, at, _end_of_advice(text, at, words)))
    outside = [each for each in found if not any(t.start <= each.start < t.end for t in things)]
    return [
        ActionSaid(each.action, (span := sentence.span(each.start, each.end)).of(raw), span, place) for each in outside
    ]


def _is_order(text: str, at: int, words: Lexicon) -> bool:
    """Whether a sentence begins with an action, or with one that is ruled out."""
    denied = words.pattern("advice_against").match(text, at) or _FRENCH_NOT.match(text, at)
    begin = _after_space(text, denied.end()) if denied else at
    return _verbs(words).match(text, begin) is not None


def _after_space(text: str, at: int) -> int:
    return at + len(text[at:]) - len(text[at:].lstrip())


def _of_others(text: str, cue: re.Match[str], things: Sequence[Thing]) -> bool:
    """Whether the subject of an order is somebody else: `the pedestrian should stop`."""
    if not _OTHERS_MAY.fullmatch(cue[0]):
        return False
    before = [thing for thing in things if thing.end <= cue.start()]
    return (
        bool(before)
        and not text[before[-1].end : cue.start()].strip()
        and text[before[-1].start : before[-1].end] not in {"car", "vehicle", "voiture", "vehicule"}
    )


def _denied_before(text: str, at: int) -> bool:
    return re.search(r"(?:n't|(?<![a-z])(?:not|no|ne|n'|pas|never))\s*$", text[:at]) is not None


def _end_of_advice(text: str, at: int, words: Lexicon) -> int:
    """Where the reasons, conditions and later steps of an advice begin."""
    ends = [match.start() for match in words.pattern("advice_ends").finditer(text, at) if match.start() > at + 2]
    sign = re.compile(r"[;.!?](?!\d)").search(text, at)
    end = min([len(text), *ends[:1], *([sign.start()] if sign else [])])
    return _last_conjunction(text, at, end) if _IF_NEEDED.match(text, end) else end


def _meant(text: str, words: Lexicon, start: int, end: int) -> Iterator[_Found]:
    """The actions of a stretch, but those ruled out (`rather than stop`) or only held ready (`be ready to stop`)."""
    stopped: list[tuple[int, int]] = []
    for name in ("advice_against", "advice_ready"):
        for cue in words.pattern(name).finditer(text, start, end):
            comma = re.compile(r"[,;]|(?<![a-z])(?:but|mais)(?![a-z])").search(text, cue.end(), end)
            stopped.append((cue.start(), comma.start() if comma else end))
    for each in _find(text, words, start, end):
        if not any(begin <= each.start < stop for begin, stop in stopped) and not _FRENCH_NOT_BEFORE.search(
            text, max(0, each.start - 4), each.start
        ):
            yield each


def _last_conjunction(text: str, start: int, at: int) -> int:
    matches = list(re.compile(r"(?<![a-z])(?:and|or|et|ou)(?![a-z])|,").finditer(text, start, at))
    return matches[-1].start() if matches else at


def actions_of_value(value: str, words: Lexicon) -> tuple[str, ...]:
    """The actions under an action's key of a JSON answer, or in a truth: `slow down / yield to the pedestrian`."""
    text = normal(value).text
    end = _end_of_advice(text, 0, words)
    return tuple(dict.fromkeys(each.action for each in _meant(text, words, 0, end)))


def is_action_key(key: str) -> bool:
    """Whether a key of a JSON answer holds what to do next."""
    return bool(_KEY.fullmatch(key.strip()))
