"""What a browser session remembers of rating: every key of its state is named here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from cosmos_compare.records.schema import Rating

if TYPE_CHECKING:
    from cosmos_compare.ui.rate.address import RateView

# Widgets of these pages.
FORM = "rating"
LIST = "queue"
NAME = "rater_name"
NAMES = "names_shown"
COMPARISON = "rate_comparison"
STATE = "rate_state"
FIND = "rate_find"
REPEATS = "rate_repeats"
HERE = "rate_here"
AIDS = "rate_aids"


class Reply(NamedTuple):
    """What the form is told after a key; a new `serial` says that the page has answered."""

    serial: int = 0
    said: str = ""
    problem: str = ""


def view() -> RateView | None:
    kept: RateView | None = st.session_state.get("rate_view")
    return kept


def set_view(kept: RateView) -> None:
    st.session_state["rate_view"] = kept


def last_reply() -> Reply:
    kept: Reply = st.session_state.get("rate_reply", Reply())
    return kept


def reply(said: str = "", problem: str = "") -> None:
    """What the form shows next."""
    st.session_state["rate_reply"] = Reply(last_reply().serial + 1, said, problem)


def undone() -> tuple[Rating, ...]:
    """The rows that the last undo took back, as long as nothing was saved since."""
    rows: tuple[Rating, ...] = st.session_state.get("rate_undone", ())
    return rows


def set_undone(rows: tuple[Rating, ...]) -> None:
    st.session_state["rate_undone"] = rows


def problem_for(pair: str) -> str:
    """Why this pair is shown and not the one that a link named, as long as it is shown."""
    shown, words = st.session_state.get("rate_problem", ("", ""))
    return words if shown == pair else ""


def set_problem(pair: str, words: str) -> None:
    st.session_state["rate_problem"] = (pair, words)
