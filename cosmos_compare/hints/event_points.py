"""Events of two answers held against each other: the times and the order in which they are told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, islice

from cosmos_compare.hints.events import SAME, similarities
from cosmos_compare.hints.points import Claim, Point, Right
from cosmos_compare.hints.truth import TOLERANCE_S, Truth
from cosmos_compare.language import number, t
from cosmos_compare.records.ground_truth import EventTruth
from cosmos_compare.texts.events import Event
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.lexicon import Lexicon

LONGEST = 60  # characters of an event's label in a sentence
MOST_TURNED = 50  # pairs of events that are told in opposite order; of long lists there are thousands


def event_points(
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
        what = true.label if true else _quoted(a.label)
        points.append(Point("event time", what, (claims[0], claims[1]), differ, _at(true.start) if true else ""))
    return points


def _at(seconds: float) -> str:
    return t("{n} s", n=number(seconds, "g"))


def _quoted(label: str) -> str:
    """An event's label between quotes: without its full stop, and no longer than one reads."""
    line = " ".join(label.split()).rstrip(". ")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


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
    return Claim(_at(event.start), event.label, event.span, event.span, right)


def _event_order(told: Sequence[Sequence[Event]], words: Lexicon) -> list[Point]:
    """Two events that the answers tell in opposite order."""
    turned = (
        (first, second)
        for first, second in combinations(_pairs(told, words), 2)
        if (first[0].start - second[0].start) * (first[1].start - second[1].start) < 0
    )
    points = []
    for (a1, b1), (a2, b2) in islice(turned, MOST_TURNED):
        claims = _order_claim(a1, a2), _order_claim(b1, b2)
        points.append(Point("event order", f"{_quoted(a1.label)} / {_quoted(a2.label)}", claims, True))
    return points


def _order_claim(first: Event, second: Event) -> Claim:
    earlier, later = (first, second) if first.start < second.start else (second, first)
    says = t("“{event}” first", event=_quoted(earlier.label))
    return Claim(says, earlier.label, earlier.span, later.span)
