"""Hints about objects: which of those that are there are named, and which that are named are not there."""

from __future__ import annotations

from cosmos_compare.hints.records import Finding, Hint
from cosmos_compare.hints.truth import Truth
from cosmos_compare.language import Text
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.vocabulary import word

# What is no road user: claiming it wrongly is a minor detail.
_SCENERY = frozenset(
    {"traffic sign", "stop sign", "road marking", "traffic cone", "barrier", "construction", "waste bin", "obstacle"}
)


def objects_hint(facts: Facts, truth: Truth, asked: bool) -> Hint:
    """Recall of what is there. Recall and precision count classes; what is denied or only held possible is apart."""
    named, denied, hedged = (facts.objects(standing) for standing in ("present", "absent", "hedged"))
    found = [kind for kind in truth.present if truth.found(kind, named)]
    missed = [kind for kind in truth.present if kind not in found]
    findings = [_named(facts, truth, kind, named) for kind in found]
    findings += [_missed(facts, kind, denied, hedged) for kind in missed]
    right = [kind for kind in denied if kind in truth.absent]
    findings += [
        _of(facts, kind, "rightly denied", Text("{kind} is not there, and the answer says so", kind=word(kind)))
        for kind in right
    ]
    judged = [truth.supports(kind, named) for kind in named]
    true, false = judged.count(True), judged.count(False)
    measures: dict[str, float | int | None] = {
        "present": len(truth.present),
        "found": len(found),
        "recall": _share(len(found), len(missed)),
        "precision": _share(true, false),
        "unsupported": false,
        "not_known": judged.count(None),
        "denied_present": sum(kind in denied for kind in missed),
        "denied_absent": len(right),
        "hedged": len(hedged),
    }
    if not truth.present:
        return Hint(
            "objects", None, "", tuple(findings), measures, Text("The ground truth lists no object that is there.")
        )
    if not asked and not named and not denied:
        return Hint("objects", None, "", tuple(findings), measures, Text("The question does not ask for objects."))
    level = 0 if any(kind in missed for kind in truth.critical) else 2 if not missed else 1
    return Hint(
        "objects",
        level,
        Text("names {n} of {total} that are there", n=len(found), total=len(truth.present)),
        tuple(findings),
        measures,
    )


def _missed(facts: Facts, kind: str, denied: list[str], hedged: list[str]) -> Finding:
    if kind in denied:
        return _of(facts, kind, "denied", Text("{kind} is there, and the answer denies it", kind=word(kind)))
    if kind in hedged:
        what = Text("{kind} is there, and the answer only holds it possible", kind=word(kind))
        return _of(facts, kind, "hedged", what)
    return Finding("missed", kind, Text("{kind} is there, and the answer does not name it", kind=word(kind)))


def unsupported_hint(facts: Facts, truth: Truth) -> Hint:
    """Objects that the answer says are there and the truth says are not."""
    named = facts.objects()
    false = [kind for kind in named if truth.supports(kind, named) is False]
    open_ = [kind for kind in named if truth.supports(kind, named) is None]
    findings = [
        _of(
            facts,
            kind,
            "unsupported",
            Text("{kind} is named, and the ground truth says there is none", kind=word(kind)),
        )
        for kind in false
    ]
    findings += [
        _of(facts, kind, "not known", Text("{kind} is named, and the ground truth does not tell", kind=word(kind)))
        for kind in open_
    ]
    measures: dict[str, float | int | None] = {"named": len(named), "unsupported": len(false), "not_known": len(open_)}
    if not named:
        return Hint("unsupported", None, "", (), measures, Text("The answer says of no object that it is there."))
    if len(open_) == len(named):
        return Hint(
            "unsupported", None, "", tuple(findings), measures, Text("The ground truth tells of none of those named.")
        )
    level = 2 if not false else 1 if all(kind in _SCENERY for kind in false) else 0
    summary = (
        Text("{n} of {total} named are not there", n=len(false), total=len(named) - len(open_))
        if false
        else Text("nothing named is known to be wrong")
    )
    return Hint("unsupported", level, summary, tuple(findings), measures)


def _named(facts: Facts, truth: Truth, kind: str, named: list[str]) -> Finding:
    own = next(name for name in named if truth.found(kind, [name]))
    return _of(facts, own, "found", Text("{kind} is there, and the answer names it", kind=word(kind)))


def _of(facts: Facts, kind: str, sort: str, what: str) -> Finding:
    first = facts.of(kind)[0]
    return Finding(sort, kind, what, f"{first.by} … {first.words}" if first.by else first.words, first.span)


def _share(yes: int, no: int) -> float | None:
    return yes / (yes + no) if yes + no else None
