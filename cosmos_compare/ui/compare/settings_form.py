"""The settings form: one record, one form. An empty field means each model's own value."""

from __future__ import annotations

from typing import Any

import streamlit as st
from pydantic import ValidationError

from cosmos_compare.errors import first_problem
from cosmos_compare.schema import Settings

# name: (label, smallest, step, what it does)
FRAMES = {
    "fps": ("Frames per second", 0.1, 0.5, "How many frames of a second the models see."),
    "max_frames": ("Frames at most", 2, 2, "Spread evenly over the range."),
    "start": ("From second", 0.0, 0.5, "The beginning of the part that is shown."),
    "end": ("To second", 0.1, 0.5, "The end of the part that is shown."),
    "max_video_tokens": ("Visual tokens at most", 16, 256, "The pixel budget of the whole clip, for each model."),
}
DRAWING = {
    "max_new_tokens": ("Tokens at most", 1, 64, "The answer is cut after this many."),
    "temperature": ("Temperature", 0.0, 0.1, "0 always takes the likeliest token."),
    "top_p": ("Top p", 0.01, 0.05, "Draw from the likeliest tokens up to this share."),
    "top_k": ("Top k", 0, 5, "Draw from this many tokens; 0 means no limit."),
    "presence_penalty": ("Presence penalty", -2.0, 0.1, "Above 0 makes repeated tokens less likely."),
    "repetition_penalty": ("Repetition penalty", 0.01, 0.05, "Above 1 makes repeated tokens less likely."),
    "seed": ("Seed", 0, 1, "The same seed draws the same text."),
}
FIELDS = FRAMES | DRAWING
EMPTY = {"max_frames": "no limit", "start": "the beginning", "end": "the end"}


def settings() -> Settings:
    """The settings of this session."""
    found: Settings = st.session_state.setdefault("settings", Settings.model_validate({}))
    return found


def put_settings(new: Settings) -> None:
    """Show other settings in the form."""
    st.session_state["settings"] = new
    # Widgets keep what was typed; under new keys they begin with the record's values.
    st.session_state["settings_form"] = st.session_state.get("settings_form", 0) + 1


def show() -> None:
    """The form, in a popover."""
    with st.popover("Settings", icon=":material/tune:", type="tertiary", help="Frames, pixel budget, sampling"):
        now, number = settings(), st.session_state.get("settings_form", 0)
        with st.form(f"settings {number}", border=False):
            left, middle, right = st.columns(3, gap="medium")
            drawing = list(DRAWING)
            for column, names in ((left, FRAMES), (middle, drawing[:5]), (right, drawing[5:])):
                for name in names:
                    _field(column, name, now, number)
            right.checkbox(
                "Draw the time",
                now.timestamp,
                key=f"timestamp {number}",
                help="In a band under each frame, for models that read no times between the frames.",
            )
            st.caption("Where a field is empty, each model uses its own value.")
            with st.container(horizontal=True):
                st.form_submit_button("Apply", key="apply", type="primary", on_click=_apply, args=(number,))
                st.form_submit_button("Reset all", key="reset", type="tertiary", on_click=_reset)
        if problem := st.session_state.pop("settings_problem", ""):
            st.error(problem)


def summary(now: Settings) -> str:
    """The settings in a few words."""
    frames = f"{now.fps:g} fps" + (f", {now.max_frames} frames at most" if now.max_frames else "")
    part = "" if now.start is None and now.end is None else f", {now.start or 0:g} s to {_end(now)}"
    budget = f", {now.max_video_tokens:,} visual tokens" if now.max_video_tokens else ""
    own = all(getattr(now, name) is None for name in DRAWING)
    drawn = "each model's own sampling" if own else ", ".join(_drawn(now))
    return f"{frames}{part}{budget} · {drawn}"


def _drawn(now: Settings) -> list[str]:
    values = {FIELDS[name][0].lower(): getattr(now, name) for name in DRAWING}
    return [f"{label} {value:g}" for label, value in values.items() if value is not None]


def _end(now: Settings) -> str:
    return "the end" if now.end is None else f"{now.end:g} s"


def _field(column: Any, name: str, now: Settings, number: int) -> None:
    label, least, step, does = FIELDS[name]
    value = getattr(now, name)
    column.number_input(
        label,
        min_value=least,
        value=float(value) if isinstance(least, float) and value is not None else value,
        step=step,
        key=f"{name} {number}",
        help=does,
        placeholder=EMPTY.get(name, "the model's own"),
    )


def _apply(number: int) -> None:
    values = {name: st.session_state[f"{name} {number}"] for name in (*FIELDS, "timestamp")}
    try:
        st.session_state["settings"] = Settings.model_validate({k: v for k, v in values.items() if v is not None})
    except ValidationError as error:
        field, why = first_problem(error)
        st.session_state["settings_problem"] = f"{FIELDS[field][0] if field else 'From and to'}: {why}."


def _reset() -> None:
    put_settings(Settings.model_validate({}))
