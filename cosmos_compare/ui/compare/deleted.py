"""Deleting a run from the page, and taking that back for a day. Ratings of it stay, and say that the run is gone."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.runs.index import RunRow
from cosmos_compare.ui.compare import session
from cosmos_compare.ui.compare.view import change_view
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.ui.shared.tables import safe


def button(sides: Sequence[Side], index: int) -> None:
    """Delete the run of one side; the others stay on the page."""
    side = sides[index]
    st.button(
        plain.plain(t("Delete the answer of {model}", model=side.spec.label)),
        key=f"delete_{index}",
        icon=":material/delete:",
        help=t("Take this run out of all lists; it can be put back for a day"),
        type="tertiary",
        on_click=_delete,
        args=([other.run.id for other in sides if other.run], side.run.id if side.run else ""),
    )


def _delete(shown: Sequence[str], run_id: str) -> None:
    try:
        resources.store().delete(run_id)
    except CompareError as error:
        session.problem("deleted", str(error))
        return
    change_view(live="", runs=tuple(other for other in shown if other != run_id))


def show(rows: Sequence[RunRow]) -> None:
    """The deleted runs, each with the button that puts it back."""
    if problem := session.said("deleted"):
        plain.error(problem)
    for number, row in enumerate(rows):
        with st.container(horizontal=True, vertical_alignment="center", key=f"deleted_{number}"):
            when = row.created[:16].replace("T", " ")
            words = t("Deleted: {model}, {prompt}, {when} UTC", model=row.model, prompt=row.prompt_name, when=when)
            st.html(f'<div class="elsewhere">{safe(words)}</div>')
            st.button(t("Undo"), key=f"undo_{row.id}", type="tertiary", on_click=_restore, args=(row.id,))


def _restore(run_id: str) -> None:
    try:
        row = resources.store().restore(run_id)
    except CompareError as error:
        session.problem("deleted", str(error))
        return
    session.arrive()
    change_view(live="", runs=(row.id,), scenario=row.scenario)
