"""The presenter's view of Compare, for a projector: a large clip, what is true and what each model says, the timeline,
the answers; keys for the next scenario.

It asks nothing and changes nothing on disk: it shows the newest answers to the prompt of its link, or the runs it
names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from cosmos_compare.board import Board, Side
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.records.schema import Clip
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.facts import read_facts, truth_json
from cosmos_compare.texts.vocabulary import words
from cosmos_compare.ui.compare import columns, editor, picker, session, shown, timeline
from cosmos_compare.ui.compare.shown import Shown
from cosmos_compare.ui.compare.view import change_view, current
from cosmos_compare.ui.shared import clip_panel, markup, plain, resources
from cosmos_compare.ui.shared.evidence import truth_of
from cosmos_compare.ui.shared.tables import safe
from cosmos_compare.video.clips import Scenario


def button() -> None:
    """The way into it."""
    st.button(
        t("Present"),
        key="present",
        icon=":material/slideshow:",
        type="tertiary",
        help=t("For a projector: a larger clip, the timeline and the answers. The address is its link."),
        on_click=_present,
        args=(True,),
    )


def show(on_page: Shown, board: Board, rows: Sequence[RunRow], store: Store) -> None:
    """The view instead of the page."""
    with st.container(key="presenter"):
        found = picker.listed()
        known = {scenario.id: scenario for scenario in found}
        scenario = clip_panel.of_sides(on_page.sides) or known.get(current().scenario)
        if scenario and not on_page.sides:
            on_page = replace(shown.newest(editor.checked(), scenario.id, board, rows, store), notice=on_page.notice)
        clip = _clip(scenario)
        _head(scenario, [one.id for one in found], on_page)
        if on_page.notice:
            plain.info(on_page.notice)
        if scenario is None:
            st.html(markup.nothing(current().scenario))
            return
        left, right = st.columns([46, 54], gap="medium")
        with left:
            if clip:
                clip_panel.video(scenario, clip, None, on_page.sides)
        with right:
            st.html(_line(on_page.sides, scenario) + _facts(on_page.sides, scenario))
        claims = timeline.show(on_page.sides, scenario, clip, with_line=False)
        if on_page.sides:
            columns.show(on_page.sides, board, on_page.running, claims)
        else:
            st.html(f'<div class="hint">{safe(t("No answer to this prompt yet."))}</div>')


def _clip(scenario: Scenario | None) -> Clip | None:
    try:
        return resources.clip(scenario.video, scenario.id) if scenario else None
    except CompareError as error:
        plain.error(error)
        return None


def _head(scenario: Scenario | None, ids: Sequence[str], on_page: Shown) -> None:
    """Which scenario this is, the ones before and after it, and the way back. Clickers send Page Up and Page Down."""
    at = ids.index(scenario.id) if scenario and scenario.id in ids else -1
    asked = on_page.sides[0].comparison.prompt.name if on_page.sides else session.standing().prompt
    with st.container(horizontal=True, vertical_alignment="center", key="presenter_head"):
        name = safe(scenario.id.replace("_", " ")) if scenario else ""
        place = safe(t("{n} of {total}", n=at + 1, total=len(ids))) if at >= 0 else ""
        st.html(f'<div class="scenario"><h2 class="plain"><b>{name}</b></h2><span>{place} · {safe(asked)}</span></div>')
        before, after = (ids[at - 1] if at > 0 else ""), (ids[at + 1] if at + 1 < len(ids) else "")
        _step(t("Previous"), "previous", "PageUp", before)
        _step(t("Next"), "next", "PageDown", after)
        st.button(t("Leave"), key="leave", icon=":material/close:", type="tertiary", on_click=_present, args=(False,))


def _step(words: str, key: str, shortcut: str, scenario: str) -> None:
    st.button(words, key=key, shortcut=shortcut, disabled=not scenario, on_click=_go, args=(scenario,))


def _go(scenario: str) -> None:
    change_view(scenario=scenario, live="", runs=())


def _present(on: bool) -> None:
    change_view(present=on)


def _line(sides: Sequence[Side], scenario: Scenario) -> str:
    found = timeline.of_sides(sides, scenario)
    return found.line() if found else ""


def _facts(sides: Sequence[Side], scenario: Scenario) -> str:
    """What is true and what each model states of it, in large letters, with how that stands to the truth."""
    from cosmos_compare.studies.view import SIGNS  # late: its statistics need scipy, which Compare should not wait for

    truth = truth_of(scenario)
    runs = [side.run for side in sides if side.run]
    said = [read_facts(run, truth) for run in runs]
    true = truth_json(truth)
    names = [t("Truth")] if true else []
    names += [name for name, side in zip(timeline.names_of(sides), sides, strict=True) if side.run]
    head = "".join(f"<th>{safe(name)}</th>" for name in ["", *names])
    rows = []
    for kind, title in (("risk", t("Risk")), ("action", t("Action")), ("objects", t("Objects"))):
        told = true.get(kind) or "–"
        cells = [f"{words(', '.join(told) if isinstance(told, list) else str(told))}"] if true else []
        cells += [f"{SIGNS.get(own.of(kind).verdict, '')} {words(own.of(kind).stated) or '–'}".strip() for own in said]
        rows.append(f"<tr><th>{safe(title)}</th>{''.join(f'<td>{safe(cell)}</td>' for cell in cells)}</tr>")
    nothing = "" if true else f'<div class="note">{safe(t("There is no ground truth for this clip."))}</div>'
    return f'<table class="json stated"><tr>{head}</tr>{"".join(rows)}</table>{nothing}'
