"""The engine's own measurements; what people ask for is in `cosmos-compare bench`.

    python benchmarks/engine.py cpu [MODEL…]   own way of writing against plain `generate`, turn by turn
    python benchmarks/engine.py soak           1,000 random requests over 20 clips: stops, errors, little memory
    python benchmarks/engine.py variants MODEL what each part of the fast path brings, on a GPU

MODEL is NAME=FOLDER; without one, the tiny checkpoints are made.
"""

import argparse
import contextlib
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from engine_requests import answer, make_request, reference

from cosmos_compare.demo.tiny import build
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local import LocalEngine
from cosmos_compare.engines.local_libraries import torch
from cosmos_compare.models import resolve_models
from cosmos_compare.schema import Answer, Sampling

CLIP = [index / 4 for index in range(24)]


def load(models: list[str], folder: Path) -> list[LocalEngine]:
    specs = resolve_models(models or [f"{name}={path}" for name, path in build(folder).items()])
    return [LocalEngine(spec, Path(spec.source)) for spec in specs]


def cpu(engines: list[LocalEngine], rounds: int) -> None:
    """Each round asks all ways in turn, so that a busy machine slows them alike; medians of the ratios. The CPU's
    seconds of the whole answer suffer least from what else runs."""
    for engine in engines:
        request = make_request(engine.spec, CLIP, sampling=Sampling(max_new_tokens=64))
        ways: dict[str, Callable[[], Answer]] = {
            "plain": lambda engine=engine, request=request: reference(engine, request),
            "new clip": lambda engine=engine, request=request: forgotten(engine, request),
            "new question": lambda engine=engine, request=request: answer(engine, request),
        }
        for way in ways.values():
            way()
        rows = [{name: timed(way) for name, way in ways.items()} for _ in range(rounds)]
        print(
            f"{engine.spec.name}, {torch.get_num_threads()} threads, {rows[0]['plain'][0].prompt_tokens} prompt tokens"
        )
        for name in ways:
            first, rate = (
                statistics.median(getattr(row[name][0], field) / getattr(row["plain"][0], field) for row in rows)
                for field in ("first_token_s", "tokens_per_s")
            )
            spent = statistics.median(row[name][1] / row["plain"][1] for row in rows)
            print(f"  {name:13} first token {first:.2f}, decoding {rate:.2f} ×, CPU of all {spent:.2f} of plain")


def timed(way: Callable[[], Answer]) -> tuple[Answer, float]:
    start = time.process_time()
    return way(), time.process_time() - start


def forgotten(engine: LocalEngine, request: Request) -> Answer:
    engine.kept.clear()
    return answer(engine, request)


def resident_mb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


def fail(text: str) -> None:
    raise ZeroDivisionError


def soak(engine: LocalEngine, requests: int) -> None:
    """Every whole answer must equal that of an engine that keeps nothing, and the memory must come back."""
    forgetful = LocalEngine(engine.spec, Path(engine.spec.source), keep_bytes=0)
    draw = random.Random(0)
    asked = [
        make_request(engine.spec, CLIP[:8], seed=clip, question=question, system=system, sampling=sampling)
        for clip in range(20)
        for question in ("What happens?", "Where do they go?")
        for system in ("You watch a road.", "")
        for sampling in (Sampling(max_new_tokens=12), Sampling(temperature=1.0, seed=clip, max_new_tokens=12))
    ]
    expected = [answer(forgetful, request).raw for request in asked]
    forgetful.close()
    counts = dict.fromkeys(["wrong", "stop", "error", "none", "pixels", "features", "prefix"], 0)
    levels, index = [], 0
    for number in range(requests):
        if number % 100 == 0:
            levels.append(resident_mb())
        # People stay with a clip for a while: 8 requests of one clip, mostly.
        near = draw.random() < 0.8
        index = index // 8 * 8 + draw.randrange(8) if near else draw.randrange(len(asked))
        kind = draw.choice(["answer"] * 6 + ["stop", "error"])
        engine.kept.max_bytes = draw.choice([1 << 20, 8 << 20, 64 << 20])  # memory pressure comes and goes
        if kind == "answer":
            result = answer(engine, asked[index])
            counts[result.reused] += 1
            counts["wrong"] += result.raw != expected[index]
            continue
        counts[kind] += 1
        left = draw.randrange(8)
        if kind == "stop":
            asks = iter(range(100))
            engine.answer(asked[index], lambda text: None, lambda state: None, lambda: next(asks) >= left)  # noqa: B023
        else:
            with contextlib.suppress(ZeroDivisionError):
                engine.answer(asked[index], fail, lambda state: None, lambda: False)
    print(f"{engine.spec.name}: {requests} requests, {counts}; resident, MB: {levels}")
    assert not counts["wrong"]


