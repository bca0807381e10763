"""Beyond two arms on the Results page: every two of the models, and a clip against its control."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings.arms import CLIP, ArmChoice, Two
from cosmos_compare.records.setting_fields import condition_name
from cosmos_compare.results import many_arms
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.plans import planner
from cosmos_compare.results.report import Report
from cosmos_compare.ui.shared.tables import safe

MOST_ARMS = 8


def show(found: Evidence, report: Report) -> None:
    """What there is of it; nothing for two models without controls."""
    for condition in _controls(found, report):
        planned, plan_of = report.difference.planned, _plan_of(report.slice)
        control = many_arms.against_control(found, report.arms, condition, report.slice, planned, plan_of)
        items = "".join(f"<li>{safe(sentence)}</li>" for sentence in many_arms.control_sentences(control))
        title = t("Clip against {condition}", condition=condition_name(condition))
        st.html(f'<div class="section"><b>{safe(title)}</b></div><div class="finding"><ul>{items}</ul></div>')
    models = list(dict.fromkeys(arm for two in found.comparisons for arm in two if arm.pooled))[:MOST_ARMS]
    if len(models) > 2:
        _every_two(found, report, models)


def _plan_of(part: Slice) -> Callable[[Two], int | None]:
    """What was planned for any two arms; nothing where the file of plans is damaged, which the sidebar says."""
    try:
        return planner(outputs_folder(), part)
    except CompareError:
        return lambda two: None


def _controls(found: Evidence, report: Report) -> list[str]:
    """The conditions under which these two are compared, too."""
    a, b = report.arms
    if a.condition != CLIP or b.condition != CLIP:
        return []
    return sorted(
        {
            one.condition
            for one, other in found.comparisons
            if one.condition == other.condition != CLIP
            and {one._replace(condition=CLIP), other._replace(condition=CLIP)} == {a, b}
        }
    )


def _every_two(found: Evidence, report: Report, models: list[ArmChoice]) -> None:
    table = many_arms.every_two_arms(found, models, report.slice)
    about = many_arms.many_words(table)
    title = t("Every two models")
    st.html(f'<div class="section"><b>{safe(title)}</b><span>{safe(about)}</span></div>')
    shown = table[["b", "a", *table.columns[2:]]].rename(
        columns={"b": t("model"), "a": t("less"), "p": t("joint p"), "enough": t("shown to differ")}
    )
    floats = [name for name in shown.columns if pd.api.types.is_float_dtype(shown[name])]
    st.dataframe(
        shown,
        hide_index=True,
        column_config={str(name): st.column_config.NumberColumn(format="%.3f") for name in floats},
    )
