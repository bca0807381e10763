"""What leaves the lab: rate two arms blind, and the study's answers as files."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from cosmos_compare.language import t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.studies.export import as_csv, as_jsonl
from cosmos_compare.studies.facts import AnswerFacts
from cosmos_compare.studies.files import saved_name
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain, rating_data, resources


def show(matrix: Matrix, facts: Mapping[str, AnswerFacts]) -> None:
    """The way to blind rating of two arms, and downloads."""
    labels = [arm.label for arm in matrix.plan.arms]
    numbers = list(range(len(labels)))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_out"):
        if len(numbers) > 1:
            _two_arms(matrix, numbers, labels)
        st.download_button(
            "CSV",
            lambda: as_csv(matrix, facts, {own.hint: own.words for own in rating_data.hints_against_people()}),
            "study.csv",
            "text/csv",
            icon=":material/download:",
            help=t("A row an answer, with what it states"),
        )
        st.download_button(
            "JSONL",
            lambda: b"".join(as_jsonl(matrix, resources.store())),
            "study.jsonl",
            "application/jsonl",
            icon=":material/download:",
            help=t("A line an answer, with all that determined it"),
        )


def _two_arms(matrix: Matrix, numbers: list[int], labels: list[str]) -> None:
    """Two arms, and the link that lays their answers before a rater; at first one arm and a variant of it."""
    a = st.selectbox(
        t("Rate blind"), numbers, 0, format_func=lambda n: plain.plain(labels[n]), key=session.RATE_A, width=300
    )
    b = st.selectbox(
        t("against"), numbers, 1, format_func=lambda n: plain.plain(labels[n]), key=session.RATE_B, width=300
    )
    if a != b:
        arms = {"a": matrix.plan.arms[a].arm.id, "b": matrix.plan.arms[b].arm.id}
        if matrix.plan.questions:  # whose pairs only the study knows
            study = session.study()
            arms["study"] = saved_name(outputs_folder(), study) if study else ""
            if not arms["study"]:
                st.caption(t("Save or run this study first; then two of its arms can be rated blind."))
                return
        st.page_link("pages/rate.py", label=t("Rate these two"), query_params=arms, icon=":material/star:")
