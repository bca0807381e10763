"""The score sheet: the ratings as the table that teams keep by hand, for reading and for spreadsheets.

A row is a rated run; the marks are shown as ✅ 🟡 ❌. The sheet is a copy: what is edited there changes nothing here.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.cells import neutralise
from cosmos_compare.ratings.columns import COLUMNS
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.runs.index import RunRow
from cosmos_compare.schema import AXES

SYMBOLS = {2: "✅", 1: "🟡", 0: "❌"}
LEADING = ("scenario", "model", "time_s", "notes")
TRAILING = ("verdict", "rater", "created", "run_id")
LONGEST_CELL = 32_767  # characters, a limit of spreadsheets
CUT = " … (cut here; the whole text is in scorecard.csv)"


def score_sheet(
    rows: pd.DataFrame, runs: Iterable[RunRow], *, scenarios: Sequence[str] = (), raters: Sequence[str] = ()
) -> pd.DataFrame:
    """One row for each rater and run, by scenario, model and rater, from standing rows.

    Columns: scenario, model, time_s (seconds the answer took, NaN when the run is gone), notes, the seven axes
    (2, 1, 0 or NaN), verdict, rater, created, run_id, then columns of people's own. Empty choices mean all.
    """
    current = rows[rows["current"].to_numpy()]
    for column, chosen in (("scenario", scenarios), ("rater", raters)):
        if chosen:
            current = current[current[column].isin(chosen).to_numpy()]
    seconds = {run.id: run.total_s for run in runs}
    own = [name for name in current.columns if name not in {*COLUMNS, "line", "current", "prompt_version"}]
    text = current[[*LEADING[:2], "notes", *TRAILING, *own]].astype(object).fillna("")
    sheet = pd.concat([text, current[MARKS]], axis=1)
    sheet["time_s"] = [seconds.get(run_id) for run_id in text["run_id"]]
    sheet = sheet[[*LEADING, *AXES, *TRAILING, *own]].astype({"time_s": float})
    return sheet.sort_values(["scenario", "model", "rater"], kind="stable", ignore_index=True)


def shown(sheet: pd.DataFrame) -> list[list[str]]:
    """The cells as text, marks as symbols, line breaks in notes as they are."""
    columns = []
    for name in sheet.columns:
        values = sheet[name].tolist()
        if name in AXES:
            columns.append(["" if pd.isna(v) else SYMBOLS[int(v)] for v in values])
        elif name == "time_s":
            columns.append(["" if pd.isna(v) else f"{v:.2f}" for v in values])
        else:
            columns.append([str(v) for v in values])
    return [list(row) for row in zip(*columns, strict=True)]


def to_csv(sheet: pd.DataFrame) -> bytes:
    """A CSV file that a spreadsheet opens harmlessly: UTF-8 with a byte order mark, formulas neutralised."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([neutralise(name) for name in sheet.columns])
    writer.writerows([[neutralise(cell) for cell in row] for row in shown(sheet)])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(sheet: pd.DataFrame) -> bytes:
    """An Excel file in which every cell is written as text or as a number: nothing is a formula or a link."""
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet("scorecard")
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        page.freeze_panes(1, 2)
        page.set_column(0, 2, 14)
        page.set_column(3, 3, 60)
        for column, name in enumerate(sheet.columns):
            page.write_string(0, column, name, bold)
        seconds = sheet["time_s"].tolist()
        for number, cells in enumerate(shown(sheet), start=1):
            for column, (name, cell) in enumerate(zip(sheet.columns, cells, strict=True)):
                if name == "time_s" and cell:
                    page.write_number(number, column, seconds[number - 1])
                elif cell:
                    page.write_string(number, column, _fitting(cell), wrap)
    return data.getvalue()


def write_sheet(data: bytes, target: Path, outputs: Path) -> None:
    """Write an exported sheet. Raises `CompareError` rather than replace the scorecard itself."""
    from cosmos_compare.ratings.scorecard import scorecard_file

    if target.resolve() == scorecard_file(outputs).resolve():
        raise CompareError(f"{target} is the scorecard itself.", "Give the copy another name.")
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CompareError(f"{target}: can't be written ({error.strerror}).", "Check the folder.") from error


def _fitting(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - len(CUT)] + CUT
