"""The view: what the Compare page shows, kept in the address so that a link opens the same on another browser."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from cosmos_compare.ui.compare import session

LATE_S = 1.0  # seconds for which a browser's messages may still bear the address before


@dataclass(frozen=True)
class View:
    """A scenario, the prompt to begin with, and either a running comparison or saved runs, left to right; `present`: as
    on a projector."""

    scenario: str = ""
    folder: str = ""
    prompt: str = ""
    live: str = ""
    runs: tuple[str, ...] = ()
    present: bool = False

    def query(self) -> dict[str, str]:
        values = {
            "scenario": self.scenario,
            "folder": self.folder,
            "prompt": self.prompt,
            "live": self.live,
            "runs": ",".join(self.runs),
            "present": "1" if self.present else "",
        }
        return {name: value for name, value in values.items() if value}


def from_query(query: dict[str, Any]) -> View:
    """The view that an address names; unknown parameters are left alone."""
    texts = {name: str(query.get(name, ""))[:500] for name in ("scenario", "folder", "prompt", "live")}
    runs = tuple(part for part in str(query.get("runs", ""))[:2000].split(",") if part)
    return View(**texts, runs=runs, present=str(query.get("present", "")) == "1")


def open_view() -> tuple[View, bool]:
    """The view of this session, and whether the address brought it just now.

    Call it once, first. A link or the browser's back button changes the address; another page of the app drops it.
    """
    state = st.session_state
    query = st.query_params.to_dict()
    named = from_query(query)
    if session.VIEW not in state or (query and named != state[session.ADDRESS] and not _is_late(named)):
        state[session.VIEW] = state[session.ADDRESS] = named
        return named, True
    if named != state[session.VIEW]:
        _write_address(state[session.VIEW])
    return current(), False


def change_view(**changes: Any) -> View:
    """Show something else, and say so in the address."""
    view = replace(current(), **changes)
    st.session_state[session.VIEW] = view
    _write_address(view)
    return view


def current() -> View:
    view: View = st.session_state[session.VIEW]
    return view


def _write_address(view: View) -> None:
    # Streamlit may end a run at any call of its own: where the address was not written, the next run sees that it
    # is still the one of before, and writes it.
    st.query_params.from_dict(view.query())
    state = st.session_state
    if view != state[session.ADDRESS]:
        state[session.LEFT], state[session.LEFT_AT] = state[session.ADDRESS], time.monotonic()
    state[session.ADDRESS] = view


def _is_late(named: View) -> bool:
    """Whether an address is the one just left: a message that the browser sent before it heard of the new one."""
    state = st.session_state
    return named == state.get(session.LEFT) and time.monotonic() - state[session.LEFT_AT] < LATE_S
