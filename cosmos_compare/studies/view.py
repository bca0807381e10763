"""The matrix as a table of short texts, and the filters over it. Knows nothing of pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Literal

from cosmos_compare.studies.facts import KINDS, LETTER, NOTHING, AnswerFacts
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.stability import agreeing, unstable

Filter = Literal["all", "differs", "wrong", "failed", "unrated", "unstable"]
FactsByRun = Mapping[str, AnswerFacts]
SIGNS = {
    "right": "✓",
    "partly": "~",
    "wrong": "✗",
    "missing": "∅",
    "not stated": "",
    "not known": "",
    "unreadable": "?",
}


def cell_text(cell: Cell, facts: FactsByRun) -> str:
    """A cell in a line: signs beside what is stated, how many repeats agree, cut and failed answers."""
    if not cell.answers:
        return "failed" if cell.failed else ""
    told = facts.get(cell.answers[0].id)
    asked = told is not None and told.letter != NOTHING
    kinds = (LETTER,) if asked else ("risk", "action", "objects", "events")
    parts = [_said(told, kind) for kind in kinds] if told else []
    words = " · ".join(part for part in parts if part) or "–"
    marks = " (cut)" if any(row.finish == "length" for row in cell.answers) else ""
    marks += " (some failed)" if cell.failed else ""
    if len(cell.rows) > 1:
        agree, n = agreeing(cell, facts, LETTER if asked else "risk")
        marks += f" [{agree}/{n}]" if n == len(cell.rows) else f" [{agree}/{n} of {len(cell.rows)}]"
    return words + marks


def passes(what: Filter, matrix: Matrix, facts: FactsByRun, rated: Collection[str]) -> Callable[[str], bool]:
    """Whether a scenario stays under a filter; `rated` are ids of runs that somebody rated."""
    tests: dict[Filter, Callable[[tuple[Cell, ...]], bool]] = {
        "all": lambda cells: True,
        "differs": lambda cells: len({_stated(cell, facts) for cell in cells if cell.answers}) > 1,
        "wrong": lambda cells: any(facts[row.id].wrong for cell in cells for row in cell.answers if row.id in facts),
        "failed": lambda cells: any(cell.failed for cell in cells),
        "unrated": lambda cells: any(row.id not in rated for cell in cells for row in cell.answers),
        "unstable": lambda cells: any(unstable(cell, facts) for cell in cells),
    }
    return lambda scenario: tests[what](matrix.cells[scenario])


def _stated(cell: Cell, facts: FactsByRun) -> tuple[str, ...]:
    told = facts.get(cell.answers[0].id)
    return tuple(told.of(kind).stated for kind in (*KINDS[:3], LETTER)) if told else ()


def _said(told: AnswerFacts, kind: str) -> str:
    fact = told.of(kind)
    if fact.verdict in ("missing", "unreadable"):
        return f"∅ {kind}" if fact.verdict == "missing" else f"{SIGNS[fact.verdict]} {fact.verdict}"
    text = f"{len(told.times)} events" if kind == "events" and told.times else fact.stated
    return f"{SIGNS[fact.verdict]} {text}".strip() if text else ""
