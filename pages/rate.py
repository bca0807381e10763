"""Rate: two answers to one question, blind, marked on seven axes by keyboard, one pair after the other."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ui.rate import end, page, queue, sheet_markup
from cosmos_compare.ui.rate.form import rating_form
from cosmos_compare.ui.rate.view import ask_name, change_view, open_view
from cosmos_compare.ui.shared import plain, rating_data, resources, shell

shell.page("Rate")
view = open_view()
if not view.rater:
    ask_name(lambda name: change_view(rater=name))
    st.stop()

known = rating_data.runs()
try:
    lying, pair = page.choose(page.spelled(view), known)
except CompareError as error:
    plain.error(error)
    st.stop()
if lying is None:
    end.nothing()
    st.stop()

page.watch(rating_data.stamp())
queue.show(lying, pair)
if pair is None:
    end.all_rated(lying) if lying.done == len(lying.pairs) else end.nothing_found()
    st.stop()

try:
    sheet = page.lay_out(pair, lying)
except CompareError as error:
    plain.error(error)
    st.button(t("Skip"), shortcut="J", on_click=page.go_to_next)
    st.stop()

page.head(sheet)
store, found = resources.store(), page.evidence_of(sheet)
left, middle, right = st.columns([37, 28, 37], gap="small")
with left:
    page.answer(sheet, 0, found)
with middle, st.container(key="rate_clip"):
    page.clip(sheet, store, found)
with right:
    page.answer(sheet, 1, found)

rating_form(
    sheet,
    can_undo=rating_data.has_rated(sheet.rater),
    after_save=page.after_save,
    after_undo=page.after_undo,
    skip=page.go_to_next,
)
if said := sheet_markup.others(sheet, rating_data.found().ratings):
    with st.expander(t("What others said of this pair")):
        st.html(said)
