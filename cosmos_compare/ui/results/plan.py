"""The planned number of scenarios on the Results page: shown, or recorded before the first rating."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.arms import Two
from cosmos_compare.ratings.judgement import now
from cosmos_compare.results import plans
from cosmos_compare.results.difference_words import start_words
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.report import Report
from cosmos_compare.ui.shared.plain import caption, error


def planned(arms: Two, part: Slice) -> plans.SamplePlan | None:
    """The plan for what is shown; a damaged file is said, and counts as none."""
    try:
        return plans.plan_for(plans.read_plans(outputs_folder()), arms, part)
    except CompareError as problem:
        error(problem)
        return None


def show(found: Report, plan: plans.SamplePlan | None) -> None:
    """The plan, or the field to record one, with what that number can show."""
    title = t("Planned: {n} scenarios", n=plan.planned) if plan else t("Plan a number of scenarios")
    with st.sidebar.expander(title, icon=":material/flag:"):
        if plan:
            caption(plans.plan_words(plan))
            return
        rated = found.difference.scenarios
        count = st.number_input(t("Scenarios that will decide"), 1, plans.MOST, 24, key="planned_scenarios")
        caption(start_words(int(count)))
        if rated:
            caption(t("{n} are rated already: a plan made now doesn't let p ≤ .05 count.", n=rated))
        st.button(t("Record"), key="record_plan", on_click=_record, args=(found.arms, found.slice, rated))


def _record(arms: Two, part: Slice, rated: int) -> None:
    try:
        plans.record_plan(outputs_folder(), arms, part, int(st.session_state["planned_scenarios"]), rated, now())
    except CompareError as problem:
        error(problem)
