"""The matrix of a study: filter, table, and the answers of the cell that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import pandas as pd
import streamlit as st

from cosmos_compare.language import N_, number, t
from cosmos_compare.studies.export import truths_of
from cosmos_compare.studies.facts import KINDS, AnswerFacts, truth_json
from cosmos_compare.studies.matrix import Cell, Matrix
from cosmos_compare.studies.view import Filter, cell_text, passes
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain, rating_data
from cosmos_compare.ui.shared.tables import grid

WORDS: dict[str, str] = {
    "all": N_("All"),
    "differs": N_("Arms differ"),
    "wrong": N_("Something is wrong"),
    "failed": N_("Failed"),
    "unrated": N_("Not rated"),
    "unstable": N_("Unstable"),
}
LEGEND = N_("✓ right · ~ partly · ✗ wrong · ∅ asked and not stated; without a sign: the ground truth does not tell.")


def show(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> None:
    """Filter, table and details."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_filters"):
        what = st.segmented_control(
            t("Show"),
            get_args(Filter),
            default="all",
            key=session.FILTER,
            format_func=lambda name: t(WORDS[name]),
        )
        find = st.text_input(t("Find a scenario"), key=session.FIND, placeholder=t("part of its name"))
    rated = set(rating_data.found().ratings["run_id"]) if what == "unrated" else set()
    stays = passes(what or "all", matrix, facts, rated)
    shown = [name for name in matrix.cells if find.casefold() in name.casefold() and stays(name)]
    if not shown:
        st.info(t("No scenario is like that."))
        return
    st.caption(plain.plain(t("{n} of {total} scenarios.", n=len(shown), total=len(matrix.cells)) + " " + t(LEGEND)))
    labels = _unique([arm.label for arm in matrix.plan.arms])
    rows = {name: [cell_text(cell, facts) for cell in matrix.cells[name]] for name in shown}
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=labels)
    frame.index.name = t("scenario")
    event = st.dataframe(
        frame,
        key=session.MATRIX,
        on_select="rerun",
        selection_mode="single-cell",
        height=min(38 + 35 * len(frame), 460),
    )
    chosen = event["selection"]["cells"]
    if chosen and chosen[0][1] in labels:
        row, label = chosen[0]
        _details(matrix, matrix.cells[shown[row]][labels.index(label)], facts)
    else:
        st.caption(t("Click a cell to see its answers."))


def _details(matrix: Matrix, cell: Cell, facts: Mapping[str, AnswerFacts]) -> None:
    """What the answers of a cell state beside the truth, and the way to see and rate them."""
    arm = matrix.plan.arms[cell.arm]
    st.markdown(f"#### {plain.plain(cell.scenario)} · {plain.plain(arm.label)}")
    truth = truth_json(truths_of(matrix)[cell.scenario])
    head = ["", t("truth"), *(f"#{row.repeat}" for row in cell.answers)]
    lines = [[t(kind), _true(truth, kind), *(_fact(facts, row.id, kind) for row in cell.answers)] for kind in KINDS]
    st.html(grid(head, lines))
    with st.container(horizontal=True, key="lab_ways"):
        for row in cell.answers[:4]:
            others = [
                other.answers[0].id for other in matrix.cells[cell.scenario] if other is not cell and other.answers
            ]
            ids = ",".join([row.id, *others[:1]])
            st.page_link(
                "app.py",
                label=t("Open #{n} beside the next arm", n=row.repeat),
                query_params={"runs": ids},
                icon=":material/compare:",
            )


def _true(truth: Mapping[str, object], kind: str) -> str:
    value = truth.get(kind)
    if kind == "events" and isinstance(value, list):
        return "; ".join(f"{number(event['start'], '.1f')} s {event['label']}" for event in value)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "–")


def _fact(facts: Mapping[str, AnswerFacts], run_id: str, kind: str) -> str:
    told = facts.get(run_id)
    if told is None:
        return "–"
    fact = told.of(kind)
    return f"{fact.stated or '–'} ({t(fact.verdict)})"


def _unique(labels: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    names = []
    for label in labels:
        seen[label] = seen.get(label, 0) + 1
        names.append(label if seen[label] == 1 else f"{label} ({seen[label]})")
    return names
