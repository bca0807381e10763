"""The matrix as a table of short texts, and the filters over it. Knows nothing of pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from statistics import median
from typing import Literal

from cosmos_compare.language import number, retold, t, tn
from cosmos_compare.studies.changes import STATED, FactsByRun, base_arms, changed, usual
from cosmos_compare.studies.facts import LETTER, NOTHING, Fact
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.stability import unstable
from cosmos_compare.texts.vocabulary import word, words

Filter = Literal["all", "differs", "wrong", "failed", "unrated", "unstable"]
SIGNS = {
    "right": "✓",
    "partly": "~",
    "wrong": "✗",
    "missing": "∅",
    "not stated": "",
    "not known": "",
    "unreadable": "?",
}
LEVELS: dict[int | None, str] = {2: "✓", 1: "~", 0: "✗", None: "–"}  # of a hint
CHANGED = "≠"


def cell_text(cell: Cell, facts: FactsByRun, base: Cell | None = None) -> str:
    """A cell in a line: signs beside what most of its answers state, how many agree, their time, cut and failed ones.

    It begins with ≠ where it states something else than the cell of its base arm.
    """
    if not cell.answers:
        return t("failed") if cell.failed else ""
    parts = [CHANGED] if base is not None and changed(cell, base, facts) else []
    letter = usual(cell, facts, LETTER)
    asked = letter is not None and letter != NOTHING  # a question with options: its letter is all that counts
    kinds = (LETTER,) if asked else ("risk", "action", "objects", "events")
    said = [_said(usual(cell, facts, kind), kind) for kind in kinds]
    parts.append(" · ".join(part for part in [*said, _agree(cell, facts), _time(cell)] if part))
    if any(row.finish == "length" for row in cell.answers):
        parts.append(t("(cut)"))
    if cell.failed:
        parts.append(t("(some failed)"))
    return " ".join(parts)


def hint_text(cell: Cell, facts: FactsByRun, name: str) -> str:
    """What a hint says of most answers of a cell, behind the sign of its level; empty where it says nothing."""
    told = [hint for row in cell.answers if row.id in facts for hint in facts[row.id].hints if hint.name == name]
    if not told:
        return ""
    level, _ = Counter(hint.level for hint in told).most_common(1)[0]
    says = next(hint.says for hint in told if hint.level == level)
    return f"{LEVELS[level]} {retold(says)}".strip()


def passes(
    what: Filter, matrix: Matrix, facts: FactsByRun, rated: Collection[str], arm: int | None = None
) -> Callable[[str], bool]:
    """Whether a scenario stays under a filter, by any of its cells or by that of one arm.

    `rated` are ids of runs that somebody rated. A cell differs where it states something else than its base arm's; so
    one does wherever any arm states something else than the first.
    """
    bases = base_arms([each.arm for each in matrix.plan.arms])

    def differs(cell: Cell, cells: Sequence[Cell]) -> bool:
        base = bases[cell.arm]
        return base is not None and bool(changed(cell, cells[base], facts))

    tests: dict[Filter, Callable[[Cell, Sequence[Cell]], bool]] = {
        "all": lambda cell, cells: True,
        "differs": differs,
        "wrong": lambda cell, cells: any(facts[row.id].wrong for row in cell.answers if row.id in facts),
        "failed": lambda cell, cells: cell.failed,
        "unrated": lambda cell, cells: any(row.id not in rated for row in cell.answers),
        "unstable": lambda cell, cells: unstable(cell, facts),
    }

    def stays(scenario: str) -> bool:
        cells = matrix.cells[scenario]
        return any(tests[what](cell, cells) for cell in (cells if arm is None else cells[arm : arm + 1]))

    return stays


def agreeing_answers(cell: Cell, facts: FactsByRun) -> tuple[int, int]:
    """How many answers of a cell state the same objects, risk and action, at most, and how many are read."""
    said = [tuple(facts[row.id].of(kind).things for kind in STATED) for row in cell.answers if row.id in facts]
    return max(Counter(said).values(), default=0), len(said)


def _agree(cell: Cell, facts: FactsByRun) -> str:
    if len(cell.rows) == 1:
        return ""
    agree, read = agreeing_answers(cell, facts)
    if read < len(cell.rows):
        return t("{agree} of {n} agree, {total} asked", agree=agree, n=read, total=len(cell.rows))
    return t("{agree} of {n} agree", agree=agree, n=read)


def _time(cell: Cell) -> str:
    times = [row.total_s for row in cell.answers if row.total_s is not None]
    return t("{seconds} s", seconds=number(median(times), ".1f")) if times else ""


def _said(fact: Fact | None, kind: str) -> str:
    if fact is None:
        return ""
    if fact.verdict == "missing":
        return f"∅ {word(kind)}"
    if fact.verdict == "unreadable":
        return f"{SIGNS[fact.verdict]} {word('unreadable')}"
    count = fact.stated.count(";") + 1
    text = tn("{n} event", "{n} events", count) if kind == "events" and fact.stated else words(fact.stated)
    return f"{SIGNS[fact.verdict]} {text}".strip() if text else ""
