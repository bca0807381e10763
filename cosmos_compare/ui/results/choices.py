"""The slice of the ratings that the Results page shows: chosen in the sidebar, kept in the address."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from cosmos_compare.language import t
from cosmos_compare.ratings.arms import Two, labels
from cosmos_compare.results.evidence import Evidence, Slice


def views() -> None:
    """The two ways to look at ratings."""
    with st.sidebar.container(horizontal=True, gap="small", key="views"):
        st.page_link("pages/results.py", label=t("In charts"))
        st.page_link("pages/scorecard.py", label=t("Scorecard"))


def choose_arms(found: Evidence) -> Two | None:
    """The two arms to compare, those with the most ratings first; None when there are no two."""
    if not found.comparisons:
        return None
    prompts = found.prompts()
    names = {t(" and ").join(labels(two, prompts)): two for two in found.comparisons}
    if len(names) == 1:
        return found.comparisons[0]
    with st.sidebar:
        return names[str(st.selectbox(t("Compare"), list(names), key="two_models", bind="query-params"))]


def choose_slice(found: Evidence) -> Slice:
    """Scenarios, prompt versions, raters, blind ratings only; nothing chosen means all."""
    rows, prompts = found.ratings, found.prompts()
    return Slice(
        scenarios=choose_some(t("Scenarios"), _used(rows, "scenario"), "only_scenarios"),
        prompt_versions=choose_some(t("Prompt versions"), _used(rows, "prompt_version"), "only_prompts", prompts),
        raters=choose_some(t("Raters"), _used(rows, "rater"), "only_raters"),
        blind_only=st.sidebar.toggle(t("Blind ratings only"), key="only_blind", bind="query-params"),
    )


def _used(rows: pd.DataFrame, column: str) -> list[str]:
    return sorted(rows[column].unique())


def choose_some(label: str, options: list[str], key: str, names: dict[str, str] | None = None) -> tuple[str, ...]:
    """A choice of several in the sidebar; a version of a prompt is shown with the prompt's name."""

    def word(option: str) -> str:
        name = (names or {}).get(option, "")
        return f"{name} {option[:6]}" if name else option or t("unknown")

    chosen = st.sidebar.multiselect(
        label, options, key=key, format_func=word, placeholder=t("All"), bind="query-params", persist_state="session"
    )
    return tuple(chosen)
