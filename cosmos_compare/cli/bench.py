"""`cosmos-compare bench`: how fast models are on this machine at what people run, against plain `generate` and against
what the machine allows."""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cosmos_compare.catalogue.models import is_server
from cosmos_compare.cli import arguments
from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import note, print_json, rate
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.load import load_engine, load_more
from cosmos_compare.engines.replicas import Replicas
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import ModelSpec, Sampling, Settings
from cosmos_compare.video.clips import probe, scenario_of
from cosmos_compare.video.frames import sample_frames

QUESTION = "Describe what the cars and the people on this street do, and what a careful driver would do next."
SHORT = Settings.model_validate({"max_frames": 24, "max_video_tokens": 3000})
PATIENCE = 180.0  # seconds for the preparation of one model
TOGETHER_TOKENS = 512
SPREAD_CLIPS = 32  # through all models, on one card and on all


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--video", type=Path, default=SCENARIOS / "scenario_01", metavar="CLIP", help="a clip")
    arguments.add_models(parser)
    parser.add_argument("--tokens", type=int, default=256, metavar="N", help="length of an answer (default: 256)")
    parser.add_argument("--answers", type=int, default=16, metavar="N", help="answers at once (default: 16)")
    parser.add_argument(
        "--plain-tokens", type=int, default=64, metavar="N", help="length of an answer of plain generate (default: 64)"
    )
    parser.add_argument("--short", action="store_true", help="only 24 frames of 3,000 visual tokens, for a quick look")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout, and nothing else")


def run(args: argparse.Namespace) -> int:
    specs = arguments.models_of(args.models, unverified=args.unverified)
    for spec in specs:
        if is_server(spec):
            raise CompareError(
                "{name} is a server.", "Bench measures models on this machine.", name=spec.name, field="models"
            )
    short = _requests(args.video, SHORT, specs, args.tokens)
    usual = short if args.short else _requests(args.video, Settings.model_validate({}), specs, args.tokens)
    result = _measure(specs, usual, short, args)
    if args.json:
        print_json(result)
    else:
        _show(result)
    return 0


def _requests(video: Path, settings: Settings, specs: list[ModelSpec], tokens: int) -> list[Request]:
    """The clip as each model sees it, and a question."""
    frames = sample_frames(probe(scenario_of(video).video), settings, specs)
    return [
        Request(
            messages=Messages(spec.default_system_prompt, QUESTION),
            images=frames.for_model(spec),
            times=frames.times,
            step=frames.step,
            sampling=Sampling(max_new_tokens=tokens),
        )
        for spec in specs
    ]


def _measure(
    specs: list[ModelSpec], usual: list[Request], short: list[Request], args: argparse.Namespace
) -> dict[str, Any]:
    from cosmos_compare.engines.local import bench
    from cosmos_compare.engines.local.engine import LocalEngine

    engines, loading, preparing = [], {}, {}
    for spec in specs:
        start = time.perf_counter()
        engine = load_engine(spec, lambda: None)
        assert isinstance(engine, LocalEngine)
        engines.append(engine)
        loading[spec.name] = time.perf_counter() - start
        note(f"{spec.name}: loaded on {engine.device_name} in {loading[spec.name]:.1f} s")
    for engine in engines:  # all of them first: what is being prepared would slow what is measured
        preparing[engine.spec.name] = engine.prepare_fast(PATIENCE)
    machine = bench.machine_of(engines[0].device)
    rows = []
    for engine, own, few in zip(engines, usual, short, strict=True):
        for row in _of_model(engine, own, few, machine, args):
            note(f"{row.model}, {row.case}: {rate(row.decode)} tokens/s")
            rows.append(row.as_dict())
    long = [bench.asked_for(request, max_new_tokens=TOGETHER_TOKENS) for request in usual]
    if args.short:
        long = usual
    note("all models at the same time")
    result = {
        "device": "; ".join(dict.fromkeys(engine.device_name for engine in engines)),
        "copy_bytes_per_s": machine.copy,
        "operations_per_s": machine.products,
        "load_s": loading,
        "prepare_s": preparing,
        "rows": rows,
        "all_models_s": {
            "fast": min(bench.both(engines, long, plain=False) for _ in range(2)),
            "tokens": long[0].sampling.max_new_tokens,
        },
        "every_gpu": _every_gpu(engines, usual, args.tokens),
    }
    for engine in engines:
        engine.close()
    return result


