"""A list of cards with pictures and a search: scenarios on Compare, pairs on Rate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from cosmos_compare.language import t

HERE = Path(__file__).parent
REFRESH_S = 0.7  # while thumbnails are being made


def words() -> dict[str, str]:
    """What the list says by itself, for its data."""
    return {"find": t("Find a scenario"), "scenarios": t("Scenarios")}


@cache
def component() -> Callable[..., Any]:
    """Registered once for the process: a second registration of the name would warn."""
    html = '<input hidden><div class="list"></div>'  # the script names and shows them, in the page's language
    css, js = ((HERE / name).read_text(encoding="utf-8") for name in ("cards.css", "cards.js"))
    renderer: Callable[..., Any] = st.components.v2.component("cosmos_compare.scenarios", html=html, css=css, js=js)
    return renderer
