"""What the page does: fill the editor from a link, run, stop, and say what a person should know."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.board import Board, Live
from cosmos_compare.compare import plan_comparison
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ui.compare import editor, session, settings_form
from cosmos_compare.ui.compare.editor import Checked
from cosmos_compare.ui.compare.shown import Shown
from cosmos_compare.ui.compare.view import View, change_view, current
from cosmos_compare.ui.shared import plain
from cosmos_compare.ui.shared.tables import safe
from cosmos_compare.video.clips import Scenario
from cosmos_compare.video.rendered import demo_warning

REFRESH_S = 2.0  # of what runs elsewhere


def arrive(on_page: Shown, arrived: bool) -> None:
    """Fill the editor: from what a link or the history opened, or with what is there to begin with."""
    arrived = st.session_state.pop(session.ARRIVED, False) or arrived
    if not (arrived and on_page.sides) or any(side.imported for side in on_page.sides):
        editor.prepare(None, None, (), linked=current().prompt if arrived else "")
        return
    asked = on_page.sides[0].comparison
    editor.prepare(asked.prompt, asked.settings, list(dict.fromkeys(side.spec.name for side in on_page.sides)))
    if current().scenario != asked.clip.scenario:
        change_view(scenario=asked.clip.scenario)


def show(draft: Checked, scenario: Scenario | None, on_page: Shown, board: Board) -> None:
    """Run and Stop, with the settings in words beside them.

    Clicks are taken by callbacks: those run before the script, which another event may cut short before it comes to
    its buttons. And Stop, done in its callback, can only mean what ran when it was pressed.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="actions"):
        if on_page.live and on_page.running:
            st.button(t("Stop"), key="stop", icon=":material/stop:", shortcut="Esc", on_click=on_page.live.stop)
        st.button(
            t("Run"),
            key="run",
            type="primary",
            icon=":material/play_arrow:",
            shortcut="Ctrl+Enter",
            disabled=scenario is None or bool(draft.problem),
            on_click=_ask,
        )
        st.toggle(t("Reasoning"), **session.bound("reasoning"))
        st.html(f'<div class="summary">{safe(draft.problem or settings_form.summary(draft.settings))}</div>')
    asked = st.session_state.pop(session.ASKED, False)
    if asked and scenario and not draft.problem and not _is_same(draft, scenario, on_page.live):
        _run(draft, scenario, board)


def _ask() -> None:
    st.session_state[session.ASKED] = True


def _run(draft: Checked, scenario: Scenario, board: Board) -> None:
    try:
        comparison = plan_comparison(scenario.video, draft.prompt, draft.settings, draft.specs, scenario.id)
    except CompareError as error:
        plain.error(error)
        return
    live = board.start(comparison)
    session.begin(live.id)
    change_view(scenario=scenario.id, prompt=draft.prompt.name, live=live.id, runs=())
    st.rerun()


def _is_same(draft: Checked, scenario: Scenario, live: Live | None) -> bool:
    """Whether exactly this is being answered now: pressing Run twice should not queue it twice."""
    if live is None or live.ended or any(side.job and side.job.stopped() for side in live.sides):
        return False
    asked = live.sides[0].comparison
    return (
        live.scenario == scenario.id
        and (asked.prompt, asked.settings) == (draft.prompt, draft.settings)
        and tuple(side.spec for side in live.sides if not side.ended) == draft.specs
    )


def notices(on_page: Shown, draft: Checked, scenario: Scenario | None, board: Board) -> None:
    """What a person should know before reading the answers."""
    if on_page.notice:
        plain.info(on_page.notice)
    if on_page.sides and scenario is None:
        st.info(t("The clip of these answers is no longer on this machine. The frames that the models saw are below."))
    specs = [side.spec for side in on_page.sides] or list(draft.specs)
    seconds = on_page.sides[0].comparison.planned.seconds if on_page.sides else ()
    if scenario and (warning := demo_warning(scenario.video, specs, seconds)):
        st.html(f'<div class="demo_note">{safe(warning)}</div>')
    shown = on_page.live.id if on_page.live else ""
    if any(live.id != shown for live in board.running()):
        st.fragment(_elsewhere, run_every=REFRESH_S)(board, shown, current())


def _elsewhere(board: Board, shown: str, view: View) -> None:
    """What runs and is not shown here: of another browser, or left behind on another scenario."""
    if current() != view:
        st.rerun()
    for live in [live for live in board.running() if live.id != shown][-3:]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"live_{live.id}"):
            names = ", ".join(side.spec.label for side in live.sides if not side.ended)
            words = t("Also running: {scenario}, {models}", scenario=live.scenario, models=names)
            st.html(f'<div class="elsewhere">{safe(words)}</div>')
            st.button(t("Show"), key=f"show_{live.id}", type="tertiary", on_click=_show_live, args=(live,))


def _show_live(live: Live) -> None:
    session.arrive()
    change_view(scenario=live.scenario, live=live.id, runs=())
