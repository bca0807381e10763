"""Contrast: in which passages two answers agree, contradict each other or contradict the truth, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cosmos_compare.evidence.passages import passages_at, passages_of
from cosmos_compare.hints.differ import Differences, compare_facts
from cosmos_compare.hints.points import Claim, Point, about
from cosmos_compare.hints.truth import truth_of
from cosmos_compare.language import t
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import counts_from, read_answer
from cosmos_compare.texts.facts import Facts, facts_of
from cosmos_compare.texts.vocabulary import word

MarkKind = Literal["untrue", "differ", "agree"]
_RANK: tuple[MarkKind, ...] = ("untrue", "differ", "agree")


class PassageMark(NamedTuple):
    """How a passage stands to the other answer or to the truth, the gravest of what it says, and all of it in words."""

    kind: MarkKind
    words: str


@dataclass(frozen=True)
class Contrast:
    """`line` says in words where answers agree and differ; `marks` by number of passage, for each answer."""

    line: str
    marks: tuple[dict[int, PassageMark], ...]


def contrast_of(runs: Sequence[Run | None], names: Sequence[str], written: GroundTruth | None = None) -> Contrast:
    """Two answers held against each other and the truth; one, or more than two, against the truth alone. None is an
    answer that is not read: it has no marks."""
    truth = truth_of(written) if written else None
    if len(runs) == 2 and runs[0] and runs[1]:
        pair, both = (names[0], names[1]), (runs[0], runs[1])
        comparison = compare_facts((_facts(both[0]), _facts(both[1])), truth, (_begin(both[0]), _begin(both[1])))
        return Contrast(
            comparison.line(pair), tuple(_marks(run, comparison, side, pair) for side, run in enumerate(both))
        )
    lines: list[str] = []
    marks: list[dict[int, PassageMark]] = []
    for run, name in zip(runs, names, strict=True):
        alone = compare_facts((_facts(run), Facts()), truth, (_begin(run), 0.0)) if run else None
        marks.append(_marks(run, alone, 0, (name, "")) if run and alone else {})
        lines += [_alone(alone, name)] if alone and truth else []
    return Contrast(" ".join(line for line in lines if line), tuple(marks))


def _facts(run: Run) -> Facts:
    return facts_of(read_answer(run.answer.raw, run.answer.rendered_prompt))


def _begin(run: Run) -> float:
    return counts_from(run.model, run.settings, run.frames)


def _alone(comparison: Differences, name: str) -> str:
    wrong = comparison.against_truth(0)
    what = ", ".join(about(point) for point in wrong[:3])
    return t("{name} contradicts the truth on {what}.", name=name, what=what) if wrong else ""


def _marks(run: Run, comparison: Differences, side: int, names: tuple[str, str]) -> dict[int, PassageMark]:
    passages = passages_of(read_answer(run.answer.raw, run.answer.rendered_prompt))
    found: dict[int, list[PassageMark]] = {}
    for point in comparison.points:
        claim = point.claims[side]
        mark = _mark(point, claim, names) if claim else None
        if claim and mark:
            for number in passages_at(passages, claim.sentence):
                found.setdefault(number, []).append(mark)
    return {number: _gravest(marks) for number, marks in found.items()}


def _mark(point: Point, claim: Claim, names: tuple[str, str]) -> PassageMark | None:
    what = about(point)
    says = ", ".join(
        t("{name}: {what}", name=name, what=word(own.says))
        for name, own in zip(names, point.claims, strict=True)
        if own
    )
    true = t("; true: {true}", true=word(point.true)) if point.true else ""
    if claim.right == "wrong":
        return PassageMark("untrue", t("Against the truth: {about} ({says}{true})", about=what, says=says, true=true))
    if point.differ:
        return PassageMark("differ", t("They differ: {about} ({says}{true})", about=what, says=says, true=true))
    return (
        PassageMark("agree", t("They agree: {about} ({says}{true})", about=what, says=says, true=true))
        if (point.agree)
        else None
    )


def _gravest(marks: Sequence[PassageMark]) -> PassageMark:
    kind = min((mark.kind for mark in marks), key=_RANK.index)
    ranked = sorted(marks, key=lambda mark: _RANK.index(mark.kind))
    return PassageMark(kind, "\n".join(dict.fromkeys(mark.words for mark in ranked)))
