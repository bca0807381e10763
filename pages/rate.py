"""Rate: two answers to one question, blind, marked on seven axes by keyboard, one pair after the other."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ui.rate import page, queue, sheet_markup
from cosmos_compare.ui.rate.form import rating_form, undo_last
from cosmos_compare.ui.rate.view import ask_name, change_view, open_view
from cosmos_compare.ui.shared import rating_data, resources, shell

shell.page("Rate")
view = open_view()
known = rating_data.runs()

if not view.rater:
    ask_name(lambda name: change_view(rater=name))
    st.stop()
if not known.pairs:
    queue.nothing()
    st.stop()

try:
    pair = page.choose(view, known)
    rated = page.rated(view.rater)
except CompareError as error:
    st.error(str(error))
    st.stop()

page.problem_of(pair)
queue.show(view, known, rated, pair)
if pair is None:
    queue.all_rated(view, len(known.pairs), lambda: undo_last(view.rater, page.after_undo))
    st.stop()

try:
    sheet = page.lay_out(pair, view)
except CompareError as error:
    st.error(str(error))
    st.button("Skip", shortcut="J", on_click=page.go_to_next)
    st.stop()

page.head(sheet)
left, middle, right = st.columns([37, 28, 37], gap="small")
with left:
    page.answer(sheet, 0)
with middle, st.container(key="rate_clip"):
    page.clip(sheet, resources.store())
with right:
    page.answer(sheet, 1)

frames = rating_data.frames()
rating_form(
    sheet,
    can_undo=bool((frames.standing["rater"] == view.rater).any()),
    after_save=page.after_save,
    after_undo=page.after_undo,
    skip=page.go_to_next,
)
if said := sheet_markup.others(sheet, frames.standing):
    with st.expander("What others said of this pair"):
        st.html(said)
