"""Charts of a report: plotly figures from its tables. They know nothing of Streamlit; every mark of a chart says its n.

Model A is blue and model B orange everywhere, as on the other pages; differences are B − A.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cosmos_compare.language import N_, t
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.records.schema import AXES
from cosmos_compare.results.numbers_as_text import p_words, scenarios
from cosmos_compare.results.report import Report
from cosmos_compare.results.report_tables import OVERALL
from cosmos_compare.ui.results.chart_parts import (
    GREY,
    INK,
    A,
    B,
    cell,
    farthest,
    flat,
    interval,
    plain,
    rows_axis,
    short,
    whiskers,
)

MARKS = ((0, N_("incorrect")), (1, N_("partial")), (2, N_("correct")))
NAMES = {**LABELS, OVERALL: N_("All axes")}


def means(found: Report) -> go.Figure:
    """Mean mark and its 95 % interval for each axis and model."""
    axes = [OVERALL, *reversed(AXES)]
    figure = go.Figure()
    for model, colour, shift in zip(found.models, (A, B), (0.14, -0.14), strict=True):
        rows = found.means[found.means["model"] == model].set_index("axis").loc[axes].astype(float, errors="ignore")
        figure.add_scatter(
            x=rows["mean"],
            y=[at + shift for at in range(len(axes))],
            error_x=whiskers(rows, "mean", colour),
            mode="markers",
            name=model,
            marker={"color": colour, "size": 10},
            customdata=np.stack([rows["n"], rows["scenarios"], interval(rows)], axis=-1),
            hovertemplate="%{x:.2f} %{customdata[2]}<br>"
            + t("{marks} marks, {scenarios} scenarios", marks="%{customdata[0]}", scenarios="%{customdata[1]}"),
        )
    counts = found.means.groupby("axis")["n"].agg(list)
    labels = [f"{t(NAMES[axis])}  <i>n {'/'.join(map(str, sorted(set(counts[axis]))))}</i>" for axis in axes]
    rows_axis(figure, labels)
    figure.update_xaxes(range=[-0.1, 2.12], tickvals=[0, 1, 2], ticktext=[f"{mark} {t(word)}" for mark, word in MARKS])
    return plain(figure, 60 + 56 * len(axes), legend=True)


def axis_differences(found: Report) -> go.Figure:
    """Paired differences of each axis with their intervals: filled where the axis differs, read with all others."""
    a, b = found.models
    table = found.axis_differences[::-1].reset_index(drop=True)
    centre = table["difference"].astype(float)
    colours = [B if value > 0 else A for value in centre]
    figure = go.Figure()
    for place, (colour, row) in enumerate(zip(colours, table.to_dict("records"), strict=True)):
        one = pd.DataFrame([row])[["difference", "low", "high"]].astype(float)
        figure.add_scatter(
            x=one["difference"],
            y=[place],
            error_x=whiskers(one, "difference", colour),
            mode="markers",
            marker={
                "size": 12,
                "color": colour,
                "symbol": "circle" if row["enough"] else "circle-open",
                "line": {"width": 2},
            },
            hovertemplate=f"%{{x:+.2f}} {interval(one)[0]}<br>"
            + t("{pairs} pairs of marks, {scenarios} scenarios", pairs=row["n"], scenarios=row["scenarios"])
            + "<extra></extra>",
        )
    joint = ["" if math.isnan(p) else f", {p_words(p)}" for p in table["p"].astype(float)]
    counts = zip(table["axis"], table["n"], joint, strict=True)
    rows_axis(figure, [f"{t(NAMES[axis])}  <i>n {n}{p.replace('<', '&lt;')}</i>" for axis, n, p in counts])
    ends = table[["low", "high", "difference"]].astype(float).abs().to_numpy()
    reach = min(2.05, max(0.5, float(np.nanmax(ends)) if not np.isnan(ends).all() else 0.5) * 1.08)
    figure.update_xaxes(range=[-reach, reach], zeroline=True, zerolinewidth=2, tickformat=".1f")
    figure.update_xaxes(title={"text": t("← {a} higher · {b} higher →", a=short(a), b=short(b)), "font": {"size": 12}})
    return plain(figure, 100 + 40 * len(table))


def scenario_differences(found: Report) -> go.Figure:
    """The difference of each scenario, and the mean of them with its interval at the bottom."""
    table = farthest(found.scenario_differences)[::-1]
    d = found.difference
    names = [short(name) for name in table["scenario"]]
    figure = go.Figure()
    figure.add_bar(
        x=table["difference"],
        y=list(range(1, len(table) + 1)),
        orientation="h",
        marker={"color": np.where(table["difference"] > 0, B, A), "opacity": 0.85},
        customdata=table[["n", "raters", "scenario"]],
        hovertemplate="%{customdata[2]}: %{x:+.2f}<br>"
        + t("{marks} marks, {raters} raters", marks="%{customdata[0]}", raters="%{customdata[1]}")
        + "<extra></extra>",
    )
    if d.value is not None:
        summary = pd.DataFrame([{"value": d.value, "low": d.low, "high": d.high}]).astype(float)
        figure.add_scatter(
            x=summary["value"],
            y=[0],
            error_x=whiskers(summary, "value", GREY),
            mode="markers",
            marker={"symbol": "diamond", "size": 13, "color": GREY},
            hovertemplate=f"{t('Mean')} %{{x:+.2f}} {interval(summary)[0]}<br>{scenarios(d.scenarios)}<extra></extra>",
        )
    counts = [f"{name}  <i>n {n}</i>" for name, n in zip(names, table["n"], strict=True)]
    labels = [f"<b>{t('Mean')}</b>  <i>n {scenarios(d.scenarios)}</i>", *counts]
    rows_axis(figure, labels)
    reach = max([0.5, *table["difference"].abs(), *(abs(v) for v in (d.low, d.high) if v is not None)]) * 1.08
    figure.update_xaxes(range=[-reach, reach], zeroline=True, zerolinewidth=2, tickformat=".1f")
    a, b = found.models
    figure.update_xaxes(title={"text": t("← {a} higher · {b} higher →", a=short(a), b=short(b)), "font": {"size": 12}})
    return plain(figure, 90 + 26 * len(labels))


def verdicts(found: Report) -> go.Figure:
    """How many verdicts each kind got, in one bar."""
    a, b = found.models
    kinds = [
        ("a", t("{model} better", model=a), A),
        ("tie", t("Tie"), GREY),
        ("both_bad", t("Both bad"), "#5d6461"),
        ("b", t("{model} better", model=b), B),
    ]
    total = sum(found.verdicts[kind] for kind, _, _ in kinds)
    figure = go.Figure()
    for kind, name, colour in kinds:
        count = found.verdicts[kind]
        figure.add_bar(
            x=[count],
            y=[""],
            orientation="h",
            name=name,
            marker={"color": colour},
            text=[str(count) if count else ""],
            textposition="inside",
            insidetextanchor="middle",
            hovertemplate=t("{name}: {n} of {total}", name=name, n=count, total=total) + "<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return plain(figure, 120, legend=True)


def heat(found: Report, ink: str = INK) -> go.Figure:
    """Where the models differ most: scenario × axis. A click on a cell selects a point whose data is the pair's id.

    `ink` is the colour of numbers on pale cells, which show the page's background.
    """
    order = farthest(found.scenario_differences)["scenario"]
    values, counts = found.matrix.loc[order, list(AXES)], found.matrix_n.loc[order, list(AXES)]
    pairs = found.matrix_pairs.loc[order, list(AXES)]
    columns, rows = [t(LABELS[axis]) for axis in AXES], list(range(len(order)))
    told = [[pair, int(n), cell(v)] for pair, n, v in zip(*map(flat, (pairs, counts, values)), strict=True)]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=columns,
            y=rows,
            zmin=-2,
            zmax=2,
            colorscale=[[0, A], [0.5, "rgba(139,147,143,0.10)"], [1, B]],
            hoverinfo="skip",
            xgap=2,
            ygap=2,
            colorbar={"title": {"text": t("difference")}, "thickness": 12, "tickvals": [-2, -1, 0, 1, 2]},
        )
    )
    # Plotly selects points of a scatter, not cells: an unseen one lies over the map, with the numbers, for the clicks.
    figure.add_scatter(
        x=columns * len(rows),
        y=[row for row in rows for _ in columns],
        mode="markers+text",
        text=[cell(v) for v in flat(values)],
        textfont={"color": ["#ffffff" if abs(v) >= 1.5 else ink for v in flat(values)]},
        marker={"symbol": "square", "size": 26, "opacity": 0},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=told,
        hovertemplate=_cell_words(),
    )
    rows_axis(figure, [short(name) for name in order], downwards=True)
    figure.update_xaxes(side="top", type="category")
    return plain(figure, 70 + 27 * len(rows))


def _cell_words() -> str:
    marks = t("{marks} marks. A click opens the pair.", marks="%{customdata[1]}")
    return f"%{{x}}: %{{customdata[2]}}<br>{marks}<extra></extra>"
