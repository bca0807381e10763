"""How far people's marks bear the hints out; read when it is opened, and part of no finding."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.language import t
from cosmos_compare.ui.shared import rating_data
from cosmos_compare.ui.shared.hints_markup import people_table


def show() -> None:
    """The panel, over all ratings that stand."""
    panel = st.expander(t("Hints against people's marks"), key="results_hints", on_change="rerun")
    if not panel.open:
        return
    with panel:
        st.html(people_table(rating_data.hints_against_people()))
        st.caption(
            t(
                "A hint counts as proven from 50 rated answers of 20 scenarios on, when the lower bound of κ reaches "
                ".4. Until then it is grey. Hints fill no mark and enter no finding of this page."
            )
        )
