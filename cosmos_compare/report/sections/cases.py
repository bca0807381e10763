"""5. The cases, folded: what was shown, what happens when, both answers, the truth, marks and notes."""

from __future__ import annotations

from markupsafe import Markup

from cosmos_compare.language import t, tn
from cosmos_compare.records.schema import AXES
from cosmos_compare.report import case_parts as parts
from cosmos_compare.report.cut import room_for
from cosmos_compare.report.elements import el, folded, joined, paragraphs
from cosmos_compare.report.judged_cases import JudgedCase
from cosmos_compare.report.material import Material
from cosmos_compare.report.pictures import Album
from cosmos_compare.report.printed import DASH, levels


def section(told: Material, album: Album, *, unfolded: bool) -> Markup:
    about = tn("{n} judged pair; a click opens it.", "{n} judged pairs; a click opens one.", len(told.cases))
    if told.untold:
        about += " " + tn(
            "{n} more is counted but not shown: those that differ most are here.",
            "{n} more are counted but not shown: those that differ most are here.",
            told.untold,
        )
    return joined([paragraphs(about), *(_case(case, told, album, unfolded) for case in told.cases)])


def _case(case: JudgedCase, told: Material, album: Album, unfolded: bool) -> Markup:
    names = told.models
    prompt = next((run.prompt.name for run in case.runs if run), "")
    inside = (
        parts.strips(case, told.store, album, names),
        parts.times(case, names),
        el("h4", t("Answers")),
        parts.answers(case, names, room_for(4 * len(told.cases))),
        parts.truth(case.truth),
        parts.marks(case, names),
    )
    # The anchor lies inside: a browser that jumps to what is folded opens it.
    head = [
        el("b", f"{case.number}. {case.scenario}"),
        el("span", " · ".join(filter(None, [prompt, _difference(case)]))),
    ]
    return folded(joined(head), el("div", *inside, id=case.anchor, class_="case"), open_=unfolded, class_="case-fold")


def _difference(case: JudgedCase) -> str:
    """The mean of B − A over what its raters marked in both answers."""
    apart = [
        b - a
        for one in case.judged
        for axis in AXES
        if (a := one.marks[0][axis]) is not None and (b := one.marks[1][axis]) is not None
    ]
    value = levels(sum(apart) / len(apart), sign=True) if apart else DASH
    return t("difference {value}", value=value)
