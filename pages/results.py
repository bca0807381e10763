"""Results: what the ratings say about two arms, about whom, how sure that is, and what is missing."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.results.plans import counts
from cosmos_compare.ui.results import choices, effort, hand_over, hints, more_arms, plan, problems, sections
from cosmos_compare.ui.shared import plain, rater_here, rating_data, shell

shell.page("Results")
choices.views()

try:
    found = rating_data.found()
except CompareError as error:
    plain.error(error)
    st.stop()

arms = choices.choose_arms(found)
if arms is None:
    st.info(t("No two models have answered the same question about the same clip yet. Run a comparison, then rate it."))
    st.stop()
part = choices.choose_slice(found)
planned = plan.planned(arms, part)

report = rating_data.report_of(arms, part, counts(planned))
plan.show(report, planned)
hand_over.show(found, report)
sections.headline(report)
problems.show(found.problems)
rater = rater_here.rater()
sections.caution(rater, rating_data.unrated(rater))
sections.charts_of(report)
more_arms.show(found, report)
hints.show()
effort.show(report)
