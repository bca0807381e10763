"""The form of a study: scenarios, models, prompts, what is shown, repeats. One record, one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import streamlit as st
from pydantic import ValidationError

from cosmos_compare.catalogue.defaults import default_models
from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import t
from cosmos_compare.paths import home, outputs_folder, scenarios_folder
from cosmos_compare.prompts import find_prompts
from cosmos_compare.records.schema import Settings
from cosmos_compare.records.setting_fields import CONDITION_WORDS, CONDITIONS, condition_name
from cosmos_compare.studies.files import LAST_RUN, load_saved
from cosmos_compare.studies.plan import found_at
from cosmos_compare.studies.study import Study
from cosmos_compare.ui.lab import files, session
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.video.clips import Scenario, scenario_of

FIRST_PROMPT = "driving"


def show() -> Study:
    """The form, filled with the study of this session; returns the study as it stands now."""
    study = session.study() or _last_run() or _first()
    if asked := _listed_of(session.take_asked_prompts()):
        study = (_first() if study.questions else study).model_copy(update={"prompts": asked})
        session.put_study(study, fresh=True)
    number = session.serial()
    files.show(study)
    _scenarios(study, number)
    _many(t("Prompts"), [path.stem for path in find_prompts()], study.prompts, f"{session.PROMPTS} {number}")
    _many(t("Models"), list(resources.model_list()), study.models, f"{session.MODELS} {number}")
    shown = "\n".join(f"- {condition_name(name)}: {t(words)}" for name, words in CONDITION_WORDS.items())
    _many(t("Shown"), list(CONDITIONS), study.conditions, f"{session.CONDITIONS} {number}", condition_name, shown)
    _numbers(study, number)
    st.toggle(t("With reasoning, too"), True in study.reasoning, key=f"{session.REASONING} {number}")
    try:
        now = _read(study, number)
    except ValueError as error:
        plain.error(first_problem(error) if isinstance(error, ValidationError) else error)
        now = study
    session.put_study(now)
    return now


def _last_run() -> Study | None:
    """The study that was last run here: a reload or another day finds it, with how far it is."""
    try:
        return load_saved(outputs_folder(), LAST_RUN)
    except CompareError:  # there is none, or of another form
        return None


def _first() -> Study:
    """What there is to begin with: the default models, the first prompt, all scenarios."""
    prompts = _listed_of([FIRST_PROMPT]) or [find_prompts()[0].stem]
    first = {"scenarios": str(scenarios_folder()), "models": default_models(), "prompts": prompts}
    return Study.model_validate(first)


def _listed_of(names: Iterable[str]) -> tuple[str, ...]:
    """Those of these prompts that there are."""
    listed = {path.stem for path in find_prompts()}
    return tuple(name for name in names if name in listed)


def _scenarios(study: Study, number: int) -> None:
    if study.questions:
        st.text_input(t("Imported questions"), study.questions, disabled=True, key=f"{session.SCENARIOS} {number} set")
        return
    known = [scenario.id for scenario in _listed()]
    chosen = [] if isinstance(study.scenarios, str) else _ids_of(study.scenarios)
    st.multiselect(
        t("Scenarios"),
        [*known, *(name for name in chosen if name not in known)],
        default=chosen,
        key=f"{session.SCENARIOS} {number}",
        placeholder=t("All {n}", n=len(known)),
        help=t("Type to search. Where none is chosen, all are meant."),
    )


def _many(
    label: str,
    options: list[str],
    chosen: tuple[str, ...],
    key: str,
    words: Callable[[str], str] = plain.plain,
    about: str | None = None,
) -> None:
    options = [*options, *(name for name in chosen if name not in options)]
    st.multiselect(label, options, default=list(chosen), key=key, format_func=words, help=about)


def _numbers(study: Study, number: int) -> None:
    left, right = st.columns(2, gap="small")
    left.number_input(t("Repeats"), 1, 1000, study.repeats, key=f"{session.REPEATS} {number}")
    right.number_input(
        t("Temperature"),
        0.0,
        2.0,
        study.settings[0].temperature,
        0.1,
        key=f"{session.TEMPERATURE} {number}",
        placeholder=t("own"),
        help=t("Empty, each model has its own. At temperature 0 repeats can't differ."),
    )
    st.number_input(
        t("Planned scenarios"),
        2,
        None,
        study.planned,
        key=f"{session.PLANNED} {number}",
        placeholder=t("not planned"),
        help=t("Written down before the first rating, it lets the results claim more."),
    )


def _read(study: Study, number: int) -> Study:
    """The study as the widgets have it; what the form does not show stays. Raises `ValueError`."""
    state = st.session_state
    chosen = state.get(f"{session.SCENARIOS} {number}", [])
    by_id = {scenario.id: str(scenario.video) for scenario in _listed()}
    temperature, settings = state[f"{session.TEMPERATURE} {number}"], study.settings
    if temperature != settings[0].temperature:  # several settings stay apart until a person sets them all
        settings = tuple(each.model_copy(update={"temperature": temperature}) for each in settings)
    both = state[f"{session.REASONING} {number}"]
    values = study.model_dump() | {
        "scenarios": tuple(by_id.get(name, name) for name in chosen) if chosen else _folder(study),
        "models": tuple(state[f"{session.MODELS} {number}"]),
        "prompts": tuple(state[f"{session.PROMPTS} {number}"]),
        "conditions": tuple(state[f"{session.CONDITIONS} {number}"]) or ("clip",),
        "repeats": state[f"{session.REPEATS} {number}"],
        "planned": state[f"{session.PLANNED} {number}"],
        "reasoning": study.reasoning if both == (True in study.reasoning) else (False, True) if both else (False,),
        "settings": tuple(Settings.model_validate(each.model_dump()) for each in settings),
    }
    return Study.model_validate(values)


def _folder(study: Study) -> str:
    """The folder of all scenarios; none where imported questions bring their own clips."""
    if study.questions:
        return ""
    return study.scenarios if isinstance(study.scenarios, str) else str(scenarios_folder())


def _listed() -> list[Scenario]:
    try:
        return resources.scenarios(scenarios_folder())
    except CompareError:
        return []


def _ids_of(names: Iterable[str]) -> list[str]:
    """The listed scenarios that a study means by clips or their folders, each once; the name itself of one that is not
    listed: it is elsewhere, or gone, and never another of its name."""
    listed = _listed()
    by_name = {str(scenario.video): scenario.id for scenario in listed} | {own.id: own.id for own in listed}
    by_path: dict[Path, str] = {}
    found: list[str] = []
    for name in names:
        if name not in by_name:  # as people write it: looked up on the disk
            by_path = by_path or {scenario.video.resolve(): scenario.id for scenario in listed}
            with suppress(CompareError):
                by_name[name] = by_path.get(scenario_of(found_at(name, home())).video.resolve(), name)
        found.append(by_name.get(name, name))
    return list(dict.fromkeys(found))
