"""Scorecard: every rated answer in the table that teams keep, for reading, editing and downloading."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ui import rate_view, rating_data, results_slice, scorecard_view, shell

shell.page("Scorecard")
results_slice.views()

try:
    found = rating_data.found()
except CompareError as error:
    st.error(str(error))
    st.stop()

rating_data.problems(found.problems)
rater = rate_view.rater()
rows = scorecard_view.rows_for(found, rater)
if rows.empty:
    st.info("Nothing is rated yet." if found.ratings.empty else "Nothing that you may see is rated yet.")
    st.page_link("pages/rate.py", label="Rate", icon=":material/star:")
    st.stop()

sheet = scorecard_view.sheet_of(found, rows)
if scorecard_view.head(sheet, rater):
    scorecard_view.show_editor(sheet, found, rater)
else:
    scorecard_view.show(sheet, found)
