"""The view: what the Compare page shows, kept in the address so that a link opens the same on another browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st


@dataclass(frozen=True)
class View:
    """A scenario, the prompt to begin with, and either a running comparison or saved runs, left to right."""

    scenario: str = ""
    folder: str = ""
    prompt: str = ""
    live: str = ""
    runs: tuple[str, ...] = ()

    def query(self) -> dict[str, str]:
        values = {
            "scenario": self.scenario,
            "folder": self.folder,
            "prompt": self.prompt,
            "live": self.live,
            "runs": ",".join(self.runs),
        }
        return {name: value for name, value in values.items() if value}


def from_query(query: dict[str, Any]) -> View:
    """The view that an address names; unknown parameters are left alone."""
    texts = {name: str(query.get(name, ""))[:500] for name in ("scenario", "folder", "prompt", "live")}
    runs = tuple(part for part in str(query.get("runs", ""))[:2000].split(",") if part)
    return View(**texts, runs=runs)


def open_view() -> tuple[View, bool]:
    """The view of this session, and whether the address brought it just now.

    Call it once, first. A link or the browser's back button changes the address; another page of the app drops it.
    """
    query = st.query_params.to_dict()
    known: View | None = st.session_state.get("view")
    if known is None or (query and from_query(query) != known):
        view = from_query(query)
        st.session_state["view"] = view
        return view, True
    if not query:
        st.query_params.from_dict(known.query())
    return known, False


def change_view(**changes: Any) -> View:
    """Show something else, and say so in the address."""
    view = replace(current(), **changes)
    st.session_state["view"] = view
    st.query_params.from_dict(view.query())
    return view


def current() -> View:
    view: View = st.session_state["view"]
    return view
