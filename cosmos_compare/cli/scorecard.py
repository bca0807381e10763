"""`cosmos-compare scorecard`: show the ratings."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note, note_some, print_json_rows
from cosmos_compare.errors import CompareError

if TYPE_CHECKING:
    import pandas as pd

    from cosmos_compare.records.schema import Answer
    from cosmos_compare.runs.index import RunRow

NOTES_SHOWN = 60  # characters of notes in the table; the JSON and the files hold all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--rater", nargs="+", default=[], metavar="NAME", help="only these raters")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write the table as an Excel file")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table as a CSV file")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table as Markdown, to paste")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas costs most of a second, which help must not wait for.
    from cosmos_compare.ratings.score_sheet import score_sheet
    from cosmos_compare.ratings.sheet_files import to_csv, to_markdown, to_xlsx, write_file
    from cosmos_compare.results.evidence import load

    found = load(args.outputs)
    note_some(found.problems)
    sheet = score_sheet(found.ratings, found.runs, scenarios=args.scenario, raters=args.rater)
    files = ((args.xlsx, to_xlsx), (args.csv, to_csv), (args.markdown, to_markdown))
    wanted = [(target, render) for target, render in files if target]
    if wanted or args.json:
        sheet = _with_what_is_stated(sheet, found.runs, args.outputs)
    for target, render in wanted:
        write_file(render(sheet), target, args.outputs)
        note(f"Wrote {target} ({len(sheet)} ratings).")
    if args.json:
        print_json_rows(_json_rows(sheet))
    elif sheet.empty:
        note(f"No ratings under {args.outputs}. Rate a pair with `cosmos-compare rate`.")
    elif not wanted:
        _print(sheet, {run.id for run in found.runs})
    return 0


def _with_what_is_stated(sheet: "pd.DataFrame", runs: "list[RunRow]", outputs: Path) -> "pd.DataFrame":
    """The kept table; a run that is gone or damaged costs what it states, never its ratings."""
    from cosmos_compare.ratings.kept_table import kept_table
    from cosmos_compare.runs.store import Store

    rows, store = {run.id: run for run in runs}, Store(outputs)

    def answer_of(run_id: str) -> "Answer | None":
        try:
            return store.load(rows[run_id]).answer
        except (KeyError, CompareError):
            return None

    return kept_table(sheet, answer_of)


def _json_rows(sheet: "pd.DataFrame") -> list[dict[str, Any]]:
    """Marks as whole numbers, None for cannot judge and for a time that is not known."""
    from cosmos_compare.records.schema import AXES

    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in sheet.to_dict("records")]
    for row in rows:
        for name in (*AXES, "time_s"):
            missing = row[name] is None or math.isnan(row[name])
            row[name] = None if missing else row[name] if name == "time_s" else int(row[name])
        row["verdict"] = row["verdict"] or None
    return rows


def _print(sheet: "pd.DataFrame", here: set[str]) -> None:
    from cosmos_compare.cli.table import print_table
    from cosmos_compare.ratings.score_sheet import LEADING, shown
    from cosmos_compare.records.schema import AXES

    cells = shown(sheet[[*LEADING, *AXES, "verdict", "rater"]])
    headings = ("scenario", "model", "time, s", "notes", *(axis.replace("_", " ") for axis in AXES), "verdict", "rater")
    times = [row[2] if run_id in here else "run gone" for row, run_id in zip(cells, sheet["run_id"], strict=True)]
    rows = [[*row[:2], time, _short(row[3]), *row[4:]] for row, time in zip(cells, times, strict=True)]
    print_table(headings, rows)


def _short(notes: str) -> str:
    line = " ".join(notes.split())
    return line if len(line) <= NOTES_SHOWN else line[: NOTES_SHOWN - 1] + "…"
