"""`cosmos-compare rate`: rate a pair of runs."""

import argparse

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import harmless
from cosmos_compare.errors import CompareError

_MARKS = {"2": 2, "1": 1, "0": 0, "-": None, "": None}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from cosmos_compare.records.schema import AXES

    axes = ", ".join(AXES)
    parser.epilog = (
        f"MARKS are seven of 2 (correct), 1 (partial), 0 (incorrect) and - (cannot judge), with commas, in the order "
        f"{axes}. When the first is -, write --marks-a=-,1,2,…"
    )
    parser.add_argument("run_a", metavar="RUN_A", help="id of a run, or a unique beginning of it")
    parser.add_argument("run_b", metavar="RUN_B", help="the other model's run on the same question")
    parser.add_argument("--rater", required=True, metavar="NAME", help="who judges")
    parser.add_argument("--marks-a", required=True, metavar="MARKS", help="marks of RUN_A, as 2,1,2,0,-,1,2")
    parser.add_argument("--marks-b", required=True, metavar="MARKS", help="marks of RUN_B")
    parser.add_argument("--verdict", required=True, choices=["a", "b", "tie", "both_bad"], help="which is better")
    parser.add_argument("--notes", default="", metavar="TEXT", help="a remark on the pair")
    parser.add_argument("--blind", action="store_true", help="the rater did not know which model wrote which answer")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    from cosmos_compare.ratings.judgement import judge, now
    from cosmos_compare.ratings.pairs import make_pair
    from cosmos_compare.ratings.scorecard import append
    from cosmos_compare.runs.index import find_run, list_runs

    rows = list_runs(args.outputs)
    pair = make_pair(find_run(rows, args.run_a), find_run(rows, args.run_b))
    ratings = judge(
        pair,
        args.rater,
        _marks(args.marks_a, "--marks-a"),
        _marks(args.marks_b, "--marks-b"),
        args.verdict,
        notes=args.notes,
        blind=args.blind,
        created=now(),
    )
    append(args.outputs, ratings)
    print(harmless(f"Saved: {ratings[0].rater} on {pair.scenario}, {pair.a.model} and {pair.b.model}."))
    return 0


def _marks(text: str, flag: str) -> dict[str, int | None]:
    from cosmos_compare.records.schema import AXES

    words = [word.strip() for word in text.split(",")]
    wrong = [word for word in words if word not in _MARKS]
    if wrong or len(words) != len(AXES):
        what = f"{wrong[0]!r} is no mark" if wrong else f"{len(words)} marks instead of {len(AXES)}"
        raise CompareError(
            "{flag}: {what}.",
            "Give 2, 1, 0 or - for each of {axes}, with commas.",
            flag=flag,
            what=what,
            axes=", ".join(AXES),
            field=flag,
        )
    return {axis: _MARKS[word] for axis, word in zip(AXES, words, strict=True)}
