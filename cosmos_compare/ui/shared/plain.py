"""Plain text for Streamlit's elements that render Markdown: labels, captions, messages, toasts.

The one place where such a text is escaped. What it returns is shown as it was written: it loads nothing, links
nowhere and styles nothing. HTML of our own takes `tables.safe`.
"""

from __future__ import annotations

import re

import streamlit as st

from cosmos_compare.ui.shared.tables import visible

_BREAKS = re.compile(r"\s*[\r\n]+\s*")
# What opens something wherever it stands: emphasis, code, links, pictures, HTML, formulas, tables. An underscore
# between letters opens nothing, and file names are full of them.
_MARK = re.compile(r"[\\`*\[\]<>~$|]|(?<![^\W_])_|_(?![^\W_])|&(?=[#\w])")
_FIRST = re.compile(r"^(?=[#>+=-])|^(\d+)(?=[.)])")  # a heading, a quotation, a list
# These are looked for after escapes are gone: addresses, directives and icons (`:red[…]`, `:smile:`, `:100:`), arrows,
# and two dashes alone. A joiner of no width inside them keeps them text.
_LATE = re.compile(
    r"(?i)\b(?:https?|ftp|mailto|www)(?=[:.])|@|:(?=[a-z+-])|(?<!\d):(?=\w+:)|:(?=(?:100|1234):)"
    r"|-(?=>)|<(?=[-=])|>(?==)|(?<!\S)(?:-(?=-(?!\S))|~(?==(?!\S)))"
)
_JOINER = "\N{WORD JOINER}"


def plain(text: object) -> str:
    """`text` in one line, for an element that renders Markdown."""
    line = _BREAKS.sub(" ", visible(text)).strip()
    line = _LATE.sub(lambda found: found[0] + _JOINER, line)
    line = _MARK.sub(r"\\\g<0>", line)
    return _FIRST.sub(lambda found: f"{found[1] or ''}\\", line)


def error(text: object) -> None:
    st.error(plain(text))


def info(text: object, icon: str | None = None) -> None:
    st.info(plain(text), icon=icon)


def warning(text: object) -> None:
    st.warning(plain(text))


def caption(text: object) -> None:
    st.caption(plain(text))


def toast(text: object, icon: str | None = None) -> None:
    st.toast(plain(text), icon=icon)
