"""The Rate page: which pair lies before a rater, what surrounds it, and where the page goes after each key."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.blind_pair import Sheet, next_pair, saved_by
from cosmos_compare.ratings.pairs import Pair, find_pair, left_run
from cosmos_compare.ratings.standing import rated_pairs
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.schema import Rating, Run
from cosmos_compare.ui.rate import sheet_markup
from cosmos_compare.ui.rate.view import RateView, change_view, current, knows_names, names_were_shown, saved_unnamed
from cosmos_compare.ui.shared import clip_panel, markup, resources
from cosmos_compare.ui.shared.jpeg import small_jpegs
from cosmos_compare.ui.shared.rating_data import Frames, Runs, frames, runs
from cosmos_compare.ui.shared.tables import safe
from cosmos_compare.video.clips import Scenario, load_ground_truth, scenario_of


def rated(rater: str) -> set[str]:
    return rated_pairs(frames().standing, rater)


def choose(view: RateView, known: Runs) -> Pair | None:
    """The pair of the address, else the next of the queue; None when all are rated."""
    problem = ""
    if view.pair:
        try:
            return find_pair(known.rows, view.pair)
        except CompareError as error:
            problem = str(error)
    pair = next_pair(known.pairs, rated(view.rater), "")
    change_view(pair=pair.id if pair else "")
    st.session_state["rate_problem"] = (current().pair, problem)  # shown as long as what came instead is shown
    return pair


def problem_of(pair: Pair | None) -> None:
    """Why this pair is shown and not the one that a link named."""
    shown, words = st.session_state.get("rate_problem", ("", ""))
    if words and shown == (pair.id if pair else ""):
        st.warning(words)


def lay_out(pair: Pair, view: RateView) -> Sheet:
    """The sheet of a pair for this rater. Raises `CompareError` when a run can't be read."""
    found: Frames = frames()
    left = left_run(view.rater, pair)
    rows = sorted((pair.a, pair.b), key=lambda row: row.id != left)
    own = saved_by(found.standing, pair, view.rater, left)
    runs = (_run(rows[0]), _run(rows[1]))
    sheet = Sheet(pair, runs, view.rater, view.open, own, _seen(pair, view.rater, found))
    if sheet.named:
        names_were_shown(pair.id)
    return sheet


def _run(row: RunRow) -> Run:
    try:
        return resources.saved_run(row)
    except CompareError as error:
        # Its folder carries the model's name, which must not stand here.
        raise CompareError(
            "An answer of this pair can't be read.", "Skip it; `cosmos-compare runs` names it."
        ) from error


def _seen(pair: Pair, rater: str, found: Frames) -> bool:
    was_saved = bool(((found.every["rater"] == rater) & (found.every["pair_id"] == pair.id)).any())
    return knows_names(pair.id, was_saved)


def after_save(go_on: bool) -> str:
    """Stay, with the names shown, or take the next pair before they are."""
    if not go_on:
        return "Saved."
    saved_unnamed(current().pair)
    done = go_to_next()
    return f"Saved. {done}".strip()


def after_undo(rows: tuple[Rating, ...]) -> str:
    """Back to the pair whose rating was taken back, with its marks in the form."""
    if rows[0].pair_id:
        change_view(pair=rows[0].pair_id)
    return "Taken back. Change what you want, then save again."


def go_to_next(_: bool = True) -> str:
    """Show the next unrated pair; returns what to say where there is none."""
    here = current()
    pair = next_pair(runs().pairs, rated(here.rater), here.pair)
    if pair:
        change_view(pair=pair.id)
        return ""
    if here.pair in rated(here.rater):
        change_view(pair="")
        return ""
    return "This is the last pair that you have not rated."


def head(sheet: Sheet) -> None:
    """What this pair is about, in one line, and how it will be stored."""
    if sheet.open:
        mode = '<span class="badge">names shown</span>'
    elif sheet.own is None and sheet.seen:
        mode = '<span class="badge">names known, stored as not blind</span>'
    else:
        mode = '<span class="pill">blind</span>' if sheet.own is None else '<span class="pill stop">rated</span>'
    asked, name = sheet_markup.question(sheet), sheet_markup.scenario(sheet)
    st.html(f'<div class="scenario"><b>{name}</b>{mode}<span class="asked" title="{asked}">{asked}</span></div>')


def answer(sheet: Sheet, number: int) -> None:
    """One side: the same container, heading and text area for both."""
    with st.container(key=f"answer_{number}"):
        st.html(sheet_markup.heading(sheet, number))
        with st.container(key=f"rate_text_{number}"):
            st.html(sheet_markup.answer(sheet, number))


def clip(sheet: Sheet, store: Store) -> None:
    """Between the answers: the video, the ground truth and the frames, the same for both."""
    run = sheet.runs[0]
    video = Path(run.clip.path)
    if video.is_file():
        clip_panel.video(Scenario(run.clip.scenario, video, None), run.clip)
    else:
        st.caption("The video is no longer where it was; its frames are below.")
    st.html(sheet_markup.fold("truth", "Ground truth", "G", _truth(video)))
    # Frame sizes differ by model: both sides get the frames of the same run, a fixed one of the two.
    shown = sheet.pair.a
    times = next(run for run in sheet.runs if run.id == shown.id).frames.seconds
    jpegs = small_jpegs(store.frame_files(shown))
    st.html(sheet_markup.fold("frames", f"{len(times)} frames", "F", sheet_markup.pictures(jpegs, times)))


def _truth(video: Path) -> str:
    path = scenario_of(video).ground_truth if video.is_file() else None
    if path is None:
        return '<div class="note">There is none for this clip.</div>'
    try:
        return markup.truth(load_ground_truth(path))
    except CompareError as error:
        return f'<div class="failed">{safe(error)}</div>'
