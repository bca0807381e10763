"""Controls: what a model still claims when it does not see the clip comes from habit, not from sight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from cosmos_compare.language import Text
from cosmos_compare.runs.index import Arm, RunRow
from cosmos_compare.stats import Estimate, clustered_mean
from cosmos_compare.studies.facts import AnswerFacts
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.texts.vocabulary import word


class Kept(NamedTuple):
    """One claim that an answer makes of the clip, and whether the answer of the control makes it, too: their runs."""

    scenario: str
    repeat: int
    claim: str
    kept: bool
    shown: RunRow
    control: RunRow


class Control(NamedTuple):
    """An arm on the clip beside the same arm under a control. `habit`: the share of its claims that stay, mean over
    scenarios with its interval; 0 where all come from sight."""

    arm: int
    control: int
    habit: Estimate
    claims: tuple[Kept, ...]


def controls(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> list[Control]:
    """Every arm on the clip with every control of it that the study has."""
    arms = [arm.arm for arm in matrix.plan.arms]
    pairs = [
        (n, m)
        for n, arm in enumerate(arms)
        for m, other in enumerate(arms)
        if arm.condition == "clip" != other.condition and _alike(arm, other)
    ]
    return [_control(matrix, facts, n, m) for n, m in pairs]


def claims_of(facts: AnswerFacts) -> tuple[str, ...]:
    """What an answer claims to see: its objects and, where it says more than low, its risk; what happens; the option
    that it names.

    A low risk and "keep going" are what a model says that sees nothing, so they are no claims.
    """
    objects = [Text("object: {name}", name=word(name)) for name in facts.objects.stated.split(", ") if name]
    risk = (
        [Text("risk: {name}", name=word(facts.risk.stated))]
        if facts.risk.stated not in {"", "none", "low", "none to low"}
        else []
    )
    events = [Text("event: {name}", name=label) for label, _, _ in facts.times]
    letter = [Text("option: {name}", name=facts.letter.stated)] if facts.letter.stated else []
    return tuple(dict.fromkeys([*objects, *risk, *events, *letter]))


def _alike(arm: Arm, other: Arm) -> bool:
    return arm._replace(condition="") == other._replace(condition="")


def _control(matrix: Matrix, facts: Mapping[str, AnswerFacts], arm: int, control: int) -> Control:
    kept: list[Kept] = []
    for scenario, cells in matrix.cells.items():
        for repeat in range(matrix.plan.repeats):
            one, other = cells[arm].rows[repeat], cells[control].rows[repeat]
            if one is None or other is None or not {one.id, other.id} <= facts.keys():
                continue
            seen, unseen = (set(claims_of(facts[row.id])) for row in (one, other))
            kept += [Kept(scenario, repeat, claim, claim in unseen, one, other) for claim in sorted(seen)]
    shares = np.array([each.kept for each in kept], dtype=float)
    clips = {row.id: row.scenario.id for row in matrix.plan.rows}
    names = np.array([clips[each.scenario] for each in kept])
    return Control(arm, control, clustered_mean(shares, names, (0.0, 1.0)), tuple(kept))
