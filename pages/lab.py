"""Lab: scenarios × arms as one study: run it, see what changed, how stable it is, and what is said from habit."""

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ui.lab import data, form, matrix, outputs, prompts, questions, run_panel, session, trust
from cosmos_compare.ui.shared import plain, shell

shell.page("Lab")
with st.sidebar:
    study = form.show()
plan, missing = data.plan_of_what_is_here(study)
for problem in missing:
    plain.warning(problem) if plan else plain.error(problem)
if plan is None:
    st.html(f'<h2 class="plain">{t("Prompt versions")}</h2>')
    prompts.show()
    st.stop()
try:
    found = data.matrix_of(plan)
    facts, unread = data.facts_of(found)
except CompareError as error:
    plain.error(error)
    st.stop()

run_panel.show(found)
run_panel.reading(unread)
names = [t("Matrix"), t("Stability"), t("Controls"), t("Prompt versions")]
answers, repeats, controls, versions = st.tabs(names, key=session.TAB, on_change="rerun")
if answers.open:
    with answers:
        questions.show_scores(found, facts)
        matrix.show(found, facts)
        outputs.show(found, facts)
if repeats.open:
    with repeats:
        trust.show_stability(found, facts)
if controls.open:
    with controls:
        trust.show_controls(found, facts)
if versions.open:
    with versions:
        prompts.show()
