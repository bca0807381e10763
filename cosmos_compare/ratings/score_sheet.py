"""The score sheet: the ratings as the table that teams keep by hand. A row is a rated run; marks are ✅ 🟡 ❌."""

from collections.abc import Iterable, Sequence

import pandas as pd

from cosmos_compare.ratings.rows import COLUMNS
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.records.schema import AXES
from cosmos_compare.runs.index import RunRow

SYMBOLS = {2: "✅", 1: "🟡", 0: "❌"}
LEADING = ("scenario", "model", "time_s", "notes")
TRAILING = ("verdict", "rater", "created", "run_id", "pair_id")


def score_sheet(
    rows: pd.DataFrame, runs: Iterable[RunRow], *, scenarios: Sequence[str] = (), raters: Sequence[str] = ()
) -> pd.DataFrame:
    """One row for each rater and run, by scenario, model and rater, from standing rows.

    Columns: scenario, model, time_s (seconds the answer took, NaN when the run is gone), notes, the seven axes
    (2, 1, 0 or NaN), verdict, rater, created, run_id, pair_id, then columns of people's own. Empty choices mean all.
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
