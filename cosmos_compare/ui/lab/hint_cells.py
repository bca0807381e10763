"""Hints in the cells of the matrix: which one, and how far people's marks bear it out; one not proven is grey."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from cosmos_compare.hints.records import AXIS, NAMES
from cosmos_compare.language import t
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import hints_markup, rating_data

GREY = "color: #7d7d7d"


def chosen() -> str | None:
    """The hint that the cells are to show instead of what is stated, if any."""
    words = t("Cells show what is stated")
    found: str | None = st.selectbox(
        words,
        NAMES,
        index=None,
        format_func=lambda name: t("Hint: {name}", name=t(hints_markup.WORDS[name])),
        key=session.HINT,
        placeholder=words,
        label_visibility="collapsed",
        persist_state="session",
        width=300,
    )
    return found


def styled(frame: pd.DataFrame, hint: str) -> pd.DataFrame | Styler:
    """The table as it is to be shown: nothing may be built on a hint that is not proven."""
    people = {own.hint: own for own in rating_data.hints_against_people()}
    proven = hint not in AXIS or (hint in people and people[hint].proven)
    return frame if proven else frame.style.map(lambda _: GREY)


def about(hint: str) -> str:
    """What the cells show, beside how far people's marks bear it out."""
    people = {own.hint: own for own in rating_data.hints_against_people()}
    return t(
        "Hint {name}, read from words by rules; against people's marks: {standing}. It fills no mark. ✓ right · "
        "~ partly · ✗ wrong · – not asked or not known.",
        name=t(hints_markup.WORDS[hint]),
        standing=hints_markup.standing(hint, people.get(hint)),
    )
