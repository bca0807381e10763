"""`cosmos-compare batch`: all scenarios of a folder through all models, each loaded once. Can be resumed."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from cosmos_compare.batch import Batch, BatchRequest, items_of
from cosmos_compare.cli import arguments
from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import note, print_json, rate, seconds
from cosmos_compare.compare import Comparison, plan_comparison
from cosmos_compare.engines.load import load_on_every_card
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import ModelPool
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.records.schema import Prompt, Settings
from cosmos_compare.runs.store import Store
from cosmos_compare.video.clips import list_folder
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.rendered import demo_warning


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scenarios", type=Path, default=SCENARIOS, metavar="DIR", help="folder of scenarios")
    parser.add_argument(
        "--questions",
        metavar="NAME",
        help="the questions of an imported set instead, as they stand, or in a --prompt with {question}",
    )
    arguments.add_models(parser)
    arguments.add_prompt(parser)
    parser.add_argument(
        "--repeat",
        type=int,
        default=1,
        metavar="N",
        help="N answers to each request, each with its seed (default: 1)",
    )
    parser.add_argument("--force", action="store_true", help="answer again what has been answered")
    arguments.add_settings(parser)
    arguments.add_outputs(parser)
    parser.add_argument("--json", action="store_true", help="print the saved runs as JSON, and nothing else")


def run(args: argparse.Namespace) -> int:
    if args.repeat < 1:
        raise CompareError("--repeat {repeat}: must be at least 1.", repeat=args.repeat, field="repeat")
    store = Store(args.outputs)
    store.sweep()
    comparisons, unreadable = _plan(args)
    warned: dict[str, list[str]] = {}
    for each in comparisons:
        warning = demo_warning(Path(each.clip.path), each.specs, each.planned.seconds)
        warned.setdefault(warning, []).append(each.clip.scenario)
    for warning, scenarios in warned.items():
        if warning:
            note(f"{', '.join(scenarios)}: {warning}")
    batch = Batch(items_of(comparisons, args.repeat), store, force=args.force)
    if there := len(batch.items) - len(batch.to_do):
        note(f"{there} of {len(batch.items)} are there already and are skipped.")
    if args.repeat > 1 and (same := comparisons[0].greedy()):
        names = " and ".join(spec.name for spec in same)
        note(f"{names}: at temperature 0 repeats can't differ. Give a --temperature above 0.")
    work(batch)
    if args.json:
        print_json([item.run.model_dump(mode="json") for item in batch.items if item.run])
    else:
        columns = ("scenario", "model", "finish", "total", "first token", "tokens", "tokens/s")
        print_table(columns, [_cells(item) for item in batch.items])
    failed = any(item.failed for item in batch.items)
    return int(failed or bool(unreadable))


def _plan(args: argparse.Namespace) -> tuple[list[Comparison], int]:
    """A comparison for each scenario, and how many clips were named and left out because they can't be used."""
    specs = arguments.models_of(args.models, unverified=args.unverified)
    comparisons, errors = [], []
    for name, video, asked, settings, scenario in _asked(args):
        try:
            comparisons.append(plan_comparison(video, asked, settings, specs, scenario))
        except CompareError as error:
            note(f"{name}: skipped. {error}")
            errors.append(error)
    if not comparisons:
        raise errors[0]  # no clip fits: it is the flags, or the folder
    return comparisons, len(errors)


def _asked(args: argparse.Namespace) -> Iterator[tuple[str, Path, Prompt, Settings, str]]:
    """What is asked of which clip: its name, the clip, prompt and settings, the scenario."""
    settings = arguments.settings_of(args)
    if args.questions:
        from cosmos_compare.imports.sets import load_set
        from cosmos_compare.studies.plan import BARE, asked_of, check_places

        found = load_set(args.outputs, args.questions)
        as_it_stands = args.prompt == arguments.PROMPT and args.question is None
        prompt = Prompt(name=BARE, reasoning=args.reasoning) if as_it_stands else arguments.prompt_of(args)
        check_places(prompt, found)
        for item in found.items:
            scenario = found.scenario(item)
            yield item.id, scenario.video, *asked_of(prompt, settings, item, found.facts.name), scenario.id
        return
    prompt, listing = arguments.prompt_of(args), list_folder(args.scenarios)
    for scenario in listing.needed():
        yield scenario.id, scenario.video, prompt, settings, scenario.id
    if aside := listing.summary():
        note(aside)


def work(batch: Batch) -> None:
    """Run the batch under a progress bar; Ctrl-C stops it, and what is saved stays."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    pool = ModelPool(load_on_every_card(len({item.spec for item in batch.to_do})))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("answers", total=len(batch.to_do))
        try:
            batch.work(pool, FrameCache(), on_item=lambda item: progress.advance(task))
        finally:
            pool.close()


def _cells(item: BatchRequest) -> Sequence[str]:
    name = item.comparison.clip.scenario, item.spec.name
    if item.before:
        row = item.before
        times = seconds(row.total_s), seconds(row.first_token_s)
        return *name, f"{row.finish} (saved before)", *times, str(row.new_tokens), rate(row.tokens_per_s)
    if item.run is None:
        return *name, f"not saved: {item.error}", "", "", "", ""
    answer = item.run.answer
    finish = f"error: {answer.error.message}" if answer.error else answer.finish
    times = seconds(answer.total_s), seconds(answer.first_token_s)
    return *name, finish, *times, str(answer.new_tokens), rate(answer.tokens_per_s)
