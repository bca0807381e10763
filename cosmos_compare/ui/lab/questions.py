"""Imported questions in the lab: what one asks, its answers beside the references, and the scores of all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.item import ImportedItem
from cosmos_compare.language import number, t
from cosmos_compare.results.numbers_as_text import estimate_words
from cosmos_compare.runs.index import RunRow
from cosmos_compare.studies.changes import FactsByRun
from cosmos_compare.studies.facts import LETTER
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.scores import Score, scores
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.ui.shared.tables import grid

LONGEST = 1000  # characters of an answer beside its reference; the link below leads to all of it


def item_of(matrix: Matrix, row: str) -> ImportedItem | None:
    """The imported question of a row, by its id."""
    return next((own.item for own in matrix.plan.items if own.id == row and own.item and own.item.question), None)


def show(item: ImportedItem, answers: Sequence[RunRow], facts: FactsByRun) -> None:
    """A question with what is right, or its references, beside its answers."""
    plain.caption(item.question)
    head = ["", t("truth"), *(t("answer") for _ in answers)]
    if item.options:
        told = [facts[row.id].of(LETTER) if row.id in facts else None for row in answers]
        cells = [f"{fact.stated or '–'} ({t(fact.verdict)})" if fact else "–" for fact in told]
        lines = [[t("letter"), ", ".join(item.right) or "–", *cells]]
    else:
        lines = [[t("text"), "\n".join(item.references) or "–", *(_text(row) for row in answers)]]
    st.html(grid(head, lines))


def show_scores(matrix: Matrix, facts: FactsByRun) -> None:
    """The share of right answers of each arm and category, beside what needs no model; nothing without questions."""
    found = scores(matrix, facts) if matrix.plan.questions else []
    if not found:
        return
    head = [t("questions"), t("arm"), t("answers"), t("unreadable"), t("right"), t("always one letter"), t("by lot")]
    with st.expander(t("Scores by letter"), expanded=True):
        st.html(grid(head, [_line(own, matrix.plan.arms[own.arm].label) for own in found]))
        st.caption(
            t("Intervals are over videos. An answer whose letter can't be read is not right; nothing is guessed.")
        )


def _line(score: Score, arm: str) -> list[str]:
    base = score.baseline
    return [
        " · ".join(filter(None, (score.category, score.subcategory))) or t("all"),
        arm,
        f"{score.answers}",
        f"{score.unreadable}",
        estimate_words(score.accuracy, percent=True),
        f"{number(base.majority, '.0%')} ({base.letter})",
        number(base.by_lot, ".0%"),
    ]


def _text(row: RunRow) -> str:
    """The answer of a run as text, cut where it is long."""
    try:
        answer = resources.saved_run(row).answer
    except CompareError:
        return "–"
    words = read_answer(answer.raw, answer.rendered_prompt).answer
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
