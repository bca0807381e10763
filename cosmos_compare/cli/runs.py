"""`cosmos-compare runs`: what has been saved."""

import argparse
from collections.abc import Sequence

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note, note_some, print_json_rows, rate, seconds
from cosmos_compare.runs.index import RunRow, read_runs

NEWEST = 50


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", metavar="ID", help="only runs of this scenario")
    parser.add_argument("--model", metavar="NAME", help="only runs of this model")
    parser.add_argument("--all", action="store_true", help=f"all of them, not only the newest {NEWEST}")
    parser.add_argument("--json", action="store_true", help="print all of them as JSON")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--delete", nargs="+", metavar="ID", help="delete these runs; for a day they can be restored")
    change.add_argument("--restore", nargs="+", metavar="ID", help="take back the deletion of these runs")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    if args.delete or args.restore:
        return _delete(args) if args.delete else _restore(args)
    runs = read_runs(args.outputs)
    rows = [row for row in runs.rows if args.scenario in {None, row.scenario} and args.model in {None, row.model}]
    note_some(runs.problems)
    if args.json:
        print_json_rows([row._asdict() for row in rows])
    elif not rows:
        note(f"No runs under {args.outputs}. Make some with `cosmos-compare run`.")
    else:
        _print(rows if args.all else rows[-NEWEST:])
        if len(rows) > NEWEST and not args.all:
            note(f"The newest {NEWEST} of {len(rows):,} runs; --all shows all.")
    return 0


def _delete(args: argparse.Namespace) -> int:
    from cosmos_compare.runs.store import Store

    store = Store(args.outputs)
    rows = [store.find(run_id) for run_id in args.delete]  # all of them, before the first one goes
    for row in dict.fromkeys(rows):
        store.delete(row)
        note(f"Deleted {row.id} ({row.scenario}, {row.model}). Its ratings stay.")
    ids = " ".join(row.id for row in dict.fromkeys(rows))
    note(f"To take it back within a day: cosmos-compare runs --restore {ids}")
    return 0


def _restore(args: argparse.Namespace) -> int:
    from cosmos_compare.runs.store import Store

    for run_id in args.restore:
        row = Store(args.outputs).restore(run_id)
        note(f"Restored {row.id} ({row.scenario}, {row.model}).")
    return 0


def _print(rows: Sequence[RunRow]) -> None:
    from cosmos_compare.cli.table import print_table  # costs more time than the list, and JSON needs none

    columns = ("run", "scenario", "model", "prompt", "finish", "total", "tokens/s")
    print_table(columns, [_cells(row) for row in rows])


def _cells(row: RunRow) -> tuple[str, ...]:
    prompt = f"{row.prompt_name} {row.prompt_version[:6]}" + (" +reasoning" if row.reasoning else "")
    finish = f"{row.finish}: {row.error}" if row.error else "imported" if row.imported else row.finish
    finish += ", not verified" if row.unverified else ""
    return row.id, row.scenario, row.model, prompt, finish, seconds(row.total_s), rate(row.tokens_per_s)
