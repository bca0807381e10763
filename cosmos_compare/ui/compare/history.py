"""Earlier runs of a scenario: by version of the prompt, and any two side by side."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from cosmos_compare.language import moment, t, tn
from cosmos_compare.runs.history import PromptVersion, versions
from cosmos_compare.runs.index import RunRow
from cosmos_compare.ui.compare import deleted, session
from cosmos_compare.ui.compare.view import change_view
from cosmos_compare.ui.shared import markup, resources

NEWEST_GONE = 3  # deleted runs with a button to put them back; the command line knows all
SHOWN = 12  # versions; older ones are found in the two lists


def show(rows: Sequence[RunRow], scenario: str, shown: Collection[str]) -> None:
    """The panel; its rows are made when it is opened. Runs that are `shown` above are in it, and not earlier ones."""
    own = [row for row in rows if row.scenario == scenario]
    gone = [row for row in resources.store().deleted() if row.scenario == scenario]
    deleted.show(gone[-NEWEST_GONE:])
    if not own:
        return
    words = t("History: no earlier runs of this scenario")
    if earlier := sum(row.id not in shown for row in own):
        words = tn("History: {n} earlier run of this scenario", "History: {n} earlier runs of this scenario", earlier)
    panel = st.expander(words, key=session.PAST, on_change="rerun")
    if not panel.open:
        return
    with panel:
        for number, version in enumerate(versions(own, scenario)[:SHOWN]):
            _version(number, version)
        _any_two(own)


def _version(number: int, version: PromptVersion) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"version_{number}"):
        st.html(markup.version_line(version))
        ids = [row.id for row in version.latest()]
        icon = ":material/open_in_full:"
        st.button(t("Open"), key=f"open_{number}", type="tertiary", icon=icon, on_click=_open, args=(ids,))


def _any_two(rows: Sequence[RunRow]) -> None:
    newest = sorted(rows, key=lambda row: row.id, reverse=True)
    labels = {row.id: _label(row) for row in newest}
    left, right, button = st.columns([5, 5, 2], vertical_alignment="bottom")
    first = left.selectbox(t("Left"), list(labels), format_func=labels.__getitem__, key=session.PAST_LEFT)
    second = right.selectbox(
        t("Right"),
        list(labels),
        index=min(1, len(labels) - 1),
        format_func=labels.__getitem__,
        key=session.PAST_RIGHT,
    )
    button.button(t("Side by side"), key="past_open", width="stretch", on_click=_open, args=([first, second],))


def _label(row: RunRow) -> str:
    when = moment(row.created)
    prompt = f"{row.prompt_name} {row.prompt_version[:6]}{t(', reasoning') if row.reasoning else ''}"
    # The list is told apart by its labels: runs of one second bear a number at the end of their id.
    number = row.id.partition("-")[2].partition("-")[2]
    return f"{row.model} · {prompt} · {when}{number and f' ({number})'} · {t(markup.STATES[row.finish]).lower()}"


def _open(ids: Sequence[str]) -> None:
    session.arrive()
    change_view(live="", runs=tuple(ids))
