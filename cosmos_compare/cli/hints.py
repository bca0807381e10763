"""`cosmos-compare hints`: what the ground truth lets a program tell of saved answers, beside what people said."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import harmless, note, print_json

if TYPE_CHECKING:
    from cosmos_compare.hints.people import HintAgreement
    from cosmos_compare.hints.records import Hint
    from cosmos_compare.runs.index import RunRow
    from cosmos_compare.stats.estimate import Estimate

NEWEST = 50
EPILOG = """A hint is read from words by rules and is no mark: 2 right, 1 partial, 0 wrong, a dash where the question
does not ask or the truth does not tell. How far people agree with it stands below; until that proves it, it is not
proven."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument("run_ids", nargs="*", metavar="RUN", help="these runs, with the words that were read")
    parser.add_argument("--scenario", metavar="ID", help="only runs of this scenario")
    parser.add_argument("--model", metavar="NAME", help="only runs of this model")
    parser.add_argument("--all", action="store_true", help=f"all of them, not only the newest {NEWEST}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas and scipy cost most of a second, which help must not wait for.
    from cosmos_compare.results import hint_evidence
    from cosmos_compare.results.evidence import load
    from cosmos_compare.runs.index import find_run
    from cosmos_compare.runs.store import Store

    found, store = load(args.outputs), Store(args.outputs)
    if args.run_ids:
        rows = [find_run(found.runs, beginning) for beginning in args.run_ids]
    else:
        fitting = [
            row for row in found.runs if args.scenario in {None, row.scenario} and args.model in {None, row.model}
        ]
        rows = hint_evidence.newest_of(fitting, len(fitting) if args.all else NEWEST)
    hints, problems = hint_evidence.hints_of_rows(store, rows)
    for problem in problems:
        note(problem)
    people, _ = hint_evidence.against_people(found, store, hints)
    if args.json:
        print_json(
            {"runs": [_json(row, hints[row.id]) for row in rows if row.id in hints], "people": _people_json(people)}
        )
    elif not rows:
        note(f"No answers under {args.outputs}. Make some with `cosmos-compare run`.")
    else:
        _print(rows, hints, people, in_full=bool(args.run_ids))
    return 0


def _print(
    rows: "Sequence[RunRow]", hints: "dict[str, tuple[Hint, ...]]", people: "Sequence[HintAgreement]", in_full: bool
) -> None:
    from cosmos_compare.cli.table import print_table
    from cosmos_compare.hints.records import NAMES

    if in_full:
        for row in rows:
            _print_in_full(row, hints.get(row.id, ()))
    else:
        print_table(("run", "scenario", "model", *NAMES), [_cells(row, hints.get(row.id, ())) for row in rows])
    head = ("hint", "axis", "κ_w with people", "95 % interval", "people's own κ_w", "fails caught", "")
    print_table(head, [_people_cells(own) for own in people])
    print("A hint fills no mark and enters no result.")


def _cells(row: "RunRow", own: "Sequence[Hint]") -> tuple[str, ...]:
    from cosmos_compare.hints.records import NAMES

    levels = {hint.name: "–" if hint.level is None else str(hint.level) for hint in own}
    return row.id, row.scenario, row.model, *(levels.get(name, "–") for name in NAMES)


def _print_in_full(row: "RunRow", own: "Sequence[Hint]") -> None:
    print(harmless(f"{row.id} {row.scenario} {row.model}"))
    for hint in own:
        level = "–" if hint.level is None else str(hint.level)
        print(harmless(f"  {hint.name}: {level} {hint.summary or hint.why}"))
        for finding in hint.findings:
            words = f" (read: “{finding.words}”)" if finding.words else ""
            print(harmless(f"    {finding.kind}: {finding.what}{words}"))


def _people_cells(own: "HintAgreement") -> tuple[str, ...]:
    fails = own.fails
    bounds = "" if fails.low is None or fails.high is None else f" ({fails.low:.2f} to {fails.high:.2f})"
    caught = f"{fails.caught} of {fails.fails}{bounds}" if fails.fails else "–"
    return own.hint, own.axis, _value(own.kappa), _interval(own.kappa), _value(own.raters), caught, own.words


def _value(estimate: "Estimate") -> str:
    return "–" if estimate.value is None else f"{estimate.value:.2f}"


def _interval(estimate: "Estimate") -> str:
    return "–" if estimate.low is None or estimate.high is None else f"{estimate.low:.2f} to {estimate.high:.2f}"


def _json(row: "RunRow", own: "Sequence[Hint]") -> dict[str, Any]:
    return {"run": row.id, "scenario": row.scenario, "model": row.model, "hints": [asdict(hint) for hint in own]}


def _people_json(people: "Sequence[HintAgreement]") -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(own, name) for name in ("hint", "axis", "bound", "answers", "proven", "words")},
            "kappa": own.kappa._asdict(),
            "raters": own.raters._asdict(),
            "fails": own.fails._asdict(),
        }
        for own in people
    ]
