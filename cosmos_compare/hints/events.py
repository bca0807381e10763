"""Hints about events: are those of the truth told, at their time, in their order?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from cosmos_compare.hints.records import Finding, Hint
from cosmos_compare.hints.truth import TOLERANCE_S, Truth
from cosmos_compare.language import Text
from cosmos_compare.records.ground_truth import EventTruth
from cosmos_compare.texts.events import Event
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.lexicon import Lexicon
from cosmos_compare.texts.normal import plain

SAME = 0.5  # similarity from which two descriptions may speak of one event


class Match(NamedTuple):
    """A true event and what the answer says of it: the distance of its start in seconds, the overlap in time."""

    true: EventTruth
    said: Event | None
    off: float | None = None
    overlap: float | None = None

    @property
    def hit(self) -> bool:
        return self.off is not None and self.off <= (
            TOLERANCE_S if self.true.tolerance is None else self.true.tolerance
        )


def events_hint(facts: Facts, truth: Truth, asked: bool, begin: float = 0.0) -> Hint:
    """Events told within their tolerance, by the critical ones; `begin` is the second of the clip from which the model
    counts. Beside: mean distance, temporal IoU of ranges, and an order score where the truth has several."""
    if not truth.events:
        return Hint("events", None, "", why=Text("The ground truth lists no events."))
    said = [event.later(begin) for event in facts.events]
    if not said and not asked:
        return Hint("events", None, "", why=Text("The question does not ask for times."))
    weights = similarities(truth.events, said, truth.words)
    matches = match_in_order(truth.events, said, weights)
    hits = [match for match in matches if match.hit]
    offs = [match.off for match in matches if match.off is not None]
    overlaps = [match.overlap for match in matches if match.overlap is not None]
    measures: dict[str, float | int | None] = {
        "events": len(matches),
        "told": len(offs),
        "hit": len(hits),
        "mean_distance_s": float(np.mean(offs)) if offs else None,
        "temporal_iou": float(np.mean(overlaps)) if overlaps else None,
        "order_score": order_score(truth.events, said, weights) if len(truth.events) > 1 else None,
    }
    critical = [match for match in matches if match.true.critical] or matches
    told = [match for match in critical if match.said is not None]
    level = 2 if all(match.hit for match in critical) else 1 if told else 0
    findings = tuple(_finding(match) for match in matches)
    return Hint(
        "events",
        level,
        Text("{n} of {total} events told at their time", n=len(hits), total=len(matches)),
        findings,
        measures,
    )


def similarities(true: Sequence[EventTruth], said: Sequence[Event], words: Lexicon) -> np.ndarray:
    """How alike descriptions are, 0 to 1, (true, said): F1 of the things and happenings that they name, in any of the
    lexicon's languages; of their words where they name none."""
    notions = [_notions(event.label, words) for event in true], [_notions(event.label, words) for event in said]
    table = np.zeros((len(true), len(said)))
    for row, first in enumerate(notions[0]):
        for column, second in enumerate(notions[1]):
            table[row, column] = _f1(first, second, words)
    return table


@lru_cache(maxsize=4096)
def _notions(label: str, words: Lexicon) -> frozenset[str]:
    text = plain(label)
    happens = set(words.happens(text))
    kinds = {thing.kind for thing in words.find_things(text) if thing.kind}
    if words.pattern("ego").search(text) and not kinds - {"car", "vehicle"}:
        kinds = {"ego"}
    return frozenset(happens | kinds or {f"={word}" for word in text.split() if len(word) > 3})


@lru_cache(maxsize=20_000)
def _f1(first: frozenset[str], second: frozenset[str], words: Lexicon) -> float:
    if not first or not second:
        return 0.0
    same = sum(any(a == b or b in words.above(a) or a in words.above(b) for b in second) for a in first)
    back = sum(any(a == b or b in words.above(a) or a in words.above(b) for a in first) for b in second)
    return 2 * (same / len(first)) * (back / len(second)) / max(same / len(first) + back / len(second), 1e-9)


def match_in_order(true: Sequence[EventTruth], said: Sequence[Event], weights: np.ndarray) -> list[Match]:
    """Each true event with the one told of it: the most alike first, of equals the nearest in time; each told once."""
    pairs = sorted(
        (-weights[i, j], abs(event.start - true[i].start), i, j)
        for i in range(len(true))
        for j, event in enumerate(said)
        if weights[i, j] >= SAME
    )
    taken: dict[int, int] = {}
    for _, _, i, j in pairs:
        if i not in taken and j not in taken.values():
            taken[i] = j
    return [_match(event, said[taken[i]] if i in taken else None) for i, event in enumerate(true)]


def _match(true: EventTruth, said: Event | None) -> Match:
    if said is None:
        return Match(true, None)
    overlap = None if said.end is None else interval_iou((true.start, true.end), (said.start, said.end))
    return Match(true, said, abs(said.start - true.start), overlap)


def interval_iou(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Intersection over union of two intervals in time; 0 for one that ends before it begins."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    union = max(a[1], b[1]) - min(a[0], b[0])
    return max(0.0, shared) / union if union > 0 and b[1] >= b[0] else 0.0


def order_score(true: Sequence[EventTruth], said: Sequence[Event], weights: np.ndarray) -> float | None:
    """An F score of events told in order, 0 to 1: the best one-to-one matching that keeps the order of both, each pair
    worth its overlap in time times its likeness (as SODA_c, Fujita et al. 2020, with the lexicon's notions for METEOR).
    An instant counts as lasting for the tolerance of the event it is matched with."""
    if not true or not said:
        return 0.0
    rows = sorted(range(len(true)), key=lambda n: true[n].start)
    columns = sorted(range(len(said)), key=lambda n: said[n].start)
    best = np.zeros((len(rows) + 1, len(columns) + 1))
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            worth = _overlap(true[row], said[column]) * weights[row, column]
            best[i + 1, j + 1] = max(best[i, j + 1], best[i + 1, j], best[i, j] + worth)
    return float(2 * best[-1, -1] / (len(true) + len(said)))


def _overlap(true: EventTruth, said: Event) -> float:
    if said.end is not None:
        return interval_iou((true.start, true.end), (said.start, said.end))
    tolerance = TOLERANCE_S if true.tolerance is None else true.tolerance
    return (
        max(0.0, 1 - abs(said.start - true.start) / (2 * tolerance))
        if tolerance > 0
        else float(said.start == true.start)
    )


def _finding(match: Match) -> Finding:
    label = match.true.label
    if match.said is None:
        return Finding(
            "not told",
            label,
            Text("“{label}” at {start:.1f} s is not told with a time", label=label, start=match.true.start),
        )
    kind = "hit" if match.hit else "off"
    what = Text(
        "“{label}” begins at {start:.1f} s; the answer says {said:.1f} s",
        label=label,
        start=match.true.start,
        said=match.said.start,
    )
    return Finding(kind, label, what, match.said.label, match.said.span)
