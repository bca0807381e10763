"""The Scorecard page: filters, the table whose rows lead to their pairs, editing one's own rows, and downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import SOURCE, current, t, tn
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import now
from cosmos_compare.ratings.kept_table import headings, kept_table
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.ratings.score_sheet import SYMBOLS, score_sheet
from cosmos_compare.ratings.sheet_files import to_csv, to_markdown, to_xlsx
from cosmos_compare.ratings.standing import visible_to
from cosmos_compare.records.schema import AXES, Answer
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.ui.results.choices import choose_some
from cosmos_compare.ui.results.scorecard_table import MARK_OF, TINTS, edits, with_signs
from cosmos_compare.ui.shared import plain, resources

READ_UP_TO = 300  # rated answers whose text is opened for the columns taken from it, on the page
PASTE_UP_TO = 1000  # rows of Markdown shown on the page
TINTED_UP_TO = 2000  # rows
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TELLING = ("model", "time_s")  # columns that tell whose answer a row is about


def rows_for(found: Evidence, rater: str) -> pd.DataFrame:
    """The standing rows that this person may see, saying so when some are held back."""
    if not rater:
        return found.ratings
    rows = visible_to(found.ratings, rater)
    if held := len(found.ratings) - len(rows):
        st.info(
            tn(
                "{rater}, {n} row of other raters will show once you have rated that answer yourself.",
                "{rater}, {n} rows of other raters will show once you have rated those answers yourself.",
                held,
                rater=plain.plain(rater),
            )
        )
    return rows


def sheet_of(found: Evidence, rows: pd.DataFrame, named: bool) -> pd.DataFrame:
    """The score sheet under the filters of the sidebar."""
    scenarios = choose_some(t("Scenarios"), sorted(rows["scenario"].unique()), "only_scenarios")
    raters = choose_some(t("Raters"), sorted(rows["rater"].unique()), "only_raters")
    models = choose_some(t("Models"), sorted(rows["model"].unique()), "only_models") if named else ()
    sheet = score_sheet(rows, found.runs, scenarios=scenarios, raters=raters)
    return sheet[sheet["model"].isin(models)].reset_index(drop=True) if models else sheet


def head(sheet: pd.DataFrame, found: Evidence, rater: str, named: bool) -> bool:
    """Counts, downloads, and whether to edit."""
    with st.container(horizontal=True, vertical_alignment="center"):
        count = tn("{n} rated answer", "{n} rated answers", len(sheet))
        st.html(f'<div class="scenario"><b>{t("Scorecard")}</b><span>{count}</span></div>', width="content")
        if named:
            _downloads(lambda: kept_table(sheet, _answer_of(found)))
        mine = bool(rater) and bool((sheet["rater"] == rater).any())
        return mine and st.toggle(t("Edit {rater}'s rows", rater=plain.plain(rater)), key="edit_scorecard")


def _downloads(table: Callable[[], pd.DataFrame]) -> None:
    """Each is made when it is clicked: it opens every answer for what that states."""
    name, icon = "scorecard_table", ":material/download:"
    # No rerun behind a click: one would take the file of the next click away.
    st.download_button("CSV", lambda: to_csv(table()), f"{name}.csv", "text/csv", icon=icon, on_click="ignore")
    st.download_button("Excel", lambda: to_xlsx(table()), f"{name}.xlsx", EXCEL, icon=icon, on_click="ignore")
    st.download_button(
        "Markdown", lambda: to_markdown(table()), f"{name}.md", "text/markdown", icon=icon, on_click="ignore"
    )


def show(sheet: pd.DataFrame, found: Evidence, named: bool) -> None:
    """The table for reading; a click on a row's cell opens its pair."""
    table = _table(sheet, found)
    shown = with_signs(table).drop(columns=[] if named else list(TELLING))
    styled: Any = shown
    if len(table) <= TINTED_UP_TO:
        styled = shown.style.map(
            lambda cell: f"background-color: {TINTS[cell]}" if cell in TINTS else "", subset=list(AXES)
        )
    st.caption(t("A click on a cell opens the pair, filled in with what you said of it."))
    chosen: Any = st.dataframe(
        styled,
        hide_index=True,
        height=_height(table),
        column_config=_columns(shown, editing=False),
        on_select="rerun",
        selection_mode="single-cell",
        key="scorecard_cells",
        alt=t("Rated answers, a row each"),
    )
    if cells := chosen.selection.cells:
        _open(str(table["pair_id"].iloc[cells[0][0]]))
    if named and len(table) <= PASTE_UP_TO:
        panel = st.expander(t("As Markdown, to paste"), key="scorecard_markdown", on_change="rerun")
        if panel.open:
            panel.code(to_markdown(table).decode(), language="markdown")


