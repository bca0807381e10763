"""The sidebar of the Rate page: who rates, how far, which pair next, blind or not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.blind import mask
from cosmos_compare.ratings.pairs import Pair, queue
from cosmos_compare.ui.rate.view import RateView, change_view, current
from cosmos_compare.ui.shared import picker, resources
from cosmos_compare.ui.shared.rating_data import Runs
from cosmos_compare.video.thumbs import Thumb

LISTED = 150  # pairs; the browser holds one picture each


def show(view: RateView, known: Runs, rated: set[str], chosen: Pair | None) -> None:
    with st.sidebar:
        done = sum(pair.id in rated for pair in known.pairs)
        st.progress(done / len(known.pairs), f"{view.rater}: {done} of {len(known.pairs)} pairs rated")
        _list(_listed(known, rated, chosen), rated, chosen, view)
        st.toggle(
            "Show names",
            value=view.open,
            key="names_shown",
            on_change=_names,
            help="For demonstrations. What is rated then is stored as not blind.",
        )
        if st.button("Someone else rates", icon=":material/person:", type="tertiary"):
            change_view(rater="", pair="")
            st.rerun()


def _listed(known: Runs, rated: set[str], chosen: Pair | None) -> list[Pair]:
    """Unrated pairs first; the chosen one is always among them."""
    listed = queue(known.pairs, rated)[:LISTED]
    return listed if chosen is None or chosen in listed else [chosen, *listed]


def _list(pairs: list[Pair], rated: set[str], chosen: Pair | None, view: RateView) -> None:
    if any(_thumb(pair) is None for pair in pairs):
        st.fragment(_cards_until_made, run_every=picker.REFRESH_S)(pairs, rated, chosen, view)
    else:
        _cards([_item(pair, pair.id in rated, view.open) for pair in pairs], chosen)


def _cards_until_made(pairs: list[Pair], rated: set[str], chosen: Pair | None, view: RateView) -> None:
    """The list while pictures are being made; it refreshes itself."""
    items = [_item(pair, pair.id in rated, view.open) for pair in pairs]
    _cards(items, chosen)
    if current() != view or not any(item["waits"] for item in items):
        st.rerun()  # the page as a whole: another pair was picked, or all pictures are there


def _cards(items: list[dict[str, Any]], chosen: Pair | None) -> None:
    picker.component()(
        key="queue", data={"items": items, "chosen": chosen.id if chosen else ""}, on_picked_change=_picked
    )


def _item(pair: Pair, done: bool, is_open: bool) -> dict[str, Any]:
    """A card of the queue. Names of models in a scenario's or a prompt's own name are hidden too."""
    names = () if is_open else (pair.a.model, pair.b.model)
    scenario, prompt = pair.scenario.replace("_", " "), pair.a.prompt_name
    thumb = _thumb(pair)
    return {
        "id": pair.id,
        "name": mask(scenario, names) if names else scenario,
        "facts": f"{'✓ rated' if done else 'not rated'} · {mask(prompt, names) if names else prompt}",
        "jpeg": thumb.jpeg if thumb else "",
        "problem": "",
        "waits": thumb is None,
    }


def _thumb(pair: Pair) -> Thumb | None:
    """The picture of the pair's clip, None while it is being made."""
    try:
        run = resources.saved_run(pair.a)
    except CompareError:
        return Thumb()  # a damaged run: the page says so when the pair is opened
    return resources.thumbs().get(Path(run.clip.path))


def _names() -> None:
    change_view(open=st.session_state["names_shown"])


def _picked() -> None:
    picked = st.session_state["queue"].picked
    if picked:
        change_view(pair=picked)


def nothing() -> None:
    """There are no pairs at all."""
    st.info("No two models have answered the same question about the same clip yet. Run a comparison, then rate it.")
    st.page_link("app.py", label="Compare", icon=":material/compare:")


def all_rated(view: RateView, count: int, undo: Callable[[], None]) -> None:
    """Nothing is left; the last save can still be taken back."""
    st.success(f"{view.rater} has rated all {count} pairs.", icon=":material/done_all:")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link("pages/results.py", label="See the results", icon=":material/bar_chart:")
        st.button("Undo last save", shortcut="U", on_click=undo)
    st.caption("Choose a pair on the left to look at it again, or to change a rating.")
