"""The Rate page where no pair lies before a rater: there is none, or all are rated."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.blind_pair import saved_by
from cosmos_compare.ratings.names_shown import given_away
from cosmos_compare.ratings.pairs import Pair, left_run
from cosmos_compare.ratings.queue import ArmPairs
from cosmos_compare.ui.rate import page
from cosmos_compare.ui.rate.form import undo_last
from cosmos_compare.ui.rate.lying import Lying
from cosmos_compare.ui.rate.sheet_markup import words_of
from cosmos_compare.ui.rate.view import change_view
from cosmos_compare.ui.rate.words import name_of
from cosmos_compare.ui.shared import rater_here, rating_data
from cosmos_compare.ui.shared.plain import plain
from cosmos_compare.ui.shared.tables import table

OFFERED = 5  # other comparisons


def nothing() -> None:
    """There are no pairs at all."""
    st.info(t("No two models have answered the same question about the same clip yet. Run a comparison, then rate it."))
    st.page_link("app.py", label=t("Compare"), icon=":material/compare:")


def nothing_found() -> None:
    st.info(t("No pair is left under this filter. Choose another on the left."))


def all_rated(lying: Lying) -> None:
    """The queue has come to its end: what else there is, and, where nothing is left of these models, their names."""
    rater = lying.view.rater
    said = tn(
        "{rater} has rated the only pair.", "{rater} has rated all {n} pairs.", len(lying.pairs), rater=plain(rater)
    )
    st.success(said, icon=":material/done_all:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/results.py", label=t("See the results"), icon=":material/bar_chart:")
        st.button(t("Undo last save"), shortcut="U", on_click=undo_last, args=(rater, page.after_undo))
    st.caption(t("Choose a pair on the left to look at it again, or to change a rating."))
    _others(lying)
    left = lying.left_of(lying.pairs[0])
    if lying.view.open or not left:
        rater_here.names_shown(rater, {name for pair in lying.pairs for name in given_away(pair)})
        st.html(table([_line(pair, rater) for pair in lying.pairs]))
    else:
        words = tn(
            "The names stay hidden: you have {n} more pair of these models to rate.",
            "The names stay hidden: you have {n} more pairs of these models to rate.",
            left,
        )
        more = t("“Show names” on the left shows them now; what you rate after that is not blind.")
        st.caption(plain(f"{words} {more}"))


def _others(lying: Lying) -> None:
    """Comparisons that are not done, each with a button; none joins unasked."""
    among = [*lying.comparisons]
    for one in [one for one in among if one != lying.chosen][:OFFERED]:
        left = sum(pair.id not in lying.rated for pair in one.once(lying.rated))
        if left:
            name = plain(name_of(one, among, lying.view.open))
            words = tn("Rate {n} more pair: {name}", "Rate {n} more pairs: {name}", left, name=name)
            st.button(words, key=f"more_{one.a.id}_{one.b.id}", on_click=_choose, args=(one,))


def _choose(one: ArmPairs) -> None:
    change_view(a=one.a.id, b=one.b.id, study="", pair="", repeats="no", state="all", find="")


def _line(pair: Pair, rater: str) -> dict[str, str]:
    """Which was which."""
    left = left_run(rater, pair)
    a, b = sorted((pair.a, pair.b), key=lambda row: row.id != left)
    own = saved_by(rating_data.found().ratings, pair, rater, left)
    line = {t("Scenario"): pair.scenario.replace("_", " ")}
    if a.repeat:
        line[t("Repeat")] = str(a.repeat)
    if a.model == b.model:
        line |= {"A": f"{a.prompt_name} {a.prompt_version[:6]}", "B": f"{b.prompt_name} {b.prompt_version[:6]}"}
    else:
        line |= {"A": a.model, "B": b.model}
    return line | {t("Your verdict"): words_of(own.choice) if own else "–"}
