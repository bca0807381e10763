"""The view of the Rate page, kept in the address: who rates, which pair, and whether names are shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.judgement import clean_rater


@dataclass(frozen=True)
class RateView:
    """`pair` empty means the next one of the queue; `open` shows the models' names before rating."""

    rater: str = ""
    pair: str = ""
    open: bool = False

    def query(self) -> dict[str, str]:
        values = {"rater": self.rater, "pair": self.pair, "names": "shown" if self.open else ""}
        return {name: value for name, value in values.items() if value}


def from_query(query: dict[str, Any]) -> RateView:
    """The view that an address names; a name that can't be one is left out."""
    try:
        rater = clean_rater(str(query.get("rater", "")))
    except CompareError:
        rater = ""
    return RateView(rater, str(query.get("pair", ""))[:500], query.get("names") == "shown")


def open_view() -> RateView:
    """The view of this session. Call it once, first: a link or the back button may have changed the address."""
    query = st.query_params.to_dict()
    known: RateView = st.session_state.get("rate_view", RateView(rater=rater()))
    view = from_query(query) if query else known
    view = view if view.rater else replace(view, rater=known.rater)
    return _keep(view)


def change_view(**changes: Any) -> RateView:
    """Show something else, and say so in the address."""
    return _keep(replace(current(), **changes))


def current() -> RateView:
    view: RateView = st.session_state["rate_view"]
    return view


def rater() -> str:
    """Who rates in this session; empty until a name was given."""
    name: str = st.session_state.get("rater", "")
    return name


def set_rater(name: str) -> None:
    """Say who rates, on a page whose address is its own."""
    st.session_state["rater"] = name


def names_were_shown(pair: str) -> None:
    """From now on this session's ratings of the pair are not blind."""
    _pairs("named").add(pair)
    _pairs("unnamed").discard(pair)


def saved_unnamed(pair: str) -> None:
    """The pair was saved and left before its names were shown."""
    _pairs("unnamed").add(pair)


def knows_names(pair: str, was_saved: bool) -> bool:
    """Whether the names were shown to this rater: in this session, or after a save in an earlier one."""
    return pair in _pairs("named") or (was_saved and pair not in _pairs("unnamed"))


def _pairs(kind: str) -> set[str]:
    pairs: set[str] = st.session_state.setdefault(f"rate_{kind}", set())
    return pairs


def _keep(view: RateView) -> RateView:
    st.session_state["rate_view"] = view
    st.session_state["rater"] = view.rater
    st.query_params.from_dict(view.query())
    return view


def ask_name(then: Callable[[str], object]) -> None:
    """Ask who rates, once; `then` gets the name."""
    with st.form("who", width=460, border=True):
        st.markdown("##### Who is rating?")
        st.text_input("Your name", key="rater_name", placeholder="anna", max_chars=80)
        st.caption("It stands beside your marks in the scorecard, and in the link of the Rate page.")
        if st.form_submit_button("Start", type="primary"):
            try:
                then(clean_rater(st.session_state["rater_name"]))
            except CompareError as error:
                st.error(str(error))
                return
            st.rerun()
