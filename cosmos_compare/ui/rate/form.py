"""The rating form: one component that holds fourteen marks, a verdict and notes, and is worked by keyboard.

The same form stands on the Rate page and on the Compare page. What it sends is saved here; "saved" is said only after
the scorecard has it on disk.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.blind_pair import LETTERS, Sheet, SideVerdict, rows_of, verdict_of
from cosmos_compare.ratings.judgement import now
from cosmos_compare.ratings.rubric import RUBRIC
from cosmos_compare.records.schema import Rating
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.rate.form_texts import texts
from cosmos_compare.ui.rate.sheets import as_of_now

HERE = Path(__file__).parent

Saved = Callable[[bool], str]
Undone = Callable[[tuple[Rating, ...]], str]


def rating_form(
    sheet: Sheet, *, can_undo: bool, after_save: Saved, after_undo: Undone, skip: Saved | None = None
) -> None:
    """Show the form for a sheet.

    `after_save(next)` and `after_undo(rows)` move the page on and return what to say; `skip(True)` goes to the next
    pair, and without it there is no queue.
    """
    draft = sheet.own or undone_draft(sheet)
    data = {
        # What the form holds is begun anew when this changes, and kept by the browser under this name.
        "stamp": "|".join([sheet.rater, sheet.pair.id, str(sheet.own is not None), draft.created if draft else ""]),
        "subject": f"{sheet.rater}|{sheet.pair.id}",
        "pair": sheet.pair.id,
        "axes": [{"label": t(axis.label), "anchors": [t(words) for words in axis.anchors]} for axis in RUBRIC],
        "say": texts(),
        "titles": [_title(sheet, number) for number in range(2)],
        "verdict": draft and {"marks": [draft.left, draft.right], "choice": draft.choice, "notes": draft.notes},
        "saved": sheet.own is not None,
        "can_undo": can_undo,
        "can_skip": skip is not None,
        **session.last_reply()._asdict(),
    }
    component()(
        key=session.FORM,
        data=data,
        on_save_change=lambda: _on_save(sheet, after_save),
        on_undo_change=lambda: _on_undo(sheet.rater, after_undo),
        on_skip_change=lambda: _on_skip(skip),
    )


def undone_draft(sheet: Sheet) -> SideVerdict | None:
    """The marks that this session's last undo took back from this pair."""
    mine = [row for row in session.undone() if (row.pair_id, row.rater) == (sheet.pair.id, sheet.rater)]
    return verdict_of(mine, sheet.runs[0].id) if len(mine) == 2 else None


@cache
def component() -> Callable[..., Any]:
    """Registered once for the process: a second registration of the name would warn."""
    html, css, js = ((HERE / f"form.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js"))
    renderer: Callable[..., Any] = st.components.v2.component("cosmos_compare.rating", html=html, css=css, js=js)
    return renderer


def _title(sheet: Sheet, number: int) -> str:
    return sheet.runs[number].model.label if sheet.named else t("Answer {letter}", letter=LETTERS[number])


def _on_save(sheet: Sheet, after_save: Saved) -> None:
    event = st.session_state[session.FORM].save
    if not event or event.get("pair") != sheet.pair.id:
        return
    try:
        now_there = as_of_now(sheet)
        if now_there.own != sheet.own:
            session.reply(problem=_meanwhile(now_there))
            return
        scorecard.append(outputs_folder(), rows_of(now_there, event, now()))
    except CompareError as error:
        session.reply(problem=str(error))
        return
    session.set_undone(())
    session.reply(after_save(bool(event.get("next"))))


def _meanwhile(sheet: Sheet) -> str:
    """This pair has changed in another window since it was laid out here: nothing is saved over it unseen."""
    if sheet.own is None:
        return t("Not saved: your rating of this pair was taken back in another window. Save again if you mean these.")
    return t(
        "Not saved: you rated this pair in another window at {time} UTC. Your marks here are changes to that. "
        "Save again if you mean them.",
        time=sheet.own.created[11:16],
    )


def _on_undo(rater: str, after_undo: Undone) -> None:
    if st.session_state[session.FORM].undo:
        undo_last(rater, after_undo)


def undo_last(rater: str, after_undo: Undone) -> None:
    """Take back the last save of a rater and put its marks into the form."""
    try:
        rows = scorecard.undo(outputs_folder(), rater, now())
    except CompareError as error:
        session.reply(problem=str(error))
        return
    session.set_undone(rows)
    session.reply(after_undo(rows) if rows else t("Nothing is left to undo."))


def _on_skip(skip: Saved | None) -> None:
    if skip and st.session_state[session.FORM].skip:
        session.reply(skip(True))
