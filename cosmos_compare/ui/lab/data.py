"""What the lab reads, held for all sessions: the matrix of a study and the facts of its answers."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import home, outputs_folder
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.export import answers_of
from cosmos_compare.studies.fact_book import FactBook, Read
from cosmos_compare.studies.hashes import clip_hashes
from cosmos_compare.studies.here import what_is_here
from cosmos_compare.studies.matrix import Matrix, fill
from cosmos_compare.studies.plan import StudyPlan, resolve
from cosmos_compare.studies.runner import StudyRunner
from cosmos_compare.studies.study import Study
from cosmos_compare.ui.shared import rating_data, resources
from cosmos_compare.video.frame_cache import FrameCache


def runner() -> StudyRunner:
    """The one study that runs on this server, if any."""
    return _runner(outputs_folder())


@st.cache_resource(show_spinner=False)
def _runner(outputs: Path) -> StudyRunner:
    return StudyRunner(resources.pool(), Store(outputs), FrameCache())


@st.cache_data(show_spinner=False, ttl=10, hash_funcs={Study: str})
def plan_of(study: Study) -> StudyPlan:
    """The study's scenarios and arms on this machine. Raises `CompareError`."""
    return resolve(study, home())


def plan_of_what_is_here(study: Study) -> tuple[StudyPlan | None, list[CompareError]]:
    """The plan of what of a study is on this machine, None where nothing is left, and what is wrong."""
    try:
        return plan_of(study), []
    except CompareError as error:
        rest, problems = what_is_here(study, home())
        if rest is None or not problems:
            return None, problems or [error]
    try:
        return plan_of(rest), problems
    except CompareError as error:
        return None, [*problems, error]


def matrix_of(plan: StudyPlan) -> Matrix:
    """The matrix as it is on disk now."""
    store = resources.store()
    return fill(plan, rating_data.runs().rows, clip_hashes(plan.scenarios, store.outputs))


def facts_of(matrix: Matrix) -> Read:
    """The facts of the study's answers as far as they are read, and how many are to come."""
    return _book(outputs_folder()).read_beside(answers_of(matrix))


@st.cache_resource(show_spinner=False)
def _book(outputs: Path) -> FactBook:
    return FactBook(Store(outputs))
