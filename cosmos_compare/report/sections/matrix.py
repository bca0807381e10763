"""4. Scenario × axis: where the two differ, each cell linked to its case."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.records.schema import AXES
from cosmos_compare.report.elements import Child, el, joined, paragraphs, table
from cosmos_compare.report.material import Material
from cosmos_compare.report.printed import known, levels

MOST_ROWS = 600  # of more scenarios, those that differ most


def section(told: Material) -> Markup:
    found, (a, b) = told.told, told.models
    rows = _rows(told)
    about = t(
        "Mean of {b} − {a}: above zero {b} was marked higher. Small figures are the pairs of marks behind a cell. A "
        "cell leads to the case that differs most there.",
        a=a,
        b=b,
    )
    if left := len(found.matrix) - len(rows):
        about += " " + tn(
            "{n} scenario that differs less is not shown.", "{n} scenarios that differ less are not shown.", left
        )
    head = (t("Scenario"), *(t(LABELS[axis]) for axis in AXES), t("All"))
    return joined([paragraphs(about), table(head, rows, t("Difference by scenario and axis"), "matrix")])


def _rows(told: Material) -> list[list[Child]]:
    """A row a scenario: its name, a cell an axis, and one for all."""
    found = told.told
    by_scenario: dict[str, dict[Any, Any]] = {
        str(row["scenario"]): row for row in found.scenario_differences.to_dict("records")
    }
    size = found.scenario_differences.set_index("scenario")["difference"].abs().fillna(0.0)
    shown = size.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    anchors = {case.pair_id: case.anchor for case in told.cases}
    cells: dict[str, dict[Any, dict[Any, Any]]] = {
        name: table.to_dict("index")
        for name, table in (("value", found.matrix), ("n", found.matrix_n), ("pair", found.matrix_pairs))
    }
    rows: list[list[Child]] = []
    for scenario in sorted(map(str, shown)):
        value, n, pair = (cells[name][scenario] for name in ("value", "n", "pair"))
        row: list[Child] = [scenario]
        for axis in AXES:
            row.append(_cell(value[axis], n[axis], anchors.get(pair[axis]), scenario, t(LABELS[axis])))
        own = by_scenario[scenario]
        row.append(_cell(own["difference"], own["n"], anchors.get(own["pair_id"]), scenario, t("All")))
        rows.append(row)
    return rows


def _cell(value: float | None, n: int, anchor: str | None, scenario: str, axis: str) -> Markup:
    difference = known(value)
    if difference is None:
        return el("span", "–", title=t("not judged"))
    strength = min(4, round(abs(difference) * 2))
    kind = f"cell {'b' if difference > 0 else 'a'}{strength}" if strength else "cell"
    inside = [levels(difference, sign=True), el("small", n)]
    if anchor is None:
        return el("span", *inside, class_=kind)
    words = t(
        "{value} on {axis}, {n} marks: open the case of {scenario}",
        value=levels(difference, sign=True),
        axis=axis,
        n=n,
        scenario=scenario,
    )
    return el("a", *inside, href=f"#{anchor}", class_=kind, aria_label=words)
