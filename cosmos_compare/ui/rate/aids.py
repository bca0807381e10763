"""A rater's aids: the timeline of both answers, and, once asked for or after the marks, where they agree and differ.

What a program reads may lead a rater, so it waits until the marks are given; who asks before has it in the rating.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.blind_pair import LETTERS, Sheet
from cosmos_compare.ui.rate import session, sheet_markup, sheets
from cosmos_compare.ui.shared import evidence, scripts
from cosmos_compare.ui.shared.answer_markup import Marks
from cosmos_compare.ui.shared.boxed import on_video
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.lanes import lanes_html
from cosmos_compare.video.clips import scenario_of


def of_sheet(sheet: Sheet, video: Path | None) -> Exhibit | None:
    """The evidence of both answers under their letters; `video` where the clip still is."""
    try:
        scenario = scenario_of(video) if video else None
    except CompareError:
        scenario = None
    return evidence.exhibit(sheet.runs, LETTERS, scenario)


def marks(found: Exhibit | None, sheet: Sheet, number: int) -> Marks:
    """The passages of one side to set apart."""
    return found.marks(number, held=sheet.aided) if found else Marks(number)


def show(found: Exhibit | None, sheet: Sheet) -> None:
    """The timeline below the video, without a judgement before the marks; and the way to ask for it."""
    with st.container(key="evidence", gap=None):
        if found:
            cleaners = [sheet_markup.cleaner(sheet, number) for number in range(len(sheet.runs))]
            lanes = lanes_html(found.lanes, lambda side, text: cleaners[side](text), judged=sheet.aided)
            st.html(lanes + found.noted() + (found.line(sheet_markup.masker(sheet)) if sheet.aided else ""))
        else:
            st.html(evidence.no_evidence(sheet.runs))
        scripts.run("lanes")
        scripts.run("places", data=on_video([own.located for own in sheet_markup.places_of_sides(sheet)]))
    if found and not sheet.aided:
        st.button(
            t("Agree and differ"),
            key=session.AIDS,
            icon=":material/difference:",
            type="tertiary",
            shortcut="D",
            help=t("Where the answers agree, differ or contradict the truth. Asked for now, it is stored as “aided”."),
            on_click=_ask,
            args=(sheet,),
        )


def _ask(sheet: Sheet) -> None:
    try:
        sheets.with_aids(sheet)
    except CompareError as error:
        session.reply(problem=str(error))
