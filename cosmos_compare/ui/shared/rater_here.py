"""The rater at this browser: the name, and which models' names have been shown to them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.judgement import now
from cosmos_compare.ratings.names_shown import known_to, note


def rater() -> str:
    """Who rates in this session; empty until a name was given."""
    name: str = st.session_state.get("rater", "")
    return name


def set_rater(name: str) -> None:
    st.session_state["rater"] = name


def seen() -> frozenset[str]:
    """What names have been shown in this session before anybody said who rates."""
    names: frozenset[str] = st.session_state.get("rate_seen", frozenset())
    return names


def set_seen(names: Iterable[str]) -> None:
    st.session_state["rate_seen"] = frozenset(names)


def names_shown(rater: str, names: Iterable[str]) -> None:
    """From now on the rater knows these: models, arms, or the id of one pair. Before there is a rater, the"""
    if rater:
        note(outputs_folder(), rater, {*seen(), *names}, now())
        set_seen(())
    else:
        set_seen({*seen(), *names})


def knows_any(rater: str, names: Iterable[str]) -> bool:
    """Whether this rater has been shown one of these."""
    known = known_to(outputs_folder(), rater) if rater else frozenset()
    return bool((known | seen()) & set(names))
