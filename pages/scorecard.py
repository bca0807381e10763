"""Scorecard: every rated answer in the table that teams keep, for reading, editing and downloading."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ui.results import choices, problems, scorecard, scorecard_names
from cosmos_compare.ui.shared import plain, rater_here, rating_data, shell

shell.page("Scorecard")
choices.views()

try:
    found = rating_data.found()
except CompareError as error:
    plain.error(error)
    st.stop()

problems.show(found.problems)
rater = found.spelling(rater_here.rater())
rows = scorecard.rows_for(found, rater)
if rows.empty:
    st.info(t("Nothing is rated yet.") if found.ratings.empty else t("Nothing that you may see is rated yet."))
    st.page_link("pages/rate.py", label=t("Rate"), icon=":material/star:")
    st.stop()

try:
    named = scorecard_names.may_be_shown(rows, rater)
except CompareError as error:
    plain.error(error)
    named = False
sheet = scorecard.sheet_of(found, rows, named)
if scorecard.head(sheet, found, rater, named):
    scorecard.show_editor(sheet, found, rater, named)
else:
    scorecard.show(sheet, found, named)
