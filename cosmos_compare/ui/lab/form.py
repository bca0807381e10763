"""The form of a study: scenarios, models, prompts, what is shown, repeats. One record, one form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.catalogue.defaults import default_models
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.paths import home, outputs_folder, scenarios_folder
from cosmos_compare.prompts import find_prompts
from cosmos_compare.schema import Settings
from cosmos_compare.setting_fields import CONDITION_WORDS, CONDITIONS, condition_name
from cosmos_compare.studies.files import load_saved, save_study, saved_studies
from cosmos_compare.studies.study import Study, study_text
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.video.clips import Scenario

FIRST_PROMPT = "driving"


def show() -> Study:
    """The form, filled with the study of this session; returns the study as it stands now."""
    study = session.study() or _first()
    number = session.serial()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="lab_files"):
        _open_saved()
        _save_as(study)
    left, right = st.columns(2, gap="medium")
    with left:
        _scenarios(study, number)
        _many(t("Prompts"), [path.stem for path in find_prompts()], study.prompts, f"{session.PROMPTS} {number}")
    with right:
        names = list(resources.model_list())
        _many(t("Models"), names, study.models, f"{session.MODELS} {number}")
        _many(t("Shown"), list(CONDITIONS), study.conditions, f"{session.CONDITIONS} {number}", _condition_words)
    with st.container(horizontal=True, gap="medium", key="lab_numbers"):
        _numbers(study, number)
    try:
        now = _read(study, number)
    except ValueError as error:
        plain.error(str(error))
        now = study
    session.put_study(now)
    return now


def _first() -> Study:
    """What a new session begins with: the default models, the first prompt, all scenarios."""
    names = [path.stem for path in find_prompts()]
    prompt = FIRST_PROMPT if FIRST_PROMPT in names else names[0]
    first = {"scenarios": str(scenarios_folder()), "models": default_models(), "prompts": [prompt]}
    return Study.model_validate(first)


def _scenarios(study: Study, number: int) -> None:
    known = [scenario.id for scenario in _listed()]
    chosen = [] if isinstance(study.scenarios, str) else [_id_of(name) for name in study.scenarios]
    st.multiselect(
        t("Scenarios"),
        known,
        default=[name for name in chosen if name in known],
        key=f"{session.SCENARIOS} {number}",
        placeholder=t("All {n}", n=len(known)),
        help=t("Type to search. Where none is chosen, all are meant."),
    )


def _many(label: str, options: list[str], chosen: tuple[str, ...], key: str, words: Any = plain.plain) -> None:
    options = [*options, *(name for name in chosen if name not in options)]
    st.multiselect(label, options, default=list(chosen), key=key, format_func=words)


def _condition_words(condition: str) -> str:
    return f"{condition_name(condition)}: {t(CONDITION_WORDS[condition])}"


def _numbers(study: Study, number: int) -> None:
    st.number_input(t("Repeats"), 1, 1000, study.repeats, key=f"{session.REPEATS} {number}", width=120)
    st.number_input(
        t("Temperature"),
        0.0,
        2.0,
        study.settings[0].temperature,
        0.1,
        key=f"{session.TEMPERATURE} {number}",
        placeholder=t("the models' own"),
        help=t("At temperature 0 repeats can't differ."),
        width=160,
    )
    st.number_input(
        t("Planned scenarios"),
        2,
        None,
        study.planned,
        key=f"{session.PLANNED} {number}",
        placeholder=t("not planned"),
        help=t("Written down before the first rating, it lets the results claim more."),
        width=160,
    )
    st.toggle(t("With reasoning, too"), True in study.reasoning, key=f"{session.REASONING} {number}")


def _read(study: Study, number: int) -> Study:
    """The study as the widgets have it; what the form does not show stays. Raises `ValueError`."""
    state = st.session_state
    chosen = state[f"{session.SCENARIOS} {number}"]
    by_id = {scenario.id: str(scenario.video) for scenario in _listed()}
    temperature = state[f"{session.TEMPERATURE} {number}"]
    settings = tuple(each.model_copy(update={"temperature": temperature}) for each in study.settings)
    values = study.model_dump() | {
        "scenarios": tuple(by_id[name] for name in chosen) if chosen else _folder(study),
        "models": tuple(state[f"{session.MODELS} {number}"]),
        "prompts": tuple(state[f"{session.PROMPTS} {number}"]),
        "conditions": tuple(state[f"{session.CONDITIONS} {number}"]) or ("clip",),
        "repeats": state[f"{session.REPEATS} {number}"],
        "planned": state[f"{session.PLANNED} {number}"],
        "reasoning": (False, True) if state[f"{session.REASONING} {number}"] else (False,),
        "settings": tuple(Settings.model_validate(each.model_dump()) for each in settings),
    }
    return Study.model_validate(values)


def _folder(study: Study) -> str:
    return study.scenarios if isinstance(study.scenarios, str) else str(scenarios_folder())


def _listed() -> list[Scenario]:
    try:
        return resources.scenarios(scenarios_folder())
    except CompareError:
        return []


def _id_of(name: str) -> str:
    by_path = {str(scenario.video): scenario.id for scenario in _listed()}
    return by_path.get(name, Path(name).stem)


def _open_saved() -> None:
    names = saved_studies(outputs_folder())
    if names:
        st.selectbox(
            t("Saved studies"), names, index=None, key=session.OPENED, on_change=_opened, placeholder=t("Open one")
        )


def _opened() -> None:
    name = st.session_state[session.OPENED]
    if name:
        try:
            session.put_study(load_saved(outputs_folder(), name), fresh=True)
        except CompareError as error:
            st.toast(plain.plain(error), icon=":material/error:")


def _save_as(study: Study) -> None:
    with st.popover(t("Save"), icon=":material/save:", help=t("A study is a small file that can be shared")):
        st.text_input(t("Name"), key=session.NAME, placeholder="my_study", on_change=_save)
        text = study_text(study)
        st.download_button(t("Download"), text, "study.yaml", "application/yaml", icon=":material/download:")
        st.code(text, "yaml")
        st.caption(
            plain.plain(t("From the command line: cosmos-compare study FILE.yaml, started in {folder}", folder=home()))
        )


def _save() -> None:
    study, name = session.study(), st.session_state[session.NAME].strip()
    if study is None or not name:
        return
    try:
        path = save_study(outputs_folder(), name, study)
    except CompareError as error:
        st.toast(plain.plain(error), icon=":material/error:")
        return
    st.toast(plain.plain(t("Saved as {name}", name=path.name)), icon=":material/check:")
