"""The view of the Rate page, kept in the address: who rates, which pairs, which of them, names shown or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.judgement import clean_rater
from cosmos_compare.ratings.queue import State
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.shared.plain import plain

LONGEST = 500  # characters of a parameter
Repeats = Literal["", "yes", "no"]


@dataclass(frozen=True)
class RateView:
    """`a` and `b` are ids of arms; empty, the page chooses a comparison. `pair` empty means the next of the queue.

    `open` shows the models' names before rating. `repeats` empty: those of arms that a link names, else none.
    """

    rater: str = ""
    pair: str = ""
    open: bool = False
    a: str = ""
    b: str = ""
    state: State = "all"
    find: str = ""
    repeats: Repeats = ""

    @property
    def with_repeats(self) -> bool:
        return self.repeats == "yes" or (self.repeats == "" and bool(self.a))

    def query(self) -> dict[str, str]:
        state = "" if self.state == "all" else self.state
        values = {
            "rater": self.rater,
            "pair": self.pair,
            "names": "shown" if self.open else "",
            "a": self.a,
            "b": self.b,
            "state": state,
            "find": self.find,
            "repeats": self.repeats,
        }
        return {name: value for name, value in values.items() if value}


def from_query(query: dict[str, Any]) -> RateView:
    """The view that an address names; what can't be one of its values is left out."""
    try:
        rater = clean_rater(str(query.get("rater", "")))
    except CompareError:
        rater = ""
    given = {name: str(query.get(name, ""))[:LONGEST] for name in ("pair", "a", "b", "state", "find", "repeats")}
    arms = given["a"], given["b"]
    return RateView(
        rater=rater,
        pair=given["pair"],
        open=query.get("names") == "shown",
        a=arms[0] if all(arms) else "",
        b=arms[1] if all(arms) else "",
        state=cast(State, given["state"]) if given["state"] in get_args(State) else "all",
        find=given["find"],
        repeats=cast(Repeats, given["repeats"]) if given["repeats"] in get_args(Repeats) else "",
    )


def open_view() -> RateView:
    """The view of this session. Call it once, first: a link or the back button may have changed the address."""
    query = st.query_params.to_dict()
    known = session.view() or RateView(rater=session.rater())
    view = from_query(query) if query else known
    view = view if view.rater else replace(view, rater=known.rater)
    return _keep(view)


def change_view(**changes: Any) -> RateView:
    """Show something else, and say so in the address."""
    return _keep(replace(current(), **changes))


def current() -> RateView:
    view = session.view()
    assert view is not None, "open_view comes first"
    return view


def _keep(view: RateView) -> RateView:
    session.set_view(view)
    session.set_rater(view.rater)
    st.query_params.from_dict(view.query())
    return view


def ask_name(then: Callable[[str], object]) -> None:
    """Ask who rates, once; `then` gets the name."""
    with st.form("who", width=460, border=True):
        st.markdown(f"##### {t('Who is rating?')}")
        st.text_input(t("Your name"), key=session.NAME, placeholder="anna", max_chars=80)
        st.caption(t("It stands beside your marks in the scorecard, and in the link of the Rate page."))
        if st.form_submit_button(t("Start"), type="primary"):
            try:
                then(clean_rater(st.session_state[session.NAME]))
            except CompareError as error:
                st.error(plain(error))
                return
            st.rerun()
