"""A study's matrix and answers for other programs: one JSON object, a CSV, or one JSON line an answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.hints.records import NAMES as HINTS
from cosmos_compare.ratings.formulas import neutralise
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies import scores
from cosmos_compare.studies.fact_book import FactBook, HeldFacts
from cosmos_compare.studies.facts import KINDS, LETTER, NOTHING, AnswerFacts, Truth, truth_json, truth_of
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.plan import StudyArm, StudyRow


def truth_in(row: StudyRow) -> Truth:
    """What the answers of a row are held against: a ground truth, or an imported question."""
    return row.item if row.item and row.item.question else truth_of(row.scenario)


def answers_of(matrix: Matrix) -> list[HeldFacts]:
    """Every answer of a study with what it is held against; what nothing is held against is not read."""
    held: list[HeldFacts] = []
    for row in matrix.plan.rows:
        runs = [run for cell in matrix.cells[row.id] for run in cell.answers]
        truth = truth_in(row) if runs else None
        held += [HeldFacts(run, truth) for run in runs]
    return held


def all_facts(matrix: Matrix, book: FactBook) -> dict[str, AnswerFacts]:
    """The facts of every answer of a study, by run."""
    return book.read_all(answers_of(matrix))


def as_json(matrix: Matrix, book: FactBook, proof: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Arms, cells with the ids of their runs and what each answer states, the truth, and how much is done; `proof`: by
    name of a hint, whether people's marks prove it, in words."""
    facts = all_facts(matrix, book)
    truths = {row.id: truth_json(truth_in(row)) for row in matrix.plan.rows}
    found = {
        "arms": [arm_json(arm) for arm in matrix.plan.arms],
        "cells": [_cell(cell, matrix, facts, truths[cell.scenario]) for cell in matrix.all_cells()],
        "done": matrix.done,
        "to_do": matrix.to_do,
        "hints": dict(proof or {}),
    }
    if not matrix.plan.questions:
        return found
    told = [scores.as_json(own, matrix.plan.arms[own.arm].arm.id) for own in scores.scores(matrix, facts)]
    return {"questions": matrix.plan.questions, **found, "scores": told}


def arm_json(arm: StudyArm) -> dict[str, Any]:
    """An arm with all that it fixes."""
    return {
        "id": arm.arm.id,
        "label": arm.label,
        "model": arm.spec.name,
        "revision": arm.spec.revision,
        "prompt": arm.prompt.name,
        "prompt_version": arm.prompt.version,
        "reasoning": arm.prompt.reasoning,
        "condition": arm.settings.condition,
        "settings": arm.settings.model_dump(exclude={"condition", "repeat"}, exclude_none=True),
    }


def as_csv(matrix: Matrix, facts: Mapping[str, AnswerFacts], proof: Mapping[str, str] | None = None) -> str:
    """A row an answer: scenario, arm, repeat, run, finish, times, what is stated and how that stands to the truth, and
    the level of each hint (2, 1, 0 or nothing) with its `proof`: whether people's marks prove it, in words."""
    head = ["scenario", "arm", "model", "prompt", "condition", "repeat", "run_id", "finish", "total_s", "new_tokens"]
    head += [name for kind in (*KINDS, LETTER) for name in (kind, f"{kind}_verdict")]
    head += [name for hint in HINTS for name in (f"hint_{hint}", f"hint_{hint}_proof")]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(head)
    for cell in matrix.all_cells():
        arm = matrix.plan.arms[cell.arm]
        for row in filter(None, cell.rows):
            told = facts.get(row.id)
            stated = [value for kind in (*KINDS, LETTER) for value in (told.of(kind) if told else ("", ""))]
            named = [cell.scenario, arm.label, row.model, row.prompt_name, row.condition]
            values = [*named, row.repeat, row.id, row.finish, row.total_s, row.new_tokens, *stated]
            values += _hint_cells(told, proof or {})
            writer.writerow([neutralise(value) if isinstance(value, str) else value for value in values])
    return "\ufeff" + out.getvalue()


def _hint_cells(told: AnswerFacts | None, proof: Mapping[str, str]) -> list[Any]:
    levels = {hint.name: hint.level for hint in told.hints} if told else {}
    return [cell for name in HINTS for cell in (levels.get(name), proof.get(name, "") if name in levels else "")]


def as_jsonl(matrix: Matrix, store: Store) -> Iterator[bytes]:
    """One line an answer with all that determined it: the whole record of its run; of one that can't be read its id and
    why."""
    for cell in matrix.all_cells():
        for row in filter(None, cell.rows):
            try:
                record = store.load(row).model_dump(mode="json")
            except CompareError as error:
                record = {"id": row.id, "problem": error.text}
            yield orjson.dumps({"arm": matrix.plan.arms[cell.arm].arm.id, **record}) + b"\n"


def cell_words(cell: Cell, facts: Mapping[str, AnswerFacts]) -> str:
    """A cell in a few words: what its first answer states, and how many answers there are."""
    if not cell.answers:
        return "failed" if cell.failed else "–"
    told = facts.get(cell.answers[0].id)
    said = [told.of(kind).stated for kind in (*KINDS[:3], LETTER) if told.of(kind).stated] if told else []
    words = "; ".join(said) or "nothing stated"
    if told and told.letter != NOTHING:
        words = f"{told.letter.stated} {told.letter.verdict}".strip()
    return words if len(cell.rows) == 1 else f"{words} ({len(cell.answers)} of {len(cell.rows)})"


def _cell(cell: Cell, matrix: Matrix, facts: Mapping[str, AnswerFacts], truth: dict[str, Any]) -> dict[str, Any]:
    rows = [row for row in cell.rows if row is not None]
    return {
        "scenario": cell.scenario,
        "arm": matrix.plan.arms[cell.arm].arm.id,
        "runs": [row.id for row in rows],
        "answers": [_answer(row, facts.get(row.id)) for row in rows],
        "truth": truth,
    }


def _answer(row: RunRow, facts: AnswerFacts | None) -> dict[str, Any]:
    stated = facts.as_json() if facts else {}
    return {"run": row.id, "repeat": row.repeat, "finish": row.finish, "stated": stated}
