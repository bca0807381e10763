"""What the ground truth lets a program tell of the shown answers, beside what people's marks say of such hints."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ui.compare import session, timeline
from cosmos_compare.ui.shared import plain
from cosmos_compare.ui.shared.evidence import are_of_different_clips, is_too_long, truth_of
from cosmos_compare.video.clips import Scenario


def show(sides: Sequence[Side], scenario: Scenario | None) -> None:
    """The panel for saved answers; what it needs is read when it is opened."""
    runs = [side.run for side in sides if side.run and not is_too_long(side.run)]
    if len(runs) < len(sides) or are_of_different_clips(runs):
        return
    panel = st.expander(t("Hints against the ground truth"), key=session.HINTS, on_change="rerun")
    if not panel.open:
        return
    # Imported late: people's marks need pandas, which the first view of the Compare page should not wait for.
    from cosmos_compare.hints.of_answer import hints_of_run
    from cosmos_compare.ui.shared import rating_data
    from cosmos_compare.ui.shared.hints_markup import hints_table

    truth = truth_of(scenario)
    with panel:
        try:
            people = rating_data.hints_against_people()
        except CompareError as error:
            plain.caption(error)
            return
        if truth is None:
            st.caption(t("There is no ground truth for this clip: only the form of the answers can be looked at."))
        st.html(hints_table(timeline.names_of(sides), [hints_of_run(run, truth) for run in runs], people))
