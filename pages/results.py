"""Results: what the ratings say about two models, how sure that is, and what is missing."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ui import rate_view, rating_data, results_sections, results_slice, shell

shell.page("Results")
results_slice.views()

try:
    found = rating_data.found()
except CompareError as error:
    st.error(str(error))
    st.stop()

models = results_slice.choose_models(found)
if models is None:
    st.info("No two models have answered the same question about the same clip yet. Run a comparison, then rate it.")
    st.stop()
part = results_slice.choose_slice(found)

report = rating_data.report_of(models, part)
results_sections.headline(report)
rating_data.problems(found.problems)
rater = rate_view.rater()
results_sections.caution(rater, rating_data.unrated(rater))
results_sections.charts_of(report)
