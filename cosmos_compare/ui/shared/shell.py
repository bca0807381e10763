"""The frame of every page: configuration, style, and the links between pages."""

from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cosmos_compare.language import N_, t
from cosmos_compare.paths import ROOT
from cosmos_compare.ui.shared import language_choice, scripts

PAGES = {
    "app.py": N_("Compare"),
    "pages/rate.py": N_("Rate"),
    "pages/results.py": N_("Results"),
    "pages/lab.py": N_("Lab"),
}
STYLES = [Path(__file__).with_name(name) for name in ("style.css", "rating.css", "lanes.css")]
ICON = Path(__file__).with_name("icon.svg")  # an emoji or a named icon would be fetched from another server


def page(title: str) -> None:
    """Open a page: call it first. `title`, as the page is called in English, stands in the browser's tab."""
    language_choice.arrive()
    title = t(title)
    st.set_page_config(page_title=f"{title} · cosmos compare", page_icon=str(ICON), layout="wide")
    st.html(_style())
    st.html(f'<h1 class="unseen">{title}</h1>')
    with st.sidebar:
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", key="head"):
            st.html('<div class="brand">cosmos <b>compare</b></div>', width="content")
            language_choice.show()
        with st.container(horizontal=True, gap="small", key="pages"):
            for path, label in PAGES.items():
                if (ROOT / path).is_file():
                    st.page_link(path, label=t(label))
        scripts.run("commit")


def link(page: str, **query: str) -> str:
    """The whole address of a page of the app, as others may open it: by the name that this browser used."""
    here = urlsplit(st.context.url or "http://127.0.0.1:8501/")
    folder = here.path.rsplit("/", 1)[0]
    return f"{here.scheme}://{here.netloc}{folder}/{page}?{urlencode(query)}"


@st.cache_resource(show_spinner=False)
def _style() -> str:
    return f"<style>{''.join(path.read_text(encoding='utf-8') for path in STYLES)}</style>"
