"""The numbers of a report as files: the ratings that count, JSON with everything, a CSV of intervals."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from cosmos_compare.ratings.formulas import neutralise
from cosmos_compare.ratings.rows import COLUMNS
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.report.material import Material
from cosmos_compare.results.report_json import report_json


class File(NamedTuple):
    """A file as it is handed over."""

    name: str
    kind: str
    data: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def files_of(told: Material) -> tuple[File, ...]:
    """The ratings behind a report, its numbers as JSON and as CSV."""
    return (
        File("scorecard.csv", "text/csv", scorecard_csv(told)),
        File("numbers.json", "application/json", numbers_json(told)),
        File("numbers.csv", "text/csv", numbers_csv(told)),
    )


def fingerprint(told: Material) -> str:
    """A hash of all that a report is made from: ratings, numbers, and each answer by its request and its text."""
    digest = hashlib.sha256()
    for file in files_of(told):
        digest.update(file.data)
    for row in (row for side in (0, 1) for row in told.on_disk(side)):
        digest.update(f"{row.id} {row.key} {row.text_key}\n".encode())
    return digest.hexdigest()


def scorecard_csv(told: Material) -> bytes:
    """The rows of the scorecard that count, with its own columns."""
    names = [name for name in COLUMNS if name in told.rows.columns]
    rows = told.rows.sort_values("line", kind="stable")[names].itertuples(index=False)
    return _csv([names, *([_cell(name, value) for name, value in zip(names, row, strict=True)] for row in rows)])


def numbers_json(told: Material) -> bytes:
    return json.dumps(report_json(told.told), ensure_ascii=False, indent=1, allow_nan=False, default=str).encode()


def numbers_csv(told: Material) -> bytes:
    """All intervals in long form: differences B − A, mean marks, wins, agreement."""
    return _csv([Line._fields, *([_plain(cell) for cell in row] for row in _lines(told))])


class Line(NamedTuple):
    """One number of the CSV."""

    what: str
    of: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    scenarios: int | None = None
    p: float | None = None
    enough: bool | None = None
    unit: str = "levels, interval over scenarios"


def _lines(told: Material) -> Iterator[Line]:
    found, (a, b) = told.told, told.models
    between = f"{b} − {a}"
    d, w = found.difference, found.win_rate
    yield Line("difference", between, d.value, d.low, d.high, d.n, d.scenarios, d.p, d.enough)
    others = d.wide_low, d.wide_high, d.n, d.scenarios, None, d.enough_for_others
    yield Line("difference, other raters", between, d.value, *others, "levels, interval over scenarios and raters")
    for row in found.axis_differences.to_dict("records"):
        tested = {name: row[name] for name in ("low", "high", "n", "scenarios", "p", "enough")}
        unit = "levels, interval over scenarios, p joint"
        yield Line(f"difference on {row['axis']}", between, row["difference"], **tested, unit=unit)
    for row in found.means.to_dict("records"):
        interval = {name: row[name] for name in ("low", "high", "n", "scenarios")}
        yield Line(f"mean mark, {row['axis']}", row["model"], row["mean"], **interval)
    yield Line("share of wins", b, w.value, w.low, w.high, w.n, w.scenarios, w.p, w.enough, "share, each scenario once")
    for row in found.scenario_differences.to_dict("records"):
        yield Line(
            f"difference in {row['scenario']}", between, row["difference"], n=row["n"], scenarios=1, unit="levels"
        )
    for name in ("alpha", "kappa", "ac2", "raw"):
        one = getattr(found.agreement, name)
        yield Line(
            f"agreement, {name}", "raters", one.value, one.low, one.high, one.n, one.scenarios, unit="coefficient"
        )
    for row in found.speed.to_dict("records"):
        for time, unit in (("total_s", "s"), ("first_token_s", "s"), ("tokens_per_s", "tokens a second")):
            yield Line(f"median {time}", row["model"], row[time], n=row["compared"], unit=f"{unit}, like with like")


def _csv(rows: list[Any]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(name: str, value: Any) -> str:
    if name in MARKS:
        return "" if pd.isna(value) else str(int(value))
    return "" if not isinstance(value, str | bool) and pd.isna(value) else _plain(value)


def _plain(value: Any) -> str:
    """A value as a cell; what a spreadsheet would run is marked as text."""
    if value is None or (isinstance(value, float) and pd.isna(value)):
        return ""
    if isinstance(value, str):
        return neutralise(value)
    return str(value) if isinstance(value, bool) or not hasattr(value, "__float__") else f"{float(value):.10g}"
