"""Scorecard: every rated answer in the table that teams keep, for reading, editing and downloading."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.results import choices, problems, scorecard
from cosmos_compare.ui.shared import rating_data, shell

shell.page("Scorecard")
choices.views()

try:
    found = rating_data.found()
except CompareError as error:
    st.error(str(error))
    st.stop()

problems.show(found.problems)
rater = found.spelling(session.rater())
rows = scorecard.rows_for(found, rater)
if rows.empty:
    st.info("Nothing is rated yet." if found.ratings.empty else "Nothing that you may see is rated yet.")
    st.page_link("pages/rate.py", label="Rate", icon=":material/star:")
    st.stop()

sheet = scorecard.sheet_of(found, rows)
if scorecard.head(sheet, rater):
    scorecard.show_editor(sheet, found, rater)
else:
    scorecard.show(sheet, found)
