"""Below the clip: the truth and what each model claims on one clock, and where the answers agree and differ."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.ui.shared import evidence, scripts
from cosmos_compare.ui.shared.evidence import Exhibit
from cosmos_compare.ui.shared.lanes import lanes_html
from cosmos_compare.video.clips import Scenario


def show(sides: Sequence[Side], scenario: Scenario | None) -> Exhibit | None:
    """The timeline once all sides are saved; returns what it shows, None where there is nothing to show yet."""
    runs = [run for side in sides if (run := side.run) is not None]
    if not runs or len(runs) < len(sides):
        return None
    found = evidence.exhibit(runs, names_of(sides), scenario)
    with st.container(key="evidence", gap=None):
        st.html(lanes_html(found.lanes) + found.line() if found else evidence.too_long())
        scripts.run("lanes")
    return found


def names_of(sides: Sequence[Side]) -> list[str]:
    """What each side is called: its model, with a number where one model stands there twice."""
    labels = [side.spec.label for side in sides]
    return [
        label if labels.count(label) == 1 else f"{label} ({labels[: number + 1].count(label)})"
        for number, label in enumerate(labels)
    ]
