"""Rating on the Compare page: the same form below the answers, stored as not blind, since names stand above it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.board import Side
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.pairs import Pair, find_pair, make_pair, pair_id
from cosmos_compare.records.schema import Run
from cosmos_compare.runs.index import FINISHED, RunRow
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.shared import plain, rater_here, shell


def show(sides: Sequence[Side], rows: Sequence[RunRow]) -> None:
    """The panel for two finished answers; what it needs is loaded when it is opened."""
    runs = [side.run for side in sides if side.run and side.run.answer.finish in FINISHED]
    if len(sides) != 2 or len(runs) != 2:
        return
    panel = st.expander(t("Rate these two answers"), key=session.HERE, on_change="rerun")
    if not panel.open:
        return
    by_id = {row.id: row for row in rows}
    with panel:
        try:
            make_pair(*(by_id[run.id] for run in runs))
            # An answer that was given before, word by word, is rated as the first run that gave it.
            pair = find_pair(rows, pair_id(runs[0].id, runs[1].id), first=runs[0].model.name)
            ids = (pair.a.id, pair.b.id)
            one, two = (run.model_copy(update={"id": own}) for run, own in zip(runs, ids, strict=True))
            _form(pair, (one, two))
        except KeyError:
            st.caption(t("These answers are not among the saved runs."))
        except CompareError as error:
            plain.caption(error)


def _form(pair: Pair, runs: tuple[Run, Run]) -> None:
    # Imported late: the tables of ratings need pandas, which the first view of the Compare page should not wait for.
    from cosmos_compare.ratings.blind_pair import Sheet
    from cosmos_compare.ratings.names_shown import aid_of
    from cosmos_compare.ui.rate import sheets, view
    from cosmos_compare.ui.rate.form import rating_form
    from cosmos_compare.ui.shared import rating_data

    with st.popover(t("A link for others, who rate it blind"), icon=":material/visibility_off:", type="tertiary"):
        st.caption(t("Copy it and send it; whoever opens it sees neither name."))
        st.code(shell.link("rate", pair=pair.id), language=None, wrap_lines=True)
    rater = rater_here.rater()
    rater_here.names_shown(rater, [pair.id, aid_of(pair.id)])  # both stand above
    if not rater:
        view.ask_name(rater_here.set_rater)
        return
    rater = rating_data.found().spelling(rater)
    rating_form(
        sheets.as_of_now(Sheet(pair, runs, rater, named=True)),
        can_undo=rating_data.has_rated(rater),
        after_save=lambda _: t("Saved for {rater}, as not blind.", rater=rater),
        after_undo=lambda taken: t("Taken back: the rating of {scenario}.", scenario=taken[0].scenario),
    )
