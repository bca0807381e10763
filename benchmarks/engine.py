"""The engine's own measurements; what people ask for is in `cosmos-compare bench`.

    python benchmarks/engine.py cpu [MODEL…]   own way of writing against plain `generate`, turn by turn
    python benchmarks/engine.py soak           1,000 random requests over 20 clips: stops, errors, little memory
    python benchmarks/engine.py speed MODEL…   what `bench` measures, on noise of a clip's size
    python benchmarks/engine.py stages MODEL   where the time goes, on a GPU
    python benchmarks/engine.py tiles MODEL    the fastest tiles of the kernels, on a GPU
    python benchmarks/engine.py --short        `soak` with a few requests over two clips, to see that it still checks

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
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from engine_graphs import decoder_of, milliseconds, tiles
from engine_requests import answer, build_mid_size, make_request, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.tiny import build
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local import bench
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.sequence import Sequence as EngineSequence
from cosmos_compare.records.schema import Answer, ModelSpec, Sampling
from cosmos_compare.video.budget import frame_size

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


def soak(engine: LocalEngine, requests: int, clips: int = 20) -> None:
    """Every whole answer must equal that of an engine that keeps nothing, and the memory must come back."""
    forgetful = LocalEngine(engine.spec, Path(engine.spec.source), keep_bytes=0)
    forgetful.prepare_fast()
    draw = random.Random(0)
    asked = [
        make_request(engine.spec, CLIP[:8], seed=clip, question=question, system=system, sampling=sampling)
        for clip in range(clips)
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
    """Milliseconds of what comes before the first token, at the model's own budget: until the call returns, and until
    the GPU has done it. Then those of steps of 1 to 16 answers, on clips of their own and on one; then the kernels."""
    decoder = decoder_of(engine)
    request = own_size(engine.spec)
    with torch.cuda.stream(engine.stream):
        prompt = engine.prefix_cache.tokenize(request)
        print(f"prompt {prompt.inputs.prompt_tokens}, prefix {prompt.inputs.prefix_tokens} tokens", flush=True)

        def vision() -> None:
            engine.kept.clear()
            engine.prefix_cache._features(prompt, decoder.forward)

        def prefix() -> None:
            engine.kept.drop(("prefix", decoder.forward.name, prompt.prefix))
            decoder.release(decoder.prefill(prompt)[0])

        told("vision", vision)
        told("prefix and question, features kept", prefix)
        told("prefix kept", lambda: decoder.release(decoder.prefill(prompt)[0]))
        told("tokenize, new", lambda: (engine.kept.clear(), engine.prefix_cache.tokenize(request)))
        told("tokenize, kept", lambda: engine.prefix_cache.tokenize(request))
    for company, clips in ((1, 1), (4, 4), (16, 16), (16, 1)):
        steps_ms(engine, decoder, company, clips)
    kernels(engine, decoder)


def own_size(spec: ModelSpec, seed: int = 0, seconds: float = 8.0, **sampling: Any) -> Request:
    """What a clip of 952×532 at 4 fps is to a model by its own defaults, in noise."""
    count = int(seconds * 4)
    height, width = frame_size(spec.vision, count, 532, 952, None)
    request = make_request(spec, [index / 4 for index in range(count)], sampling=Sampling(**sampling))
    images = np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), dtype=np.uint8)
    return replace(request, images=images)


def steps_ms(engine: LocalEngine, decoder: Any, company: int, clips: int) -> None:
    """The time of a step of so many answers, on so many clips."""
    sequences = []
    for number in range(company):
        with torch.cuda.stream(engine.stream):
            prompt = engine.prefix_cache.tokenize(own_size(engine.spec, number % clips))
            sequences.append(EngineSequence(prompt, engine.end_ids, decoder.prefill(prompt)[0]))
        decoder.join(sequences[-1])
    _, done = milliseconds(lambda: decoder.launch(sequences), 100)
    print(f"step of {company} on {clips} clips: {done:.3f} ms, {company / done * 1e3:.0f} tok/s", flush=True)
    for sequence in sequences:
        decoder.leave(sequence)


def speed(engines: list[LocalEngine]) -> None:
    """First answers of this process; then each model alone, in company, and all at the same time."""
    for engine in engines:
        engine.prepare_fast()
        first = answer(engine, own_size(engine.spec, 99, max_new_tokens=8))
        print(f"{engine.spec.name}: first token of the process's first answer {first.first_token_s:.3f} s", flush=True)
    machine = bench.machine_of(engines[0].device)
    print(f"copy {machine.copy / 1e9:.0f} GB/s, products {machine.products / 1e12:.0f} TFLOP/s", flush=True)
    for engine in engines:
        own = own_size(engine.spec, max_new_tokens=256)
        clips = [own_size(engine.spec, number, max_new_tokens=256) for number in range(engine.capacity)]
        tell(bench.alone("own defaults", engine, own, machine, 64))
        tell(bench.new_question(engine, own, machine))
        whole = answer(engine, bench.asked_for(own, max_new_tokens=4096))
        took = f"{whole.total_s:.2f} s, {whole.tokens_per_s:.1f} tok/s"
        print(
            f"  {engine.spec.name} {whole.new_tokens} tokens alone: {took}, {whole.path} {whole.path_note}", flush=True
        )
        tell(bench.together(f"{len(clips)} clips", engine, clips, machine))
        tell(bench.together(f"{len(clips)} repeats", engine, [own] * len(clips), machine))
    for tokens in (256, 512):
        both = [own_size(engine.spec, max_new_tokens=tokens) for engine in engines]
        times = [bench.both(engines, both, plain=False) for _ in range(3)]
        print(f"all models at once, {tokens} tokens each: {[round(each, 3) for each in times]} s", flush=True)
    for _ in range(2):
        print(f"8 clips x {len(engines)} models, 256 tokens, all at once: {batch(engines, 8, 256):.2f} s", flush=True)


def batch(engines: list[LocalEngine], clips: int, tokens: int) -> float:
    """Seconds for so many new clips through all models at once; the frames are there already."""
    asked = [(e, own_size(e.spec, 200 + n, max_new_tokens=tokens)) for n in range(clips) for e in engines]
    for engine in engines:
        engine.kept.clear()
    start = time.perf_counter()
    with ThreadPoolExecutor(len(asked)) as threads:
        answers = list(threads.map(lambda pair: answer(*pair), asked))
    assert all(each.new_tokens == tokens or each.finish == "stop" for each in answers)
    return time.perf_counter() - start


def tell(row: bench.BenchRow) -> None:
    share = f"{row.share:.0%}" if row.share else ""
    print(f"  {row.model} {row.case}: {row.as_dict()} {share}", flush=True)


def kernels(engine: LocalEngine, decoder: Any) -> None:
    """The kernels that a step of one spends its time in."""
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA]) as profile:
        steps_ms(engine, decoder, 1, 1)
    table = profile.key_averages().table(sort_by="cuda_time_total", row_limit=14, max_name_column_width=70)
    print("\n".join(line[:70] + line[-90:] for line in table.splitlines()), flush=True)


def told(name: str, work: Callable[[], Any]) -> None:
    called, done = milliseconds(work, 10)
    print(f"{name}: {called:.1f} ms, with the GPU {done:.1f} ms", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="The engine's own measurements.")
    parser.add_argument("what", nargs="?", choices=["cpu", "soak", "speed", "stages", "tiles"])
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=120, help="for the tiles of one model")
    parser.add_argument("--short", action="store_true")
    args = parser.parse_args()
    if not args.short and args.what is None:
        parser.error("say what to measure")
    with tempfile.TemporaryDirectory() as folder:
        engines = load(args.models, Path(folder))
        if args.what == "cpu":
            cpu(engines, args.rounds)
        if args.what == "speed":
            speed(engines)
        if args.short:
            soak(engines[-1], 30, clips=2)
        for engine in engines:
            if args.what == "soak":
                soak(engine, args.requests)
            if args.what == "stages":
                stages(engine)
            if args.what == "tiles":
                tiles(engine, args.seconds)


if __name__ == "__main__":
    main()
