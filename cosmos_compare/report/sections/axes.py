"""2. One interval chart per axis, all on one scale, with the method, n and the unit of resampling."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cosmos_compare.language import t
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.report.elements import el, joined, paragraphs
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import between, known, levels, p_value
from cosmos_compare.report.svg import Interval, interval_chart
from cosmos_compare.results.trust_words import axes_words, missing_words

LEAST_REACH, SCALE = 0.5, 2.05  # levels


def section(told: Material) -> Markup:
    found = told.told
    rows: list[dict[Any, Any]] = found.axis_differences.to_dict("records")
    d = found.difference
    reach = _reach([*rows, d._asdict()])
    ends = (t("{model} higher", model=_short(told.models[0])), t("{model} higher", model=_short(told.models[1])))
    charts = [_axis(row, reach, ends) for row in rows]
    overall = Interval(d.value, d.low, d.high, d.enough)
    charts.append(
        _chart(t("All marks"), overall, reach, ends, "all", _numbers(d._asdict(), d.n, d.scenarios, d.p, "p"))
    )
    return joined(
        [
            paragraphs(_method(told), _zero_words(rows), axes_words(found), missing_words(found)),
            el("div", *charts, class_="charts"),
        ]
    )


def _method(told: Material) -> str:
    a, b = told.models
    return t(
        "Each chart is the mean of {b} − {a} over scenarios, in levels of the marks 0 to 2, from the same raters' "
        "marks of both answers, with its 95 % t interval over scenarios. The scenario is the unit: what is counted, "
        "and what the tests flip. Each axis has an interval of its own; p reads all seven together (largest t under "
        "common sign flips). A filled point is shown to differ, an open one is not. All have one scale.",
        a=a,
        b=b,
    )


def _zero_words(rows: list[dict[Any, Any]]) -> str:
    """Says so when no axis's interval excludes zero."""
    there = [row for row in rows if known(row["low"]) is not None]
    if not there:
        return t("No axis has an interval: that takes two scenarios.")
    without = [t(LABELS[row["axis"]]) for row in there if not row["low"] <= 0 <= row["high"]]
    if not without:
        return t("Every interval contains zero: on no axis do these ratings exclude that the two are alike.")
    return t("Intervals that do not contain zero, each read for itself: {axes}.", axes=", ".join(without))


def _axis(row: dict[Any, Any], reach: float, ends: tuple[str, str]) -> Markup:
    one = Interval(known(row["difference"]), known(row["low"]), known(row["high"]), bool(row["enough"]))
    words = _numbers(row | {"value": row["difference"]}, row["n"], row["scenarios"], row["p"], t("joint p"))
    return _chart(t(LABELS[row["axis"]]), one, reach, ends, str(row["axis"]), words)


def _chart(name: str, one: Interval, reach: float, ends: tuple[str, str], key: str, words: str) -> Markup:
    drawn = interval_chart(one, reach, f"axis-{key}", name, words, ends)
    return el("figure", el("figcaption", el("b", name), " ", words), drawn, class_="axis")


def _numbers(row: dict[Any, Any], n: int, scenarios: int, p: float | None, p_name: str) -> str:
    return t(
        "{value} ({interval}); n = {n} pairs of marks, {scenarios} scenarios; {p_name} {p}",
        value=levels(row["value"], sign=True),
        interval=between(row["low"], row["high"]),
        n=n,
        scenarios=scenarios,
        p_name=p_name,
        p=p_value(p).removeprefix("p = ").removeprefix("p "),
    )


def _reach(rows: list[dict[str, Any]]) -> float:
    ends = [
        abs(end) for row in rows for name in ("low", "high", "difference", "value") if (end := known(row.get(name)))
    ]
    return min(SCALE, max(LEAST_REACH, *ends, LEAST_REACH) * 1.08)


def _short(name: str) -> str:
    return name if len(name) <= 22 else f"{name[:21]}…"
