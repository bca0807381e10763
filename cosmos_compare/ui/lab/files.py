"""Studies as files: open one that was saved or that somebody sent, save this one, take it along."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.paths import home, outputs_folder
from cosmos_compare.studies.files import load_saved, save_study, saved_studies
from cosmos_compare.studies.plan import with_listed_prompts
from cosmos_compare.studies.study import Study, read_study, study_text
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain


def show(study: Study) -> None:
    """Two small menus: open, and save."""
    with st.container(horizontal=True, gap="small", key="lab_files"):
        with st.popover(t("Open"), icon=":material/folder_open:", help=t("A study that was saved, or a file")):
            _open()
        with st.popover(t("Save"), icon=":material/save:", help=t("A study is a small file that can be shared")):
            _save_as(study)
    if problem := session.said():
        plain.error(problem)


def _open() -> None:
    names = saved_studies(outputs_folder())
    if names:
        st.selectbox(
            t("Saved studies"), names, index=None, key=session.OPENED, on_change=_opened, placeholder=t("Open one")
        )
    st.file_uploader(t("A study file (YAML)"), ["yaml", "yml"], key=session.DROPPED, on_change=_dropped)


def _opened() -> None:
    name = st.session_state[session.OPENED]
    if name:
        try:
            _take(load_saved(outputs_folder(), name))
        except CompareError as error:
            session.problem(str(error))


def _dropped() -> None:
    file = st.session_state[session.DROPPED]
    if file is not None:
        try:
            _take(read_study(file.getvalue(), file.name))
        except CompareError as error:
            session.problem(str(error))


def _take(study: Study) -> None:
    """Fill the form with a study; its paths are relative to the folder of what is yours, as those of saved ones."""
    session.put_study(with_listed_prompts(study, home()), fresh=True)


def _save_as(study: Study) -> None:
    st.text_input(t("Name"), key=session.NAME, placeholder="my_study", on_change=_save)
    text = study_text(study)
    st.download_button(t("Download"), text, "study.yaml", "application/yaml", icon=":material/download:")
    st.code(text, language=None, wrap_lines=True)
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
        session.problem(str(error))
        return
    st.toast(plain.plain(t("Saved as {name}", name=path.name)), icon=":material/check:")
