"""Prompt versions: what was asked when, what changed between two, and back to the editor."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import moment, t
from cosmos_compare.paths import outputs_folder, scenarios_folder
from cosmos_compare.studies.prompt_versions import Version, listed_name, note_version, versions
from cosmos_compare.ui.lab import differences, session
from cosmos_compare.ui.shared import plain, rating_data, resources
from cosmos_compare.ui.shared.tables import grid

UNBROKEN = str.maketrans("- ", "\N{NON-BREAKING HYPHEN}\N{NO-BREAK SPACE}")  # a date in one line


def show() -> None:
    """The list, the difference of two, what can be done with one, and notes."""
    rows = rating_data.runs().rows
    found = versions(rows, resources.store(), outputs_folder())
    if not found:
        st.info(t("No prompt was run yet."))
        return
    by_version = {each.prompt.version: each for each in found}
    head = [t("prompt"), t("version"), t("runs"), t("first"), t("last"), t("file"), t("made from"), t("note")]
    st.html(grid(head, [_line(each, by_version) for each in found]))
    chosen = st.multiselect(
        t("Choose one version, or two to see what changed"),
        list(by_version),
        key=session.VERSIONS,
        max_selections=2,
        persist_state="session",
        format_func=lambda version: plain.plain(by_version[version].label),
    )
    if chosen:
        _actions(by_version[chosen[-1]], found)
    if len(chosen) == 2:
        old, new = (by_version[version] for version in chosen)
        differences.show(old, new, rows)


def _line(own: Version, by_version: dict[str, Version]) -> list[str]:
    parent = by_version.get(own.parent)
    made_from = parent.label if parent else own.parent[:6]
    file = own.file.name if own.file else ""
    dates = [moment(date).translate(UNBROKEN) if date else "" for date in (own.first, own.last)]
    return [own.prompt.name, own.prompt.version[:6], str(own.runs), *dates, file, made_from, own.note]


def _actions(own: Version, found: Sequence[Version]) -> None:
    """Back to the editor, over all scenarios, and what nobody but a person knows: a note, and where it came from."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_version"):
        st.page_link("app.py", label=t("Back to the editor"), query_params=_editor(own), icon=":material/edit:")
        st.button(
            t("Run over all scenarios"),
            icon=":material/playlist_play:",
            on_click=_over_all,
            args=(own, found),
            help=t("A study of this version beside the one it was made from; nothing runs before you say so."),
        )
        key = f"{session.VERSIONS} {own.prompt.version}"
        st.text_input(t("Note"), own.note, key=f"{key} note", on_change=_note, args=(own.prompt.version, f"{key} note"))
        others = {each.prompt.version: each.label for each in found if each is not own}
        st.selectbox(
            t("Made from"),
            list(others),
            index=list(others).index(own.parent) if own.parent in others else None,
            format_func=lambda version: plain.plain(others[version]),
            key=f"{key} parent",
            on_change=_parent,
            args=(own.prompt.version, f"{key} parent"),
        )


def _editor(own: Version) -> dict[str, str]:
    """What the address of Compare names to have this version in its editor: its file, else its newest run."""
    if own.file is not None:
        return {"prompt": own.file.stem}
    newest = max((row.id for row in rating_data.runs().rows if row.prompt_version == own.prompt.version), default="")
    return {"runs": newest}


def _over_all(own: Version, found: Sequence[Version]) -> None:
    """Make the study ask this version and its parent of all scenarios, and show its matrix."""
    parent = next((each for each in found if each.prompt.version == own.parent), None)
    try:
        names = [listed_name(each) for each in (parent, own) if each is not None]
    except CompareError as error:
        session.problem(str(error))
        return
    study = session.study()
    assert study is not None, "the form comes first"
    changes = {"prompts": tuple(dict.fromkeys(names)), "scenarios": str(scenarios_folder()), "questions": ""}
    session.put_study(study.model_copy(update=changes), fresh=True)
    st.session_state[session.TAB] = t("Matrix")


def _note(version: str, key: str) -> None:
    _keep(version, note=st.session_state[key])


def _parent(version: str, key: str) -> None:
    _keep(version, parent=st.session_state[key] or "")


def _keep(version: str, note: str | None = None, parent: str | None = None) -> None:
    try:
        note_version(outputs_folder(), version, note=note, parent=parent)
    except CompareError as error:
        st.toast(plain.plain(error), icon=":material/error:")
