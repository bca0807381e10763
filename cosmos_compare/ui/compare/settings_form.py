"""The settings form: one field for each of `setting_fields.FIELDS`. An empty one means each model's own value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st
from pydantic import ValidationError

from cosmos_compare.engines.base import resolve_sampling
from cosmos_compare.errors import first_problem
from cosmos_compare.language import N_, number, t
from cosmos_compare.records.schema import ModelSpec, Settings
from cosmos_compare.records.setting_fields import BY_NAME, CONDITION_WORDS, FIELDS, SettingField
from cosmos_compare.ui.compare import session
from cosmos_compare.ui.shared import plain

COLUMNS = 3
DRAWING = [field.name for field in FIELDS if not field.frames and field.name != "repeat"]


def checked() -> tuple[Settings, str]:
    """The settings as they stand in the form, and what is wrong with them: then the record is one of defaults."""
    try:
        return Settings.model_validate(dict(session.standing().settings)), ""
    except ValidationError as error:
        name, why = first_problem(error)
        return Settings.model_validate({}), t(
            "{name}: {why}.", name=t(BY_NAME[name].label if name else N_("From and to")), why=why
        )


def values_of(settings: Settings) -> dict[str, Any]:
    """Settings as the draft takes them."""
    return {name: getattr(settings, name) for name in Settings.model_fields}


def put_settings(new: Settings) -> None:
    """Show other settings in the form."""
    session.put(**values_of(new))


def show(specs: Sequence[ModelSpec], reasoning: bool) -> None:
    """The form, in a popover; what is changed counts at once."""
    with st.popover(t("Settings"), icon=":material/tune:", type="tertiary", help=t("Frames, pixel budget, sampling")):
        now, problem = checked()
        rows = -(-len(FIELDS) // COLUMNS)  # as many in each column, so that the popover needs no scrolling
        for number, column in enumerate(st.columns(COLUMNS, gap="medium")):
            with column:
                for field in FIELDS[number * rows : (number + 1) * rows]:
                    _field(field, _own_value(field, specs, reasoning))
        if problem:
            plain.error(problem)
        if greedy := [spec.label for spec in specs if resolve_sampling(spec, now, reasoning).temperature == 0]:
            plain.caption(greedy_words(greedy))
        st.caption(t("Where a field is empty, each model uses its own value, which the field shows in grey."))
        st.button(
            t("Reset all"), key="reset", type="tertiary", on_click=put_settings, args=(Settings.model_validate({}),)
        )


def greedy_words(labels: Sequence[str]) -> str:
    """Why repeats of these models say nothing new."""
    return t(
        "{models}: at temperature 0 the likeliest token is taken each time, so repeats can't differ.",
        models=", ".join(labels),
    )


def _field(field: SettingField, own: str) -> None:
    label, words = t(field.label), t(field.help)
    if field.kind == "switch":
        st.checkbox(label, help=words, **session.bound(field.name))
    elif field.kind == "choice":
        widget = session.selected(field.choices, session.bound(field.name))
        st.selectbox(label, field.choices, help=words, format_func=_choice, **widget)
    elif not _fits_a_number_field(session.standing().value(field.name)):
        st.text_input(label, help=words, placeholder=own, **session.bound(field.name, str))
    else:
        kind: Any = int if field.kind == "whole" else float
        widget = session.bound(field.name, kind)
        st.number_input(
            label,
            min_value=kind(field.least if widget["value"] is None else min(field.least, widget["value"])),
            step=kind(field.step),
            help=words,
            placeholder=own,
            **widget,
        )


def _fits_a_number_field(value: Any) -> bool:
    """Whether a browser can hold a number: a run may bear a seed that it would round."""
    return value is None or (not isinstance(value, str) and abs(value) < 2**53)


def _choice(condition: str) -> str:
    return t(CONDITION_WORDS[condition]) if condition in CONDITION_WORDS else condition


def _own_value(field: SettingField, specs: Sequence[ModelSpec], reasoning: bool) -> str:
    """What an empty field stands for: the models' own values, or what the program takes."""
    fixed = {"max_frames": t("no limit"), "start": t("the beginning"), "end": t("the end"), "fps": "4", "repeat": "0"}
    if field.name in fixed:
        return fixed[field.name]
    if field.name == "max_video_tokens":
        values = [number(spec.vision.max_video_tokens, ",") for spec in specs]
    elif field.kind in {"number", "whole"}:
        sampling = [resolve_sampling(spec, Settings.model_validate({}), reasoning) for spec in specs]
        values = [number(getattr(own, field.name), "g") for own in sampling]
    else:
        return ""
    return " / ".join(dict.fromkeys(values))


def summary(now: Settings) -> str:
    """The settings in a few words."""
    words = [t("{n} fps", n=number(now.fps, "g"))]
    if now.max_frames:
        words.append(t("{n} frames at most", n=now.max_frames))
    if now.start is not None or now.end is not None:
        end = t("the end") if now.end is None else f"{number(now.end, 'g')} s"
        words.append(t("{start} s to {end}", start=number(now.start or 0, "g"), end=end))
    if now.max_video_tokens:
        words.append(t("{n} visual tokens", n=number(now.max_video_tokens, ",")))
    if now.timestamp:
        words.append(t("the time drawn"))
    if now.condition != "clip":
        words.append(t("control: {what}", what=t(CONDITION_WORDS[now.condition])))
    drawn = [
        f"{t(BY_NAME[name].label).lower()} {number(getattr(now, name), 'g')}" for name in DRAWING if _is_set(now, name)
    ]
    if now.repeat:
        drawn.append(t("repeat {n}", n=now.repeat))
    own = [] if any(_is_set(now, name) for name in DRAWING) else [t("each model's own sampling")]
    return f"{', '.join(words)} · {', '.join(own + drawn)}"


def _is_set(now: Settings, name: str) -> bool:
    return getattr(now, name) is not None
