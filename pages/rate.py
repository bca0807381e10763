"""Rate: two answers to one question, blind, marked on seven axes by keyboard, one pair after the other."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ui import rate_desk, rate_markup, rate_queue, rate_view, rating_data, resources, shell
from cosmos_compare.ui.rate_form import rating_form, undo_last

shell.page("Rate")
view = rate_view.open_view()
known = rating_data.runs()

if not view.rater:
    rate_view.ask_name(lambda name: rate_view.change_view(rater=name))
    st.stop()
if not known.pairs:
    rate_queue.nothing()
    st.stop()

try:
    pair = rate_desk.choose(view, known)
    rated = rate_desk.rated(view.rater)
except CompareError as error:
    st.error(str(error))
    st.stop()

rate_queue.show(view, known, rated, pair)
if pair is None:
    rate_queue.all_rated(view, len(known.pairs), lambda: undo_last(view.rater, rate_desk.after_undo))
    st.stop()

try:
    sheet = rate_desk.lay_out(pair, view, resources.store())
except CompareError as error:
    st.error(str(error))
    st.button("Skip", shortcut="J", on_click=rate_desk.go_to_next)
    st.stop()

rate_desk.head(sheet)
left, middle, right = st.columns([37, 28, 37], gap="small")
with left:
    rate_desk.answer(sheet, 0)
with middle, st.container(key="rate_clip"):
    rate_desk.clip(sheet, resources.store())
with right:
    rate_desk.answer(sheet, 1)

frames = rating_data.frames()
rating_form(
    sheet,
    can_undo=bool((frames.standing["rater"] == view.rater).any()),
    after_save=rate_desk.after_save,
    after_undo=rate_desk.after_undo,
    skip=rate_desk.go_to_next,
)
if said := rate_markup.others(sheet, frames.standing):
    with st.expander("What others said of this pair"):
        st.html(said)
