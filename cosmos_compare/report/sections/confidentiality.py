"""12. Who may see this."""

from __future__ import annotations

from markupsafe import Markup

from cosmos_compare.language import t
from cosmos_compare.report.elements import el, joined, paragraphs
from cosmos_compare.report.material import Material


def section(told: Material) -> Markup:
    said = told.imprint.confidential
    line = el("p", said, class_="confidential") if said else Markup("")
    rest = t(
        "This file holds pictures of the clips, whole answers, and the names and notes of raters. It was made on the "
        "machine that holds them; nothing was sent anywhere. Whoever passes it on passes on all of it."
    )
    if said:
        return joined([line, paragraphs(rest)])
    return paragraphs(t("No line on confidentiality was set (--confidential)."), rest)
