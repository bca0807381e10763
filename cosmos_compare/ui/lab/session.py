"""What a browser session remembers of the lab: every key of its state is named here, and nowhere else."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.studies.study import Study

# Widgets of this page.
SCENARIOS = "lab_scenarios"
MODELS = "lab_models"
PROMPTS = "lab_prompts"
CONDITIONS = "lab_conditions"
REASONING = "lab_reasoning"
REPEATS = "lab_repeats"
TEMPERATURE = "lab_temperature"
PLANNED = "lab_planned"
NAME = "lab_name"
OPENED = "lab_opened"
DROPPED = "lab_dropped"
FILTER = "lab_filter"
OF_ARM = "lab_of_arm"
FIND = "lab_find"
HINT = "lab_hint"
MATRIX = "lab_matrix"
VERSIONS = "lab_versions"
RATE_A, RATE_B = "lab_rate_a", "lab_rate_b"
TAB = "lab_tab"
ANSWERS = "lab_answers"  # of which two answers the difference is shown
LONGEST = 2000  # characters of a parameter
_STUDY = "lab_study"
_PROBLEM = "lab_problem"
_SERIAL = "lab_serial"


def study() -> Study | None:
    """The study of this session."""
    found: Study | None = st.session_state.get(_STUDY)
    return found


def put_study(new: Study, *, fresh: bool = False) -> None:
    """Remember a study; `fresh` ones fill the form anew."""
    st.session_state[_STUDY] = new
    if fresh:
        st.session_state[_SERIAL] = serial() + 1


def serial() -> int:
    """Widgets keep what was typed; under a new number they begin with the study's values."""
    number: int = st.session_state.get(_SERIAL, 0)
    return number


def take_asked_prompts() -> tuple[str, ...]:
    """The prompts that the address names, as a link from Compare does: once, then the form says what is asked."""
    names = str(st.query_params.get("prompts", ""))[:LONGEST]
    if names:
        del st.query_params["prompts"]
    return tuple(name for name in names.split(",") if name)


def problem(text: str) -> None:
    """Remember what went wrong at a click, for the next run of the page."""
    st.session_state[_PROBLEM] = text


def said() -> str:
    """What went wrong, once."""
    return str(st.session_state.pop(_PROBLEM, ""))
