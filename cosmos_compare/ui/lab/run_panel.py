"""Running a study: what it costs, run, progress that outlives a reload, stop, and what failed."""

from __future__ import annotations

import time

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.judgement import now
from cosmos_compare.results.plans import record_study
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.runner import StudyRunner
from cosmos_compare.studies.work import cost_of, greedy_labels
from cosmos_compare.ui.lab.data import runner
from cosmos_compare.ui.shared import plain, resources

REFRESH_S = 1.0
LOOK_AGAIN_S = 3.0
MOST_PROBLEMS = 5


def show(matrix: Matrix) -> None:
    """What the study costs and the button that runs it, or how far it has come."""
    here = runner()
    if here.running:
        st.fragment(_progress, run_every=REFRESH_S)(here)
    else:
        _offer(matrix, here)
    if here.current is not None and here.current.problems:
        _problems(here.current.problems)


def reading(unread: int) -> None:
    """Say that answers are still being read, and come back for them."""
    if unread:
        st.caption(plain.plain(t("{n} answers are being read; their facts follow.", n=number(unread, ","))))
        st.fragment(_look_again, run_every=LOOK_AGAIN_S)(time.monotonic())


def _look_again(since: float) -> None:
    if time.monotonic() - since > LOOK_AGAIN_S / 2:
        st.rerun(scope="app")


def _offer(matrix: Matrix, here: StudyRunner) -> None:
    store = resources.store()
    cost = cost_of(matrix, store.rows(), store)
    words = [t("{n} answers, {there} are there", n=number(cost.answers, ","), there=number(cost.there, ","))]
    if matrix.to_do and cost.seconds is not None:
        words.append(t("about {time} at this machine's pace", time=_time(cost.seconds)))
    if matrix.to_do and cost.bytes is not None:
        words.append(t("about {mb} MB of disk", mb=max(1, round(cost.bytes / 1e6))))
    missing = {said for arm in matrix.plan.arms if (said := resources.missing(arm.spec))}
    with st.container(horizontal=True, vertical_alignment="center", key="lab_run"):
        st.button(
            t("Run {n} answers", n=number(matrix.to_do, ",")) if matrix.to_do else t("All answers are there"),
            key="lab_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not matrix.to_do or bool(missing),
            on_click=_start,
            args=(here, matrix),
        )
        st.caption(plain.plain(" · ".join(words)))
    for said in missing:
        plain.warning(said)
    for label in greedy_labels(matrix.plan):
        st.caption(plain.plain(t("{arm}: at temperature 0 its repeats can't differ.", arm=label)))


def _start(here: StudyRunner, matrix: Matrix) -> None:
    plan = matrix.plan
    try:
        here.start(plan, matrix)
        if plan.planned is not None:  # before the first of them is rated
            record_study(outputs_folder(), list(dict.fromkeys(arm.arm for arm in plan.arms)), plan.planned, now())
    except CompareError as error:
        st.toast(plain.plain(error), icon=":material/error:")


def _progress(here: StudyRunner) -> None:
    run = here.current
    if run is None or run.done.is_set():
        st.rerun(scope="app")
    assert run is not None
    left = t(", about {time} to go", time=_time(run.left_s)) if run.left_s is not None else ""
    text = t("{ended} of {total} answers", ended=run.ended, total=run.total) + left
    with st.container(horizontal=True, vertical_alignment="center", key="lab_progress"):
        st.progress(run.ended / max(run.total, 1), plain.plain(text))
        st.button(t("Stop"), key="lab_stop", icon=":material/stop:", on_click=run.stop)


def _problems(problems: list[str]) -> None:
    more = t(" … and {n} more", n=len(problems) - MOST_PROBLEMS) if len(problems) > MOST_PROBLEMS else ""
    st.warning(plain.plain("; ".join(problems[:MOST_PROBLEMS]) + more))


def _time(seconds: float) -> str:
    if seconds < 90:
        return t("{n} s", n=round(seconds))
    if seconds < 5400:
        return t("{n} min", n=round(seconds / 60))
    return t("{n} h", n=round(seconds / 3600, 1))
