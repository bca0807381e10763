"""Below the clip: the truth and what each model claims on one clock, and where the answers agree and differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.evidence.places import places_of
from cosmos_compare.records.schema import Run
from cosmos_compare.ui.shared import evidence, scripts
from cosmos_compare.ui.shared.boxed import on_video
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.lanes import lanes_html
from cosmos_compare.video.clips import Scenario


def show(sides: Sequence[Side], scenario: Scenario | None, *, with_line: bool = True) -> Exhibit | None:
    """The timeline once all sides are saved, and what they locate on the video; returns what it shows, None where there
    is nothing to show yet. `with_line`: below it, where they agree and differ."""
    runs = _whole(sides)
    found = of_sides(sides, scenario)
    located = [() if evidence.is_too_long(run) else places_of(run).located for run in runs]
    with st.container(key="evidence", gap=None):
        if found:
            st.html(lanes_html(found.lanes) + (found.line() if with_line else ""))
        elif runs:
            st.html(evidence.too_long())
        scripts.run("lanes")
        scripts.run("places", data=on_video(located))  # also where there is none: the last ones must go
    return found


def of_sides(sides: Sequence[Side], scenario: Scenario | None) -> Exhibit | None:
    """What the sides claim, once all of them are saved."""
    runs = _whole(sides)
    return evidence.exhibit(runs, names_of(sides), scenario) if runs else None


def _whole(sides: Sequence[Side]) -> list[Run]:
    """The runs of all sides; none while one is missing."""
    runs = [run for side in sides if (run := side.run) is not None]
    return runs if len(runs) == len(sides) else []


def names_of(sides: Sequence[Side]) -> list[str]:
    """What each side is called: its model, with a number where one model stands there twice."""
    labels = [side.spec.label for side in sides]
    return [
        label if labels.count(label) == 1 else f"{label} ({labels[: number + 1].count(label)})"
        for number, label in enumerate(labels)
    ]
