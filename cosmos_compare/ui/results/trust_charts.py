"""Charts of how far the ratings can be trusted, and of what they cost: agreement, coverage, speed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from cosmos_compare.language import t
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.results.report import Report
from cosmos_compare.ui.results.chart_parts import (
    GREEN,
    GREY,
    MOST_ROWS,
    VIOLET,
    A,
    B,
    interval,
    known,
    plain,
    rows_axis,
    short,
    whiskers,
)


def agreement(found: Report) -> go.Figure:
    """Krippendorff's α of each axis with its interval; axes where it is undefined have no mark."""
    table = found.axis_agreement[::-1]
    figure = go.Figure()
    for name, label, symbol, shift in (
        ("alpha", t("Krippendorff's α"), "circle", 0.14),
        ("ac2", t("Gwet's AC2"), "diamond", -0.14),
    ):
        own = table[[name, f"{name}_low", f"{name}_high"]].astype(float).set_axis(["value", "low", "high"], axis=1)
        figure.add_scatter(
            x=own["value"],
            y=[at + shift for at in range(len(own))],
            error_x=whiskers(own, "value", GREY),
            mode="markers",
            name=label,
            marker={"symbol": symbol, "size": 10, "color": GREEN if name == "alpha" else VIOLET},
            customdata=np.stack([table["n"], interval(own)], axis=-1),
            hovertemplate="%{x:.2f} %{customdata[1]}<br>" + t("{n} marks given twice or more", n="%{customdata[0]}"),
        )
    labels = [f"{t(LABELS[axis])}  <i>n {n}</i>" for axis, n in zip(table["axis"], table["n"], strict=True)]
    rows_axis(figure, labels)
    low = np.nanmin([-0.05, *table[["alpha_low", "ac2_low"]].astype(float).to_numpy().ravel()])
    figure.update_xaxes(range=[max(-1.05, low - 0.05), 1.05], zeroline=True)
    return plain(figure, 60 + 36 * len(labels), legend=True)


def coverage(found: Report) -> go.Figure:
    """For each scenario, how many pairs are rated by two or more, by one, and by nobody."""
    table = found.coverage.assign(left=found.coverage["pairs"] - found.coverage["rated"])
    table = table.sort_values("left", ascending=False, kind="stable").head(MOST_ROWS)[::-1]
    parts = {
        t("Rated twice or more"): (table["twice"], GREEN),
        t("Rated once"): (table["rated"] - table["twice"], "#9fcdb2"),
        t("Not rated"): (table["left"], "rgba(139,147,143,0.35)"),
    }
    figure = go.Figure()
    for name, (values, colour) in parts.items():
        figure.add_bar(
            x=values,
            y=list(range(len(table))),
            orientation="h",
            name=name,
            marker={"color": colour},
            hovertemplate=f"%{{x}} {name.lower()}<extra></extra>",
        )
    figure.update_layout(barmode="stack")
    rows_axis(figure, [short(scenario) for scenario in table["scenario"]])
    figure.update_xaxes(title={"text": t("pairs")}, dtick=1 if table["pairs"].max() < 12 else None)
    return plain(figure, 90 + 24 * len(table), legend=True)


def speed(found: Report) -> go.Figure:
    """Quality against time: the mean mark of each model over its median time for an answer."""
    figure = go.Figure()
    for (_, row), colour in zip(found.speed.iterrows(), (A, B), strict=True):
        point = pd.DataFrame([row[["mean", "low", "high"]]]).astype(float)
        figure.add_scatter(
            x=[row["total_s"]],
            y=point["mean"],
            error_y=whiskers(point, "mean", colour),
            mode="markers",
            name=t(
                "{model}: {speed} tokens/s, n {n} answers",
                model=row["model"],
                speed=known(row["tokens_per_s"], ".0f"),
                n=row["compared"],
            ),
            marker={"size": 13, "color": colour},
            hovertemplate=t(
                "{model}: mean mark {mark}, {seconds} s", model=row["model"], mark="%{y:.2f}", seconds="%{x:.2f}"
            )
            + "<extra></extra>",
        )
    longest = np.nanmax([0.1, *found.speed["total_s"].astype(float)])
    figure.update_xaxes(title={"text": t("median seconds an answer, nothing from cache")}, range=[0, longest * 1.25])
    figure.update_yaxes(title={"text": t("mean mark")}, range=[-0.05, 2.1], tickvals=[0, 1, 2])
    return plain(figure, 300, legend=True)
