"""Items of a sentence: its words, signs and things in a row, by which the reach of a negation is followed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cosmos_compare.texts.lexicon import Lexicon, Thing
from cosmos_compare.texts.number_words import NUMBER_WORDS

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[a-z0-9]+(?:'(?=[a-z]))?|n't|'s|[^\sa-z0-9]")
LIST_SIGNS = frozenset({",", "/", "&", "and", "or", "nor", "et", "ou", "ni", "well", "+"})
LONGEST_LIST = 40  # things: a model in a loop names thousands, each in the list of the one before
STRONG_SIGNS = frozenset({"or", "nor", "ou", "ni", "/"})  # these go on with what was denied, whatever follows


class Item(NamedTuple):
    """A word or sign, or a thing when `thing` is its number; in the normal text of the sentence."""

    word: str
    start: int
    end: int
    thing: int | None = None


@dataclass(frozen=True)
class ReadSentence:
    """A sentence in normal form, with its items."""

    text: str
    things: tuple[Thing, ...]
    items: tuple[Item, ...]
    lexicon: Lexicon

    @cached_property
    def place_of_thing(self) -> dict[int, int]:
        return {item.thing: n for n, item in enumerate(self.items) if item.thing is not None}

    def item_at(self, place: int) -> int:
        """The number of the first item that begins at or behind a place of the text."""
        return bisect_left(self.items, place, key=lambda item: item.start)

    def list_after(self, number: int, most: int = 4) -> list[int]:
        """The things of the list that begins with item `number`: `pedestrians, cyclists or animals`. A verb, an
        article or a preposition ends it."""
        found: list[int] = []
        skipped = 0
        while number < len(self.items) and len(found) < LONGEST_LIST:
            item = self.items[number]
            if item.thing is not None:
                found.append(item.thing)
                following = self._next_of_list(number + 1)
                if following is None:
                    break
                number, skipped = following, 0
            elif not found and item.word in self.lexicon.generic and (following := self._next_of_list(number + 1)):
                number = following
            elif item.word in self.lexicon.stops or not (item.word[0].isalnum() or item.word == "-") or skipped >= most:
                break
            else:
                skipped += 1
                number += 1
        return found

    def _next_of_list(self, number: int) -> int | None:
        """The item of the next thing of a list, behind its commas and conjunctions."""
        signs = set()
        while number < len(self.items) and (word := self.items[number].word) in LIST_SIGNS | {"as"}:
            signs.add(word)
            number += 1
        if not signs or signs == {"as"}:
            return None
        strong = bool(signs & STRONG_SIGNS)
        while number < len(self.items) and self.items[number].word in self.lexicon.articles:
            if not strong and self.items[number].word in {"a", "an", "un", "une", "des"}:
                return None
            number += 1
        place = number
        while place < len(self.items) and place - number < 4 and self.items[place].thing is None:
            word = self.items[place].word
            if word in self.lexicon.stops or word in NUMBER_WORDS or word.isdigit() or not word[0].isalpha():
                return None
            place += 1
        if place >= len(self.items) or self.items[place].thing is None or _VERB_WITHIN.search(self.items[place].word):
            return None
        return place if strong or self._ends_or_goes_on(place + 1) else None

    def _ends_or_goes_on(self, number: int) -> bool:
        """Whether what stands behind a thing lets it be part of a list, and is not a verb of its own."""
        if number >= len(self.items):
            return True
        word = self.items[number].word
        if word in {"is", "are", "was", "were", "est", "sont"}:
            seen = self.lexicon.pattern("negation_behind_things")
            return bool(seen.match(self.text, self.items[min(number + 1, len(self.items) - 1)].start))
        return not word[0].isalpha() or word in LIST_SIGNS or word in self.lexicon.prepositions or word in _SEEN

    def subject_before(self, number: int, most: int = 7) -> list[int]:
        """The things that are the subject of what begins at item `number`: the nearest one that no preposition
        governs, and those joined to it."""
        found: list[int] = []
        place, words = number - 1, 0
        while place >= 0:
            item = self.items[place]
            if item.thing is not None:
                if not found and self.governed(place):
                    words += 1
                elif found and self.items[place + 1].word not in LIST_SIGNS:
                    break
                else:
                    found.append(item.thing)
                    words = 0
            elif (
                item.word in {";", ":", ".", "(", "!", "?", '"'}
                or item.word in self.lexicon.clause_ends
                or (found and (item.word in self.lexicon.auxiliaries or item.word in self.lexicon.prepositions))
            ):
                break
            elif item.word not in LIST_SIGNS:
                words += 1
                if words > (2 if found else most):
                    break
            elif not found and item.word in {"and", "et"}:
                break
            place -= 1
        return found

    def governed(self, place: int) -> bool:
        """Whether a preposition stands before a thing: `the walker behind the truck`."""
        for before in range(place - 1, max(-1, place - 5), -1):
            word = self.items[before].word
            if word in self.lexicon.prepositions:
                return True
            if (
                self.items[before].thing is not None
                or not word[0].isalpha()
                or word in self.lexicon.auxiliaries | LIST_SIGNS
            ):
                return False
        return False

    def definite(self, thing: int) -> bool:
        """Whether a thing is spoken of as known: `the cyclist`, `cette voiture`."""
        place = self.place_of_thing[thing]
        for before in range(place - 1, max(-1, place - 4), -1):
            word = self.items[before].word
            if word in self.lexicon.definite:
                return True
            if word in self.lexicon.articles or word in self.lexicon.stops or not word[0].isalpha():
                return False
        return False

    def count(self, thing: int) -> int | None:
        """How many of a thing are named: `two parked cars`, `3 piétons`."""
        place = self.place_of_thing[thing]
        for before in range(place - 1, max(-1, place - 3), -1):
            word = self.items[before].word
            if word.isdigit() and len(word) < 4:
                return int(word)
            if word in NUMBER_WORDS:
                return NUMBER_WORDS[word]
            if not word[0].isalpha() or word in self.lexicon.stops:
                return None
        return None


_VERB_WITHIN = re.compile(r" (?:is|are|est|sont|turns?|passe) ")  # `cars are parked` begins a clause
_SEEN = frozenset(["visible", "present", "seen", "detected", "observed", "visibles", "presents", "presente"])


def row_of(text: str, lexicon: Lexicon) -> ReadSentence:
    """The items of a sentence in normal form."""
    named = lexicon.find_things(text)
    things = tuple(thing for thing in named if thing.kind)
    items: list[Item] = []
    at = 0
    for thing in named:
        items += _words(text, at, thing.start)
        if thing.kind:
            items.append(Item(text[thing.start : thing.end], thing.start, thing.end, things.index(thing)))
        else:
            items += _words(text, thing.start, thing.end)
        at = thing.end
    items += _words(text, at, len(text))
    return ReadSentence(text, things, tuple(items), lexicon)


def _words(text: str, start: int, end: int) -> Sequence[Item]:
    return [Item(match[0], *match.span()) for match in _TOKEN.finditer(text, start, end)]
