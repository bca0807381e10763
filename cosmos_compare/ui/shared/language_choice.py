"""The language of a session: what a link asks for, what was chosen here before, what the browser is set to.

The choice is kept in a cookie of this browser, which only the app's own server gets. Background threads have no
session: what they say is English, and is said in the reader's language where it is shown (`language.Text`).
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from cosmos_compare import language
from cosmos_compare.language import t
from cosmos_compare.ui.shared import scripts

PARAMETER = "lang"
COOKIE = "cosmos_compare_lang"
WIDGET = "language_widget"
_SPOKEN = "language"
_CHOSEN = "language_chosen"


def _of_session() -> str:
    if get_script_run_ctx(suppress_warning=True) is None:
        return language.of_environment()
    return str(st.session_state.get(_SPOKEN, "")) or language.SOURCE


language.speak(_of_session)


def arrive() -> None:
    """Settle the language before anything is said: call it first. `?lang=fr` counts once, and leaves the address."""
    asked = language.known(str(st.query_params.get(PARAMETER, "")))
    if PARAMETER in st.query_params:
        del st.query_params[PARAMETER]
    if asked:
        _choose(asked)
    elif _SPOKEN not in st.session_state:
        st.session_state[_SPOKEN] = _first()


def show() -> None:
    """The choice, small beside the name of the app; and the browser told of it."""
    chosen = language.current()
    st.session_state[WIDGET] = chosen
    st.segmented_control(
        t("Language"),
        language.languages(),
        format_func=str.upper,
        key=WIDGET,
        on_change=_taken,
        label_visibility="collapsed",
    )
    keep = COOKIE if st.session_state.get(_CHOSEN) else ""
    scripts.run("language", data={"language": chosen, "cookie": keep})


def _first() -> str:
    """What was chosen in this browser before, else what the browser is set to."""
    told = browser()
    named = (str(each or "") for each in (told.cookies.get(COOKIE), told.locale))
    return next(filter(None, map(language.known, named)), language.SOURCE)


def browser() -> Any:
    """What the browser of this session tells: `cookies` and `locale`."""
    return st.context


def _choose(name: str) -> None:
    st.session_state[_SPOKEN] = name
    st.session_state[_CHOSEN] = True


def _taken() -> None:
    if name := st.session_state[WIDGET]:  # a click on the one that is chosen empties the choice
        _choose(name)
