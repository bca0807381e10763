"""The effort of integrating each model, on the Results page: what was measured, and what people write down."""

from __future__ import annotations

import zlib

import streamlit as st

from cosmos_compare.effort.book import GRADE_WORDS, GRADES, STEP_WORDS, STEPS, Grade, Said, Step, say
from cosmos_compare.effort.measured import EffortRow, effort_of
from cosmos_compare.errors import CompareError
from cosmos_compare.language import semicolons, t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.results.report import Report
from cosmos_compare.ui.shared import plain, rating_data, resources
from cosmos_compare.ui.shared.tables import grid, safe


@st.fragment
def show(found: Report) -> None:
    """A table for each model, and the form to write down what it cost; read from disk once it is opened."""
    models = list(dict.fromkeys(arm.model for arm in found.arms))
    panel = st.expander(t("Effort of integrating each model"), key="effort", on_change="rerun")
    if not panel.open:
        return
    with panel:
        try:
            rows = effort_of(resources.store(), rating_data.runs().rows, models)
        except CompareError as problem:
            plain.error(problem)
            return
        plain.caption(
            t("Measured by the program from the runs on disk; effort and comment are what people wrote down.")
        )
        for model in models:
            own = [row for row in rows if row.model == model]
            st.html(f'<div class="section"><b>{safe(model)}</b></div>{_table(own)}')
            _form(model, {row.step: row.said for row in own})


def _table(rows: list[EffortRow]) -> str:
    head = (t("Step"), t("Measured"), t("Effort"), t("Comment"))
    cells = [
        (
            t(STEP_WORDS[row.step]),
            semicolons(row.measured) or t("not measured"),
            t(GRADE_WORDS[row.said.grade]) if row.said.grade else "–",
            row.said.comment or "–",
        )
        for row in rows
    ]
    return grid(head, cells)


def _form(model: str, said: dict[Step, Said]) -> None:
    """Two fields a step. Saving writes what was changed, so that nobody takes back what another wrote meanwhile."""
    title = t("Write down the effort of {model}", model=plain.plain(model))
    with st.popover(title, icon=":material/edit:"), st.form(f"effort_{model}", border=False):
        for step in STEPS:
            _fields(model, step, said[step])
        st.form_submit_button(t("Save"), key=f"save_effort_{model}", on_click=_save, args=(model, said))


def _fields(model: str, step: Step, said: Said) -> None:
    name, grades = t(STEP_WORDS[step]), ("", *GRADES)
    left, right = st.columns([2, 3])
    with left:
        st.selectbox(
            t("{step}: effort", step=name),
            grades,
            grades.index(said.grade or ""),
            format_func=lambda grade: t(GRADE_WORDS[grade]) if grade else "–",
            key=_key(model, step, said, "grade"),
        )
    with right:
        st.text_input(t("{step}: comment", step=name), said.comment, 2000, key=_key(model, step, said, "comment"))


def _key(model: str, step: Step, said: Said, what: str) -> str:
    """A field's own key, another one once something else is written down: it then shows that."""
    return f"effort_{what}_{model}_{step}_{zlib.crc32(said.model_dump_json().encode()):08x}"


def _save(model: str, before: dict[Step, Said]) -> None:
    said: dict[Step, Said] = {}
    for step, old in before.items():
        grade: Grade | None = st.session_state[_key(model, step, old, "grade")] or None
        comment = str(st.session_state[_key(model, step, old, "comment")]).strip()
        if (new := Said(grade=grade, comment=comment)) != old:
            said[step] = new
    try:
        say(outputs_folder(), model, said)
    except CompareError as problem:
        plain.error(problem)
        return
    plain.toast(t("Saved: the effort of {model}.", model=model), icon=":material/check:")
