"""`cosmos-compare import`: take in questions of a known benchmark, labels of clips, or work of before."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cosmos_compare.cli.arguments import add_outputs
from cosmos_compare.cli.terminal import note, print_json
from cosmos_compare.errors import CompareError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cosmos_compare.imports.item import RowLeftOut
    from cosmos_compare.imports.older.folders import OldFolder
    from cosmos_compare.imports.sets import ItemSet

SHOWN = 10  # reasons and rows that are printed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "docs/IMPORTS.md has the formats and what becomes of them. Nothing is downloaded or copied."
    parser.add_argument("path", type=Path, metavar="PATH", help="a file of questions, a hand-made table, or a folder")
    parser.add_argument("--format", default="", metavar="NAME", help="what it is, where that can't be recognised")
    parser.add_argument("--media", type=Path, metavar="DIR", help="clips lie below it (default: the file's folder)")
    parser.add_argument("--name", default="", metavar="NAME", help="what the set is called (default: the file's name)")
    parser.add_argument(
        "--image-fps",
        type=float,
        default=1.0,
        metavar="X",
        help="images a second, where there are only images (default: 1)",
    )
    parser.add_argument("--task", default="", metavar="NAME", help="of VANTAGE-Bench, where the file does not tell it")
    parser.add_argument("--model", default="", metavar="NAME", help="who answered, where a table does not say")
    parser.add_argument("--rater", default="", metavar="NAME", help="who judged, where a table does not say")
    add_outputs(parser)
    parser.add_argument("--json", action="store_true", help="print what was taken in as JSON, and nothing else")


def run(args: argparse.Namespace) -> int:
    from cosmos_compare.imports.older.folders import old_folders
    from cosmos_compare.imports.older.table import is_table
    from cosmos_compare.imports.recognise import OLDER, TABLE

    if args.format in ("", OLDER) and args.path.is_dir() and (folders := old_folders(args.path)):
        return _take_runs(args, folders)
    if args.format == TABLE or (not args.format and is_table(args.path)):
        return _take_ratings(args)
    return _take_questions(args)


def _take_questions(args: argparse.Namespace) -> int:
    from cosmos_compare.imports.source import ImportWishes
    from cosmos_compare.imports.take import take_in

    if not (math.isfinite(args.image_fps) and 0 < args.image_fps <= 60):
        raise CompareError("--image-fps is {fps}.", "Give a number up to 60.", field="image_fps", fps=args.image_fps)
    asked = ImportWishes(args.format, args.media, args.name, args.image_fps, args.task)
    sets = take_in(args.path, args.outputs, asked)
    studies = [_study(own, args.outputs) for own in sets]
    if args.json:
        print_json([_json(own, study) for own, study in zip(sets, studies, strict=True)])
        return 0
    for own, study in zip(sets, studies, strict=True):
        _print(own, study)
    return 0


def _take_runs(args: argparse.Namespace, folders: Sequence[OldFolder]) -> int:
    from cosmos_compare.imports.older.take_runs import take_runs
    from cosmos_compare.runs.store import Store

    taken = take_runs(folders, Store(args.outputs), args.media)
    if args.json:
        print_json(_counts("older", taken.read, taken.left_out) | {"runs": [run.id for run in taken.runs]})
        return 0
    _print_counts("older layout", taken.read, "folders", len(taken.runs), "runs", taken.left_out)
    for run in taken.runs:
        note(f"{run.id} {run.clip.scenario} {run.model.name}")
    if any(run.imported for run in taken.runs):
        print("They are marked as imported; what nobody knows of them is empty and listed in analysis.json.")
    return 0


def _take_ratings(args: argparse.Namespace) -> int:
    from cosmos_compare.imports.older.take_ratings import take_ratings
    from cosmos_compare.runs.store import Store

    taken = take_ratings(args.path, Store(args.outputs), args.model, args.rater)
    if args.json:
        rated = [rating.model_dump(mode="json") for rating in taken.ratings]
        print_json(_counts("table", taken.read, taken.left_out) | {"ratings": rated})
        return 0
    _print_counts("hand-made table", taken.read, "rows", len(taken.ratings), "ratings", taken.left_out)
    return 0


def _counts(name: str, read: int, left_out: Sequence[RowLeftOut]) -> dict[str, Any]:
    return {"format": name, "read": read, "left_out": [own._asdict() for own in left_out]}


def _print_counts(name: str, read: int, what: str, taken: int, became: str, left_out: Sequence[RowLeftOut]) -> None:
    print(f"{name}: {read} {what} read, {taken} {became} taken in, {len(left_out)} left out.")
    for own in left_out[:SHOWN]:
        note(str(own))
    if len(left_out) > SHOWN:
        note(f"And {len(left_out) - SHOWN:,} more.")


def _study(own: ItemSet, outputs: Path) -> Path:
    """A study that asks the set of the default models; one of this name that is there stays."""
    from cosmos_compare.catalogue.defaults import default_models
    from cosmos_compare.studies.files import save_study, study_file
    from cosmos_compare.studies.study import Study

    path = study_file(outputs, own.facts.name)
    if path.exists():
        return path
    asks = any(item.question for item in own.items)
    values: dict[str, Any] = {"questions": own.facts.name, "models": tuple(default_models())}
    values |= {} if asks else {"prompts": ("driving",)}
    values |= {"settings": (dict(own.facts.settings),)} if own.facts.settings else {}
    return save_study(outputs, own.facts.name, Study.model_validate(values))


def _print(own: ItemSet, study: Path) -> None:
    facts, items = own.facts, own.items
    left_out = sum(facts.reasons.values())
    print(f"{facts.format}: {facts.read} rows read, {len(items)} items taken in, {left_out} left out.")
    for why, count in list(facts.reasons.items())[:SHOWN]:
        print(f"  {count}× {why}")
    for row, why in facts.left_out[:SHOWN]:
        note(f"Row {row} is left out: {why}.")
    if left_out > SHOWN:
        note(f"And {left_out - SHOWN:,} more; {own.folder / 'set.json'} names them.")
    scored = sum(item.scored for item in items)
    clips = len({item.video for item in items})
    print(f"Scored by letter: {scored}. Clips: {clips}, below {facts.media}.")
    print(f"Kept as {own.folder}. Ask its questions: cosmos-compare study {study} --run")


def _json(own: ItemSet, study: Path) -> dict[str, Any]:
    facts = own.facts.model_dump(mode="json")
    counts = {"items": len(own.items), "scored": sum(item.scored for item in own.items)}
    return {**facts, **counts, "folder": str(own.folder), "study": str(study)}
