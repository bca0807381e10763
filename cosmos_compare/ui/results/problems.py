"""What could not be read, said on the pages about ratings."""

from __future__ import annotations

import streamlit as st

from cosmos_compare.language import number, t, tn
from cosmos_compare.ui.shared import plain

SHOWN = 200


def show(sentences: list[str]) -> None:
    """With line numbers; a long list is folded."""
    if not sentences:
        return
    many = tn(
        "{n} thing could not be read as it stands.", "{n} things could not be read as they stand.", len(sentences)
    )
    plain.warning(sentences[0] if len(sentences) == 1 else many)
    if len(sentences) > 1:
        with st.expander(t("What they are")):
            st.text("\n".join(sentences[:SHOWN]))
            if len(sentences) > SHOWN:
                st.caption(t("And {n} more.", n=number(len(sentences) - SHOWN, ",")))