def _every_gpu(engines: list[Any], requests: list[Request], tokens: int) -> dict[str, Any]:
    """The time of a batch with all models on one card, and with replicas of them on every card; None where there is
    one card or none, or where no card holds all of them."""
    from cosmos_compare.engines.local import bench, placement

    cards = placement.cards()
    if len(cards) < 2:
        return {"cards": len(cards), "clips": 0, "one_s": None, "all_s": None}
    spread = [Replicas(engine) for engine in engines]
    for engine, replicas in zip(engines, spread, strict=True):
        for replica in load_more(engine.spec, engine.device_name):
            replicas.add(replica)
            note(f"{engine.spec.name}: again on {replica.device_name}")
    on_each = [[each for replicas in spread for each in replicas.engines if each.device_name == c.name] for c in cards]
    together = next((found for found in on_each if len(found) == len(engines)), None)
    seconds = {}
    for name, chosen in (("one_s", together), ("all_s", spread)):
        note(f"{SPREAD_CLIPS} clips through all models on {'one card' if name == 'one_s' else 'every card'}")
        for each in (each for replicas in spread for each in replicas.engines):
            each.kept.clear()  # type: ignore[attr-defined]
        seconds[name] = bench.spread(list(zip(chosen, requests, strict=True)), SPREAD_CLIPS, tokens) if chosen else None
    for replica in (each for replicas in spread for each in replicas.engines[1:]):
        replica.close()
    return {"cards": len(cards), "clips": SPREAD_CLIPS, **seconds}


def _of_model(engine: Any, own: Request, few: Request, machine: Any, args: argparse.Namespace) -> Iterator[Any]:
    """The measurements of one model, what people run first."""
    from cosmos_compare.engines.local import bench

    if not args.short:
        yield bench.alone("own defaults", engine, own, machine, args.plain_tokens)
        yield bench.new_question(engine, own, machine)
    yield bench.alone("24 frames, 3,000 tokens", engine, few, machine, args.plain_tokens)
    count = min(args.answers, engine.capacity)
    clips = [bench.shifted(own, 1 + number) for number in range(count)]
    yield bench.together(f"{count} clips at once", engine, clips, machine)
    yield bench.together(f"{count} repeats of a clip", engine, [own] * count, machine)


def _show(result: dict[str, Any]) -> None:
    columns = ["model", "case", "prompt", "first token", "its limit", "decoding", "limit", "share", "generate", "first"]
    rows = [
        [
            row["model"],
            row["case"],
            f"{row['prompt_tokens']:,}",
            _milliseconds(row["first_token"]),
            _milliseconds(row["first_token_limit"]),
            rate(row["decode"]),
            rate(row["decode_limit"]),
            f"{row['share']:.0%}" if row["share"] else "",
            rate(row["generate_decode"]),
            _milliseconds(row["generate_first_token"]),
        ]
        for row in result["rows"]
    ]
    print_table(columns, rows)
    both = result["all_models_s"]
    print(f"Rates in tokens/s. All models at once, {both['tokens']} tokens each, a new clip: {both['fast']:.2f} s.")
    print(_every_gpu_told(result["every_gpu"]))
    copy, products = result["copy_bytes_per_s"] / 1e9, result["operations_per_s"] / 1e12
    print(f"{result['device']}: a copy moves {copy:,.0f} GB/s, a product does {products:,.2f} TFLOP/s.")
    for text in dict.fromkeys(f"{row['model']}: {row['note']}" for row in result["rows"] if row["note"]):
        print(text)


def _every_gpu_told(found: dict[str, Any]) -> str:
    if not found["cards"]:
        return "Every GPU: there is none here, models run on the processor."
    if found["all_s"] is None:
        return "Every GPU: there is one here, and all above ran on it. Of several, a batch uses each."
    told = f"Every GPU: {found['clips']} clips through all models take {found['all_s']:.2f} s on {found['cards']} cards"
    if found["one_s"] is None:
        return f"{told}; no card holds all models, so there is no time of one."
    return f"{told}, {found['one_s']:.2f} s on one of them ({found['all_s'] / found['one_s']:.2f} of the time)."


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f} ms"
