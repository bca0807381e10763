"""The Rate page: what surrounds the pair that lies before a rater, and where the page goes after each key."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.blind_pair import Sheet
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.records.schema import Rating
from cosmos_compare.runs.store import Store
from cosmos_compare.ui.rate import aids, session, sheet_markup, sheets
from cosmos_compare.ui.rate.address import RateView
from cosmos_compare.ui.rate.lying import Lying, lying_before, pair_of
from cosmos_compare.ui.rate.view import change_view, current
from cosmos_compare.ui.shared import clip_panel, plain, rating_data, truth_markup
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.jpeg import small_jpegs
from cosmos_compare.ui.shared.rating_data import Runs
from cosmos_compare.ui.shared.tables import safe
from cosmos_compare.video.clips import Scenario, load_ground_truth, scenario_of

LOOKS_EVERY_S = 3.0


def spelled(view: RateView) -> RateView:
    """The view under the rater's name as the scorecard spells it: "Anna" is "anna" where that came first."""
    rater = rating_data.found().spelling(view.rater)
    return view if rater == view.rater else change_view(rater=rater)


def choose(view: RateView, known: Runs) -> tuple[Lying | None, Pair | None]:
    """What lies before the rater, and the pair to show, said in the address; None where there is none."""
    lying, unknown_arms = lying_before(view, known)
    if lying is None:
        return None, None
    pair, unknown_pair = pair_of(view, lying, known)
    shown = pair.id if pair else ""
    if shown != view.pair:
        change_view(pair=shown)
    if problem := unknown_arms or unknown_pair:
        session.set_problem(shown, problem)
    if words := session.problem_for(shown):
        plain.warning(words)
    return lying, pair


def lay_out(pair: Pair, lying: Lying) -> Sheet:
    """The sheet of a pair. Names are shown on demand, and at the end of the queue, when they can tell nothing more;
    where the answers agree and differ, once the marks are given.

    Raises `CompareError` when a run can't be read.
    """
    named = lying.view.open or (not lying.left_of(pair) and pair.id in lying.rated)
    sheet = sheets.blind_sheet(pair, lying.view.rater, named)
    return sheets.with_aids(sheet) if sheet.own else sheet


@st.fragment(run_every=LOOKS_EVERY_S)
def watch(stamp: tuple[object, ...]) -> None:
    """Show what was rated in another window, or by another rater, without a click."""
    if rating_data.stamp() != stamp:
        st.rerun()


def after_save(go_on: bool) -> str:
    """Stay, or take the next pair."""
    done = go_to_next() if go_on else ""
    return f"{t('Saved.')} {done}".strip()


def after_undo(rows: tuple[Rating, ...]) -> str:
    """Back to the pair whose rating was taken back, with its marks in the form."""
    if rows[0].pair_id:
        change_view(pair=rows[0].pair_id)
    return t("Taken back. Change what you want, then save again.")


def go_to_next(_: bool = True) -> str:
    """Show the next pair; returns what to say where there is none."""
    here = current()
    lying, _problem = lying_before(here, rating_data.runs())
    pair = lying.next(here.pair) if lying else None
    if pair or (lying and here.pair in lying.rated):
        change_view(pair=pair.id if pair else "")
        return ""
    return t("This is the last pair that you have not rated.")


def head(sheet: Sheet) -> None:
    """What this pair is about, in one line, and how it will be stored."""
    words = t("names shown") if sheet.named else "" if sheet.blind else t("names known, stored as not blind")
    mode = f'<span class="badge">{words}</span>' if words else f'<span class="pill">{t("blind")}</span>'
    done = f'<span class="pill stop">{t("rated")}</span>' if sheet.own else ""
    asked, name = sheet_markup.question(sheet), sheet_markup.scenario(sheet)
    st.html(f'<div class="scenario"><b>{name}</b>{done}{mode}<span class="asked" title="{asked}">{asked}</span></div>')


def answer(sheet: Sheet, number: int, found: Exhibit | None) -> None:
    """One side: the same container, heading and text area for both."""
    with st.container(key=f"answer_{number}"):
        st.html(sheet_markup.heading(sheet, number))
        with st.container(key=f"rate_text_{number}"):
            st.html(sheet_markup.answer(sheet, number, aids.marks(found, sheet, number)))


def evidence_of(sheet: Sheet) -> Exhibit | None:
    """What both answers claim, on the clock of the clip."""
    return aids.of_sheet(sheet, _there(Path(sheet_markup.shown_run(sheet).clip.path)))


def clip(sheet: Sheet, store: Store, found: Exhibit | None) -> None:
    """Between the answers: the video, the timeline, the ground truth and the frames, the same for both."""
    run = sheet_markup.shown_run(sheet)
    video = _there(Path(run.clip.path))
    if video:
        clip_panel.video(Scenario(run.clip.scenario, video, None), run.clip)
    else:
        st.caption(t("The video is no longer where it was; its frames are below."))
    if figure := sheet_markup.figure(sheet, store.frame_files(run)):
        st.html(figure)
    aids.show(found, sheet)
    st.html(sheet_markup.fold("truth", t("Ground truth"), "G", _truth(video)))
    jpegs = small_jpegs(store.frame_files(run))
    words = t("{n} frames", n=len(run.frames.seconds))
    st.html(sheet_markup.fold("frames", words, "F", sheet_markup.pictures(jpegs, run.frames.seconds)))


def _there(video: Path) -> Path | None:
    """A video where it still is; what a damaged record names may be no path at all."""
    try:
        return video if video.is_file() else None
    except (OSError, ValueError):
        return None


def _truth(video: Path | None) -> str:
    try:
        path = scenario_of(video).ground_truth if video else None
        found = truth_markup.truth(load_ground_truth(path)) if path else ""
    except CompareError as error:
        return f'<div class="failed">{safe(error)}</div>'
    return found or f'<div class="note">{t("There is none for this clip.")}</div>'
