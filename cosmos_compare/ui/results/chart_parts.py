"""What charts have in common: colours, whiskers, labels, and the plain look. Knows nothing of reports or Streamlit."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from cosmos_compare.language import number, t

A, B, GREY, GREEN, VIOLET = "#3d6fd1", "#cf7a21", "#8b938f", "#2d9d63", "#8a5bc7"
INK, INK_ON_DARK = "#1c211f", "#e8ece9"
MOST_ROWS = 30  # rows of a chart that a person can read; the numbers hold all


def plain(figure: go.Figure, height: int, *, legend: bool = False) -> go.Figure:
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 12, "t": 34 if legend else 12, "b": 8},
        showlegend=legend,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        dragmode=False,
        hoverlabel={"align": "left"},
        separators=number(0.5, ".1f")[1] + number(1000, ",")[1],  # decimal sign and groups, as plotly writes numbers
    )
    figure.update_yaxes(automargin=True, showgrid=False, zeroline=False)
    figure.update_xaxes(automargin=True)
    return figure


def rows_axis(figure: go.Figure, labels: list[str], *, downwards: bool = False) -> None:
    """Labels for the rows 0, 1, 2 … of a chart: numbers, since two scenarios may be shortened to one name."""
    reach = [-0.6, len(labels) - 0.4]
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, range=reach[::-1] if downwards else reach)


def whiskers(rows: pd.DataFrame, centre: str, colour: str) -> dict[str, Any]:
    """Error bars from low and high; none where there is no interval."""
    middle = rows[centre].to_numpy(dtype=float)
    up, down = rows["high"].to_numpy(dtype=float) - middle, middle - rows["low"].to_numpy(dtype=float)
    return {
        "type": "data",
        "symmetric": False,
        "array": up,
        "arrayminus": down,
        "color": colour,
        "thickness": 2,
        "width": 4,
    }


def interval(rows: pd.DataFrame) -> list[str]:
    pairs = zip(rows["low"].astype(float), rows["high"].astype(float), strict=True)
    return [
        t("(no interval)")
        if math.isnan(low)
        else t("(95 %: {low} to {high})", low=number(low, ".2f"), high=number(high, ".2f"))
        for low, high in pairs
    ]


def farthest(table: pd.DataFrame) -> pd.DataFrame:
    """The scenarios that differ most either way, in the table's order."""
    known = table[table["difference"].notna()]
    return known.loc[known["difference"].abs().nlargest(MOST_ROWS).index.sort_values()]


def flat(table: pd.DataFrame) -> list[Any]:
    return table.to_numpy().ravel().tolist()


def cell(value: float) -> str:
    if math.isnan(value):
        return ""
    return number(value, "+.1f") if round(value, 1) else "0"


def known(value: float, form: str) -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None or math.isnan(value) else number(value, form)


def short(name: str) -> str:
    """A scenario's name as a label; escaped, since plotly reads tags."""
    name = name.replace("_", " ").replace("&", "&amp;").replace("<", "&lt;")
    return name if len(name) <= 28 else name[:27] + "…"
