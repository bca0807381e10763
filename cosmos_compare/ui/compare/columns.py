"""The answers, side by side: shown while they are written, from the workers' jobs or from saved runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Board, Side
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import ModelInput
from cosmos_compare.schema import ModelSpec
from cosmos_compare.ui.compare import boxes
from cosmos_compare.ui.compare.view import View, change_view, current
from cosmos_compare.ui.shared import markup, resources
from cosmos_compare.ui.shared.plain import plain

REFRESH_S = 0.5  # each look costs some 10 ms under the interpreter's lock, which the models share


def show(sides: Sequence[Side], board: Board, running: bool) -> None:
    """The columns; while the comparison is running they refresh themselves until all sides have ended."""
    st.fragment(_columns, run_every=REFRESH_S if running else None)(tuple(sides), board, running, current())


def _columns(sides: tuple[Side, ...], board: Board, running: bool, view: View) -> None:
    if current() != view or (running and all(side.ended for side in sides)):
        st.rerun()  # the page as a whole: another view was asked for, or the answers are runs now
    if problem := st.session_state.pop("again_problem", ""):
        st.error(problem)
    for index, (column, side) in enumerate(zip(st.columns(len(sides), gap="medium"), sides, strict=True)):
        with column, st.container(key=f"answer_{index}"):
            _column(sides, index, side, board)


def _column(sides: tuple[Side, ...], index: int, side: Side, board: Board) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key=f"head_{index}"):
        st.html(markup.title(side, board.before(side)))
        if side.job and not side.ended:
            st.button(
                "Stop", key=f"stop_{index}", icon=":material/stop_circle:", type="tertiary", on_click=side.job.stop
            )
        else:
            st.button(
                f"Regenerate {plain(side.spec.label)}",
                key=f"again_{index}",
                icon=":material/replay:",
                help="Run this side again with the same clip, prompt and settings",
                type="tertiary",
                on_click=_again,
                args=(sides, index, board),
            )
    asked = markup.asked(side) if _were_asked_differently(sides) else ""
    st.html(asked + markup.measures(side, board.pool.engine(side.spec)))
    with st.container(key=f"text_{index}"):
        figure = boxes.figure(side.run, resources.store().folder(side.run)) if side.run else ""
        st.html(markup.body(side, figure) or "&nbsp;")


def _were_asked_differently(sides: Sequence[Side]) -> bool:
    """Whether runs of several prompts or settings stand side by side: then each says which is its own."""
    asked = [side.comparison for side in sides]
    return any((one.prompt, one.settings) != (asked[0].prompt, asked[0].settings) for one in asked)


def _again(sides: tuple[Side, ...], index: int, board: Board) -> None:
    try:
        live = board.again(sides, index, _as_listed(sides[index].spec))
    except CompareError as error:
        st.session_state["again_problem"] = str(error)
        return
    st.session_state.setdefault("mine", []).append(live.id)
    change_view(live=live.id, runs=())


def _as_listed(spec: ModelSpec) -> ModelSpec:
    """The model as the list has it now: the same weights under a changed entry would be loaded twice."""
    if spec.name not in resources.model_list():
        return spec
    listed = resources.pinned((spec.name,))[0]
    return listed if (listed.source, listed.revision) == (spec.source, spec.revision) else spec


def show_empty(specs: Sequence[ModelSpec], sees: Sequence[ModelInput]) -> None:
    """Before the first answer: who will write, and what each will see."""
    for index, (column, spec, sight) in enumerate(zip(st.columns(len(specs), gap="medium"), specs, sees, strict=True)):
        with column, st.container(key=f"answer_{index}"):
            st.html(markup.waiting(spec, sight, resources.missing(spec)))
