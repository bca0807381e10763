"""The prompt editor: a prompt to begin with, changed in place, reasoning on or off, models, save as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.catalogue.defaults import default_models
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t, tn
from cosmos_compare.paths import outputs_folder, own_prompts
from cosmos_compare.prompts import fill, find_prompts, load_prompt, save_prompt
from cosmos_compare.records.schema import ModelSpec, Prompt, Settings
from cosmos_compare.studies.prompt_versions import note_version
from cosmos_compare.ui.compare import session, settings_form
from cosmos_compare.ui.compare.session import bound, draft, standing
from cosmos_compare.ui.compare.view import change_view, current
from cosmos_compare.ui.shared import plain, resources

FIRST = "driving"
OBJECT = "object_name"  # a blank of prompts: what they ask about


@dataclass(frozen=True)
class Checked:
    """The draft, ready to be asked unless `problem` says what is in the way."""

    prompt: Prompt
    settings: Settings
    specs: tuple[ModelSpec, ...]
    problem: str = ""


def prepare(prompt: Prompt | None, settings: Settings | None, models: Sequence[str], linked: str = "") -> None:
    """Fill the editor before it is shown: with what a link brought, else with what is there to begin with. `linked` is
    the file that a link names which brings no answers."""
    values: dict[str, Any] = {}
    if draft() is not None and linked in _files() and (linked != standing().prompt or not current().scenario):
        values = _texts_of(linked)  # the same name beside a scenario is the way back, to what was typed
    if draft() is None:
        values = _texts_of(_first_of(list(_files()))) | settings_form.values_of(Settings.model_validate({}))
        values["models"] = _known(default_models())
    if prompt is not None:
        values |= {"prompt": prompt.name, "question": prompt.user_prompt, "system": prompt.system_prompt}
        values |= {"reasoning": prompt.reasoning, "object_name": ""}
    if settings is not None:
        values |= settings_form.values_of(settings)
    if models:
        values["models"] = _known(models)
    elif draft() is not None:
        values["models"] = _known(standing().models)  # the list may have changed since
    session.put(**values)


def checked() -> Checked:
    """The draft as it stands, without the editor."""
    return _checked(*_specs())


def show() -> Checked:
    """The editor; the buttons that run it come from the page."""
    _go_to_the_lab()
    specs, problem = _specs()
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="editor_head"):
        options = _options()
        widget = session.selected(options, bound("prompt")) | {"on_change": _choose}
        st.selectbox(t("Prompt"), options, label_visibility="collapsed", width=170, **widget)
        settings_form.show(specs, standing().reasoning)
        _models()
        _system()
        _save_as()
    st.text_area(t("Question"), height=92, label_visibility="collapsed", **bound("question"))
    if _asks_for_an_object():
        st.text_input(
            t("The object that {blank} stands for", blank="{object_name}"), placeholder="car", **bound(OBJECT)
        )
    return _checked(specs, problem)


def _known(models: Sequence[str]) -> tuple[str, ...]:
    known = resources.model_list()
    return tuple(name for name in models if name in known)


def _files() -> dict[str, Path]:
    return {path.stem: path for path in find_prompts()}


def _first_of(names: Sequence[str]) -> str:
    return next((name for name in (current().prompt, FIRST, *names) if name in names), "")


def _options() -> list[str]:
    """The prompt files, and the name of a prompt that came with a run and has no file here."""
    names, now = list(_files()), standing().prompt
    return names if now in names or not now else [now, *names]


def _choose(name: str, key: str) -> None:
    if session.take(name, key):
        chosen = standing().prompt
        session.put(**_texts_of(chosen))
        change_view(prompt=chosen, live="", runs=())


def _texts_of(name: str) -> dict[str, str]:
    """The fields of the draft that a prompt file fills; one that can't be read says so and fills none."""
    path = _files().get(name)
    if path is None:
        return {"prompt": name}
    try:
        prompt = load_prompt(path)
    except CompareError as error:
        session.problem("prompt", str(error))
        return {"prompt": name, "question": "", "system": ""}
    return {"prompt": name, "question": prompt.user_prompt, "system": prompt.system_prompt}


