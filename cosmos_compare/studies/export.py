"""A study's matrix and answers for other programs: one JSON object, CSV, or one JSON line an answer."""

from __future__ import annotations

from typing import Any

from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.facts import stated_of, truth_of
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.plan import StudyArm


def as_json(matrix: Matrix, store: Store) -> dict[str, Any]:
    """Arms, cells with the ids of their runs and what each answer states, the truth, and how much is done."""
    truths = {scenario.id: truth_of(scenario) for scenario in matrix.plan.scenarios}
    return {
        "arms": [arm_json(arm) for arm in matrix.plan.arms],
        "cells": [_cell(cell, matrix, store, truths[cell.scenario]) for cell in matrix.all_cells()],
        "done": matrix.done,
        "to_do": matrix.to_do,
    }


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


def cell_words(cell: Cell, store: Store) -> str:
    """A cell in a few words: what its first answer states, and how many answers there are."""
    if not cell.answers:
        return "failed" if cell.failed else "–"
    stated = stated_of(cell.answers[0], store)
    words = ", ".join(str(value) for value in stated.values() if value) or "nothing stated"
    return words if len(cell.rows) == 1 else f"{words} ({len(cell.answers)} of {len(cell.rows)})"


def _cell(cell: Cell, matrix: Matrix, store: Store, truth: dict[str, Any]) -> dict[str, Any]:
    rows = [row for row in cell.rows if row is not None]
    return {
        "scenario": cell.scenario,
        "arm": matrix.plan.arms[cell.arm].arm.id,
        "runs": [row.id for row in rows],
        "answers": [_answer(row, store) for row in rows],
        "truth": truth,
    }


def _answer(row: RunRow, store: Store) -> dict[str, Any]:
    return {"run": row.id, "repeat": row.repeat, "finish": row.finish, "stated": stated_of(row, store)}
