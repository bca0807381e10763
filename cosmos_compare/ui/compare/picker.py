"""The scenario picker in the sidebar: pictures of a folder's clips, another folder, a dropped file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, retold, t
from cosmos_compare.paths import outputs_folder, scenarios_folder
from cosmos_compare.ui.compare.view import View, change_view, current
from cosmos_compare.ui.shared import cards, plain, resources
from cosmos_compare.video.clips import Scenario
from cosmos_compare.video.containers import KINDS
from cosmos_compare.video.thumbs import Thumb
from cosmos_compare.video.uploads import FOLDER as UPLOADS
from cosmos_compare.video.uploads import keep_upload


def listed() -> list[Scenario]:
    """The scenarios of the view's folder without the picker; the first is shown where the view names none."""
    found = _listed(folder_of_view())
    _choose_first(found)
    return found


def _choose_first(found: Sequence[Scenario]) -> None:
    view = current()
    if found and not view.scenario and not view.runs and not view.live:
        change_view(scenario=found[0].id)


def pick() -> Scenario | None:
    """Show the picker; returns the scenario of the view, or None when there is none to show."""
    with st.sidebar:
        folder = folder_of_view()
        found = _listed(folder)
        known = {scenario.id: scenario for scenario in found}
        _choose_first(found)
        _list(found)
        _left_out(folder)
        _other_folder()
        _drop()
    return known.get(current().scenario)


def _listed(folder: Path) -> list[Scenario]:
    """The clips of the folder and those that were dropped, or a sentence on the page."""
    found: list[Scenario] = []
    try:
        found = resources.scenarios(folder)
    except CompareError as error:
        plain.info(error, icon=":material/folder_off:")
    if outputs_folder() / UPLOADS != folder:
        taken = {scenario.id for scenario in found}
        found = found + [scenario for scenario in resources.uploads(outputs_folder()) if scenario.id not in taken]
    return found


def _left_out(folder: Path) -> None:
    """What of the folder looks like a clip and is not listed: nobody should miss one in silence."""
    try:
        aside = resources.listing(folder).summary()
    except CompareError:
        return  # the folder can't be listed, which stands above
    if aside:
        plain.caption(aside)


def folder_of_view() -> Path:
    """The folder whose clips are listed. One that only an address names is not read: anyone can send a link."""
    named = current().folder
    if named in resources.opened_folders():
        return Path(named).expanduser()
    if named:
        words = t("This link names the folder {folder}. Type it under “Another folder” to open it.", folder=named)
        plain.warning(words)
    return scenarios_folder()


def _list(found: Sequence[Scenario]) -> None:
    items = _items(found)
    if any(item["waits"] for item in items):
        st.fragment(_cards_until_made, run_every=cards.REFRESH_S)(found, current())
    elif items:
        _cards(items)


def _cards_until_made(found: Sequence[Scenario], view: View) -> None:
    """The list while pictures are being made; it refreshes itself."""
    items = _items(found)
    _cards(items)
    if current() != view or not any(item["waits"] for item in items):
        st.rerun()  # the page as a whole: another scenario was picked, or all pictures are there


def _cards(items: Sequence[dict[str, Any]]) -> None:
    data = {"items": items, "chosen": current().scenario, "say": cards.words()}
    cards.component()(key="scenarios", data=data, on_picked_change=_picked)


def _items(found: Sequence[Scenario]) -> list[dict[str, Any]]:
    thumbs = resources.thumbs()
    return [_item(scenario, thumbs.get(scenario.video)) for scenario in found]


def _item(scenario: Scenario, thumb: Thumb | None) -> dict[str, Any]:
    facts = [] if thumb is None or thumb.seconds is None else [f"{number(thumb.seconds, '.1f')} s"]
    if thumb is not None and thumb.problem:
        facts.append(t("can't be played"))
    if scenario.ground_truth:
        facts.append(t("with truth"))
    return {
        "id": scenario.id,
        "name": scenario.id.replace("_", " "),
        "facts": " · ".join(facts),
        "jpeg": thumb.jpeg if thumb else "",
        "problem": retold(thumb.problem) if thumb else "",
        "waits": thumb is None,
    }


def _picked() -> None:
    picked = st.session_state["scenarios"].picked
    if picked:
        change_view(scenario=picked, live="", runs=())


def _other_folder() -> None:
    with st.popover(t("Another folder"), icon=":material/folder_open:", width="stretch"):
        st.text_input(t("Folder with clips"), key="folder", placeholder="/home/me/clips", on_change=_open_folder)
        st.caption(t("Videos in it, or folders with segment.mp4 and ground_truth.yaml."))
        if problem := st.session_state.pop("folder_problem", ""):
            plain.error(problem)
        if current().folder:
            st.button(t("Back to the first folder"), on_click=_first_folder)


def _first_folder() -> None:
    change_view(folder="", scenario="", live="", runs=())


def _open_folder() -> None:
    text = st.session_state["folder"].strip()
    if not text:
        return
    try:
        found = resources.scenarios(Path(text).expanduser())
    except CompareError as error:
        st.session_state["folder_problem"] = str(error)
        return
    resources.opened_folders().add(text)
    change_view(folder=text, scenario=found[0].id, live="", runs=())


def _drop() -> None:
    with st.popover(t("Drop a video"), icon=":material/upload_file:", width="stretch"):
        st.file_uploader(t("Video file"), key="upload", on_change=_keep_dropped, label_visibility="collapsed")
        st.caption(t("{kinds}. It is kept in outputs/uploads on this machine.", kinds=KINDS))
        if problem := st.session_state.get("upload_problem"):
            plain.error(problem)


def _keep_dropped() -> None:
    dropped = st.session_state["upload"]
    st.session_state.pop("upload_problem", None)
    if dropped is None:
        return
    try:
        kept = keep_upload(dropped.name, dropped, outputs_folder())
    except CompareError as error:
        st.session_state["upload_problem"] = str(error)
        return
    resources.listing.clear()
    resources.uploads.clear()
    name = next((s.id for s in resources.uploads(outputs_folder()) if s.video == kept), "")
    change_view(scenario=name, live="", runs=())
