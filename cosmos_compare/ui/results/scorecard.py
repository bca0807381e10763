"""The Scorecard page: filters, the table, editing one's own rows, and downloads."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import now
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.ratings.score_sheet import SYMBOLS, score_sheet, to_csv, to_xlsx
from cosmos_compare.ratings.standing import visible_to
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.results.report_words import count
from cosmos_compare.runs.index import RunRow
from cosmos_compare.schema import AXES, Answer
from cosmos_compare.ui.results.choices import choose_some
from cosmos_compare.ui.results.scorecard_table import MARK_OF, TINTS, as_kept, edits, labels
from cosmos_compare.ui.shared import resources

READ_UP_TO = 300  # rated answers whose text is opened for the two columns taken from it
TINTED_UP_TO = 2000  # rows


def rows_for(found: Evidence, rater: str) -> pd.DataFrame:
    """The standing rows that this person may see, saying so when some are held back."""
    if not rater:
        return found.ratings
    rows = visible_to(found.ratings, rater)
    held = len(found.ratings) - len(rows)
    if held:
        st.info(f"{rater}, {count(held, 'row')} of other raters will show once you have rated those answers yourself.")
    return rows


def sheet_of(found: Evidence, rows: pd.DataFrame) -> pd.DataFrame:
    """The score sheet under the filters of the sidebar."""
    scenarios = choose_some("Scenarios", sorted(rows["scenario"].unique()), "only_scenarios")
    raters = choose_some("Raters", sorted(rows["rater"].unique()), "only_raters")
    models = choose_some("Models", sorted(rows["model"].unique()), "only_models")
    sheet = score_sheet(rows, found.runs, scenarios=scenarios, raters=raters)
    return sheet[sheet["model"].isin(models)].reset_index(drop=True) if models else sheet


def head(sheet: pd.DataFrame, rater: str) -> bool:
    """Counts, downloads, and whether to edit."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(
            f'<div class="scenario"><b>Scorecard</b><span>{count(len(sheet), "rated answer")}</span></div>',
            width="content",
        )
        name = "scorecard_table"
        st.download_button("CSV", lambda: to_csv(sheet), f"{name}.csv", "text/csv", icon=":material/download:")
        st.download_button(
            "Excel",
            lambda: to_xlsx(sheet),
            f"{name}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            icon=":material/download:",
        )
        mine = bool(rater) and bool((sheet["rater"] == rater).any())
        return mine and st.toggle(f"Edit {rater}'s rows", key="edit_scorecard")


def show(sheet: pd.DataFrame, found: Evidence) -> None:
    """The table for reading."""
    table = _table(sheet, found)
    styled: Any = table
    if len(table) <= TINTED_UP_TO:
        styled = table.style.map(
            lambda cell: f"background-color: {TINTS[cell]}" if cell in TINTS else "", subset=list(AXES)
        )
    st.dataframe(styled, hide_index=True, height=_height(table), column_config=_columns(table, editing=False))


def show_editor(sheet: pd.DataFrame, found: Evidence, rater: str) -> None:
    """One's own rows with marks and notes to change; nothing is saved before the button."""
    own = sheet[sheet["rater"] == rater].reset_index(drop=True)
    table = _table(own, found)
    fixed = [name for name in table.columns if name not in {*AXES, "notes"}]
    version = st.session_state.setdefault("scorecard_version", 0)
    key = f"editor_{version}_{hash(tuple(table['run_id']))}"
    config = _columns(table, editing=True)
    st.data_editor(table, hide_index=True, height=_height(table), disabled=fixed, key=key, column_config=config)
    touched = st.session_state[key]["edited_rows"]
    changed = {str(table.loc[int(place), "run_id"]): cells for place, cells in touched.items()}
    st.caption(
        "An edit is a new row: the earlier one stays in the file. Verdicts belong to a pair: rate it again for that."
    )
    words = f"Save {count(len(changed), 'changed row')}" if changed else "Nothing is changed"
    if st.button(words, type="primary", disabled=not changed):
        try:
            rows = edits(found.ratings, rater, changed, now())
            scorecard.append(outputs_folder(), rows)
        except CompareError as error:
            st.error(str(error))
            return
        st.session_state["scorecard_version"] = version + 1
        st.session_state["scorecard_said"] = f"Saved: {count(len(rows), 'row')}."
        st.rerun()
    if said := st.session_state.pop("scorecard_said", ""):
        st.success(said)


def _table(sheet: pd.DataFrame, found: Evidence) -> pd.DataFrame:
    few = sheet["run_id"].nunique() <= READ_UP_TO
    if not few:
        st.caption(f"What the answers state is shown for up to {READ_UP_TO} answers; filter to see it.")
    rows = {run.id: run for run in found.runs} if few else {}
    return as_kept(sheet, (lambda run_id: _answer(rows.get(run_id))) if few else None)


def _answer(row: RunRow | None) -> Answer | None:
    """What a run answered; nothing when it is gone."""
    try:
        return resources.saved_run(row).answer if row else None
    except CompareError:
        return None


def _height(table: pd.DataFrame) -> int:
    return min(700, 38 + 35 * max(len(table), 1))


def _columns(table: pd.DataFrame, *, editing: bool) -> dict[str, Any]:
    column = st.column_config
    config: dict[str, Any] = {name: column.TextColumn(label) for name, label in labels().items()}
    legend = f"{SYMBOLS[2]} correct, {SYMBOLS[1]} partial, {SYMBOLS[0]} incorrect, empty: cannot judge"
    for axis in AXES:
        if editing:
            config[axis] = column.SelectboxColumn(LABELS[axis], options=list(MARK_OF), width=84, help=legend)
        else:
            config[axis] = column.TextColumn(LABELS[axis], width=84, help=legend)
    config |= {name: column.TextColumn(name, pinned=True) for name in ("scenario", "model")}
    config["time_s"] = column.NumberColumn("time, s", format="%.2f", width=70)
    config["objects found"] = column.TextColumn(width=150)
    config["notes"] = column.TextColumn("notes", width=150)
    return {name: value for name, value in config.items() if name in table.columns}
