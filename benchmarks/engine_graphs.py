"""What only a GPU tells of the engine's decoder: the time of a piece of work, the fastest tiles of its kernels."""

import time
from collections.abc import Callable
from typing import Any

from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.tile_search import products
from cosmos_compare.engines.local.tiles import CANDIDATES, Tile


def decoder_of(engine: LocalEngine) -> Any:
    engine.prepare_fast()
    graphs = engine.graphs
    assert graphs and graphs.scheduler, engine.note
    print(f"{engine.spec.name} prepared in {graphs.seconds:.1f} s, note: {graphs.note!r}", flush=True)
    return graphs.scheduler.decoder


@torch.inference_mode()
def tiles(engine: LocalEngine, seconds: float) -> None:
    """The fastest tile of each product of a step of 16, by the time of that product through all layers."""
    decoder = decoder_of(engine)
    step = decoder.step
    deadline = time.perf_counter() + seconds
    best: dict[str, Any] = {}
    with torch.cuda.stream(decoder.stream):
        for number, (name, work) in enumerate(products(step).items()):
            seen = []
            for tile in CANDIDATES:
                if time.perf_counter() > deadline - seconds * (4 - number) / 5:
                    break
                step.use(step.tiles._replace(**{name: tile}))
                if getattr(step.tiles, name) != tile:
                    continue
                try:
                    seen.append((decoder.milliseconds(work), tuple(tile)))
                except Exception as error:  # noqa: BLE001  too much shared memory, say
                    print(f"  {type(error).__name__}: {str(error)[:80]}", flush=True)
            seen.sort()
            best[name] = Tile(*seen[0][1])
            step.use(step.tiles._replace(**{name: best[name]}))
            print(f"  {name}: {[(round(t, 3), c) for t, c in seen[:5]]}, worst {seen[-1:]}", flush=True)
        for early in (True, False):
            step.use(step.tiles._replace(early=early))
            print(f"  {engine.spec.name}: all products, early {early}:", flush=True)
            for count in (1, 16):
                step.position[:count] = 4000
                print(f"    step of {count}: {decoder.milliseconds(lambda c=count: step(c)):.3f} ms", flush=True)
                step.position.fill_(-1)
    print(f"{engine.spec.name}: {best}", flush=True)


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
