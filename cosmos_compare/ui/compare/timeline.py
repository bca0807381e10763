"""Below the clip: the truth and what each model claims on one clock, and where the answers agree and differ; of answers
that are still being written, their lanes follow."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.evidence.places import places_of
from cosmos_compare.records.schema import Clip
from cosmos_compare.ui.shared import evidence, scripts
from cosmos_compare.ui.shared.boxed import on_video
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.lanes import lanes_html
from cosmos_compare.video.clips import Scenario


def show(
    sides: Sequence[Side], scenario: Scenario | None, clip: Clip | None = None, *, with_line: bool = True
) -> Exhibit | None:
    """The timeline of the clip, the truth and the sides that are saved, and what these locate on the video; returns
    what it shows, None where there is nothing to show. `with_line`: below it, where they agree and differ."""
    runs = [side.run for side in sides]
    found = of_sides(sides, scenario, clip)
    located = [() if run is None or evidence.is_too_long(run) else places_of(run).located for run in runs]
    with st.container(key="evidence", gap=None):
        if found:
            st.html(lanes_html(found.lanes) + found.noted() + (found.line() if with_line else ""))
        elif saved := [run for run in runs if run]:
            st.html(evidence.no_evidence(saved))
        scripts.run("lanes")
        scripts.run("places", data=on_video(located))  # also where there is none: the last ones must go
    return found


def of_sides(sides: Sequence[Side], scenario: Scenario | None, clip: Clip | None = None) -> Exhibit | None:
    """What the sides claim that are saved, beside what is true of the clip."""
    duration = sides[0].comparison.clip.duration if sides else clip.duration if clip else 0.0
    return evidence.exhibit([side.run for side in sides], names_of(sides), scenario, duration)


def names_of(sides: Sequence[Side]) -> list[str]:
    """What each side is called: its model, with a number where one model stands there twice."""
    labels = [side.spec.label for side in sides]
    return [
        label if labels.count(label) == 1 else f"{label} ({labels[: number + 1].count(label)})"
        for number, label in enumerate(labels)
    ]
