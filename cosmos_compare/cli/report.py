"""`cosmos-compare report`: what the ratings say about two arms, as one file to hand over."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note, note_some
from cosmos_compare.errors import CompareError

if TYPE_CHECKING:
    from cosmos_compare.report.material import Material

LANGUAGES = ("en", "fr")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT.html", help="the file to write")
    parser.add_argument("--study", type=Path, metavar="FILE", help="count the answers of this study only (YAML)")
    parser.add_argument(
        "--arms",
        nargs="+",
        metavar="ARM",
        help="these two, as `results` takes them; of more, the first two in detail (default: the most rated two)",
    )
    parser.add_argument("--scenario", nargs="+", default=[], metavar="ID", help="only these scenarios")
    parser.add_argument("--prompt-version", nargs="+", default=[], metavar="V", help="only these versions of a prompt")
    parser.add_argument("--rater", nargs="+", default=[], metavar="NAME", help="only these raters")
    parser.add_argument("--blind-only", action="store_true", help="only ratings that were given blind")
    parser.add_argument("--lang", choices=LANGUAGES, help="the report's language (default: the program's)")
    parser.add_argument("--confidential", default="", metavar="TEXT", help="a line on who may see it")
    parser.add_argument("--pdf", action="store_true", help="write OUT.pdf, too (needs Chromium or Chrome)")
    parser.add_argument("--markdown", action="store_true", help="write OUT.md, too: the table with ✅ 🟡 ❌")
    parser.add_argument("--csv", action="store_true", help="write OUT.csv, too: the numbers with their intervals")
    add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    # Imported late: pandas and scipy cost most of a second, which help must not wait for.
    from cosmos_compare.language import current, speaking
    from cosmos_compare.report.pdf import browser

    if args.out.suffix.lower() not in {".html", ".htm"}:
        raise CompareError("{out}: a report is an HTML file.", "Name it OUT.html.", out=args.out, field="out")
    if args.pdf:
        browser()  # before the work, not after it
    with speaking(args.lang or current()):
        told = _material(args)
        _write(told, args)
    note_some(told.problems)
    return 0


def _write(told: Material, args: argparse.Namespace) -> None:
    """The files that were asked for, each beside the first."""
    from cosmos_compare.ratings.sheet_files import write_file
    from cosmos_compare.report.document import document
    from cosmos_compare.report.markdown import markdown
    from cosmos_compare.report.numbers_files import numbers_csv
    from cosmos_compare.report.pdf import to_pdf

    made: dict[str, Callable[[], bytes]] = {args.out.suffix: lambda: document(told)}
    made |= {".pdf": lambda: to_pdf(document(told, unfolded=True))} if args.pdf else {}
    made |= {".md": lambda: markdown(told)} if args.markdown else {}
    made |= {".csv": lambda: numbers_csv(told)} if args.csv else {}
    for suffix, make in made.items():
        target, data = args.out.with_suffix(suffix), make()
        write_file(data, target, args.outputs)
        note(f"Wrote {target} ({len(data) / 1e6:.1f} MB).")


def _material(args: argparse.Namespace) -> Material:
    from cosmos_compare.report.choice import choose
    from cosmos_compare.report.command import command_of
    from cosmos_compare.report.material import Imprint, gather, today
    from cosmos_compare.results.evidence import Slice, load
    from cosmos_compare.results.named import check_part, named_arms
    from cosmos_compare.runs.store import Store

    found = load(args.outputs)
    arms = named_arms(args.arms, found, "arms") if args.arms else []
    part = Slice(tuple(args.scenario), tuple(args.prompt_version), tuple(args.rater), args.blind_only)
    check_part(part, found)
    chosen = choose(args.outputs, found, arms, part, args.study)
    command = command_of(args.out.name, chosen, args.confidential, args.study)
    return gather(Store(args.outputs), found, chosen, Imprint(today(), command, args.confidential))
