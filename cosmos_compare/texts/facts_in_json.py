"""Facts under the keys of a JSON answer: lists of objects, the level of risk, the next action, classes as keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cosmos_compare.texts.advice import ActionSaid, actions_of_value, is_action_key
from cosmos_compare.texts.events import is_time_key
from cosmos_compare.texts.json_reader import Leaf
from cosmos_compare.texts.lenient_json import JsonValue
from cosmos_compare.texts.lexicon import Lexicon
from cosmos_compare.texts.mentions import Mention, Standing, mentions_in
from cosmos_compare.texts.normal import normal, plain
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.risk import RiskSaid, is_risk_key, risk_of_value

Path = tuple[str | int, ...]

_OBJECT_KEYS = re.compile(
    r"(?:(?:critical|detected|visible|relevant|important|main|key|road|traffic|other|dynamic|static)[ _-]?)*"
    r"(?:objects?|agents?|detections?|users?|participants?|actors?|hazards?|entities|obstacles|vehicles|people)"
    r"(?:[ _-]?(?:detected|seen|present|list|visible))?"
    r"|objets?(?:[ _](?:critiques?|detectes?|vus|visibles))?|usagers?(?:[ _]de[ _]la[ _]route)?|acteurs?",
    re.IGNORECASE,
)
_NAME_KEYS = ("label", "name", "class", "object", "kind", "type", "category", "object_type", "libellé", "nom", "objet")
_BOXED = re.compile(r".*(?:b?box|point)", re.IGNORECASE)
_PRESENT_KEYS = ("present", "visible", "detected", "count", "number", "présent", "nombre")
LONGEST_NAME = 40


@dataclass
class JsonFacts:
    """What the keys tell, and the places of texts that are yet to be read as sentences."""

    mentions: list[Mention] = field(default_factory=list)
    risks: list[RiskSaid] = field(default_factory=list)
    actions: list[ActionSaid] = field(default_factory=list)
    texts: list[Span] = field(default_factory=list)


def facts_in_json(raw: str, value: JsonValue, words: Lexicon) -> JsonFacts:
    """The facts that the keys of one JSON value of `raw` tell."""
    return _Walk(raw, value, words).facts


class _Walk:
    """One walk through a value, outer objects first."""

    def __init__(self, raw: str, value: JsonValue, words: Lexicon) -> None:
        self.raw, self.words = raw, words
        self.facts = JsonFacts()
        self.leaves: Mapping[Path, Leaf] = {leaf.path: leaf for leaf in value.leaves}
        self.place = Span(value.start, value.end)
        if isinstance(value.data, list) and _names_objects(value.data):
            self._objects((), value.data)
        else:
            self._value((), value.data, listed=False, in_risk=False)

    def _value(self, path: Path, value: Any, listed: bool, in_risk: bool) -> None:
        if isinstance(value, dict):
            if _is_detection(value):
                self._objects(path, [value], as_item=True)
                return
            for key, item in value.items():
                self._member((*path, key), key, item, listed, in_risk)
        elif isinstance(value, list):
            for number, item in enumerate(value):
                self._value((*path, number), item, listed=listed or len(value) > 1, in_risk=in_risk)
        elif isinstance(value, str):
            self._text(path)

    def _member(self, path: Path, key: str, value: Any, listed: bool, in_risk: bool) -> None:
        is_risk = is_risk_key(key, in_risk)
        if _OBJECT_KEYS.fullmatch(key) and isinstance(value, list | dict | str):
            self._objects(path, value)
        elif is_risk and not isinstance(value, dict | list):
            if not listed:
                self._risk(path, value)
        elif is_action_key(key) and isinstance(value, str):
            self._action(path, value)
        elif (kind := self.words.class_of(plain(key))) and not isinstance(value, dict | list):
            self._by_class(path, kind, value)
        else:
            self._value(path, value, listed, in_risk or is_risk)

    def _objects(self, path: Path, found: Any, as_item: bool = False) -> None:
        """Names in a list, in one string, or as keys with yes and no."""
        if isinstance(found, str):
            self._name(path, found)
        elif isinstance(found, dict) and not as_item and not _named(found):
            for key, value in found.items():
                if kind := self.words.class_of(plain(key)):
                    self._by_class((*path, key), kind, value)
                else:
                    self._value((*path, key), value, listed=True, in_risk=False)
        else:
            for number, item in enumerate([found] if isinstance(found, dict) else found):
                here = path if as_item or isinstance(found, dict) else (*path, number)
                if isinstance(item, str):
                    self._name(here, item)
                elif isinstance(item, dict):
                    self._object(here, item)

    def _object(self, path: Path, item: dict[str, Any]) -> None:
        name = next((key for key in _NAME_KEYS if isinstance(item.get(key), str)), None)
        if name is not None:
            told = next((item[key] for key in _PRESENT_KEYS if key in item), True)
            count = told if isinstance(told, int) and not isinstance(told, bool) else None
            self._name((*path, name), item[name], denied=_says_no(told, self.words), count=count)
        for key, value in item.items():
            if key != name and isinstance(value, str) and not is_time_key(key) and not _BOXED.match(key):
                self._text((*path, key))

    def _name(self, path: Path, name: str, denied: bool = False, count: int | None = None) -> None:
        span = self._span(path)
        own = mentions_in(self.raw, normal(self.raw, *span), span, self.words)
        if own:
            standing: Standing = "absent" if denied else "present"
            for mention in own:
                self._add(
                    mention._replace(standing=standing, number=count or mention.number) if denied or count else mention
                )
        elif name.strip() and not _says_no(name, self.words):
            kind = " ".join(name.split())[:LONGEST_NAME]
            self._add(Mention(kind, "absent" if denied else "present", name, span, span, "", count))

    def _by_class(self, path: Path, kind: str, value: Any) -> None:
        span = self._span(path)
        if value in (None, "", "unknown", "inconnu"):
            return
        denied = _says_no(value, self.words)
        count = value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
        words = f"{path[-1]}: {value}"
        self._add(
            Mention(kind, "absent" if denied else "present", words, span, span, str(value) if denied else "", count)
        )

    def _risk(self, path: Path, value: Any) -> None:
        span = self._span(path)
        if levels := risk_of_value(value, self.words):
            self.facts.risks.append(RiskSaid(*levels, f"{path[-1]}: {value}", span, span, "overall"))
        if isinstance(value, str) and len(value) > LONGEST_NAME:
            self._text(path)

    def _action(self, path: Path, value: str) -> None:
        span = self._span(path)
        for action in actions_of_value(value, self.words):
            self.facts.actions.append(ActionSaid(action, value, span, span))

    def _text(self, path: Path) -> None:
        if path in self.leaves:
            self.facts.texts.append(self._span(path))

    def _add(self, mention: Mention) -> None:
        self.facts.mentions.append(mention)

    def _span(self, path: Path) -> Span:
        """The place of a leaf without its quotes; that of the whole value where it is not known."""
        leaf = self.leaves.get(path)
        if leaf is None:
            return self.place
        inner = 1 if isinstance(leaf.value, str) and leaf.end - leaf.start >= len(leaf.value) + 2 else 0
        return Span(leaf.start + inner, leaf.end - inner)


def _is_detection(item: dict[str, Any]) -> bool:
    """An object with a name and a box."""
    return _named(item) and any(_BOXED.match(key) for key in item)


def _named(item: dict[str, Any]) -> bool:
    return any(isinstance(item.get(key), str) for key in _NAME_KEYS)


def _names_objects(rows: list[Any]) -> bool:
    """Whether an answer is a list of objects, by name or as detections, and not of events."""
    if all(isinstance(row, str) for row in rows):
        return True
    return all(isinstance(row, dict) and _named(row) and not any(is_time_key(key) for key in row) for row in rows)


def _says_no(value: Any, words: Lexicon) -> bool:
    """Whether a value says that something is not there."""
    if isinstance(value, str):
        return not value.strip() or words.pattern("negation_values").fullmatch(plain(value).strip(" .")) is not None
    return value is None or value is False or (isinstance(value, int | float) and value == 0) or value == []
