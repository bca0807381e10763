"""The sections of the Results page: what the ratings say in words, then in charts, with the numbers one click away."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cosmos_compare.language import t, tn
from cosmos_compare.results import numbers_as_text as counts
from cosmos_compare.results import report_words as words
from cosmos_compare.results.report import Report
from cosmos_compare.results.speed import speed_words
from cosmos_compare.results.verdict_words import whose_share
from cosmos_compare.ui.results import charts
from cosmos_compare.ui.results import trust_charts as trust
from cosmos_compare.ui.results.chart_parts import INK, INK_ON_DARK, MOST_ROWS
from cosmos_compare.ui.results.numbers import column_name, nothing_to_draw, numbers
from cosmos_compare.ui.shared.plain import plain
from cosmos_compare.ui.shared.tables import safe

PLAIN = {"displayModeBar": False}
Draw = Callable[[Report], go.Figure]


def headline(found: Report) -> None:
    """The answer in words, and what it rests on."""
    a, b = found.models
    basis = [
        counts.judgements(found.judged_pairs),
        counts.pairs(found.pairs),
        counts.scenarios(len(found.scenario_differences)),
        counts.raters(len(found.judges)),
    ]
    st.html(
        f'<div class="versus"><b class="model_a">{safe(a)}</b>{t(" and ")}<b class="model_b">{safe(b)}</b>'
        f"<span>{' · '.join(basis)}</span></div>"
    )
    kind, label = ("stop" if found.difference.enough else "length"), words.claim_words(found)
    pill = f'<span class="pill {kind}">{safe(label)}</span>' if found.difference.value is not None else ""
    cards = "".join(_card(group) for group in words.groups(found))
    st.html(f'<div class="finding">{pill}<p>{safe(words.headline(found))}</p><div class="cards">{cards}</div></div>')


def _card(group: words.Group) -> str:
    kind = "card warn" if group.title == t("Careful") else "card"
    lines = "".join(f"<p>{safe(sentence)}</p>" for sentence in group.sentences)
    return f'<section class="{kind}"><h3>{safe(group.title)}</h3>{lines}</section>'


def caution(rater: str, unrated: int) -> None:
    """Results show what others think: a reason to rate first."""
    if rater and unrated:
        st.caption(
            tn(
                "{rater}, you have {n} pair left to rate. Results can sway you: rate first, then read on.",
                "{rater}, you have {n} pairs left to rate. Results can sway you: rate first, then read on.",
                unrated,
                rater=plain(rater),
            )
        )


def charts_of(found: Report) -> None:
    """All charts, each a fragment of its own: opening its numbers draws nothing else again."""
    left, right = st.columns(2, gap="large")
    with left:
        about = t("Differences of the same raters' marks, each with its own 95 % interval; p reads all axes together.")
        _section(t("Difference by axis"), about, found, charts.axis_differences, "axes")
        about = t("Mean mark over all rated answers of each, with 95 % intervals over scenarios.")
        _section(t("Marks by axis"), about, found, charts.means, "means")
    with right:
        about = t("Mean difference of the marks; at the bottom the mean over scenarios with its 95 % interval.")
        _section(
            t("Difference by scenario"), about + _only_some(found), found, charts.scenario_differences, "scenarios"
        )
        _section(t("Verdicts"), _wins(found), found, charts.verdicts, "verdicts")
    about = t("Mean difference of the marks. A click on a cell opens the pair that differs most there.")
    heat = partial(charts.heat, ink=INK_ON_DARK if st.context.theme.type == "dark" else INK)
    _section(t("Where they differ"), about + _only_some(found), found, heat, "heat", on_select=_open_pair)
    left, right = st.columns(2, gap="large")
    with left:
        about = t("1 is full agreement, 0 what chance gives. n are marks given twice or more.")
        _section(t("Agreement between raters"), about, found, trust.agreement, "agreement")
        about = f"{speed_words(found.speed)} {t('The mean mark has its 95 % interval.')}"
        _section(t("Speed beside quality"), about, found, trust.speed, "speed")
    with right:
        _section(t("Coverage"), words.coverage_words(found), found, trust.coverage, "coverage")


def _wins(found: Report) -> str:
    rate = found.win_rate
    if rate.value is None:
        return t(rate.why)
    share = f"{counts.share_words(rate.value)} ({whose_share(rate)})"
    return t(
        "{model} wins {share}, ties and both bad as halves, each scenario counted once; n {n} verdicts.",
        model=found.models[1],
        share=share,
        n=rate.n,
    )


def _only_some(found: Report) -> str:
    count = int(found.scenario_differences["difference"].notna().sum())
    if count <= MOST_ROWS:
        return ""
    words = t("Shown are the {shown} of {count:,} scenarios that differ most.", shown=MOST_ROWS, count=count)
    return f" {words}"


@st.fragment
def _section(
    title: str, about: str, found: Report, draw: Draw, key: str, on_select: Callable[[Any], None] | None = None
) -> None:
    st.html(f'<div class="section"><b>{safe(title)}</b><span>{safe(about)}</span></div>')
    if why := nothing_to_draw(found, key):
        st.caption(plain(why))
        return
    shown = st.plotly_chart(
        draw(found),
        key=f"chart_{key}",
        config=PLAIN,
        on_select="rerun" if on_select else "ignore",
        selection_mode="points",
        alt=f"{title}. {about} {t('The numbers follow below.')}",
    )
    if on_select:
        on_select(shown)
    panel = st.expander(t("Numbers"), key=f"numbers_{key}", on_change="rerun")
    if panel.open:
        for table in numbers(found, key):
            panel.dataframe(table, hide_index=True, column_config=_columns(table))


def _columns(table: pd.DataFrame) -> dict[str, Any]:
    floats = [name for name in table.columns if pd.api.types.is_float_dtype(table[name])]
    config: dict[str, Any] = {name: st.column_config.Column(column_name(name)) for name in map(str, table.columns)}
    config |= {str(name): st.column_config.NumberColumn(column_name(str(name)), format="%.3f") for name in floats}
    if "pair" in table.columns:
        config["pair"] = st.column_config.LinkColumn(t("pair that differs most"), display_text=t("open"))
    return config


def _open_pair(shown: Any) -> None:
    """Go to the pair of the cell that was clicked."""
    points = shown.selection.points if shown else []
    pair = next((point["customdata"][0] for point in points if point.get("customdata")), "")
    if pair:
        st.switch_page("pages/rate.py", query_params={"pair": str(pair)})
