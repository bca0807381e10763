"""`cosmos-compare results`: what the ratings say about two arms, two models most often."""

import argparse
from typing import TYPE_CHECKING

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import harmless, note, note_some, print_json

if TYPE_CHECKING:
    from cosmos_compare.ratings.arms import ArmChoice
    from cosmos_compare.results.evidence import Evidence, Slice

EPILOG = """An ARM is a model, or a model with more that matters, as reason1,prompt=driving or reason1,condition=blank:
prompt=NAME (or the beginning of a version), reasoning=yes|no, condition=clip|blank|frozen|shuffled|reversed|swapped."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    arms = parser.add_mutually_exclusive_group()
    arms.add_argument("--models", nargs=2, metavar=("A", "B"), help="compare these two (default: the most rated two)")
    arms.add_argument("--arms", nargs="+", metavar="ARM", help="compare these two arms, or every two of more")
    parser.add_argument("--control", metavar="CONDITION", help="B − A on the clips less B − A on this control")
    parser.add_argument("--planned", type=int, metavar="N", help="record before rating how many scenarios decide")
    parser.add_argument("--scenario", nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--prompt-version", nargs="+", default=[], metavar="V", help="only these versions of a prompt")
    parser.add_argument("--rater", nargs="+", default=[], metavar="NAME", help="only these raters")
    parser.add_argument("--blind-only", action="store_true", help="only ratings that were given blind")
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas and scipy cost most of a second, which help must not wait for.
    from cosmos_compare.cli import results_print as printing
    from cosmos_compare.ratings.arms import two_arms
    from cosmos_compare.results.evidence import Slice, load
    from cosmos_compare.results.named import check_part
    from cosmos_compare.results.plans import planner

    found = load(args.outputs)
    note_some(found.problems)
    part = Slice(tuple(args.scenario), tuple(args.prompt_version), tuple(args.rater), args.blind_only)
    check_part(part, found)
    arms = _arms(args, found)
    if not arms:
        if args.json:
            print_json({"models": None, "problems": found.problems})
        note(f"No two models to compare under {args.outputs}. Make runs, then rate them with `cosmos-compare rate`.")
        return 0
    if len(arms) > 2:
        return printing.many(found, arms, part, as_json=args.json)
    two = two_arms(arms)
    planned = _plan(args, found, two, part)
    if args.control:
        plan_of = planner(args.outputs, part)
        return printing.control(found, two, args.control, part, planned, plan_of, as_json=args.json)
    return printing.two(found, two, part, planned, as_json=args.json)


def _arms(args: argparse.Namespace, found: "Evidence") -> "list[ArmChoice]":
    """The arms that are asked for, or the two with the most ratings; none where there are none."""
    from cosmos_compare.results.named import named_arms

    texts = args.models or args.arms
    if texts is None:
        return list(found.comparisons[0]) if found.comparisons else []
    return named_arms(texts, found, "models" if args.models else "arms")


def _plan(args: argparse.Namespace, found: "Evidence", two: "tuple[ArmChoice, ArmChoice]", part: "Slice") -> int | None:
    """The planned number that counts; with --planned, recorded first."""
    from cosmos_compare.ratings.judgement import now
    from cosmos_compare.results import plans
    from cosmos_compare.results.difference_words import start_words
    from cosmos_compare.results.report import judgements

    if args.planned is not None:
        rated = judgements(found, two, part)[1]["scenario"].nunique()
        plan = plans.record_plan(args.outputs, two, part, args.planned, rated, now())
        note(harmless(f"Recorded in {plans.NAME}: {plans.plan_words(plan)}"))
        if not plan.rated_before:
            note(start_words(plan.planned))
    return plans.counts(plans.plan_for(plans.read_plans(args.outputs), two, part))
