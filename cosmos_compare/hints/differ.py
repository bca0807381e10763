"""Agree and differ: where two answers say the same, contradict each other, or contradict the truth; in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cosmos_compare.hints.events import SAME, similarities
from cosmos_compare.hints.truth import TOLERANCE_S, Truth
from cosmos_compare.language import semicolons, t
from cosmos_compare.records.ground_truth import EventTruth
from cosmos_compare.texts.events import Event
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.lexicon import Lexicon, lexicon
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.risk import ORDER
from cosmos_compare.texts.vocabulary import word

Topic = Literal["object", "count", "risk", "action", "event time", "event order"]
Right = Literal["right", "wrong", "not known"]


class Claim(NamedTuple):
    """What one answer says: in the vocabulary, the words that were read, where they and their sentence stand in its
    raw text, and how it stands to the truth."""

    says: str
    words: str
    span: Span
    sentence: Span
    right: Right = "not known"


@dataclass(frozen=True)
class Point:
    """One thing that at least one of two answers speaks of."""

    topic: Topic
    about: str
    claims: tuple[Claim | None, Claim | None]
    differ: bool
    true: str = ""

    @property
    def agree(self) -> bool:
        return None not in self.claims and not self.differ and not self.split

    @property
    def split(self) -> bool:
        """Whether the truth holds with one of them and not with the other."""
        return {"right", "wrong"} <= {claim.right for claim in self.claims if claim}


@dataclass(frozen=True)
class Differences:
    """All points on which two answers can be held against each other."""

    points: tuple[Point, ...]

    @property
    def differing(self) -> list[Point]:
        return [point for point in self.points if point.differ]

    @property
    def agreeing(self) -> list[Point]:
        return [point for point in self.points if point.agree]

    def against_truth(self, side: int) -> list[Point]:
        """The points in which one side contradicts the truth."""
        return [point for point in self.points if (claim := point.claims[side]) and claim.right == "wrong"]

    def line(self, names: tuple[str, str] = ("A", "B"), most: int = 3) -> str:
        """The comparison in a sentence or two: on what they differ, and who contradicts the truth."""
        if not self.points:
            return t("Neither answer states a fact that can be held against the other.")
        parts = []
        if self.differing:
            shown = semicolons(_differ_words(point, names) for point in self.differing[:most])
            more = len(self.differing) - most
            parts.append(t("They differ on {what}.", what=shown + (t("; and {n} more", n=more) if more > 0 else "")))
        else:
            parts.append(t("They contradict each other in nothing that was read."))
        if self.agreeing:
            parts.append(t("They agree on {what}.", what=", ".join(_about(point) for point in self.agreeing[:most])))
        for side, name in enumerate(names):
            wrong = self.against_truth(side)
            if wrong:
                what = ", ".join(_about(point) for point in wrong[:most])
                parts.append(t("{name} contradicts the truth on {what}.", name=name, what=what))
        return " ".join(parts)


def _about(point: Point) -> str:
    return str(word(point.topic if point.topic in {"risk", "action"} else point.about))


def _differ_words(point: Point, names: tuple[str, str]) -> str:
    sides = ", ".join(
        t("{name}: {what}", name=name, what=word(claim.says))
        for name, claim in zip(names, point.claims, strict=True)
        if claim
    )
    true = t("; true: {true}", true=word(point.true)) if point.true else ""
    return f"{_about(point)} ({sides}{true})"


def compare_facts(
    facts: tuple[Facts, Facts], truth: Truth | None = None, begins: tuple[float, float] = (0.0, 0.0)
) -> Differences:
    """The points of two answers; `begins` are the seconds of the clip from which their models count."""
    words = truth.words if truth else lexicon()
    points = [
        *_objects(facts, truth),
        *_counts(facts),
        *_risk(facts, truth),
        *_action(facts, truth),
        *_events(facts, truth, begins, words),
    ]
    return Differences(tuple(points))


def _objects(facts: tuple[Facts, Facts], truth: Truth | None) -> list[Point]:
    """Classes that both speak of, or one does and the truth knows. Not to name a thing is no contradiction."""
    points = []
    for kind in dict.fromkeys([*facts[0].standing, *facts[1].standing]):
        claims = tuple(_object_claim(own, kind, truth) for own in facts)
        said = {claim.says for claim in claims if claim}
        if said == {"maybe there"}:
            continue
        differ = {"there", "not there"} <= said
        true = truth.supports(kind) if truth else None
        words = "" if true is None else "there" if true else "not there"
        points.append(Point("object", kind, (claims[0], claims[1]), differ, words))
    return points


def _object_claim(facts: Facts, kind: str, truth: Truth | None) -> Claim | None:
    if kind not in facts.standing:
        return None
    first = facts.of(kind)[0]
    says = {"present": "there", "absent": "not there", "hedged": "maybe there"}[facts.standing[kind]]
    true = truth.supports(kind) if truth and says != "maybe there" else None
    right: Right = "not known" if true is None else "right" if true == (says == "there") else "wrong"
    return Claim(says, f"{first.by} {first.words}".strip(), first.span, first.sentence, right)


def _counts(facts: tuple[Facts, Facts]) -> list[Point]:
    points = []
    for kind in facts[0].objects():
        counts = [own.count(kind) if kind in own.objects() else None for own in facts]
        if counts[0] is None or counts[1] is None:
            continue
        claims = [
            next(
                Claim(str(count), mention.words, mention.span, mention.sentence)
                for mention in own.of(kind)
                if mention.number == count
            )
            for own, count in zip(facts, counts, strict=True)
        ]
        points.append(Point("count", kind, (claims[0], claims[1]), counts[0] != counts[1]))
    return points


def _risk(facts: tuple[Facts, Facts], truth: Truth | None) -> list[Point]:
    said = [own.risk for own in facts]
    if not any(said):
        return []
    true = truth.risk if truth else None
    claims: list[Claim | None] = []
    for risk in said:
        if risk is None:
            claims.append(None)
            continue
        inside = true is not None and ORDER.index(risk.low) <= ORDER.index(true) <= ORDER.index(risk.high)
        right: Right = "not known" if true is None else "right" if inside else "wrong"
        claims.append(Claim(risk.text, risk.words, risk.span, risk.sentence, right))
    a, b = said
    apart = bool(a and b and (ORDER.index(a.high) < ORDER.index(b.low) or ORDER.index(b.high) < ORDER.index(a.low)))
    return [Point("risk", "risk", (claims[0], claims[1]), apart, true or "")]


def _action(facts: tuple[Facts, Facts], truth: Truth | None) -> list[Point]:
    if not any(own.actions for own in facts):
        return []
    claims: list[Claim | None] = []
    for own in facts:
        if not own.actions:
            claims.append(None)
            continue
        names = {action.action for action in own.actions}
        right: Right = "not known"
        if truth and truth.actions:
            right = "right" if names & set(truth.actions) else "wrong"
        first = own.actions[0]
        says = " / ".join(action.action for action in own.actions)
        claims.append(Claim(says, first.words, first.span, first.sentence, right))
    sets = [{action.action for action in own.actions} for own in facts]
    differ = all(sets) and not sets[0] & sets[1]
    return [Point("action", "action", (claims[0], claims[1]), differ, " / ".join(truth.actions) if truth else "")]


def _events(
    facts: tuple[Facts, Facts], truth: Truth | None, begins: tuple[float, float], words: Lexicon
) -> list[Point]:
    told = [[event.later(begin) for event in own.events] for own, begin in zip(facts, begins, strict=True)]
    return [*_event_times(told, truth, words), *_event_order(told, words)]


def _pairs(told: Sequence[Sequence[Event]], words: Lexicon) -> list[tuple[Event, Event]]:
    """Events of both answers that speak of the same, each once, the most alike first."""
    first = [EventTruth(label=event.label, start=event.start, end=event.start, tolerance=None) for event in told[0]]
    weights = similarities(first, told[1], words)
    ranked = sorted(
        (-weights[i, j], abs(told[0][i].start - told[1][j].start), i, j)
        for i in range(len(told[0]))
        for j in range(len(told[1]))
        if weights[i, j] >= SAME
    )
    used: tuple[set[int], set[int]] = (set(), set())
    pairs = []
    for _, _, i, j in ranked:
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
            pairs.append((i, j))
    return [(told[0][i], told[1][j]) for i, j in sorted(pairs)]


def _event_times(told: Sequence[Sequence[Event]], truth: Truth | None, words: Lexicon) -> list[Point]:
    points = []
    for a, b in _pairs(told, words):
        true = _true_of(a, truth, words)
        claims = [_event_claim(event, true) for event in (a, b)]
        differ = abs(a.start - b.start) > TOLERANCE_S or {claim.right for claim in claims} == {"right", "wrong"}
        points.append(
            Point(
                "event time", a.label.rstrip(". "), (claims[0], claims[1]), differ, f"{true.start:g} s" if true else ""
            )
        )
    return points


def _true_of(event: Event, truth: Truth | None, words: Lexicon) -> EventTruth | None:
    if truth is None or not truth.events:
        return None
    likeness = similarities(truth.events, [event], words)[:, 0]
    best = int(likeness.argmax())
    return truth.events[best] if likeness[best] >= SAME else None


def _event_claim(event: Event, true: EventTruth | None) -> Claim:
    right: Right = "not known"
    if true is not None:
        tolerance = TOLERANCE_S if true.tolerance is None else true.tolerance
        right = "right" if abs(event.start - true.start) <= tolerance else "wrong"
    return Claim(f"{event.start:g} s", event.label, event.span, event.span, right)


def _event_order(told: Sequence[Sequence[Event]], words: Lexicon) -> list[Point]:
    """Two events that the answers tell in opposite order."""
    pairs = _pairs(told, words)
    points = []
    for n, (a1, b1) in enumerate(pairs):
        for a2, b2 in pairs[n + 1 :]:
            if (a1.start - a2.start) * (b1.start - b2.start) < 0:
                claims = tuple(_order_claim(first, second) for first, second in ((a1, a2), (b1, b2)))
                points.append(Point("event order", f"{a1.label} / {a2.label}", (claims[0], claims[1]), True))
    return points


def _order_claim(first: Event, second: Event) -> Claim:
    earlier, later = (first, second) if first.start < second.start else (second, first)
    return Claim(f"“{earlier.label}” first", earlier.label, earlier.span, later.span)
