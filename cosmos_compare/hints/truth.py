"""A ground truth in the vocabulary of the lexicon: which classes are there, which are not, risk, action, events."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from cosmos_compare.records.ground_truth import EventTruth, GroundTruth, RiskLevel
from cosmos_compare.texts.advice import actions_of_value
from cosmos_compare.texts.facts import facts_of_text
from cosmos_compare.texts.lexicon import Lexicon, lexicon
from cosmos_compare.texts.normal import plain

TOLERANCE_S = 1.0  # of an event that names none


@dataclass(frozen=True)
class Truth:
    """What is true of a clip. `critical` are the classes that its critical events and the reason of its risk name; all
    that are present where they name none. A class in neither `present` nor `absent` is not known. `least`: how many of
    a class there are at least, where that is known."""

    present: tuple[str, ...]
    absent: tuple[str, ...]
    critical: tuple[str, ...]
    risk: RiskLevel | None
    actions: tuple[str, ...]
    events: tuple[EventTruth, ...]
    words: Lexicon
    least: Mapping[str, int] = field(default_factory=dict)

    def knows(self, kind: str) -> bool:
        return kind in self.present or kind in self.absent

    def supports(self, kind: str, named: Collection[str] = ()) -> bool | None:
        """Whether a class that is said to be there is: by its own name, as one of a wider class or a narrower one; None
        where the truth does not tell. `named` are all classes that are said to be there."""
        if kind in self.present:
            return True
        narrower_there = [own for own in self.present if kind in self.words.above(own)]
        if kind in self.absent:
            # A truth that has an oncoming car and no `car` tells the two apart: who says only `car` may mean either.
            return None if narrower_there and not set(narrower_there) & set(named) else False
        if narrower_there:
            return True
        wider = [name for name in self.words.above(kind)[1:] if self.knows(name)]
        if wider:
            # A wider class that is there may be of this kind; one that is not there is not of any.
            return None if wider[0] in self.present else False
        if any(near in self.present for near in self.words.near(kind)):
            return True
        narrower = [own for own in self.absent if kind in self.words.above(own)]
        return False if len(narrower) > 1 else None

    def found(self, kind: str, named: Collection[str]) -> bool:
        """Whether classes that are named cover a true one: its own name, or one that the truth does not know of its
        kind, of a wider kind (where no narrower one of that is named), or that may be called so."""
        return kind in named or any(self._covers(name, kind, named) for name in named if not self.knows(name))

    def _covers(self, name: str, kind: str, named: Collection[str]) -> bool:
        above = self.words.above
        if kind in above(name) or kind in self.words.near(name):
            return True
        return name in above(kind) and not any(name in above(other) for other in named if other != name)


def truth_of(written: GroundTruth) -> Truth:
    """A ground truth as the lexicon reads it; names that it does not know stand as they are written."""
    words = lexicon()
    named = {_class(name, words): thing.present for name, thing in written.objects.items()}
    present = tuple(name for name, there in named.items() if there)
    absent = [name for name, there in named.items() if not there]
    for phrase in written.absent:
        kind = words.class_of(plain(phrase))
        # `moving vehicle` is absent where cars are parked: what is there is not denied by a phrase about some of it.
        held = any(kind in words.above(own) for own in present)
        if kind and kind not in absent and not held:
            absent.append(kind)
    texts = [event.label for event in written.events if event.critical]
    texts += [written.risk.reason] if written.risk and written.risk.reason else []
    told = {kind for text in texts for kind in facts_of_text(text).objects()}
    critical = tuple(kind for kind in present if any(kind in words.above(t) or t in words.above(kind) for t in told))
    return Truth(
        present,
        tuple(absent),
        critical or present,
        written.risk.level if written.risk else None,
        actions_of_value(written.expected_action, words) if written.expected_action else (),
        written.events,
        words,
        {_class(name, words): thing.count_min for name, thing in written.objects.items() if thing.count_min},
    )


def _class(name: str, words: Lexicon) -> str:
    return words.class_of(plain(name)) or name.replace("_", " ")
