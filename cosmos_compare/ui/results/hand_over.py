"""The report as files, from the Results page: what is shown there, to hand over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import current, speaking, t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.report.choice import Choice
from cosmos_compare.report.command import command_of
from cosmos_compare.report.document import document
from cosmos_compare.report.markdown import markdown
from cosmos_compare.report.material import Imprint, Material, gather, today
from cosmos_compare.report.numbers_files import numbers_csv
from cosmos_compare.report.pdf import browser, to_pdf
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.results.report import Report
from cosmos_compare.runs.store import Store

NAME = "report.html"


def show(found: Evidence, report: Report) -> None:
    """Downloads, each made when it is clicked; nothing where nothing is judged."""
    if not report.judged_pairs:
        return
    chosen = Choice(report.arms, report.slice, report.difference.planned)
    with st.sidebar.expander(t("Report to hand over"), icon=":material/description:"):
        said = st.text_input(
            t("Confidentiality"), key="confidential", placeholder=t("Internal"), help=t("A line on who may see it")
        ).strip()
        for form in forms():
            st.download_button(
                form.label,
                _made(found, chosen, said, form.render),
                form.name,
                form.kind,
                icon=":material/download:",
                key=f"report_{form.name}",
                width="stretch",
            )


class Form(NamedTuple):
    """A file that a report can be had as."""

    label: str
    name: str
    kind: str
    render: Callable[[Material], bytes]


def forms() -> list[Form]:
    """Those there are here: PDF where a browser is installed that prints."""
    found = [Form(t("Report (HTML)"), NAME, "text/html", document)]
    with suppress(CompareError):
        browser()
        found.append(Form(t("Report (PDF)"), "report.pdf", "application/pdf", printed))
    found.append(Form(t("Table (Markdown)"), "report.md", "text/markdown", markdown))
    return [*found, Form(t("Numbers (CSV)"), "report.csv", "text/csv", numbers_csv)]


def printed(told: Material) -> bytes:
    """The report as PDF, with all cases unfolded. Raises `CompareError` where the browser can't print."""
    return to_pdf(document(told, unfolded=True))


def _made(found: Evidence, chosen: Choice, said: str, render: Callable[[Material], bytes]) -> Callable[[], bytes]:
    """What makes a file later, perhaps in another thread: in the language of the page as it is now."""
    outputs, language = outputs_folder(), current()

    def make() -> bytes:
        with speaking(language):
            imprint = Imprint(today(), command_of(NAME, chosen, said), said)
            return render(gather(Store(outputs), found, chosen, imprint))

    return make
