"""The prompt editor: a prompt to begin with, changed in place, reasoning on or off, models, save as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from cosmos_compare.catalogue.defaults import default_models
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import own_prompts
from cosmos_compare.prompts import find_prompts, load_prompt, save_prompt
from cosmos_compare.schema import ModelSpec, Prompt, Settings
from cosmos_compare.ui.compare import settings_form
from cosmos_compare.ui.compare.view import change_view, current
from cosmos_compare.ui.shared import resources

FIRST = "driving"


@dataclass(frozen=True)
class Draft:
    """What the editor holds: ready to be asked, unless `problem` says what is in the way."""

    prompt: Prompt
    settings: Settings
    specs: tuple[ModelSpec, ...]
    problem: str = ""


def prepare(prompt: Prompt | None, settings: Settings | None, models: Sequence[str]) -> None:
    """Fill the editor before it is shown: with what a link brought, else with what is there to begin with."""
    state = st.session_state
    if prompt is not None:
        state["prompt"], state["question"], state["system"] = prompt.name, prompt.user_prompt, prompt.system_prompt
        state["reasoning"] = prompt.reasoning
    elif "prompt" not in state:
        names = list(_files())
        state["prompt"] = next((name for name in (current().prompt, FIRST, *names) if name in names), "")
        state.setdefault("reasoning", False)
        _load_chosen()
    if settings is not None:
        settings_form.put_settings(settings)
    if "models" not in state or models:
        known = resources.model_list()
        state["models"] = [name for name in models or default_models() if name in known]


def show() -> Draft:
    """The editor; the buttons that run it come from the page."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="editor_head"):
        st.selectbox(
            "Prompt",
            _options(),
            key="prompt",
            on_change=_choose,
            persist_state="session",
            label_visibility="collapsed",
            width=170,
        )
        settings_form.show()
        _models()
        _system()
        _save_as()
    st.text_area("Question", key="question", persist_state="session", height=92, label_visibility="collapsed")
    return _draft()


def _files() -> dict[str, Path]:
    return {path.stem: path for path in find_prompts()}


def _options() -> list[str]:
    """The prompt files, and the name of a prompt that came with a run and has no file here."""
    names, now = list(_files()), st.session_state["prompt"]
    return names if now in names or not now else [now, *names]


def _choose() -> None:
    _load_chosen()
    change_view(prompt=st.session_state["prompt"], live="", runs=())


def _load_chosen() -> None:
    """Put the text of the chosen file into the fields; a file that can't be read says so."""
    path = _files().get(st.session_state["prompt"])
    if path is None:
        return
    try:
        prompt = load_prompt(path)
    except CompareError as error:
        st.session_state["prompt_problem"] = str(error)
        return
    st.session_state["question"], st.session_state["system"] = prompt.user_prompt, prompt.system_prompt


def is_edited() -> bool:
    """Whether the texts differ from the file of the chosen prompt."""
    path = _files().get(st.session_state["prompt"])
    if path is None:
        return True
    try:
        prompt = load_prompt(path)
    except CompareError:
        return True
    return (prompt.user_prompt, prompt.system_prompt) != (st.session_state["question"], st.session_state["system"])


def _models() -> None:
    known = resources.model_list()
    chosen = st.session_state["models"]
    label = f"{len(chosen)} models" if len(chosen) != 1 else known[chosen[0]].label
    with st.popover(label, icon=":material/memory:", type="tertiary", help="Which models answer"):
        st.multiselect(
            "Models", list(known), key="models", format_func=lambda name: known[name].label, persist_state="session"
        )
        for name in st.session_state["models"]:
            if problem := resources.missing(known[name]):
                st.caption(f":material/info: {problem}")


def _system() -> None:
    with st.popover("System", icon=":material/subject:", type="tertiary", help="The system prompt"):
        st.text_area("System prompt", key="system", persist_state="session", height=220, width=520)
        st.caption("Where it is empty each model gets its own.")


def _save_as() -> None:
    if not is_edited():
        return
    with st.popover("Save as", icon=":material/save:", type="tertiary", help="The text differs from its file"):
        st.text_input("Name of the new prompt", key="save_name", placeholder="my_prompt")
        st.button("Save", key="save", on_click=_save, type="primary")
        if problem := st.session_state.get("save_problem"):
            st.error(problem)


def _save() -> None:
    state = st.session_state
    state.pop("save_problem", None)
    name = state["save_name"].strip()
    try:
        save_prompt(own_prompts(), name, state["system"], state["question"])
    except CompareError as error:
        state["save_problem"] = str(error)
        return
    state["prompt"] = name
    change_view(prompt=name)


def _draft() -> Draft:
    state = st.session_state
    name = state["prompt"] or "unnamed"
    prompt = Prompt(
        name=name, system_prompt=state["system"], user_prompt=state["question"], reasoning=state["reasoning"]
    )
    problem = state.pop("prompt_problem", "")
    specs: list[ModelSpec] = []
    try:
        specs = resources.pinned(tuple(state["models"]))
    except CompareError as error:
        problem = problem or str(error)
    if not specs:
        problem = problem or "Choose at least one model."
    if not (prompt.user_prompt.strip() or prompt.system_prompt.strip()):
        problem = problem or "Write a question."
    return Draft(prompt, settings_form.settings(), tuple(specs), problem)
