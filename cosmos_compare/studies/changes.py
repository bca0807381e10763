"""What changed: each arm beside the arm that is most like it, and what the one states that the other does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from cosmos_compare.runs.index import Arm
from cosmos_compare.studies.facts import KINDS, LETTER, AnswerFacts, Fact
from cosmos_compare.studies.matrix import Cell

FactsByRun = Mapping[str, AnswerFacts]
STATED = (*KINDS[:3], LETTER)  # events are told apart by their times, which wander from answer to answer


def base_arms(arms: Sequence[Arm]) -> list[int | None]:
    """For each arm the earlier one that it is to be seen against: alike in most, of the same model if it can be.

    A second prompt stands against the first of its model, a control against its clip. The first arm has none.
    """

    def unlike(number: int, earlier: int) -> tuple[int, bool, int]:
        one, other = arms[number], arms[earlier]
        return sum(a != b for a, b in zip(one, other, strict=True)), one.model != other.model, earlier

    return [min(range(n), key=lambda earlier: unlike(n, earlier), default=None) for n in range(len(arms))]


def usual(cell: Cell, facts: FactsByRun, kind: str) -> Fact | None:
    """What most answers of a cell state of a kind, the first of equals; None where no answer is read yet."""
    said = [facts[row.id].of(kind) for row in cell.answers if row.id in facts]
    if len(said) < 2:
        return said[0] if said else None
    most, _ = Counter(fact.things for fact in said).most_common(1)[0]
    return next(fact for fact in said if fact.things == most)


def changed(cell: Cell, base: Cell, facts: FactsByRun) -> tuple[str, ...]:
    """The kinds of fact of which two cells usually state something else."""
    return tuple(kind for kind in STATED if _unlike(usual(cell, facts, kind), usual(base, facts, kind)))


def _unlike(one: Fact | None, other: Fact | None) -> bool:
    return one is not None and other is not None and one.things != other.things
