"""The view of the Rate page, kept in the address: who rates, which pairs, which of them, names shown or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.judgement import clean_rater
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.rate.address import RateView, from_query
from cosmos_compare.ui.shared import rater_here
from cosmos_compare.ui.shared.plain import plain


def open_view() -> RateView:
    """The view of this session. Call it once, first: a link or the back button may have changed the address."""
    query = st.query_params.to_dict()
    known = session.view() or RateView(rater=rater_here.rater())
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
    rater_here.set_rater(view.rater)
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
