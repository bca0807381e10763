"""`cosmos-compare scorecard`: show the ratings."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note, print_json_rows

if TYPE_CHECKING:
    import pandas as pd

NOTES_SHOWN = 60  # characters of notes in the table; the JSON and the files hold all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--rater", nargs="+", default=[], metavar="NAME", help="only these raters")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--xlsx", type=Path, metavar="FILE", help="write the table as an Excel file")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table as a CSV file")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas costs most of a second, which help must not wait for.
    from cosmos_compare.ratings.score_sheet import score_sheet, to_csv, to_xlsx, write_sheet
    from cosmos_compare.results.evidence import load

    found = load(args.outputs)
    for problem in found.problems:
        note(problem)
    sheet = score_sheet(found.ratings, found.runs, scenarios=args.scenario, raters=args.rater)
    for target, render in ((args.xlsx, to_xlsx), (args.csv, to_csv)):
        if target:
            write_sheet(render(sheet), target, args.outputs)
            note(f"Wrote {target} ({len(sheet)} ratings).")
    if args.json:
        print_json_rows(_json_rows(sheet))
    elif sheet.empty:
        note(f"No ratings under {args.outputs}. Rate a pair with `cosmos-compare rate`.")
    elif not (args.xlsx or args.csv):
        _print(sheet)
    return 0


def _json_rows(sheet: "pd.DataFrame") -> list[dict[str, Any]]:
    """Marks as whole numbers, None for cannot judge and for a time that is not known."""
    from cosmos_compare.schema import AXES

    rows: list[dict[str, Any]] = [{str(name): value for name, value in row.items()} for row in sheet.to_dict("records")]
    for row in rows:
        for name in (*AXES, "time_s"):
            missing = row[name] is None or math.isnan(row[name])
            row[name] = None if missing else row[name] if name == "time_s" else int(row[name])
        row["verdict"] = row["verdict"] or None
    return rows


def _print(sheet: "pd.DataFrame") -> None:
    from cosmos_compare.cli.table import print_table
    from cosmos_compare.ratings.score_sheet import LEADING, shown
    from cosmos_compare.schema import AXES

    cells = shown(sheet[[*LEADING, *AXES, "verdict", "rater"]])
    headings = ("scenario", "model", "time, s", "notes", *(axis.replace("_", " ") for axis in AXES), "verdict", "rater")
    print_table(headings, [[*row[:3], _short(row[3]), *row[4:]] for row in cells])


def _short(notes: str) -> str:
    line = " ".join(notes.split())
    return line if len(line) <= NOTES_SHOWN else line[: NOTES_SHOWN - 1] + "…"
