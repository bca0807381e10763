"""Agree and differ: where two answers say the same, contradict each other, or contradict the truth; in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cosmos_compare.hints.event_points import event_points
from cosmos_compare.hints.points import Claim, Point, Right, about
from cosmos_compare.hints.truth import Truth
from cosmos_compare.language import semicolons, t
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.lexicon import lexicon
from cosmos_compare.texts.risk import ORDER
from cosmos_compare.texts.vocabulary import word


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
        if agreed := _named(self.agreeing, most):
            parts.append(t("They agree on {what}.", what=agreed))
        for side, name in enumerate(names):
            if wrong := _named(self.against_truth(side), most):
                parts.append(t("{name} contradicts the truth on {what}.", name=name, what=wrong))
        return " ".join(parts)


def _named(points: Sequence[Point], most: int) -> str:
    """What points are about, the first `most`; nothing where there are none."""
    return ", ".join(about(point) for point in points[:most])


def _differ_words(point: Point, names: tuple[str, str]) -> str:
    sides = ", ".join(
        t("{name}: {what}", name=name, what=word(claim.says))
        for name, claim in zip(names, point.claims, strict=True)
        if claim
    )
    true = t("; true: {true}", true=word(point.true)) if point.true else ""
    return f"{about(point)} ({sides}{true})"


def compare_facts(
    facts: tuple[Facts, Facts], truth: Truth | None = None, begins: tuple[float, float] = (0.0, 0.0)
) -> Differences:
    """The points of two answers; `begins` are the seconds of the clip from which their models count."""
    words = truth.words if truth else lexicon()
    points = [
        *_objects(facts, truth),
        *_counts(facts, truth),
        *_risk(facts, truth),
        *_action(facts, truth),
        *event_points(facts, truth, begins, words),
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


def _counts(facts: tuple[Facts, Facts], truth: Truth | None) -> list[Point]:
    """Numbers that both tell of a class, or one does that is below the least that the truth knows of it."""
    points = []
    for kind in dict.fromkeys([*facts[0].objects(), *facts[1].objects()]):
        counts = [own.count(kind) if kind in own.objects() else None for own in facts]
        least = truth.least.get(kind) if truth else None
        claims = [_count_claim(own, kind, count, least) for own, count in zip(facts, counts, strict=True)]
        if None in claims and not any(claim and claim.right == "wrong" for claim in claims):
            continue
        true = t("at least {n}", n=least) if least else ""
        points.append(Point("count", kind, (claims[0], claims[1]), None not in counts and counts[0] != counts[1], true))
    return points


def _count_claim(facts: Facts, kind: str, count: int | None, least: int | None) -> Claim | None:
    if count is None:
        return None
    mention = next(mention for mention in facts.of(kind) if mention.number == count)
    # `One pedestrian crosses` says nothing of others; a number of its own in JSON, or two and more, does.
    told = count > 1 or mention.sentence == mention.span
    right: Right = "wrong" if told and least and count < least else "not known"
    return Claim(str(count), mention.words, mention.span, mention.sentence, right)


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
