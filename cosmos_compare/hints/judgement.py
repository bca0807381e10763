"""Hints about what an answer concludes: the level of risk and the next action."""

from __future__ import annotations

from cosmos_compare.hints.records import Finding, Hint
from cosmos_compare.hints.truth import Truth
from cosmos_compare.language import Text, listed
from cosmos_compare.texts.facts import Facts
from cosmos_compare.texts.risk import ORDER
from cosmos_compare.texts.vocabulary import word, words

# Actions that lead the same way though they are not the same.
_NEAR = ({"slow", "stop", "yield"}, {"keep", "pull away"}, {"turn", "change lane"}, {"slow", "change lane"})


def risk_hint(facts: Facts, truth: Truth, asked: bool) -> Hint:
    """How far the stated level lies from the true one, in levels; a range counts from its middle. Below the true one
    is told apart: a hazard that is played down is worse than one that is not."""
    if truth.risk is None:
        return Hint("risk", None, "", why=Text("The ground truth gives no risk."))
    if facts.risk is None:
        contradicts = len({risk.text for risk in facts.risks}) > 1
        why = (
            Text("The answer states no level.")
            if not contradicts
            else Text("The answer states levels that contradict each other.")
        )
        if not asked:
            return Hint("risk", None, "", why=why)
        found = tuple(Finding("contradiction", risk.text, why, risk.words, risk.span) for risk in facts.risks)
        return Hint("risk", 0, Text("no level stated"), found, {"distance": None}, why)
    said, true = facts.risk, ORDER.index(truth.risk)
    middle = (ORDER.index(said.low) + ORDER.index(said.high)) / 2
    distance = abs(middle - true)
    measures: dict[str, float | int | None] = {"distance": distance, "under": max(0.0, true - middle)}
    kind = "equal" if distance == 0 else "under-estimated" if middle < true else "over-estimated"
    finding = Finding(
        kind,
        said.text,
        Text("says {said}; true is {true}", said=word(said.text), true=word(truth.risk)),
        said.words,
        said.span,
    )
    level = 2 if distance == 0 else 1 if distance <= 1 else 0
    return Hint("risk", level, finding.what, (finding,), measures)


def action_hint(facts: Facts, truth: Truth, asked: bool) -> Hint:
    """Whether the advised action is the expected one; of several, whether one is."""
    if not truth.actions:
        return Hint("action", None, "", why=Text("The ground truth expects no action that the lexicon knows."))
    wanted = listed([word(action) for action in truth.actions], " / ")
    if not facts.actions:
        why = Text("The answer advises no action.")
        return Hint("action", 0 if asked else None, Text("no action advised") if asked else "", why=why)
    said = tuple(dict.fromkeys(action.action for action in facts.actions))
    both = set(said) & set(truth.actions)
    near = any(set(said) & group and set(truth.actions) & group for group in _NEAR)
    level = 2 if both and set(said) <= set(truth.actions) | both | _close(truth.actions) else 1 if both or near else 0
    kind = {2: "equal", 1: "near", 0: "other"}[level]
    findings = tuple(
        Finding(
            kind,
            action.action,
            Text("advises {said}; expected is {wanted}", said=word(action.action), wanted=wanted),
            action.words,
            action.span,
        )
        for action in facts.actions
    )
    return Hint(
        "action",
        level,
        Text("advises {said}; expected is {wanted}", said=words(", ".join(said)), wanted=wanted),
        findings,
        {"equal": len(both)},
    )


def _close(actions: tuple[str, ...]) -> set[str]:
    """What may be advised beside the expected actions without leading elsewhere."""
    return set().union(*(group for group in _NEAR[:2] if group & set(actions))) if actions else set()