def _open(pair: str) -> None:
    if pair:
        st.switch_page("pages/rate.py", query_params={"pair": pair})
    st.warning(t("This row belongs to no pair: it was not rated here, side by side with another answer."))


def show_editor(sheet: pd.DataFrame, found: Evidence, rater: str, named: bool) -> None:
    """One's own rows with marks and notes to change; nothing is saved before the button."""
    own = sheet[sheet["rater"] == rater].reset_index(drop=True)
    table = with_signs(_table(own, found)).drop(columns=[] if named else list(TELLING))
    fixed = [name for name in table.columns if name not in {*AXES, "notes"}]
    version = st.session_state.setdefault("scorecard_version", 0)
    key = f"editor_{version}_{hash(tuple(table['run_id']))}"
    config = _columns(table, editing=True)
    st.data_editor(table, hide_index=True, height=_height(table), disabled=fixed, key=key, column_config=config)
    touched = st.session_state[key]["edited_rows"]
    changed = {str(table.loc[int(place), "run_id"]): cells for place, cells in touched.items()}
    st.caption(
        t("An edit is a new row: the earlier one stays in the file. Verdicts belong to a pair: rate it again for that.")
    )
    words = tn("Save {n} changed row", "Save {n} changed rows", len(changed)) if changed else t("Nothing is changed")
    if st.button(words, type="primary", disabled=not changed):
        try:
            rows = edits(found.ratings, rater, changed, now(), named=named)
            scorecard.append(outputs_folder(), rows)
        except CompareError as error:
            plain.error(error)
            return
        st.session_state["scorecard_version"] = version + 1
        st.session_state["scorecard_said"] = tn("Saved: {n} row.", "Saved: {n} rows.", len(rows))
        st.rerun()
    if said := st.session_state.pop("scorecard_said", ""):
        st.success(said)


def _table(sheet: pd.DataFrame, found: Evidence) -> pd.DataFrame:
    if sheet["run_id"].nunique() <= READ_UP_TO:
        try:
            return kept_table(sheet, _answer_of(found))
        except CompareError as error:  # your own words, which can't be read
            plain.error(error)
            return kept_table(sheet, None)
    st.caption(t("What the answers state is shown for up to {n} answers; filter to see it.", n=READ_UP_TO))
    return kept_table(sheet, None)


def _answer_of(found: Evidence) -> Callable[[str], Answer | None]:
    rows = {run.id: run for run in found.runs}

    def answer_of(run_id: str) -> Answer | None:
        try:
            return resources.saved_run(rows[run_id]).answer
        except (KeyError, CompareError):
            return None

    return answer_of


def _height(table: pd.DataFrame) -> int:
    return min(700, 38 + 35 * max(len(table), 1))


def _columns(table: pd.DataFrame, *, editing: bool) -> dict[str, Any]:
    """Narrow enough that rater, verdict and all marks are seen at a width of 1280 pixels."""
    column = st.column_config
    config: dict[str, Any] = {name: column.TextColumn(t(label)) for name, label in headings().items()}
    legend = t(
        "{yes} correct, {half} partial, {no} incorrect, empty: cannot judge",
        yes=SYMBOLS[2],
        half=SYMBOLS[1],
        no=SYMBOLS[0],
    )
    for axis in AXES:
        width = 92 if axis == "gt_alignment" else 68
        if editing:
            config[axis] = column.SelectboxColumn(t(LABELS[axis]), options=list(MARK_OF), width=width, help=legend)
        else:
            config[axis] = column.TextColumn(t(LABELS[axis]), width=width, help=legend)
    config["scenario"] = column.TextColumn(t("scenario"), pinned=True, width=105)
    config["model"] = column.TextColumn(t("model"), width=150)
    config |= {"rater": column.TextColumn(t("rater"), width=72), "verdict": column.TextColumn(t("verdict"), width=72)}
    form = "%.2f" if current() == SOURCE else "localized"  # as the browser writes numbers
    config["time_s"] = column.NumberColumn(t(headings()["time_s"]), format=form, width=70)
    config["objects found"] = column.TextColumn(t("objects found"), width=150)
    config["risk stated"] = column.TextColumn(t("risk stated"))
    config["notes"] = column.TextColumn(t("notes"), width=150)
    config["run"] = column.TextColumn(
        t("run"), help=t("Whether the run is still on disk; its ratings stay either way.")
    )
    return {name: value for name, value in config.items() if name in table.columns}
