"""Running a study: what it costs, run, progress that outlives a reload, stop, and what failed."""

from __future__ import annotations

import time

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, semicolons, t, tn
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.judgement import now
from cosmos_compare.results.plans import record_study
from cosmos_compare.studies.files import LAST_RUN, save_study
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.runner import StudyRunner
from cosmos_compare.studies.work import cost_of, greedy_labels
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.lab.data import runner
from cosmos_compare.ui.shared import plain, rating_data, resources
from cosmos_compare.ui.shared.tables import safe

REFRESH_S = 1.0
LOOK_AGAIN_S = 3.0
FILL_S = 2.5  # between two looks at the matrix while it fills, and more for a large one
CELLS_A_SECOND = 500
MOST_PROBLEMS = 5


def show(matrix: Matrix) -> None:
    """What the study costs and the button that runs it, or how far it has come."""
    here = runner()
    run = here.current
    if run is not None and here.running:
        wait = FILL_S + len(matrix.all_cells()) / CELLS_A_SECOND
        st.fragment(_progress, run_every=REFRESH_S)(here, run.ended, time.monotonic() + wait)
    else:
        _offer(matrix, here)
    if run is not None and run.problems:
        _problems(run.problems)


def reading(unread: int) -> None:
    """Say that answers are still being read, and come back for them."""
    if unread:
        st.caption(plain.plain(t("{n} answers are being read; their facts follow.", n=number(unread, ","))))
        st.fragment(_look_again, run_every=LOOK_AGAIN_S)(time.monotonic())


def _look_again(since: float) -> None:
    if time.monotonic() - since > LOOK_AGAIN_S / 2:
        st.rerun(scope="app")


def _offer(matrix: Matrix, here: StudyRunner) -> None:
    missing = {said for arm in matrix.plan.arms if (said := resources.missing(arm.spec))}
    with st.container(horizontal=True, vertical_alignment="center", key="lab_run"):
        if matrix.to_do:
            st.button(
                _button_words(matrix),
                key="lab_start",
                type="primary",
                icon=":material/play_arrow:",
                disabled=bool(missing),
                on_click=_start,
                args=(here, matrix),
            )
        done = "" if matrix.to_do else f'<span class="pill stop">{t("all answers are there")}</span>'
        said = f"<span>{safe(_size_words(matrix))}</span>{done}<span>{safe(_cost_words(matrix))}</span>"
        st.html(f'<div class="study">{said}</div>')
    for said in missing:
        plain.warning(said)
    if greedy := greedy_labels(matrix.plan):
        words = t("At temperature 0 repeats are the same answer again: {arms}.", arms=", ".join(greedy))
        plain.caption(words)


def _button_words(matrix: Matrix) -> str:
    if matrix.failed == matrix.to_do:
        return tn("Try the failed answer again", "Try the {n} failed answers again", matrix.to_do)
    return tn("Run {n} answer", "Run {n} answers", matrix.to_do)


def _size_words(matrix: Matrix) -> str:
    plan = matrix.plan
    parts = [
        tn("{n} scenario", "{n} scenarios", len(plan.scenarios)),
        tn("{n} arm", "{n} arms", len(plan.arms)),
        *([tn("{n} repeat", "{n} repeats", plan.repeats)] if plan.repeats > 1 else []),
    ]
    return " × ".join(parts)


def _cost_words(matrix: Matrix) -> str:
    """How many answers, how many of them there are, and what the others will take."""
    if not matrix.to_do:
        return tn("{n} answer", "{n} answers", matrix.plan.answers)
    cost = cost_of(matrix, rating_data.runs().rows, resources.store())
    words = [t("{n} answers, {there} are there", n=number(cost.answers, ","), there=number(cost.there, ","))]
    if matrix.failed and matrix.failed < matrix.to_do:
        words.append(tn("{n} failed before", "{n} failed before", matrix.failed))
    if cost.seconds is not None:
        words.append(t("about {time} at this machine's pace", time=_time(cost.seconds)))
    if cost.bytes is not None:
        words.append(t("about {mb} MB of disk", mb=max(1, round(cost.bytes / 1e6))))
    return " · ".join(words)


def _start(here: StudyRunner, matrix: Matrix) -> None:
    plan = matrix.plan
    try:
        here.start(plan, matrix)
        if study := session.study():
            save_study(outputs_folder(), LAST_RUN, study)
        if plan.planned is not None:  # before the first of them is rated
            record_study(outputs_folder(), list(dict.fromkeys(arm.arm for arm in plan.arms)), plan.planned, now())
    except CompareError as error:
        st.toast(plain.plain(error), icon=":material/error:")


def _progress(here: StudyRunner, ended_before: int, look_at: float) -> None:
    """How far it is; the page as a whole is run again for the matrix once more answers are there."""
    run = here.current
    if run is None or run.done.is_set() or (run.ended != ended_before and time.monotonic() > look_at):
        st.rerun(scope="app")
    assert run is not None
    left = t(", about {time} to go", time=_time(run.left_s)) if run.left_s is not None else ""
    text = t("{ended} of {total} answers", ended=run.ended, total=run.total) + left
    with st.container(horizontal=True, vertical_alignment="center", key="lab_progress"):
        st.progress(run.ended / max(run.total, 1), plain.plain(text))
        st.button(t("Stop"), key="lab_stop", icon=":material/stop:", on_click=run.stop)


def _problems(problems: list[str]) -> None:
    more = t(" … and {n} more", n=len(problems) - MOST_PROBLEMS) if len(problems) > MOST_PROBLEMS else ""
    st.warning(plain.plain(semicolons(problems[:MOST_PROBLEMS]) + more))


def _time(seconds: float) -> str:
    if seconds < 90:
        return t("{n} s", n=round(seconds))
    if seconds < 5400:
        return t("{n} min", n=round(seconds / 60))
    return t("{n} h", n=round(seconds / 3600, 1))
