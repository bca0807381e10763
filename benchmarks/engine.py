"""The engine's own measurements; what people ask for is in `cosmos-compare bench`.

    python benchmarks/engine.py cpu [MODEL…]   own way of writing against plain `generate`, turn by turn
    python benchmarks/engine.py soak           1,000 random requests over 20 clips: stops, errors, little memory
    python benchmarks/engine.py stages MODEL   where the time goes, on a GPU
    python benchmarks/engine.py shapes MODEL   the fastest shapes of the kernels, on a GPU

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
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from engine_requests import answer, build_mid_size, make_request, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.tiny import build
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.tiles import Parts, Tile
from cosmos_compare.schema import Answer, ModelSpec, Sampling

CLIP = [index / 4 for index in range(24)]


def load(models: list[str], folder: Path) -> list[LocalEngine]:
    specs = resolve_models(models or [f"{name}={path}" for name, path in small(folder).items()])
    engines = [LocalEngine(spec, Path(spec.source)) for spec in specs]
    for engine in engines:
        engine.prepare_fast()
    return engines


def small(folder: Path) -> dict[str, Path]:
    """The tiny checkpoints; on a GPU larger ones, for its kernels take no heads as small as theirs."""
    tiny = build(folder / "tiny")
    if not torch.cuda.is_available():
        return tiny
    for name, path in tiny.items():
        (folder / name).mkdir()
        build_mid_size(path, folder / name)
    return {name: folder / name for name in tiny}


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


def memory_mb() -> int:
    """Of the GPU, or resident."""
    if torch.cuda.is_available():
        return torch.cuda.memory_allocated() >> 20
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


def fail(text: str) -> None:
    raise ZeroDivisionError


def soak(engine: LocalEngine, requests: int) -> None:
    """Every whole answer must equal that of an engine that keeps nothing, and the memory must come back."""
    forgetful = LocalEngine(engine.spec, Path(engine.spec.source), keep_bytes=0)
    forgetful.prepare_fast()
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
            levels.append(memory_mb())
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
    print(f"{engine.spec.name}: {requests} requests, {counts}; memory, MB: {levels}; {engine.note!r}")
    assert not counts["wrong"]


@torch.inference_mode()
def stages(engine: LocalEngine) -> None:
    """Milliseconds of what comes before the first token, at about 3,000 tokens of video: until the call returns, and
    until the GPU has done it. Then those of one token, in few kernels and in the library's; then the kernels."""
    engine.prepare_fast()
    graphs = engine.graphs
    assert graphs and graphs.decoder
    decoder = graphs.decoder
    print(f"{engine.spec.name} prepared in {graphs.seconds:.1f} s, note: {graphs.note!r}", flush=True)
    request = full_clip(engine.spec)
    with torch.cuda.stream(engine.stream):
        prompt = engine.prefix_cache.tokenize(request)
        for forward in (decoder.plain, decoder.forward):

            def vision(forward: Any = forward) -> None:
                engine.kept.clear()
                engine.prefix_cache._features(prompt, forward)

            def head(forward: Any = forward) -> None:
                engine.kept.drop(("prefix", forward.name, prompt.prefix))
                engine.prefix_cache.prefill(prompt, graphs.kv_cache(), forward)

            told(f"vision, {forward.name}", vision)
            told(f"head, {forward.name}", head)
        told("read, new", lambda: (engine.kept.clear(), engine.prefix_cache.tokenize(request)))
        told("read, kept", lambda: engine.prefix_cache.tokenize(request))
        engine.prefix_cache.prefill(prompt, graphs.kv_cache(), decoder.forward)
        told("head kept", lambda: engine.prefix_cache.prefill(prompt, graphs.kv_cache(), decoder.forward))
        told("question", lambda: decoder.prefill_question(prompt, graphs._run))
        for sampling in (Sampling(), Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5)):
            sampler = graphs._sampler(sampling)
            told("draw", lambda sampler=sampler: graphs._run(("draw", id(sampler)), lambda: None))
        print(f"token: {step_ms(graphs):.3f} ms", flush=True)
        kernels(graphs)
        graphs._capture_all(False, True)
        print(f"token, the library's kernels: {step_ms(graphs):.3f} ms", flush=True)


