"""Marks for answers against exact ground truth: what was named, when, how risky, where. Pure; no model here."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from statistics import mean, median
from typing import Any

from cosmos_compare.demo.words.phrases import ADVICE, EGO
from cosmos_compare.demo.world.scene import KINDS
from cosmos_compare.texts.lenient_json import read_json

Box = Sequence[float]
# How each kind is named in answers, prose or JSON, in both languages. `car` alone is a label; in prose it stands with
# `ahead`.
PATTERNS = {
    "pedestrian": r"\bpedestrian\b|(?<!passage )\bpiéton\b",
    "cyclist": r"\bcyclist\b|\bcycliste\b",
    "car": r"(?<!oncoming )\bcar ahead\b|\"car\"|\bvoiture devant\b|\"voiture\"",
    "oncoming car": r"\boncoming car\b|\bvoiture en sens inverse\b",
    "parked vehicle": r"\bparked vehicle\b|\bvéhicule stationné\b",
    "truck": r"\btruck\b|\bcamion\b",
    "traffic light": r"\btraffic light\b|\bfeu\b",
    "crosswalk": r"\bcrosswalk\b|\bpassage piéton\b",
}


@dataclass(frozen=True)
class ClipTruth:
    """What counts for the marks of one clip. `boxes` are those of the last frame shown, as fractions."""

    objects: frozenset[str]
    risk: str
    ego: str
    next: str
    event: str | None
    event_time: float | None
    boxes: tuple[tuple[str, Box], ...]


def mentions(text: str) -> set[str]:
    """The kinds that an answer names. A clause that denies (`I see no …`) names nothing."""
    text = re.sub(r"\b(?:no|not|aucun|pas) [^.,;\n]*", "", text.lower())
    return {kind for kind, pattern in PATTERNS.items() if re.search(pattern, text)}


def says(text: str, words: Mapping[str, str], wanted: str) -> bool:
    """Whether an answer holds the words for `wanted`, and those for nothing else in the table."""
    return {key for key, phrase in words.items() if re.search(rf"\b{phrase}\b", text.lower())} == {wanted}


def iou(a: Box, b: Box) -> float:
    """Intersection over union of two boxes x1 y1 x2 y2."""
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0.0
    shared = wide * high
    return shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared)


@dataclass
class Tally:
    """Counts over many clips, and the marks they give."""

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    risk: list[bool] = field(default_factory=list)
    ego: list[bool] = field(default_factory=list)
    next: list[bool] = field(default_factory=list)
    event: list[bool] = field(default_factory=list)
    time_errors: list[float | None] = field(default_factory=list)
    boxes: list[bool] = field(default_factory=list)
    boxes_missed: int = 0
    unparsed: int = 0

    def objects(self, named: Iterable[str], truth: ClipTruth) -> None:
        named = set(named)
        self.found.update(named & truth.objects)
        self.missed.update(truth.objects - named)
        self.invented.update(named - truth.objects)

    def summary(self, text: str, truth: ClipTruth) -> None:
        """Mark a JSON summary."""
        data: Any = read_json(text).data
        if not isinstance(data, dict):
            self.unparsed += 1
            data = {}
        named = data.get("objects")
        self.objects((str(name) for name in named) if isinstance(named, list) else (), truth)
        self.risk.append(data.get("risk") == truth.risk)
        self.ego.append(data.get("ego") == EGO["en"][truth.ego])
        self.next.append(data.get("next") == ADVICE["en"][truth.next])
        self.event.append(data.get("event") == truth.event)
        if truth.event_time is not None:
            time = data.get("time")
            self.time_errors.append(abs(time - truth.event_time) if isinstance(time, int | float) else None)

    def located(self, boxes: Iterable[tuple[str, Box]], truth: ClipTruth) -> None:
        """Mark boxes, as fractions: each against the nearest true box of its kind in the last frame shown."""
        boxes = list(boxes)
        for label, box in boxes:
            self.boxes.append(any(kind == label and iou(box, true) >= 0.5 for kind, true in truth.boxes))
        self.boxes_missed += sum(
            not any(kind == label and iou(box, true) >= 0.5 for label, box in boxes) for kind, true in truth.boxes
        )

    def add(self, other: "Tally") -> None:
        """Count what another one counted too."""
        for own in fields(self):
            setattr(self, own.name, getattr(self, own.name) + getattr(other, own.name))

    def marks(self) -> dict[str, Any]:
        """All marks, to three decimals; None where nothing was asked."""
        hits, misses, extra = self.found.total(), self.missed.total(), self.invented.total()
        errors = [error for error in self.time_errors if error is not None]
        return {
            "object_recall": _share(hits, misses),
            "object_precision": _share(hits, extra),
            "risk_accuracy": _mean(self.risk),
            "action_accuracy": _mean(self.ego),
            "next_action_accuracy": _mean(self.next),
            "event_accuracy": _mean(self.event),
            "event_time_error_s": round(median(errors), 3) if errors else None,
            "event_time_within_half_s": _mean([e is not None and e <= 0.5 for e in self.time_errors]),
            "box_iou50": _mean(self.boxes),
            "box_recall50": _share(sum(self.boxes), self.boxes_missed),
            "unparsed": self.unparsed,
            "by_kind": {
                kind: {
                    "recall": _share(self.found[kind], self.missed[kind]),
                    "precision": _share(self.found[kind], self.invented[kind]),
                    "true": self.found[kind] + self.missed[kind],
                }
                for kind in KINDS
            },
        }


def _share(yes: int, no: int) -> float | None:
    return round(yes / (yes + no), 3) if yes + no else None


def _mean(values: Sequence[bool]) -> float | None:
    return round(mean(map(float, values)), 3) if values else None
