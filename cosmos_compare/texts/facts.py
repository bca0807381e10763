"""Facts that an answer states, each with the words it was read from: objects, risk, the advised action, events.

Read from JSON where it has a place for a fact, and from sentences in English and French by the words of the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cosmos_compare.texts.advice import ActionSaid, advice_in
from cosmos_compare.texts.answers import ParsedAnswer
from cosmos_compare.texts.events import Event
from cosmos_compare.texts.facts_in_json import facts_in_json
from cosmos_compare.texts.lexicon import Lexicon, lexicon
from cosmos_compare.texts.mentions import Mention, Standing, mentions_in
from cosmos_compare.texts.normal import normal
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.risk import RiskSaid, conclude, level_alone, risks_in
from cosmos_compare.texts.sentences import sentences

_REPLY = re.compile(r"[\s\"'(-]*(?:(?P<yes>yes|oui|si)|no|non|none|aucune?|nope)(?=[\s\"']*(?:[,.;:!)–—]|$))")
LONGEST_SENTENCE = 1500  # characters: what a list means is followed item by item


@dataclass(frozen=True)
class Facts:
    """What an answer states. Places count from the beginning of its raw text; times in seconds as its model counts.

    `risk` and `actions` are what it says in the end: of several the last form, conclusion or undisputed sentence;
    `risk` is None where it says nothing or contradicts itself. `risks` holds every level that it names.
    """

    mentions: tuple[Mention, ...] = ()
    risk: RiskSaid | None = None
    risks: tuple[RiskSaid, ...] = ()
    actions: tuple[ActionSaid, ...] = ()
    events: tuple[Event, ...] = ()

    @cached_property
    def standing(self) -> dict[str, Standing]:
        """How each class named stands: present where it is said to be there anywhere, else absent, else hedged."""
        rank: tuple[Standing, ...] = ("present", "absent", "hedged")
        found: dict[str, Standing] = {}
        for mention in self.mentions:
            before = found.get(mention.kind)
            if before is None or rank.index(mention.standing) < rank.index(before):
                found[mention.kind] = mention.standing
        return found

    def objects(self, standing: Standing = "present") -> list[str]:
        """The classes that stand so, in the order in which they are named."""
        return [kind for kind, own in self.standing.items() if own == standing]

    def of(self, kind: str) -> list[Mention]:
        """Where a class is named in the way that it stands."""
        return [each for each in self.mentions if each.kind == kind and each.standing == self.standing[kind]]

    def count(self, kind: str) -> int | None:
        """The most of a class that one sentence names, or the items of a list; None where no number is named."""
        counts = [mention.number for mention in self.of(kind) if mention.number is not None]
        return max(counts, default=None)


def facts_of(read: ParsedAnswer) -> Facts:
    """The facts that an answer states, by the words that the lexicon has now."""
    return _facts(read.raw, read, lexicon())


def facts_of_text(text: str) -> Facts:
    """The facts of any text that is no model's, such as the note of a ground truth."""
    words = lexicon()
    return _concluded(_sentences(text, Span(0, len(text)), words), words)


@dataclass
class _Said:
    """What was gathered, in the order of the text."""

    mentions: list[Mention]
    risks: list[RiskSaid]
    actions: list[ActionSaid]
    alone: RiskSaid | None = None


@lru_cache(maxsize=512)
def _facts(raw: str, read: ParsedAnswer, words: Lexicon) -> Facts:
    said = _Said([], [], [])
    for span in read.prose:
        own = _sentences(raw, span, words)
        said.mentions += own.mentions
        said.risks += own.risks
        said.actions += own.actions
        said.alone = said.alone or (own.alone if span == read.prose[0] else None)
    explicit: list[RiskSaid] = []
    orders: tuple[ActionSaid, ...] = ()
    for value in read.given:
        found = facts_in_json(raw, value, words)
        said.mentions += found.mentions
        explicit += found.risks
        orders = tuple(found.actions) or orders
        for leaf in found.texts:
            own = _sentences(raw, leaf, words)
            said.mentions += own.mentions
            said.risks += own.risks
            said.actions += own.actions
    return _concluded(said, words, tuple(explicit), orders, read.events)


def _without_repeats(mentions: list[Mention], words: Lexicon) -> list[Mention]:
    """Mentions without those that only speak again of a narrower thing: `an oncoming car … the car`."""
    kept: list[Mention] = []
    for mention in mentions:
        again = mention.known and mention.standing == "present"
        if not again or not any(
            before.kind != mention.kind
            and before.standing == "present"
            and mention.kind in (*words.above(before.kind), *words.near(before.kind))
            for before in kept
        ):
            kept.append(mention)
    return kept


def _concluded(
    said: _Said,
    words: Lexicon,
    explicit: tuple[RiskSaid, ...] = (),
    orders: tuple[ActionSaid, ...] = (),
    events: tuple[Event, ...] = (),
) -> Facts:
    said.mentions = _without_repeats(sorted(said.mentions, key=lambda mention: mention.span), words)
    told = conclude(said.risks) or (said.alone if not said.risks else None)
    risk = explicit[-1] if explicit else told
    if explicit and told and told.scope == "overall" and told.span > explicit[-1].span:
        risk = told  # a conclusion behind the form
    everything = sorted({*said.risks, *explicit, *([said.alone] if said.alone else [])}, key=lambda each: each.span)
    actions = orders or tuple({action.action: action for action in reversed(said.actions)}.values())[::-1]
    return Facts(tuple(said.mentions), risk, tuple(everything), actions, events)


def _sentences(raw: str, place: Span, words: Lexicon) -> _Said:
    said = _Said([], [], [])
    spans = list(_read(raw, place))
    for number, span in enumerate(spans):
        sentence = normal(raw, *span)
        things = [thing for thing in words.find_things(sentence.text) if thing.kind]
        if number and (reply := _REPLY.match(sentence.text)):
            said.mentions = _answered(raw, said.mentions, spans[number - 1], "present" if reply["yes"] else "absent")
        said.mentions += mentions_in(raw, sentence, span, words)
        said.risks += risks_in(raw, sentence, span, words)
        said.actions += advice_in(raw, sentence, span, words, things)
        if number == 0:
            said.alone = level_alone(raw, sentence, span, words)
    return said


def _answered(raw: str, mentions: list[Mention], question: Span, standing: Standing) -> list[Mention]:
    """Mentions with those of a question as its yes or no puts them: `Is there a cyclist? No.`"""
    if not question.of(raw).rstrip(" \"'*_»”)").endswith("?"):
        return mentions
    return [
        each._replace(standing=standing) if each.sentence == question and each.standing == "hedged" else each
        for each in mentions
    ]


def _read(raw: str, place: Span) -> Iterator[Span]:
    """The sentences of a place; one that never ends, of a model in a loop, in pieces."""
    for sentence in sentences(raw, *place):
        start = sentence.start
        while sentence.end - start > LONGEST_SENTENCE:
            cuts = (raw.rfind(sign, start, start + LONGEST_SENTENCE) + 1 for sign in ", ")
            cut = next((cut for cut in cuts if cut > start), start + LONGEST_SENTENCE)
            yield Span(start, cut)
            start = cut
        yield Span(start, sentence.end)
