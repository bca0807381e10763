"""The lexicon: words for road users, risk, actions, negation and doubt, from one YAML file and the user's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import LEXICON, user_lexicon
from cosmos_compare.texts.normal import plain
from cosmos_compare.yaml_io import read_mapping

LANGUAGES = ("en", "fr")
_RISK_LISTS = ("adverbs", "between", "elsewhere", "qualities", "denials", "doubts", "absence")
_FRENCH = re.compile(
    r"(?<![a-z])(?:le|la|les|un|une|des|du|de|est|et|il|elle|nous|on|que|qui|dans|sur|pour|pas|avec|au|aux|en|ne|se|sont|je|"
    r"ce|cette|sa|son|ses|par|ni|aucune?|mais|faut|doit|l'|d'|n'|s'|c'|j'|y)(?![a-z])|[ldnsj]'(?=[a-z])"
)
_ENGLISH = re.compile(
    r"(?<![a-z])(?:the|an?|is|are|of|to|and|in|it|with|for|at|this|that|there|its|we|no|not|by|from|should|as|be|or|our)(?![a-z])"
)
_PLURAL = "(?:s|es|x)?"


class Thing(NamedTuple):
    """A word for an object in a normal text, `text[start:end]`; `kind` is empty for a phrase that only looks so."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class ObjectClass:
    """A class of objects: the class above it, and those whose name it may bear where a truth does not know it."""

    name: str
    parents: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All words, in normal form, and the patterns made of them."""

    objects: Mapping[str, ObjectClass]
    lists: Mapping[str, tuple[str, ...]] = field(repr=False)
    levels: Mapping[str, tuple[int, int]] = field(repr=False)
    actions: Mapping[str, tuple[str, ...]] = field(repr=False)
    nobody: Mapping[str, str] = field(repr=False)
    happenings: Mapping[str, tuple[str, ...]] = field(repr=False)

    def pattern(self, name: str) -> re.Pattern[str]:
        """Any phrase of a list, the longest first; whole words, the first may follow an apostrophe."""
        return _phrases(self.lists[name], plural=name in {"negation_behind_things", "negation_absent"})

    def happens(self, text: str) -> list[str]:
        """What happens in a normal text, by the names of the lexicon, each once."""
        return [name for name, phrases in self.happenings.items() if _phrases(phrases).search(text)]

    @cached_property
    def articles(self) -> frozenset[str]:
        return frozenset(self.lists["grammar_articles"])

    @cached_property
    def definite(self) -> frozenset[str]:
        """Words that speak of a thing as known."""
        return frozenset(self.lists["grammar_definite"])

    @cached_property
    def prepositions(self) -> frozenset[str]:
        return frozenset(self.lists["grammar_prepositions"])

    @cached_property
    def auxiliaries(self) -> frozenset[str]:
        return frozenset(self.lists["grammar_auxiliaries"])

    @cached_property
    def stops(self) -> frozenset[str]:
        """Words that end a list of things."""
        others = frozenset(self.lists["grammar_stops"])
        return self.prepositions | self.auxiliaries | self.definite | others

    @cached_property
    def generic(self) -> frozenset[str]:
        return frozenset(self.lists["grammar_generic"])

    @cached_property
    def clause_ends(self) -> frozenset[str]:
        return frozenset(self.lists["clause_ends"])

    def find_things(self, text: str) -> list[Thing]:
        """The words for objects in a normal text, in order, the longest at each place."""
        language = language_of(text)
        return [Thing(self.class_of(match[0], language), *match.span()) for match in self._things.finditer(text)]

    def class_of(self, phrase: str, language: str = "en") -> str:
        """The class that a phrase names, else nothing; `language` says whose word it is where both have it."""
        return _class_of(self, " ".join(phrase.replace("-", " ").split()), language)

    def above(self, kind: str) -> tuple[str, ...]:
        """The classes that hold a class: itself, its parents, theirs."""
        found = [kind]
        for name in found:
            found += [parent for parent in self._class(name).parents if parent not in found]
        return tuple(found)

    def near(self, kind: str) -> tuple[str, ...]:
        return self._class(kind).near

    def _class(self, name: str) -> ObjectClass:
        return self.objects.get(name) or ObjectClass(name)

    @cached_property
    def _things(self) -> re.Pattern[str]:
        named = [word for kind in self.objects.values() for words in kind.words.values() for word in words]
        # `bus stops` is no bus stop: these are taken as they stand.
        return _phrases([*named, *self.nobody], plural=True, exact=[*self.lists["not_en"], *self.lists["not_fr"]])


@lru_cache(maxsize=20_000)
def _class_of(lexicon: Lexicon, phrase: str, language: str) -> str:
    for each in (language, *(other for other in LANGUAGES if other != language)):
        for name, pattern in _classes(lexicon, each):
            if pattern.fullmatch(phrase):
                return name
    return lexicon.nobody.get(phrase, "")


@lru_cache(maxsize=8)
def _classes(lexicon: Lexicon, language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The classes of one language and their words, first what only looks like one."""
    own = ((kind.name, kind.words.get(language, ())) for kind in lexicon.objects.values())
    return (
        ("", _phrases(lexicon.lists[f"not_{language}"])),
        *((name, _phrases(words, plural=True)) for name, words in own if words),
    )


@lru_cache(maxsize=2000)
def language_of(text: str) -> str:
    """`fr` or `en`: which language's small words a text in normal form has more of; English where it has none."""
    return "fr" if len(_FRENCH.findall(text)) > len(_ENGLISH.findall(text)) else "en"


