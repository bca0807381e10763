"""The Compare page: one clip, one prompt, the answers of the models side by side, while they are written."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.fairness import ModelInput, model_input
from cosmos_compare.runs.index import RunRow
from cosmos_compare.ui.compare import (
    actions,
    columns,
    editor,
    hints_panel,
    history,
    inputs_panel,
    picker,
    presenter,
    session,
    shown,
    timeline,
)
from cosmos_compare.ui.compare.view import current, open_view
from cosmos_compare.ui.shared import clip_panel, markup, plain, resources, shell

Rate = Callable[[Sequence[Side], Sequence[RunRow]], object]


def show(rate: Rate) -> None:
    """The page, run by Streamlit from top to bottom at each change. `rate` draws the form that rates what is shown."""
    shell.page("Compare")
    try:
        resources.model_list()
    except CompareError as error:  # a user's own list that can't be read
        plain.error(error)
        st.stop()
    store, board = resources.store(), resources.board()
    rows = store.rows()

    # What the address names, and the editor filled with its prompt when a link brought it.
    view, arrived = open_view()
    on_page = shown.named(view, board, rows, store)
    actions.arrive(on_page, arrived)

    if view.present:
        presenter.show(on_page, board, rows, store)
        return

    picked = picker.pick()
    scenario = clip_panel.of_sides(on_page.sides) or picked
    clip = clip_panel.head(scenario, presenter.button)
    left, right = st.columns([36, 64], gap="medium")
    with left:
        if scenario and clip:
            clip_panel.video(scenario, clip, session.seek, on_page.sides)
    with right:
        draft = editor.show()
        actions.show(draft, scenario if clip else None, on_page, board)

    if scenario and not on_page.sides:
        on_page = replace(shown.newest(draft, scenario.id, board, rows, store), notice=on_page.notice)
    actions.notices(on_page, draft, scenario, board)

    sees: list[ModelInput] = []
    try:
        if on_page.sides:
            found = timeline.show(on_page.sides, scenario)
            columns.show(on_page.sides, board, on_page.running, found)
            sees = inputs_panel.of_sides(on_page.sides)
        elif clip:
            timeline.show((), scenario, clip)
            planned = resources.planned(clip, draft.prompt, draft.settings, draft.specs)
            sees = [model_input(planned, spec) for spec in draft.specs]
            columns.show_empty(draft.specs, sees)
    except CompareError as error:
        plain.error(error)

    inputs_panel.line(sees, draft, clip)
    if on_page.sides and sees:
        hints_panel.show(on_page.sides, scenario)
        inputs_panel.show(on_page.sides, sees)
    if on_page.sides and (sees or any(side.imported for side in on_page.sides)):
        rate(on_page.sides, rows)
    if scenario:
        history.show(rows, scenario.id, {side.run.id for side in on_page.sides if side.run})
    elif not on_page.sides:
        st.html(markup.nothing(current().scenario))
    resources.warm_up()