@torch.inference_mode()
def variants(engine: LocalEngine) -> None:
    """Milliseconds a token over 3,300 filled keys and values, and those of each stage before; then the kernels."""
    engine.prepare_fast()
    graphs = engine.graphs
    assert graphs and graphs.decoder
    print(f"prepared in {graphs.seconds:.1f} s, note: {graphs.note!r}", flush=True)
    request = make_request(engine.spec, CLIP)
    with torch.cuda.stream(engine.stream):
        stages(engine, request)
        for flash, compiled in ((True, True), (True, False), (False, True)):
            try:
                graphs._graphs.clear()
                graphs.decoder.buckets = (4096, graphs.decoder.fixed.capacity)
                graphs._capture_all(flash, compiled)
                print(f"flash {flash}, compiled {compiled}: {step_ms(graphs):.3f} ms a token", flush=True)
                if compiled:
                    kernels(graphs)
            except Exception as error:  # noqa: BLE001  the other variants are worth having
                print(f"flash {flash}, compiled {compiled}: {type(error).__name__}: {error}", flush=True)


def step_ms(graphs: Any) -> float:
    graphs.decoder.position.fill_(3300)
    return milliseconds(lambda: graphs._run(("step", 4096), graphs.decoder.step), 100)


def stages(engine: LocalEngine, request: Request) -> None:
    prompt = engine.looker.read(request)
    graphs = engine.graphs
    assert graphs and graphs.decoder
    parts: dict[str, Callable[[], Any]] = {
        "read": lambda: engine.looker.read(request),
        "vision": lambda: (engine.kept.clear(), engine.looker._features(prompt)),
        "head, features kept": lambda: (
            engine.kept.drop(("prefix", prompt.head)),
            engine.looker.fill(prompt, graphs.key_values()),
        ),
        "head kept": lambda: engine.looker.fill(prompt, graphs.key_values()),
        "question": lambda: graphs.decoder.ask(prompt, graphs._run),
    }
    for name, part in parts.items():
        print(f"{name}: {milliseconds(part, 10):.1f} ms", flush=True)


def kernels(graphs: Any) -> None:
    """The kernels that one token spends its time in."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        graphs._run(("step", 4096), graphs.decoder.step)
        torch.cuda.synchronize()
    table = profile.key_averages().table(sort_by="cuda_time_total", row_limit=14, max_name_column_width=70)
    print("\n".join(line[:70] + line[-90:] for line in table.splitlines()), flush=True)


def milliseconds(work: Callable[[], Any], times: int) -> float:
    work()
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(times):
        work()
    torch.cuda.synchronize()
    return (time.perf_counter() - start) * 1000 / times


def main() -> None:
    parser = argparse.ArgumentParser(description="The engine's own measurements.")
    parser.add_argument("what", choices=["cpu", "soak", "variants"])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=9)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engines = load(args.models, Path(folder))
        if args.what == "cpu":
            cpu(engines, args.rounds)
        for engine in engines:
            if args.what == "soak":
                soak(engine, args.requests)
            if args.what == "variants":
                variants(engine)


if __name__ == "__main__":
    main()
