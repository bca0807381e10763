"""The sidebar of the Rate page: who rates, how far, which comparison, which of its pairs, blind or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, t
from cosmos_compare.ratings.blind import mask
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.queue import STATES, ArmPairs
from cosmos_compare.ui.rate import session
from cosmos_compare.ui.rate.address import RateView
from cosmos_compare.ui.rate.lying import Lying
from cosmos_compare.ui.rate.view import change_view, current
from cosmos_compare.ui.rate.words import name_of
from cosmos_compare.ui.shared import cards, resources
from cosmos_compare.ui.shared.plain import plain
from cosmos_compare.video.thumbs import Thumb

LISTED = 150  # pairs; the browser holds one picture each


def show(lying: Lying, chosen: Pair | None) -> None:
    view, total = lying.view, len(lying.pairs)
    with st.sidebar:
        said = t("{rater}: {done} of {total} pairs rated", rater=plain(view.rater), done=lying.done, total=total)
        st.progress(lying.done / total, said)
        _comparison(lying)
        _filters(lying)
        _list(_listed(lying, chosen), lying, chosen)
        st.session_state[session.NAMES] = view.open
        st.toggle(
            t("Show names"),
            key=session.NAMES,
            on_change=_names,
            help=t("Whose answers these are. All that you rate of these models from then on is stored as not blind."),
        )
        st.button(t("Someone else rates"), icon=":material/person:", type="tertiary", on_click=_someone_else)


def _comparison(lying: Lying) -> None:
    """Which two arms: other prompts, settings and models are chosen here, and never join unasked."""
    found = {_key(one): one for one in [*lying.comparisons, lying.chosen]}
    if len(found) > 1:
        among = list(found.values())
        names = {key: _label(one, among, lying) for key, one in found.items()}
        st.session_state[session.COMPARISON] = _key(lying.chosen)
        st.selectbox(
            t("Prompt and comparison"),
            list(found),
            format_func=names.__getitem__,
            key=session.COMPARISON,
            on_change=_choose,
        )
    if further := lying.chosen.repeats:
        st.session_state[session.REPEATS] = lying.view.with_repeats
        words = t("Further repeats too ({n})", n=further)
        st.toggle(words, key=session.REPEATS, on_change=_repeats, help=t("The same question answered again."))


def _key(one: ArmPairs) -> str:
    return f"{one.a.id}~{one.b.id}"


def _label(one: ArmPairs, among: list[ArmPairs], lying: Lying) -> str:
    questions = one.once(lying.rated)
    done = sum(pair.id in lying.rated for pair in questions)
    return f"{name_of(one, among, lying.view.open)} · {done}/{len(questions)}"


def _filters(lying: Lying) -> None:
    if len(lying.pairs) < 2:
        return
    words = {
        "all": t("All pairs"),
        "open": t("Not rated"),
        "rated": t("Rated"),
        "disputed": t("Raters disagree (of those you rated)"),
    }
    st.session_state[session.STATE], st.session_state[session.FIND] = lying.view.state, lying.view.find
    unlabelled: Any = {"on_change": _filter, "label_visibility": "collapsed"}  # their contents say what they are
    st.selectbox(t("Which pairs"), STATES, format_func=words.__getitem__, key=session.STATE, **unlabelled)
    find = t("Find a scenario")
    st.text_input(find, key=session.FIND, placeholder=find, max_chars=200, **unlabelled)


def _listed(lying: Lying, chosen: Pair | None) -> list[Pair]:
    """Unrated pairs first; the one on the page is among them, unless a search says otherwise."""
    listed = sorted(lying.listed, key=lambda pair: pair.id in lying.rated)[:LISTED]
    filtered = lying.view.find or lying.view.state != "all"
    return listed if filtered or chosen is None or chosen in listed else [chosen, *listed]


def _list(pairs: list[Pair], lying: Lying, chosen: Pair | None) -> None:
    if not pairs:
        find = plain(lying.view.find)
        st.caption(t("No scenario “{find}” among these pairs.", find=find) if find else t("No such pair."))
    elif any(_thumb(pair) is None for pair in pairs):
        st.fragment(_cards_until_made, run_every=cards.REFRESH_S)(pairs, lying, chosen)
    else:
        _cards([_item(pair, lying) for pair in pairs], chosen)
    if len(lying.listed) > LISTED:
        st.caption(
            t("The first {n} of {total}. Find the others by name.", n=LISTED, total=number(len(lying.listed), ","))
        )


def _cards_until_made(pairs: list[Pair], lying: Lying, chosen: Pair | None) -> None:
    """The list while pictures are being made; it refreshes itself."""
    items = [_item(pair, lying) for pair in pairs]
    _cards(items, chosen)
    if current() != lying.view or not any(item["waits"] for item in items):
        st.rerun()  # the page as a whole: another pair was picked, or all pictures are there


def _cards(items: list[dict[str, Any]], chosen: Pair | None) -> None:
    data = {"items": items, "chosen": chosen.id if chosen else "", "search": False, "say": cards.words()}
    cards.component()(key=session.LIST, data=data, on_picked_change=_picked)


def _item(pair: Pair, lying: Lying) -> dict[str, Any]:
    """A card of the queue. Names of models in a scenario's own name are hidden too."""
    names = () if lying.view.open else (pair.a.model, pair.b.model)
    scenario, thumb = pair.scenario.replace("_", " "), _thumb(pair)
    state = t("raters disagree") if pair.id in lying.disputed else t("rated")
    facts = f"✓ {state}" if pair.id in lying.rated else t("not rated")
    repeat = t(" · repeat {n}", n=pair.a.repeat) if pair.a.repeat else ""
    return {
        "id": pair.id,
        "name": mask(scenario, names) if names else scenario,
        "facts": facts + repeat,
        "jpeg": thumb.jpeg if thumb else "",
        "problem": "",
        "waits": thumb is None,
    }


def _thumb(pair: Pair) -> Thumb | None:
    """The picture of the pair's clip, None while it is being made."""
    try:
        return resources.thumbs().get(Path(resources.saved_run(pair.a).clip.path))
    except (CompareError, OSError, ValueError):
        return Thumb()  # a damaged run, or a path that can't be one: the page says so when the pair is opened


def _names() -> None:
    change_view(open=st.session_state[session.NAMES])


def _choose() -> None:
    one, _, other = st.session_state[session.COMPARISON].partition("~")
    change_view(a=one, b=other, study="", pair="", repeats="no")


def _repeats() -> None:
    change_view(repeats="yes" if st.session_state[session.REPEATS] else "no")


def _filter() -> None:
    change_view(state=st.session_state[session.STATE], find=st.session_state[session.FIND])


def _picked() -> None:
    picked = st.session_state[session.LIST].picked
    if picked:
        change_view(pair=picked)


def _someone_else() -> None:
    here = current()
    change_view(**vars(RateView(a=here.a, b=here.b, study=here.study, repeats=here.repeats)))
