"""Two versions of a prompt side by side: what was asked, and what that did to an answer."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.runs.index import RunRow
from cosmos_compare.studies.prompt_versions import Version, answered_both, difference
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.ui.lab import session
from cosmos_compare.ui.shared import plain, resources
from cosmos_compare.ui.shared.tables import safe

TAGS = {"both": "{}", "old": "<del>{}</del>", "new": "<ins>{}</ins>"}


def show(old: Version, new: Version, rows: Sequence[RunRow]) -> None:
    """The prompts on the left, the two answers of one model about one clip on the right."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.html(_marked(t("System prompt"), old.prompt.system_prompt, new.prompt.system_prompt))
        st.html(_marked(t("Question"), old.prompt.user_prompt, new.prompt.user_prompt))
    with right:
        _answers(answered_both(rows, old.prompt.version, new.prompt.version))


def _answers(both: Sequence[tuple[RunRow, RunRow]]) -> None:
    if not both:
        st.info(t("No model has answered both about one clip yet."))
        return
    number = st.selectbox(
        t("Answers to both"),
        range(len(both)),
        format_func=lambda n: plain.plain(_name(both[n])),
        key=session.ANSWERS,
    )
    two = both[number if number < len(both) else 0]
    try:
        texts = [_answer(row) for row in two]
    except CompareError as error:
        plain.error(error)
        return
    st.html(_marked(t("Answer"), *texts))
    query = {"runs": ",".join(row.id for row in two)}
    st.page_link("app.py", label=t("Open side by side"), query_params=query, icon=":material/compare:")


def _name(two: tuple[RunRow, RunRow]) -> str:
    row = two[0]
    parts = [row.scenario, row.model, *([row.condition] if row.condition != "clip" else [])]
    parts += [t("repeat {n}", n=row.repeat)] if row.repeat else []
    parts += [t("the same")] if row.text_key == two[1].text_key else []
    return " · ".join(parts)


def _answer(row: RunRow) -> str:
    run = resources.saved_run(row)
    return read_answer(run.answer.raw, run.answer.rendered_prompt).answer


def _marked(title: str, before: str, after: str) -> str:
    """What of a text went and what came, as HTML; every piece is escaped."""
    pieces = difference(before, after)
    body = "".join(TAGS[piece.kind].format(safe(piece.text)) for piece in pieces)
    same = t("The same.") if before.strip() else t("The same, empty.")
    changed = any(piece.kind != "both" for piece in pieces)
    return f'<h4>{safe(title)}</h4><div class="difference">{body if changed else safe(same)}</div>'
