"""The answers, side by side: shown while they are written, from the workers' jobs or from saved runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Board, Side
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import ModelInput
from cosmos_compare.language import t
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.ui.compare import boxes, deleted, session, settings_form
from cosmos_compare.ui.compare.view import View, change_view, current
from cosmos_compare.ui.shared import markup, plain, resources
from cosmos_compare.ui.shared.answer_markup import Marks
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.tables import safe

REFRESH_S = 0.5  # each look costs some 10 ms under the interpreter's lock, which the models share


def show(sides: Sequence[Side], board: Board, running: bool, found: Exhibit | None = None) -> None:
    """The columns, with the passages that `found` sets apart; while the comparison is running they refresh themselves
    until all sides have ended."""
    there = sum(side.run is not None for side in sides)
    st.fragment(_columns, run_every=REFRESH_S if running else None)(
        tuple(sides), board, running, current(), found, there
    )


def _columns(
    sides: tuple[Side, ...], board: Board, running: bool, view: View, found: Exhibit | None, there: int
) -> None:
    # The page as a whole: another view was asked for, or an answer is a run now, with a lane in the timeline.
    if current() != view or (running and sum(side.run is not None for side in sides) != there):
        st.rerun()
    if running and all(side.ended for side in sides):
        st.rerun()
    if problem := session.said("again"):
        plain.error(problem)
    for index, column in enumerate(st.columns(len(sides), gap="medium")):
        with column, st.container(key=f"answer_{index}"):
            _column(sides, index, board, running, found.marks(index) if found else Marks(index))


def _column(sides: tuple[Side, ...], index: int, board: Board, running: bool, marks: Marks) -> None:
    side = sides[index]
    with st.container(horizontal=True, vertical_alignment="center", key=f"head_{index}"):
        st.html(markup.title(side, board.before(side)))
        if side.job and not side.ended:
            st.button(
                t("Stop"), key=f"stop_{index}", icon=":material/stop_circle:", type="tertiary", on_click=side.job.stop
            )
        elif not side.imported:
            st.button(
                plain.plain(t("Regenerate {model}", model=side.spec.label)),
                key=f"again_{index}",
                icon=":material/replay:",
                help=_what_again_does(side),
                type="tertiary",
                on_click=_again,
                args=(sides, index, board),
            )
        if side.run and not running:
            deleted.button(sides, index)
    asked = markup.asked(side) if _were_asked_differently(sides) else ""
    if side.imported:
        asked += markup.unknown(side.imported)
    if side.comparison.settings.repeat and side.spec in side.comparison.greedy():
        asked += f'<div class="note">{safe(settings_form.greedy_words([side.spec.label]))}</div>'
    st.html(asked + markup.measures(side, board.pool.engine(side.spec)))
    with st.container(key=f"text_{index}"):
        figure = boxes.figure(side.run, resources.store().folder(side.run), index) if side.run else ""
        st.html(markup.body(side, figure, marks) or "&nbsp;")


def _what_again_does(side: Side) -> str:
    if side.spec in side.comparison.greedy():
        return plain.plain(settings_form.greedy_words([side.spec.label]))
    return t("Ask this model the same again, as the next repeat: with another seed")


def _were_asked_differently(sides: Sequence[Side]) -> bool:
    """Whether runs of several prompts or settings stand side by side: then each says which is its own."""
    asked = [side.comparison for side in sides]
    return any((one.prompt, one.settings) != (asked[0].prompt, asked[0].settings) for one in asked)


def _again(sides: tuple[Side, ...], index: int, board: Board) -> None:
    try:
        live = board.again(sides, index, _as_listed(sides[index].spec))
    except CompareError as error:
        session.problem("again", str(error))
        return
    session.begin(live.id)
    change_view(live=live.id, runs=())


def _as_listed(spec: ModelSpec) -> ModelSpec:
    """The model as the list has it now: the same weights under a changed entry would be loaded twice."""
    if spec.name not in resources.model_list():
        return spec
    listed = resources.pinned((spec.name,))[0]
    asked, there = spec.recorded(), listed.recorded()
    return listed if (there.source, there.revision) == (asked.source, asked.revision) else spec


def show_empty(specs: Sequence[ModelSpec], sees: Sequence[ModelInput]) -> None:
    """Before the first answer: who will write, and what each will see."""
    for index, (column, spec, sight) in enumerate(zip(st.columns(len(specs), gap="medium"), specs, sees, strict=True)):
        with column, st.container(key=f"answer_{index}"):
            st.html(markup.waiting(spec, sight, resources.missing(spec)))
