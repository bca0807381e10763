"""The clip at the top: its name and facts, the ground truth folded away, the video."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.records.schema import Clip
from cosmos_compare.ui.shared import markup, plain, resources, scripts, truth_markup
from cosmos_compare.video.clips import GROUND_TRUTH, Scenario, load_ground_truth
from cosmos_compare.video.files import is_file, sha256_of

REFRESH_S = 0.7  # while a copy is being made


def of_sides(sides: tuple[Side, ...]) -> Scenario | None:
    """The clip of what is shown, where it still is on this machine; a listed one of its name may be another."""
    if not sides:
        return None
    clip = sides[0].comparison.clip
    video = Path(clip.path)
    truth = video.parent / GROUND_TRUTH
    return Scenario(clip.scenario, video, truth if is_file(truth) else None) if is_file(video) else None


def head(scenario: Scenario | None, beside: Callable[[], None] | None = None) -> Clip | None:
    """The line at the top, with what is drawn `beside` it. Returns the clip, or None after saying why it can't be
    used."""
    if scenario is None:
        return None
    clip, problem = None, ""
    try:
        clip = resources.clip(scenario.video, scenario.id)
    except CompareError as error:
        problem = str(error)
    with st.container(horizontal=True, vertical_alignment="center", key="clip_head"):
        st.html(markup.clip_line(scenario.id, clip))
        if scenario.ground_truth:
            _truth(scenario.ground_truth)
        if beside:
            beside()
    if problem:
        plain.error(problem)
    return clip


def _truth(path: Path) -> None:
    with st.popover(t("Ground truth"), icon=":material/fact_check:", type="tertiary"):
        try:
            st.html(truth_markup.truth(load_ground_truth(path)))
        except CompareError as error:
            plain.error(error)


def video(
    scenario: Scenario, clip: Clip, on_seek: Callable[[], None] | None = None, sides: tuple[Side, ...] = ()
) -> None:
    """The video, or a copy of it where browsers can't play the file, or a picture while that is being made.

    `clip` is what the answers are about, or that of `sides` where there are any: a file that was replaced is said.
    `on_seek` is called when a time in an answer moved the video.
    """
    asked = sides[0].comparison.clip if sides else clip
    if _is_another(scenario.video, asked):
        plain.warning(t("The file is another than when this was answered: the video is not what the models saw."))
    found = resources.playable().get(scenario.video)
    if found.path:
        st.video(str(found.path), format=found.mime, muted=True)
        scripts.run("seek", data={"offset": found.offset}, on_seconds_change=on_seek)
        return
    thumb = resources.thumbs().get(scenario.video)
    if thumb and thumb.jpeg:
        st.image(base64.b64decode(thumb.jpeg), width="stretch")
    if found.problem:
        plain.caption(t("{problem} The models see its frames all the same.", problem=found.problem))
    else:
        st.fragment(_until_made, run_every=REFRESH_S)(scenario, clip)


def _is_another(video: Path, clip: Clip) -> bool:
    try:
        return sha256_of(video) != clip.sha256
    except CompareError:
        return False  # it can't be read, which is said elsewhere


def _until_made(scenario: Scenario, clip: Clip) -> None:
    """How far the copy is; it refreshes itself."""
    found = resources.playable().get(scenario.video)
    if found.path or found.problem:
        st.rerun()
    kind = t("{codec} in {suffix}", codec=clip.codec, suffix=scenario.video.suffix)
    st.progress(found.share, text=plain.plain(t("Browsers can't play {kind}; a copy is being made, once.", kind=kind)))
