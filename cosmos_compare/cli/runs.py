"""`cosmos-compare runs`: what has been saved."""

import argparse

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.index import RunRow, read_runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenario", metavar="ID", help="only runs of this scenario")
    parser.add_argument("--model", metavar="NAME", help="only runs of this model")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    runs = read_runs(args.outputs)
    rows = [row for row in runs.rows if args.scenario in {None, row.scenario} and args.model in {None, row.model}]
    # Imported late: the table costs more time than the list.
    from cosmos_compare.cli.terminal import note, print_json, print_table

    for problem in runs.problems:
        note(problem)
    if args.json:
        print_json([row._asdict() for row in rows])
    elif not rows:
        note(f"No runs under {args.outputs}. Make some with `cosmos-compare run`.")
    else:
        print_table(("run", "scenario", "model", "prompt", "finish", "total", "tokens/s"), [_cells(r) for r in rows])
    return 0


def _cells(row: RunRow) -> tuple[str, ...]:
    from cosmos_compare.cli.terminal import rate, seconds

    prompt = f"{row.prompt_name} {row.prompt_version[:6]}" + (" +reasoning" if row.reasoning else "")
    finish = f"{row.finish}: {row.error}" if row.error else row.finish
    return row.id, row.scenario, row.model, prompt, finish, seconds(row.total_s), rate(row.tokens_per_s)
