"""The matrix of a study: filter, table, and the answers of the cell that was chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import pandas as pd
import streamlit as st

from cosmos_compare.language import N_, current, number, semicolons, speaking, t
from cosmos_compare.runs.index import RunRow
from cosmos_compare.studies.changes import FactsByRun, base_arms, changed
from cosmos_compare.studies.export import truth_in
from cosmos_compare.studies.facts import KINDS, truth_json
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.view import Filter, cell_text, hint_text, passes
from cosmos_compare.texts.vocabulary import word, words
from cosmos_compare.ui.lab import hint_cells, questions, session
from cosmos_compare.ui.shared import plain, rating_data
from cosmos_compare.ui.shared.tables import grid, safe

WORDS: dict[str, str] = {
    "all": N_("All"),
    "differs": N_("Differs"),
    "wrong": N_("Wrong"),
    "failed": N_("Failed"),
    "unrated": N_("Not rated"),
    "unstable": N_("Unstable"),
}
LEGEND = N_(
    "✓ right · ~ partly · ✗ wrong · ∅ asked and not stated; without a sign: the ground truth does not tell. "
    "≠ states something else than the arm it is a variant of."
)
TALL = 460  # pixels of a table that scrolls
MOST_ROWS = 12  # of one that does not
OPENED = 3  # answers of a cell that have a link of their own


def show(matrix: Matrix, facts: FactsByRun) -> None:
    """Filter, table and details. Of one arm it and the arm that it is a variant of are shown."""
    labels = _unique([arm.label for arm in matrix.plan.arms])
    what, arm, find = _filters(labels)
    rated = set(rating_data.found().ratings["run_id"]) if what == "unrated" else set()
    stays = passes(what, matrix, facts, rated, arm)
    shown = [name for name in matrix.cells if find.casefold() in name.casefold() and stays(name)]
    if not shown:
        st.info(t("No scenario is like that."))
        return
    bases = base_arms([each.arm for each in matrix.plan.arms])
    columns = [n for n in range(len(labels)) if arm is None or n in (arm, bases[arm])]
    hint = None if matrix.plan.questions else hint_cells.chosen()
    with speaking(current()):  # asked once: a thousand rows have ten thousand texts
        rows = {name: _texts(matrix.cells[name], columns, facts, bases, hint) for name in shown}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=[labels[n] for n in columns])
    frame.index.name = t("scenario")
    event = st.dataframe(
        frame if hint is None else hint_cells.styled(frame, hint),
        key=session.MATRIX,
        on_select="rerun",
        selection_mode="single-cell",
        height="content" if len(frame) <= MOST_ROWS else TALL,
        alt=t("What each arm states of each scenario"),
    )
    count = t("{n} of {total} scenarios.", n=len(shown), total=len(matrix.cells))
    plain.caption(f"{count} {t(LEGEND) if hint is None else hint_cells.about(hint)}")
    chosen = event["selection"]["cells"]
    if chosen and chosen[0][1] in labels and chosen[0][0] < len(shown):
        row, label = chosen[0]
        number = labels.index(label)
        _details(matrix, matrix.cells[shown[row]], number, bases[number], facts)
    else:
        st.caption(t("Click a cell to see its answers, beside the truth and beside the arm it is a variant of."))


def _filters(labels: Sequence[str]) -> tuple[Filter, int | None, str]:
    """Which scenarios: what is so of a cell, of which arm, and what is in their names."""
    with st.container(horizontal=True, vertical_alignment="center", key="lab_filters"):
        what = st.pills(
            t("Show"),
            get_args(Filter),
            default="all",
            key=session.FILTER,
            format_func=lambda name: t(WORDS[name]),
            label_visibility="collapsed",
            persist_state="session",
            wrap=True,
        )
        arm = None
        if len(labels) > 1:
            words = t("In any arm")
            arm = st.selectbox(
                words,
                range(len(labels)),
                index=None,
                format_func=lambda n: plain.plain(labels[n]),
                key=session.OF_ARM,
                placeholder=words,
                label_visibility="collapsed",
                persist_state="session",
                width=240,
            )
        words = t("Find a scenario")
        find = st.text_input(words, key=session.FIND, placeholder=words, label_visibility="collapsed", width=180)
    return what or "all", arm if arm is not None and arm < len(labels) else None, find


def _texts(
    cells: Sequence[Cell], columns: Sequence[int], facts: FactsByRun, bases: Sequence[int | None], hint: str | None
) -> list[str]:
    if hint is not None:
        return [hint_text(cells[n], facts, hint) for n in columns]
    return [cell_text(cells[n], facts, None if (base := bases[n]) is None else cells[base]) for n in columns]


def _details(matrix: Matrix, cells: Sequence[Cell], number: int, base: int | None, facts: FactsByRun) -> None:
    """What the answers of a cell state beside the truth, and the way to see them beside another arm's."""
    arms, cell = matrix.plan.arms, cells[number]
    st.html(f'<div class="section"><b>{safe(cell.scenario)} · {safe(arms[number].label)}</b></div>')
    if base is not None and (kinds := changed(cell, cells[base], facts)):
        unlike = ", ".join(str(word(kind)) for kind in kinds)
        plain.caption(t("States something else than {arm}: {what}.", arm=arms[base].label, what=unlike))
    truth = truth_json(next(truth_in(row) for row in matrix.plan.rows if row.id == cell.scenario))
    many = len(cell.rows) > 1
    head = ["", t("truth"), *(t("repeat {n}", n=row.repeat) if many else t("answer") for row in cell.answers)]
    if item := questions.item_of(matrix, cell.scenario):
        questions.show(item, cell.answers, facts)
    else:
        lines = [
            [str(word(kind)), _true(truth, kind), *(_fact(facts, row.id, kind) for row in cell.answers)]
            for kind in KINDS
        ]
        lines.append([t("ended"), "", *(_ended(row) for row in cell.answers)])
        st.html(grid(head, lines))
    other = base if base is not None else next((n for n in range(len(arms)) if n != number), None)
    if other is None:
        return
    beside = {row.repeat: row.id for row in cells[other].answers}
    with st.container(horizontal=True, key="lab_ways"):
        for row in cell.answers[:OPENED]:
            ids = [beside[row.repeat], row.id] if row.repeat in beside else [row.id]
            words = t("Open repeat {n} beside {arm}", n=row.repeat, arm=arms[other].label)
            words = words if many else t("Open beside {arm}", arm=arms[other].label)
            query = {"runs": ",".join(ids)}
            st.page_link("app.py", label=plain.plain(words), query_params=query, icon=":material/compare:")


def _ended(row: RunRow) -> str:
    """How an answer ended, and how long it took."""
    how = t("cut") if row.finish == "length" else t("done")
    return f"{how}, {number(row.total_s, '.1f')} s" if row.total_s is not None else how


def _true(truth: Mapping[str, object], kind: str) -> str:
    value = truth.get(kind)
    if kind == "events" and isinstance(value, list):
        return semicolons(f"{number(event['start'], '.1f')} s {event['label']}" for event in value)
    return ", ".join(str(word(str(one))) for one in value) if isinstance(value, list) else str(word(str(value or "–")))


def _fact(facts: FactsByRun, run_id: str, kind: str) -> str:
    told = facts.get(run_id)
    if told is None:
        return "–"
    fact = told.of(kind)
    return f"{words(fact.stated) or '–'} ({word(fact.verdict)})"


def _unique(labels: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        names.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return names