@torch.inference_mode()
def shapes(engine: LocalEngine, seconds: float) -> None:
    """The fastest shape of each kernel of one token, one after the other, by the time of the whole token."""
    engine.prepare_fast()
    graphs = engine.graphs
    assert graphs and graphs.decoder
    token_pass: Any = graphs.decoder.next_logits
    deadline = time.perf_counter() + seconds

    def tried() -> float:
        try:
            graphs._capture(("step", graphs.decoder.buckets[0]), graphs.decoder.decode_one_token)  # type: ignore[union-attr]
            return step_ms(graphs)
        except Exception as error:  # noqa: BLE001  too many registers, say
            print(f"  {type(error).__name__}: {str(error)[:100]}", flush=True)
            return float("inf")

    with torch.cuda.stream(engine.stream):
        best = tried()
        print(f"{engine.spec.name}: {best:.3f} ms a token", flush=True)
        candidates = [
            Tile(rows, cols, warps)
            for warps in (4, 8, 2)
            for cols in (1024, 2048, 4096, 512)
            for rows in (1, 2, 4, 8)
            if 8 <= rows * cols // (32 * warps) <= 64
        ]
        choices: dict[str, list[Any]] = {"early": [False, True], "down": candidates, "out": candidates}
        choices |= {"parts": [Parts(number, block) for number in (8, 16, 32, 64) for block in (32, 64, 128)]}
        choices |= {"head": candidates, "swiglu": candidates, "project": candidates}
        for name, values in choices.items():
            kept, seen = token_pass.shapes, []
            for value in values:
                if time.perf_counter() > deadline:
                    break
                token_pass.shapes = kept._replace(**{name: value})
                seen.append((tried(), value))
            seen.sort(key=lambda pair: pair[0])
            if seen and seen[0][0] < best:
                best, kept = seen[0][0], kept._replace(**{name: seen[0][1]})
            token_pass.shapes = kept
            print(f"  {name}: {best:.3f} ms with {getattr(kept, name)}; {seen[:4]}, worst {seen[-1:]}", flush=True)


def full_clip(spec: ModelSpec) -> Request:
    request = make_request(spec, CLIP)
    shape = (len(CLIP), 12 * spec.vision.factor, 21 * spec.vision.factor, 3)
    return replace(request, images=np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))


def step_ms(graphs: Any) -> float:
    decoder = graphs.decoder

    def step() -> None:
        decoder.position.fill_(3300)
        graphs._run(("step", decoder.fixed.bucket), decoder.decode_one_token)

    decoder.fixed.bucket = next(bucket for bucket in decoder.buckets if bucket > 3300)
    return milliseconds(step, 100)[1]


def told(name: str, work: Callable[[], Any]) -> None:
    called, done = milliseconds(work, 10)
    print(f"{name}: {called:.1f} ms, with the GPU {done:.1f} ms", flush=True)


def kernels(graphs: Any) -> None:
    """The kernels that one token spends its time in."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        graphs._run(("step", 4096), graphs.decoder.decode_one_token)
        torch.cuda.synchronize()
    table = profile.key_averages().table(sort_by="cuda_time_total", row_limit=14, max_name_column_width=70)
    print("\n".join(line[:70] + line[-90:] for line in table.splitlines()), flush=True)


def milliseconds(work: Callable[[], Any], times: int) -> tuple[float, float]:
    """Of one call: until it returns, and until the GPU has done it."""
    work()
    torch.cuda.synchronize()
    called = 0.0
    start = time.perf_counter()
    for _ in range(times):
        before = time.perf_counter()
        work()
        called += time.perf_counter() - before
        if times < 50:
            torch.cuda.synchronize()
    torch.cuda.synchronize()
    return called * 1000 / times, (time.perf_counter() - start) * 1000 / times


def main() -> None:
    parser = argparse.ArgumentParser(description="The engine's own measurements.")
    parser.add_argument("what", choices=["cpu", "soak", "stages", "shapes"])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=120, help="for the shapes of one model")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engines = load(args.models, Path(folder))
        if args.what == "cpu":
            cpu(engines, args.rounds)
        for engine in engines:
            if args.what == "soak":
                soak(engine, args.requests)
            if args.what == "stages":
                stages(engine)
            if args.what == "shapes":
                shapes(engine, args.seconds)


if __name__ == "__main__":
    main()
