"""`cosmos-compare export`: the newest run of each scenario and model, in the older folder layout."""

import argparse
from pathlib import Path

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note
from cosmos_compare.runs.history import newest_answers
from cosmos_compare.runs.store import Store, export_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", type=Path, metavar="DIR", help="where spike_<model>/<scenario>/ folders are written")
    parser.add_argument("--runs", nargs="+", metavar="ID", help="these runs instead of the newest ones")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    store = Store(args.outputs)
    rows = [store.find(run_id) for run_id in args.runs] if args.runs else newest_answers(store.rows())
    for row in rows:
        print(export_run(store, row, args.target))
    if not rows:
        note(f"No runs under {args.outputs}. Make some with `cosmos-compare run`.")
    return 0
