"""Prompt versions: what was asked when, what changed between two, and back to the editor."""

from __future__ import annotations

import html
from collections.abc import Sequence

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import moment, t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.studies.prompt_versions import Version, difference, note_version, versions
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain, rating_data, resources
from cosmos_compare.ui.shared.tables import grid

TAGS = {"both": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}


def show() -> None:
    """The list, the difference of two, and notes."""
    rows = rating_data.runs().rows
    found = versions(rows, resources.store(), outputs_folder())
    if not found:
        st.info(t("No prompt was run yet."))
        return
    by_version = {each.prompt.version: each for each in found}
    head = [t("prompt"), t("version"), t("runs"), t("first"), t("last"), t("file"), t("made from"), t("note")]
    st.html(grid(head, [_line(each, by_version) for each in found]))
    chosen = st.multiselect(
        t("Compare two, or choose one"),
        list(by_version),
        key=session.VERSIONS,
        max_selections=2,
        format_func=lambda version: plain.plain(by_version[version].label),
    )
    if len(chosen) == 2:
        _difference([by_version[version] for version in chosen])
    if chosen:
        _actions(by_version[chosen[-1]], found)


def _line(own: Version, by_version: dict[str, Version]) -> list[str]:
    parent = by_version.get(own.parent)
    made_from = parent.label if parent else own.parent[:6]
    file = own.file.name if own.file else ""
    dates = [moment(own.first), moment(own.last)]
    return [own.prompt.name, own.prompt.version[:6], str(own.runs), *dates, file, made_from, own.note]


def _difference(two: Sequence[Version]) -> None:
    old, new = (each.prompt for each in two)
    for title, before, after in (
        (t("System prompt"), old.system_prompt, new.system_prompt),
        (t("Question"), old.user_prompt, new.user_prompt),
    ):
        pieces = difference(before, after)
        body = "".join(TAGS[piece.kind].format(html.escape(piece.text)) for piece in pieces)
        same = all(piece.kind == "both" for piece in pieces)
        st.html(f'<h4>{html.escape(title)}</h4><div class="difference">{body if not same else t("The same.")}</div>')


def _actions(own: Version, found: Sequence[Version]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_version"):
        if own.file is not None:
            st.page_link(
                "app.py",
                label=t("Open in the editor"),
                query_params={"prompt": own.prompt.name},
                icon=":material/edit:",
            )
        elif own.runs:
            newest = max(
                (row for row in rating_data.runs().rows if row.prompt_version == own.prompt.version),
                key=lambda row: row.id,
            )
            st.page_link(
                "app.py", label=t("Open in the editor"), query_params={"runs": newest.id}, icon=":material/edit:"
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


def _note(version: str, key: str) -> None:
    _keep(version, note=st.session_state[key])


def _parent(version: str, key: str) -> None:
    _keep(version, parent=st.session_state[key] or "")


def _keep(version: str, note: str | None = None, parent: str | None = None) -> None:
    try:
        note_version(outputs_folder(), version, note=note, parent=parent)
    except CompareError as error:
        st.toast(plain.plain(error), icon=":material/error:")
