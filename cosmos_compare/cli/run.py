"""`cosmos-compare run`: every model on every clip, text while it comes, one run folder each."""

import argparse
from pathlib import Path

from cosmos_compare.cli import arguments
from cosmos_compare.cli.live import show, wait
from cosmos_compare.cli.terminal import note, print_json, seconds
from cosmos_compare.compare import Comparison, plan_comparison, start
from cosmos_compare.engines.load import load_prepared_engine
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import ModelPool
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.records.schema import Run
from cosmos_compare.runs.store import Store, export_run
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.video.clips import scenario_of
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.rendered import demo_warning


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--videos",
        nargs="+",
        type=Path,
        metavar="CLIP",
        default=[SCENARIOS / "scenario_01"],
        help="video files or scenario folders (default: the first bundled scenario)",
    )
    arguments.add_models(parser)
    arguments.add_prompt(parser)
    arguments.add_settings(parser)
    arguments.add_outputs(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", help="also write the older layout there")
    parser.add_argument("--json", action="store_true", help="print the saved runs as JSON, and nothing else")


def run(args: argparse.Namespace) -> int:
    prompt, settings = arguments.prompt_of(args), arguments.settings_of(args)
    specs = arguments.models_of(args.models, unverified=args.unverified)
    scenarios = [scenario_of(video) for video in args.videos]
    # All clips are checked before the first model is loaded: a wrong name should not cost a minute.
    comparisons = [plan_comparison(s.video, prompt, settings, specs, s.id) for s in scenarios]
    store, pool, cache = Store(args.outputs), ModelPool(load_prepared_engine), FrameCache()
    runs: list[Run] = []
    failed = False
    for comparison in comparisons:
        _announce(comparison)
        jobs = start(comparison, pool, store, cache)
        if args.json:
            wait(jobs)
        else:
            show(jobs)
        for job in jobs:
            try:
                runs.append(job.outcome())
            except CompareError as error:
                note(f"{job.spec.name}: {error}")
                failed = True
        for warning in {warning: None for job in jobs if job.result for warning in job.result.frames.warnings}:
            note(f"{comparison.clip.scenario}: {warning}")
    for saved in runs:
        note(_summary(saved, store))
        if args.output:
            export_run(store, store.find(saved.id), args.output)
    if args.json:
        print_json([saved.model_dump(mode="json") for saved in runs])
    return int(failed or any(saved.answer.finish in {"error", "cancelled"} for saved in runs))


def _announce(comparison: Comparison) -> None:
    clip, times = comparison.clip, comparison.planned
    names = ", ".join(spec.name for spec in comparison.specs)
    frames = f"{len(times.indices)} frames of {clip.duration:.1f} s"
    note(f"{clip.scenario}: {frames}, prompt {comparison.prompt.name}, {names}")
    if warning := demo_warning(Path(clip.path), comparison.specs, times.seconds):
        note(f"{clip.scenario}: {warning}")


def _summary(run: Run, store: Store) -> str:
    answer = run.answer
    if answer.error:
        return f"{run.clip.scenario} {run.model.name}: failed. {answer.error.message} {answer.error.hint}".rstrip()
    words = {"stop": "done", "length": "cut at the limit of tokens", "cancelled": "stopped"}
    ended = words[answer.finish]
    if answer.finish == "length" and read_answer(answer.raw, answer.rendered_prompt).loop:
        ended = "cut while it said the same again and again (a higher limit gives more of it)"
    speed = f", {answer.tokens_per_s:.0f} tokens/s" if answer.tokens_per_s else ""
    if answer.server and answer.server.verified == "no":
        ended += f", not verified ({answer.server.doubt})"
    return (
        f"{run.clip.scenario} {run.model.name}: {ended}, first token {seconds(answer.first_token_s)}, "
        f"total {seconds(answer.total_s)}, {answer.new_tokens} tokens{speed}{_remarks(run)}\n  {store.folder(run)}"
    )


def _remarks(run: Run) -> str:
    """What an answer's reader should know of the way in which it came about, a line each."""
    unknown = "What it was told of the time is not known: its own processor decides."
    lines = [run.answer.path_note and f"slow: {run.answer.path_note}", unknown * (run.model.vision.clock == "unknown")]
    return "".join(f"\n  {line}" for line in lines if line)