@lru_cache(maxsize=64)
def _compiled(phrases: tuple[str, ...], plural: bool, exact: tuple[str, ...]) -> re.Pattern[str]:
    """Phrases grouped by their first letter: most places of a text then fail at one look."""
    groups: dict[str, list[str]] = {}
    for phrase in sorted({*phrases, *exact}, key=len, reverse=True):
        groups.setdefault(phrase[:1], []).append(_phrase(phrase, plural and phrase in phrases))
    parts = [f"(?={re.escape(first)})(?:{'|'.join(group)})" for first, group in groups.items()]
    return re.compile("|".join(parts) or r"(?!)")


def _phrases(phrases: Iterable[str], plural: bool = False, exact: Iterable[str] = ()) -> re.Pattern[str]:
    return _compiled(tuple(phrases), plural, tuple(exact))


def _phrase(phrase: str, plural: bool) -> str:
    """A pattern for a phrase in normal form: any space or hyphen between words, plurals where asked."""
    words = [
        re.escape(word).replace("'", r"'\s?") + (_PLURAL if plural and len(word) > 2 and word[-1].isalpha() else "")
        for word in re.split(r"[\s-]+", phrase)
    ]
    begin = "" if phrase.startswith("n't") else r"(?<![a-z0-9])"
    end = "" if phrase.endswith("'") else r"(?![a-z0-9])" if plural else r"(?:(?![a-z0-9])|(?=n't))"
    return begin + r"[\s-]+".join(words) + end


def lexicon() -> Lexicon:
    """The words that came with the program, and those of the user's own file where there is one.

    Raises `CompareError` naming the file and the key that is not as it should be.
    """
    own = user_lexicon()
    return _load(own if own.is_file() else None, own.stat().st_mtime_ns if own.is_file() else 0)


@lru_cache(maxsize=4)
def _load(own: Path | None, changed: int) -> Lexicon:
    base = read_mapping(LEXICON)
    if own is not None:
        base = _added(own, base, read_mapping(own), ())
    return _built(base)


def _added(path: Path, base: Any, more: Any, keys: tuple[str, ...]) -> Any:
    """A user's words beside ours: tables are joined key by key, lists are added up."""
    where = ".".join(keys) or "the file"
    if base is None:
        base = {} if isinstance(more, dict) else []
    if isinstance(base, dict) and isinstance(more, dict):
        for key in more:
            if key not in base and keys != ("objects",) and key not in {*LANGUAGES, "is", "near"}:
                raise CompareError(
                    "{name}: {where}: {key!r} is not known.",
                    "See data/lexicon.yaml.",
                    name=path.name,
                    where=where,
                    key=key,
                )
        return {**base, **{key: _added(path, base.get(key), value, (*keys, str(key))) for key, value in more.items()}}
    if isinstance(base, list) and isinstance(more, list) and all(isinstance(word, str) for word in more):
        return [*base, *more]
    if isinstance(base, str) and isinstance(more, str):
        return more
    raise CompareError(
        "{name}: {where}: not the form it should have.", "See data/lexicon.yaml.", name=path.name, where=where
    )


def _built(data: Mapping[str, Any]) -> Lexicon:
    objects = {
        name: ObjectClass(name, tuple(entry.get("is", ())), tuple(entry.get("near", ())), _words(name, entry))
        for name, entry in data["objects"].items()
    }
    order = ("none", "low", "medium", "high")
    levels = {word: (n, n) for n, level in enumerate(order) for word in _both(data["risk"]["levels"][level])}
    for pair, entry in data["risk"]["ranges"].items():
        low, high = (order.index(level) for level in pair.split())
        levels |= dict.fromkeys(_both(entry), (low, high))
    lists = {
        **{f"not_{name}": tuple(map(plain, data["not_objects"].get(name, ()))) for name in LANGUAGES},
        "ego_verbs": _both(data["ego_verbs"]),
        "anchors": _both(data["risk"]["anchors"]),
        "not_actions": _both(data["not_actions"]),
        "hedges": _both(data["hedges"]),
        "clause_ends": _both(data["clause_ends"]),
        "exceptions": _both(data["exceptions"]),
        "ego": _both(data["ego"]),
        "refusals": _both(data["refusals"]),
        **{f"questions_{name}": _both(entry) for name, entry in data["questions"].items()},
        **{f"risk_{name}": _both(data["risk"][name]) for name in _RISK_LISTS},
        **{f"advice_{name}": _both(entry) for name, entry in data["advice"].items()},
        **{f"grammar_{name}": _both(entry) for name, entry in data["grammar"].items()},
        **{f"negation_{name}": _both(entry) for name, entry in data["negation"].items()},
    }
    actions = {name: _both(entry) for name, entry in data["actions"].items()}
    nobody = {plain(word): kind for words in data["nobody"].values() for word, kind in words.items()}
    levels = {word.replace("-", " "): level for word, level in levels.items()}
    happenings = {name: _both(entry) for name, entry in data["happenings"].items()}
    return Lexicon(objects, lists, levels, actions, nobody, happenings)


def _words(name: str, entry: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:
    """The words of a class by language; its name is English."""
    words = {language: tuple(map(plain, entry.get(language, ()))) for language in LANGUAGES}
    return words | {"en": (plain(name), *words["en"])}


def _both(entry: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The phrases of an entry in both languages, in normal form."""
    return tuple(dict.fromkeys(plain(word).strip() for name in LANGUAGES for word in entry.get(name, ())))
