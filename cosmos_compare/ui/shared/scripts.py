"""Small scripts of the pages that show nothing: each listens to the whole page."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st


def run(name: str, data: Any = None, **listeners: Callable[[], None] | None) -> None:
    """Start `<name>.js` on this page with `data`; `on_…_change` are called at what it tells."""
    _script(name)(key=name, data=data, **{event: call for event, call in listeners.items() if call})


@cache
def _script(name: str) -> Callable[..., Any]:
    """Registered once for the process: a second registration of the name would warn."""
    js = Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
    renderer: Callable[..., Any] = st.components.v2.component(f"cosmos_compare.{name}", js=js)
    return renderer
