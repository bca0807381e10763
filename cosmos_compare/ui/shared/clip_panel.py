"""The clip at the top: its name and facts, the ground truth folded away, the video."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.schema import Clip
from cosmos_compare.ui.shared import markup, resources
from cosmos_compare.video.clips import GROUND_TRUTH, Scenario, load_ground_truth

# What browsers play, by container and codec; the rest is shown as a picture.
MIME = {".mp4": "video/mp4", ".mov": "video/mp4", ".webm": "video/webm", ".mkv": "video/webm"}
CODECS = {"h264", "vp8", "vp9", "av1"}


def of_sides(sides: tuple[Side, ...]) -> Scenario | None:
    """The clip of what is shown, where it still is on this machine; a listed one of its name may be another."""
    if not sides:
        return None
    clip = sides[0].comparison.clip
    video = Path(clip.path)
    truth = video.parent / GROUND_TRUTH
    return Scenario(clip.scenario, video, truth if truth.is_file() else None) if video.is_file() else None


def head(scenario: Scenario | None) -> Clip | None:
    """The line at the top. Returns the clip, or None after saying why it can't be used."""
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
    if problem:
        st.error(problem)
    return clip


@cache
def _seeker() -> Callable[..., Any]:
    """Registered once for the process. It shows nothing: it lets the times in the answers move the video."""
    js = Path(__file__).with_name("seek.js").read_text(encoding="utf-8")
    renderer: Callable[..., Any] = st.components.v2.component("cosmos_compare.seek", js=js)
    return renderer


def _truth(path: Path) -> None:
    with st.popover("Ground truth", icon=":material/fact_check:", type="tertiary"):
        try:
            st.html(markup.truth(load_ground_truth(path)))
        except CompareError as error:
            st.error(str(error))


def video(scenario: Scenario, clip: Clip) -> None:
    """The video, or a picture of it where browsers can't play it."""
    mime = MIME.get(scenario.video.suffix.lower())
    if mime and clip.codec in CODECS:
        st.video(str(scenario.video), format=mime, muted=True)
        _seeker()(key="seek")
        return
    thumb = resources.thumbs().get(scenario.video)
    if thumb and thumb.jpeg:
        st.image(base64.b64decode(thumb.jpeg), width="stretch")
    st.caption(f"Browsers can't play {clip.codec} in {scenario.video.suffix}; the models see its frames all the same.")
