"""`cosmos-compare bench`: how fast models are on this machine, against plain `generate` and the memory's limit."""

import argparse
import time
from pathlib import Path
from typing import Any

from cosmos_compare.catalogue.models import is_server
from cosmos_compare.cli import arguments
from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import note, print_json, rate
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.load import load_engine
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.prompts import Messages
from cosmos_compare.schema import ModelSpec, Sampling, Settings
from cosmos_compare.video.clips import probe, scenario_of
from cosmos_compare.video.frames import Frames, sample_frames

QUESTION = "Describe what the cars and the people on this street do, and what a careful driver would do next."

PATIENCE = 180.0  # seconds for the preparation of one model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--video", type=Path, default=SCENARIOS / "scenario_01", metavar="CLIP", help="a clip")
    arguments.add_models(parser)
    parser.add_argument("--frames", type=int, default=24, metavar="N", help="frames of the clip (default: 24)")
    parser.add_argument("--video-tokens", type=int, default=3000, metavar="N", help="budget (default: 3000)")
    parser.add_argument("--tokens", type=int, default=256, metavar="N", help="length of an answer (default: 256)")
    parser.add_argument(
        "--plain-tokens", type=int, default=64, metavar="N", help="length of an answer of plain generate (default: 64)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON on stdout, and nothing else")


def run(args: argparse.Namespace) -> int:
    specs = arguments.models_of(args.models)
    for spec in specs:
        if is_server(spec):
            raise CompareError(f"{spec.name} is a server.", "Bench measures models on this machine.", field="models")
    settings = Settings.model_validate({"max_frames": args.frames, "max_video_tokens": args.video_tokens})
    clip = probe(scenario_of(args.video).video)
    frames = sample_frames(clip, settings, specs)
    result = _measure(specs, [_request(spec, frames, args.tokens) for spec in specs], args.plain_tokens)
    if args.json:
        print_json(result)
    else:
        _show(result)
    return 0


def _request(spec: ModelSpec, frames: Frames, tokens: int) -> Request:
    return Request(
        messages=Messages(spec.default_system_prompt, QUESTION),
        images=frames.for_model(spec),
        times=frames.times,
        step=frames.step,
        sampling=Sampling(max_new_tokens=tokens),
    )


def _measure(specs: list[ModelSpec], requests: list[Request], plain_tokens: int) -> dict[str, Any]:
    from cosmos_compare.engines.local import bench
    from cosmos_compare.engines.local.engine import LocalEngine

    engines, loading = [], {}
    for spec in specs:
        start = time.perf_counter()
        engine = load_engine(spec, lambda: None)
        assert isinstance(engine, LocalEngine)
        engines.append(engine)
        loading[spec.name] = time.perf_counter() - start
        note(f"{spec.name}: loaded in {loading[spec.name]:.1f} s")
    for engine in engines:  # all of them first: what is being prepared would slow what is measured
        engine.prepare_fast(PATIENCE)
        note(f"{engine.spec.name}: fast path after {engine.prepare_fast(0)} s, note: {engine.note!r}")
    copy = bench.bandwidth(engines[0].device)
    note(f"copy {copy / 1e9:,.0f} GB/s")
    result: dict[str, Any] = {"device": engines[0].device_name, "copy_bytes_per_s": copy, "load_s": loading}
    result["models"] = []
    for engine, request in zip(engines, requests, strict=True):
        speed = bench.measure(engine, request, copy, plain_tokens)
        note(f"{speed.model}: {speed.as_dict()}")
        result["models"].append(speed.as_dict())
    result["memory_bytes"] = bench.memory_bytes(engines[0].device)
    result["together_s"] = {
        "plain": bench.together(engines, requests, plain=True),
        "fast": min(bench.together(engines, requests, plain=False) for _ in range(3)),
    }
    for engine in engines:
        engine.close()
    return result


def _show(result: dict[str, Any]) -> None:
    columns = ["model", "limit", "plain", "greedy", "sampled", "of limit", "first token", "new question", "plain first"]
    rows = [
        [
            speed["model"],
            *(rate(speed[name]) for name in ("limit", "plain", "greedy", "sampled")),
            f"{speed['ratio_to_limit']:.0%}" if speed["ratio_to_limit"] else "",
            *(
                _milliseconds(speed[name])
                for name in ("first_token_new_clip", "first_token_new_question", "plain_first_token")
            ),
        ]
        for speed in result["models"]
    ]
    print_table(columns, rows)
    together = result["together_s"]
    print(f"Rates in tokens/s. All models at once: {together['fast']:.2f} s, plain {together['plain']:.2f} s.")
    print(f"{result['device']}, a copy moves {result['copy_bytes_per_s'] / 1e9:,.0f} GB/s.")


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds * 1000:.0f} ms"
