"""Whether the scorecard may name the models to a rater who has not come to the end of the queue."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.queue import comparisons_of
from cosmos_compare.ui.shared import rater_here, rating_data


def may_be_shown(rows: pd.DataFrame, rater: str) -> bool:
    """Names beside one's own marks tell which answer was whose, and so the manner of each model: they come at the end
    of the queue, or on demand, which is noted. Raises `CompareError` when it can't be noted."""
    models = set(rows["model"].unique())
    if not rater:
        rater_here.names_shown("", set(rows["pair_id"].unique()))
        return True
    if rater_here.knows_any(rater, models):
        return True
    left = _left(rater, models)
    if left:
        st.info(
            tn(
                "The models' names stay hidden here: you have {n} pair of them left to rate.",
                "The models' names stay hidden here: you have {n} pairs of them left to rate.",
                left,
            )
        )
        if not st.button(t("Show names"), help=t("What you rate of these models after that is stored as not blind.")):
            return False
    rater_here.names_shown(rater, models)
    return True


def _left(rater: str, models: set[str]) -> int:
    """How many questions about these models this rater has not rated."""
    rated = rating_data.rated(rater)
    found = comparisons_of(rating_data.runs().comparisons, models)
    return len({pair.id for one in found for pair in one.once(rated)} - rated)
