"""Compare: one clip, one prompt, the answers of the models side by side, while they are written."""

from dataclasses import replace

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.inputs import Seen
from cosmos_compare.inputs import seen as what_it_sees
from cosmos_compare.ui import (
    actions,
    clip_panel,
    columns,
    editor,
    markup,
    past,
    picker,
    rate_here,
    resources,
    seen,
    shell,
    stage,
)
from cosmos_compare.ui.view import open_view

shell.page("Compare")
try:
    resources.model_list()
except CompareError as error:  # a user's own list that can't be read
    st.error(str(error))
    st.stop()
store, board = resources.store(), resources.board()
rows = store.rows()

# What the address names, and the editor filled with its prompt when a link brought it.
view, arrived = open_view()
shown = stage.named(view, board, rows, store)
actions.arrive(shown, arrived)

picked = picker.pick()
scenario = clip_panel.of_sides(shown.sides) or picked
clip = clip_panel.head(scenario)
left, right = st.columns([36, 64], gap="medium")
with left:
    if scenario and clip:
        clip_panel.video(scenario, clip)
with right:
    draft = editor.show()
    actions.show(draft, scenario if clip else None, shown, board)

if scenario and not shown.sides:
    shown = replace(stage.newest(draft, scenario.id, board, rows, store), notice=shown.notice)
actions.notices(shown, draft, scenario, board)

sees: list[Seen] = []
try:
    if shown.sides:
        columns.show(shown.sides, board, shown.running)
        sees = seen.of_sides(shown.sides)
    elif clip:
        planned = resources.planned(clip, draft.prompt, draft.settings, draft.specs)
        sees = [what_it_sees(planned, spec) for spec in draft.specs]
        columns.show_empty(draft.specs, sees)
except CompareError as error:
    st.error(str(error))

seen.line(sees, draft, clip)
if shown.sides and sees:
    seen.show(shown.sides, sees)
    rate_here.show(shown.sides, rows)
if scenario:
    past.show(rows, scenario.id)
elif not shown.sides:
    st.html(markup.nothing())
resources.warm_up()
