"""Many answers on a processor, and an answer beside another program.

    python benchmarks/many.py company [MODEL…]   8 clips through all models, all at once and one after the other
    python benchmarks/many.py busy [MODEL…]      an answer alone, and beside a process that keeps one core busy
    python benchmarks/many.py --short            both with one model and a few tokens, to see that they still measure

MODEL is a name of the list or NAME=FOLDER; without one, the demo models. Frames are noise of the size that a bundled
clip has for each model. `OMP_NUM_THREADS` should be unset: the engine chooses.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from engine_requests import answer, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Engine, Request
from cosmos_compare.engines.load import load_engine
from cosmos_compare.records.schema import ModelSpec, Sampling
from cosmos_compare.video.budget import frame_size

SPIN = "while True: pass"


def clip_request(spec: ModelSpec, seed: int, tokens: int) -> Request:
    """A question about 8 s of 640×360 at 4 fps, as this model sees it."""
    height, width = frame_size(spec.vision, 32, 360, 640, None)
    asked = make_request(spec, [index / 4 for index in range(32)], sampling=Sampling(max_new_tokens=tokens))
    images = np.random.default_rng(seed).integers(0, 256, (32, height, width, 3), dtype=np.uint8)
    return replace(asked, images=images)


def company(engines: list[tuple[ModelSpec, Engine]], rounds: int, tokens: int, clips: int = 8) -> float:
    """The time of all at once over that of one after the other; clips are new each time. Checks that the last one's
    text is the one that it has alone."""
    ratios = []
    for number in range(rounds):
        asked = [(e, clip_request(spec, 100 * number + clip, tokens)) for clip in range(clips) for spec, e in engines]
        again = [(e, replace(request, images=255 - request.images)) for e, request in asked]
        start = time.perf_counter()
        written = sum(answer(*pair).new_tokens for pair in asked)  # type: ignore[arg-type]
        one_by_one = time.perf_counter() - start
        start = time.perf_counter()
        with ThreadPoolExecutor(len(again)) as threads:
            answers = list(threads.map(lambda pair: answer(*pair), again))  # type: ignore[arg-type]
        at_once = time.perf_counter() - start
        together = sum(each.new_tokens for each in answers)
        alone = answer(*again[-1])  # type: ignore[arg-type]
        assert alone.raw == answers[-1].raw and together >= len(answers), "another text in company than alone"
        ratios.append(at_once / together / (one_by_one / written))
        print(
            f"one after the other {one_by_one:.2f} s ({written} tokens), at once {at_once:.2f} s ({together})",
            flush=True,
        )
    return statistics.median(ratios)


def busy(engines: list[tuple[ModelSpec, Engine]], rounds: int, tokens: int) -> float:
    """The worst time beside a busy process over the median of quiet ones, of all models."""
    worst = 0.0  # times are for each token of the whole answer, the first included
    for spec, engine in engines:
        quiet = [seconds(spec, engine, number, tokens) for number in range(rounds)]
        with one_core_busy():
            beside = [seconds(spec, engine, 100 + number, tokens) for number in range(rounds)]
        ratio = max(beside) / statistics.median(quiet)
        print(
            f"{spec.name}: quiet {statistics.median(quiet) * 1000:.1f} ms a token, "
            f"beside at worst {max(beside) * 1000:.1f} ms ({ratio:.2f} x)"
        )
        worst = max(worst, ratio)
    return worst


def seconds(spec: ModelSpec, engine: Engine, seed: int, tokens: int) -> float:
    request = clip_request(spec, seed, tokens)
    start = time.perf_counter()
    written = answer(engine, request).new_tokens  # type: ignore[arg-type]
    return (time.perf_counter() - start) / written


@contextmanager
def one_core_busy() -> Iterator[None]:
    """Beside a process that computes without end on the last core."""
    cores = sorted(os.sched_getaffinity(0))
    process = subprocess.Popen([sys.executable, "-c", SPIN])
    os.sched_setaffinity(process.pid, {cores[-1]})
    try:
        yield
    finally:
        process.kill()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Many answers on a processor.")
    parser.add_argument("what", nargs="?", choices=["company", "busy"])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    if not args.short and args.what is None:
        parser.error("say what to measure: company or busy")
    specs = resolve_models(args.models or ["reason2-demo", *["reason1-demo"] * (not args.short)])
    engines = [(spec, load_engine(spec, lambda: None)) for spec in specs]
    for spec, engine in engines:
        answer(engine, clip_request(spec, 0, 4))  # type: ignore[arg-type]
    if args.short:
        ratio, worst = company(engines, 1, 8, clips=2), busy(engines, 1, 4)
        assert ratio > 0 and worst > 0
        print(f"two at once over one after the other {ratio:.2f}; beside a busy process {worst:.2f} x the quiet time")
    elif args.what == "company":
        print(f"all at once over one after the other: {company(engines, args.rounds, args.tokens):.2f} (to reach: .6)")
    else:
        print(f"at worst {busy(engines, args.rounds, args.tokens):.2f} x the quiet time (to reach: 2.5)")


if __name__ == "__main__":
    main()