def _is_edited() -> bool:
    """Whether the texts differ from the file of the chosen prompt."""
    path = _files().get(standing().prompt)
    if path is None:
        return True
    try:
        prompt = load_prompt(path)
    except CompareError:
        return True
    return (prompt.user_prompt, prompt.system_prompt) != (standing().question, standing().system)


def _models() -> None:
    known = resources.model_list()
    chosen = standing().models
    label = known[chosen[0]].label if len(chosen) == 1 else tn("{n} model", "{n} models", len(chosen))
    with st.popover(plain.plain(label), icon=":material/memory:", type="tertiary", help=t("Which models answer")):
        widget = session.selected_many(known, bound("models"))
        st.multiselect(t("Models"), list(known), format_func=lambda name: known[name].label, **widget)
        for name in chosen:
            if problem := resources.missing(known[name]):
                plain.caption(problem)


def _system() -> None:
    with st.popover(t("System"), icon=":material/subject:", type="tertiary", help=t("The system prompt")):
        st.text_area(t("System prompt"), height=220, width=520, **bound("system"))
        st.caption(t("Where it is empty each model gets its own."))


def _save_as() -> None:
    if not _is_edited():
        return
    words = t("The text differs from its file")
    with (
        st.popover(t("Save as"), icon=":material/save:", type="tertiary", help=words),
        st.form("save_as", border=False),
    ):
        st.text_input(t("Name of the new prompt"), key=session.SAVE_NAME, placeholder="my_prompt")
        with st.container(horizontal=True, gap="small"):
            st.form_submit_button(t("Save"), key="save", on_click=_save, type="primary")
            st.form_submit_button(
                t("Save, run over all"),
                key="save_over_all",
                on_click=_save,
                args=(True,),
                help=t("In the lab: this prompt beside the one it was made from, over all scenarios"),
            )
        if problem := session.said("save"):
            plain.error(problem)


def _save(over_all: bool = False) -> None:
    name, made_from = st.session_state[session.SAVE_NAME].strip(), standing().prompt
    try:
        path = save_prompt(own_prompts(), name, standing().system, standing().question)
        _note_parent(path, made_from)
    except CompareError as error:
        session.problem("save", str(error))
        return
    session.put(prompt=name)
    change_view(prompt=name)
    if over_all:
        st.session_state[session.OVER_ALL] = ",".join(dict.fromkeys([made_from, name]))


def _note_parent(saved: Path, made_from: str) -> None:
    """Write down for the lab from which file a prompt was made."""
    parent = _files().get(made_from)
    if parent is not None and parent != saved:
        note_version(outputs_folder(), load_prompt(saved).version, parent=load_prompt(parent).version)


def _go_to_the_lab() -> None:
    """Where that was asked for at saving."""
    if prompts := st.session_state.pop(session.OVER_ALL, ""):
        st.switch_page("pages/lab.py", query_params={"prompts": prompts})


def _asks_for_an_object() -> bool:
    return any("{object_name}" in text for text in (standing().question, standing().system))


def _specs() -> tuple[tuple[ModelSpec, ...], str]:
    """The chosen models, and why they can't be asked."""
    try:
        specs = tuple(resources.pinned(_known(standing().models)))
    except CompareError as error:
        return (), str(error)
    return specs, "" if specs else t("Choose at least one model.")


def _checked(specs: tuple[ModelSpec, ...], problem: str) -> Checked:
    now = standing()
    values = {OBJECT: now.object_name.strip()} if now.object_name.strip() else {}
    prompt = Prompt(
        name=now.prompt or "unnamed",
        system_prompt=fill(now.system, values),
        user_prompt=fill(now.question, values),
        reasoning=now.reasoning,
    )
    settings, wrong = settings_form.checked()
    problem = session.said("prompt") or problem or wrong
    if _asks_for_an_object() and not values:
        problem = problem or t("The prompt asks about an object: name it.")
    if not (prompt.user_prompt.strip() or prompt.system_prompt.strip()):
        problem = problem or t("Write a question.")
    return Checked(prompt, settings, specs, problem)
