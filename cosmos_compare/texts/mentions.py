"""Mentions of objects in sentences: which are said to be there, which are denied, which are only held possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from cosmos_compare.texts.items import LIST_SIGNS, ReadSentence, row_of
from cosmos_compare.texts.lexicon import Lexicon
from cosmos_compare.texts.normal import Normal
from cosmos_compare.texts.reasoning import Span

Standing = Literal["present", "absent", "hedged"]

_NO_MORE = re.compile(
    r"(?<![a-z0-9])(?:no (?:other|further|additional|new|more)|aucune? autre|pas d'autres?)(?![a-z0-9])"
)
_DENIAL = r"(?:n't|(?<![a-z])(?:not|never|pas|jamais|nowhere))"
_BETWEEN = (
    r"(?:\s+(?:be|been|being|currently|directly|really|actually|anywhere|ever|even|to be|any|encore|vraiment|etre|ete|"
    r"clearly|fully|well|easily|yet|clairement|bien|entierement|immediately|readily))*"
)
_NO_APPEARANCE = re.compile(
    rf"{_DENIAL}\s+(?:appear|exist|show up|occur|be seen|feature)(?![a-z])|n'appara(?:it|issent) pas|n'existent? pas"
)
# `Véhicule : ralentit` tells what the ego vehicle does; `Vehicles: none` and `Vehicle: a van` tell of others.
_OWN_LABEL = re.compile(r"\s*(?:vehicle|vehicule)\s*:\s*(?!none|no(?![a-z])|aucun|yes|oui|\d|an? |une? )[a-z]")
_ASPECT = r"(?:\s+(?:presence|detection|count|number|status|detected|visible|present|seen|nombre|presents?|visibles?))?"
_MODAL = re.compile(
    r"(?<![a-z0-9'])(?:may|might|could|seems?|appears? to|peut|peuvent|pourrait|pourraient|semblent?|serait|seraient"
    r"|(?<!un )(?<!le )(?<!du )(?<!de )risque(?:nt)? de(?= [a-z]+(?:er|ir|re)(?![a-z])))(?![a-z0-9])"
)
_MAYBE = re.compile(r"(?<![a-z])(?:may|might|peu(?:t|vent)(?: ne)?|pourrai(?:en)?t(?: ne)?)\s*$")
# A negation behind these is only supposed: `if there are no pedestrians, proceed`.
_SUPPOSED = re.compile(
    r"(?<![a-z])(?:if|whether|unless|assuming|provided|as long as|so long as|in case|until|"
    r"si|s'il|tant qu[e']|a condition)(?![a-z])[^,;:.]*$"
)
_FREE = re.compile(r"[\s-]free(?![a-z])(?! of)")  # `a pedestrian-free street`
_HIDER = re.compile(r"\s*(?:by|behind|from|par|derriere)(?![a-z])")  # what hides is there


class Mention(NamedTuple):
    """An object that a sentence names: its class, whether it is said to be there, the words that were read and where
    they stand in the raw text. `by` are the words that deny or doubt it, `number` says how many where that is said;
    `known`: it is spoken of as known (`the car`)."""

    kind: str
    standing: Standing
    words: str
    span: Span
    sentence: Span
    by: str = ""
    number: int | None = None
    known: bool = False


def mentions_in(raw: str, sentence: Normal, place: Span, words: Lexicon) -> list[Mention]:
    """The objects that one sentence names; `place` is where it stands in `raw`."""
    row = row_of(sentence.text, words)
    if not row.things:
        return []
    found: dict[int, tuple[Standing | None, str]] = {}
    for number, standing, by in (*_not_meant(row), *_denied(row), *_doubted(row, raw[place.start : place.end])):
        found.setdefault(number, (standing, by))
    mentions = []
    for number, thing in enumerate(row.things):
        standing, by = found.get(number, ("present", ""))
        if standing is not None:
            span = sentence.span(thing.start, thing.end)
            count = row.count(number) if standing == "present" else None
            known = row.definite(number)
            mentions.append(Mention(thing.kind, standing, span.of(raw), span, place, by, count, known))
    return mentions


_Found = Iterator[tuple[int, Standing | None, str]]


def _not_meant(row: ReadSentence) -> _Found:
    """Things that say nothing of the scene: the ego vehicle as `the car`, and `no other cars`."""
    for match in _NO_MORE.finditer(row.text):
        for number in row.list_after(row.item_at(match.end())):
            yield number, None, match[0]
    for number, thing in enumerate(row.things):
        if thing.kind == "vehicle" and _OWN_LABEL.match(row.text) and thing.start == row.items[0].start:
            yield number, None, "ego"
        bare = row.text[thing.start : thing.end] in {"car", "vehicle", "voiture", "vehicule"}
        if bare and row.definite(number) and not row.governed(row.place_of_thing[number]):
            own = row.lexicon.pattern("ego_verbs").match(row.text.rstrip(), _after_space(row.text, thing.end))
            if own or thing.kind == "vehicle":
                yield number, None, "ego"


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] == " ":
        at += 1
    return at


def _denied(row: ReadSentence) -> _Found:
    pretended = [match.span() for match in row.lexicon.pattern("negation_not_negations").finditer(row.text)]
    yield from _denied_ahead(row, pretended)
    yield from _denied_behind(row, pretended)
    yield from _denied_by_value(row)
    for number, thing in enumerate(row.things):
        word = row.text[thing.start : thing.end]
        if free := _FREE.match(row.text, thing.end):
            yield number, "absent", free[0].strip(" -")
        if word in row.lexicon.nobody and (word != "personne" or _nobody_in_french(row.text, thing.start, thing.end)):
            yield number, "absent", word


def _nobody_in_french(text: str, start: int, end: int) -> bool:
    """`On ne voit personne`, `personne ne traverse`: not `une personne`."""
    if re.search(r"(?<![a-z])(?:une?|la|cette|chaque|seule|autre|l'|deux|\d) ?$", text[:start]):
        return False
    before = re.search(r"(?<![a-z])(?:ne|n')\s*(?:y )?[a-z']+(?: [a-z]+)? $", text[:start])
    return bool(before or re.match(r" n(?:e |')", text[end:]))


def _denied_ahead(row: ReadSentence, pretended: list[tuple[int, int]]) -> _Found:
    """`no pedestrians or cyclists`, `there isn't any pedestrian`, `ni piéton ni cycliste`."""
    exceptions = row.lexicon.pattern("exceptions")
    for cue in row.lexicon.pattern("negation_before_things").finditer(row.text):
        if any(start <= cue.start() < end for start, end in pretended):
            continue
        reached = row.list_after(row.item_at(cue.end()))
        if cue[0].startswith("n'en"):
            reached = [n for n, thing in enumerate(row.things) if thing.start > cue.end()]
        if not reached:
            continue
        # `no vehicles other than a truck` denies no truck, and not all vehicles either.
        behind = _after_space(row.text, row.things[reached[-1]].end)
        excepted = exceptions.match(row.text, behind) or exceptions.match(row.text)
        standing: Standing = "hedged" if _SUPPOSED.search(row.text[: cue.start()]) else "absent"
        for number in reached:
            yield number, None if excepted else standing, cue[0]


def _denied_behind(row: ReadSentence, pretended: list[tuple[int, int]]) -> _Found:
    """`pedestrians and cyclists are not visible`, `le piéton est absent`."""
    seen = row.lexicon.pattern("negation_behind_things").pattern
    for match in re.finditer(rf"(?P<deny>{_DENIAL})(?P<how>{_BETWEEN})\s+(?:{seen})", row.text):
        if any(start <= match.start("deny") < end for start, end in pretended):
            continue
        if _MAYBE.search(row.text[: match.start()]):
            yield from ((thing, "hedged", match[0]) for thing in row.subject_before(row.item_at(match.start())))
        else:
            yield from _deny_subject(row, match, match["how"])
    for match in (*_NO_APPEARANCE.finditer(row.text), *row.lexicon.pattern("negation_absent").finditer(row.text)):
        yield from _deny_subject(row, match, "")


def _deny_subject(row: ReadSentence, match: re.Match[str], how: str) -> _Found:
    soft = row.lexicon.pattern("negation_softened")
    softened = soft.search(how) or soft.match(row.text, _after_space(row.text, match.end()))
    number = row.item_at(match.start())
    for thing in row.subject_before(number):
        # Not seen before, or not well, is not the same as not there.
        yield thing, "present" if softened and row.definite(thing) else "hedged" if softened else "absent", match[0]


def _denied_by_value(row: ReadSentence) -> _Found:
    """`Cyclist: none`, `pedestrians = 0`, `feu : aucun`, `cyclists (none)`."""
    values = row.lexicon.pattern("negation_values").pattern
    pattern = re.compile(
        rf"{_ASPECT}\s*(?:\([^)]*\)\s*)?(?:[:=]|\s[-–—]|\(|->|→)\s*\"?(?:{values})\"?\s*(?=$|[.,;:)!\n])"
    )
    for number, thing in enumerate(row.things):
        if match := pattern.match(row.text, thing.end):
            place = row.place_of_thing[number]
            yield number, "absent", match[0].strip(" :=-()")
            if place and row.items[place - 1].word in LIST_SIGNS:
                for other in row.subject_before(place - 1):
                    yield other, "absent", match[0].strip(" :=-()")


def _doubted(row: ReadSentence, written: str) -> _Found:
    """Things behind words of doubt or condition, unless they are spoken of as known; all things of a question."""
    if written.rstrip(" \"'*_»”)").endswith("?"):
        for number in range(len(row.things)):
            yield number, "hedged", "?"
    for cue in row.lexicon.pattern("hedges").finditer(row.text):
        if cue[0] in {"hidden", "cache"} and _HIDER.match(row.text, cue.end()):
            continue
        stop = _clause_end(row, cue.end())
        for number, thing in enumerate(row.things):
            if cue.end() <= thing.start < stop and not row.definite(number):
                yield number, "hedged", cue[0]
    for modal in _MODAL.finditer(row.text):
        for number in row.subject_before(row.item_at(modal.start())):
            if not row.definite(number) and row.count(number) in {None, 1}:
                yield number, "hedged", modal[0]


def _clause_end(row: ReadSentence, at: int) -> int:
    ends = row.lexicon.pattern("clause_ends").search(row.text, at)
    sign = re.compile(r"[;.!?](?!\d)|, (?:the|a|an|le|la|un|une|we|nous|il) ").search(row.text, at)
    return min(match.start() if match else len(row.text) for match in (ends, sign))
