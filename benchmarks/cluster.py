"""A plan past one cluster: the true client, with its choice of an address, tries and pauses, before simulated servers.

    python benchmarks/cluster.py [--clips 100000] [--addresses 16] [--slots 32] [--seconds 0.6 0.35] [--runs 20000]

Two models, so many addresses each. Time is that of the event loop: it leaps to the next thing that happens, and the
client runs as it is. A server answers `--slots` requests at once, each in a time drawn around `--seconds` (one number
a model); it breaks off one answer in two hundred, and is started anew every so often, which costs what it was at.

Printed as JSON: how busy the slots of servers that were up were kept (to reach: ≥ .95), the client's memory after a
tenth and at the end (to reach: flat), what one request costs it in seconds of a core beside its frames, what the frames
of a clip cost, and how long it takes to find out what is left after a kill, over `--runs` saved runs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import resource
import selectors
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx2
import numpy as np
from after_kill import after_a_kill

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.server import asking, checked
from cosmos_compare.engines.server.addresses import Addresses
from cosmos_compare.engines.server.asking import Asking
from cosmos_compare.engines.server.body import Encoder
from cosmos_compare.engines.server.checked import AnswerSoFar, ServerRequest
from cosmos_compare.engines.server.faults import FinalError
from cosmos_compare.paths import SCENARIOS
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import FrameTimes, ModelSpec, Sampling, Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import sample_frames

WAY_S = 0.02  # to a server and back
BREAKS = 1 / 200  # of all answers, in the middle
UP_S, DOWN_S = 600.0, 90.0  # a server stays up so long on average, and takes so long to come back
SPREAD = 0.4  # of the logarithm of an answer's time
QUEUE = 64  # requests that wait at a server
MODELS = ("reason1", "reason2")
TOKENS = 64


class LeapingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock leaps to the next thing that is due."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Leaping(self))

    def time(self) -> float:
        return self.now


class _Leaping(selectors.DefaultSelector):
    def __init__(self, loop: LeapingLoop) -> None:
        super().__init__()
        self.loop = loop

    def select(self, timeout: float | None = None) -> Any:
        self.loop.now += max(timeout or 0.0, 0.0)
        return super().select(0)


@dataclass
class Simulated:
    """One server."""

    slots: int
    seconds: float
    draw: random.Random
    up: bool = True
    busy_s: float = 0.0  # of all slots
    up_s: float = 0.0
    waiting: int = 0
    begun: float = 0.0
    restarted: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.free = asyncio.Semaphore(self.slots)

    async def live(self) -> None:
        """Be up, be down, without end."""
        clock = asyncio.get_running_loop()
        while True:
            self.up, self.begun = True, clock.time()
            await asyncio.sleep(self.draw.expovariate(1 / UP_S))
            self.up_s += clock.time() - self.begun
            self.up = False
            self.restarted.set()
            self.restarted = asyncio.Event()
            await asyncio.sleep(DOWN_S)

    async def answer(self) -> None:
        """Take a request and hold a slot. Raises as a connection does that breaks."""
        clock = asyncio.get_running_loop()
        gone = self.restarted
        self.waiting += 1
        try:
            await self.free.acquire()
        finally:
            self.waiting -= 1
        begun = clock.time()
        try:
            if gone.is_set():
                raise httpx2.ReadError("restarted")
            takes = self.draw.lognormvariate(np.log(self.seconds) - SPREAD**2 / 2, SPREAD)
            breaks = self.draw.random() < BREAKS
            try:
                async with asyncio.timeout(takes / 2 if breaks else takes):
                    await gone.wait()
            except TimeoutError:
                if not breaks:
                    return
            raise httpx2.ReadError("broken off")
        finally:
            self.busy_s += clock.time() - begun
            self.free.release()


class Network(httpx2.AsyncBaseTransport):
    """The servers by host, as the client reaches them."""

    def __init__(self, servers: dict[str, Simulated]) -> None:
        self.servers = servers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        server = self.servers[request.url.host]
        await asyncio.sleep(WAY_S)
        if not server.up:
            raise httpx2.ConnectError("refused")
        if request.method == "GET":
            listed = {"data": [{"id": name, "max_model_len": 16384} for name in MODELS]}
            return _whole({"version": "0.32.0"} if "version" in request.url.path else listed)
        body = json.loads(request.content)
        if not body["stream"]:
            return _whole(_probed(body))
        if server.waiting >= QUEUE:
            return _stream({"error": {"message": "queue full", "code": 503}})
        await server.answer()
        choice = {"delta": {"content": "A car."}, "finish_reason": "stop", "token_ids": [1] * TOKENS}
        usage = {"prompt_tokens": 3000, "completion_tokens": TOKENS}
        return _stream({"model": body["model"], "choices": [choice]}, {"choices": [], "usage": usage})


def _probed(body: dict[str, Any]) -> dict[str, Any]:
    """What a server that reads the clock says of the first token."""
    second = body["media_io_kwargs"]["video"]["frames_indices"][1] / 1000
    top = [{"token": "A", "logprob": -0.1 * second}]
    return {"choices": [{"logprobs": {"content": [{"top_logprobs": top}]}}], "usage": {"prompt_tokens": 10}}


def _whole(said: dict[str, Any]) -> httpx2.Response:
    return httpx2.Response(200, stream=httpx2.ByteStream(json.dumps(said).encode()))


def _stream(*events: dict[str, Any]) -> httpx2.Response:
    lines = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    return httpx2.Response(200, stream=httpx2.ByteStream(f"{lines}data: [DONE]\n\n".encode()))


async def simulate(clips: int, addresses: int, slots: int, seconds: list[float]) -> dict[str, Any]:
    """All clips through both models."""
    clock = asyncio.get_running_loop()
    # The tries count in seconds of the servers, too.
    for module in (asking, checked):
        vars(module)["time"] = SimpleNamespace(monotonic=clock.time, perf_counter=clock.time)
    fleets = [
        {f"{name}-{n}": Simulated(slots, mean, random.Random(n)) for n in range(addresses)}
        for name, mean in zip(MODELS, seconds, strict=True)
    ]
    lives = [asyncio.ensure_future(server.live()) for fleet in fleets for server in fleet.values()]
    memory: list[int] = []
    real = time.process_time()
    results = await asyncio.gather(*(_one_model(fleet, clips, slots, memory) for fleet in fleets))
    real = time.process_time() - real
    for life in lives:
        life.cancel()
    answered, failed = (sum(result[n] for result in results) for n in (0, 1))
    return {
        "requests": 2 * clips,
        "answered": answered,
        "failed": failed,
        "tries": sum(result[2] for result in results),
        "busy": [round(result[3], 4) for result in results],
        "hours": round(max(result[4] for result in results) / 3600, 2),
        "core_s_per_request": round(real / (2 * clips), 5),
        "memory_mb": {"after a tenth": round(memory[0] / 1e6), "at the end": round(resident() / 1e6)},
    }


async def _one_model(
    fleet: dict[str, Simulated], clips: int, slots: int, memory: list[int]
) -> tuple[int, int, int, float, float]:
    """(answered, failed, tries, how busy the slots of servers that were up were kept, seconds)."""
    clock, name = asyncio.get_running_loop(), next(iter(fleet)).rsplit("-", 1)[0]
    urls = [f"http://{host}:8000/v1" for host in fleet]
    (spec,) = resolve_models([f"{name}={','.join(urls)}"])
    parallel = slots + slots // 4  # a few wait at the server, so that a slot never waits for the way
    client = httpx2.AsyncClient(transport=Network(fleet))
    asker = Asking(spec, client, Addresses(urls, parallel), None, "simulated")
    request = small_request(spec)
    numbers, told_of = iter(range(clips)), {"answered": 0, "failed": 0, "tries": 0}
    full: list[tuple[float, float, float]] = []  # when no new request was left: seconds, busy, up

    async def worker() -> None:
        for number in numbers:
            if number == clips // 10:
                memory.append(resident())
            told = AnswerSoFar(lambda text: None)
            try:
                await asker.ask(ServerRequest(request, "data:,", str(number), None, 0.0), told)
                told_of["answered"] += 1
            except FinalError:
                told_of["failed"] += 1
            told_of["tries"] += told.tries
        if not full:
            up = sum(s.up_s + (clock.time() - s.begun if s.up else 0.0) for s in fleet.values())
            full.append((clock.time(), sum(s.busy_s for s in fleet.values()), up))

    await asyncio.gather(*(worker() for _ in range(min(2 * parallel * len(fleet), clips))))
    await asker.close()
    seconds, busy, up = full[0]
    return told_of["answered"], told_of["failed"], told_of["tries"], busy / (up * slots), seconds


def resident() -> int:
    """Bytes of memory that this process holds (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def small_request(spec: ModelSpec) -> Request:
    """A batch's request; what its frames cost is measured apart."""
    times = FrameTimes(indices=(0, 8), seconds=(0.0, 0.25))
    images = np.zeros((2, spec.vision.factor, spec.vision.factor, 3), np.uint8)
    return Request(Messages("", "What happens?"), images, times, 0.25, Sampling(max_new_tokens=TOKENS), patient=True)


def frames_cost() -> dict[str, float]:
    """Seconds of a core for the frames of one bundled clip: decoded once, and as each model's request has them."""
    specs = resolve_models(list(MODELS))
    start = time.process_time()
    frames = sample_frames(probe(SCENARIOS / "scenario_01" / "segment.webm"), Settings(), specs)
    decoded = time.process_time() - start
    costs = {"decode": round(decoded, 3)}
    for spec in specs:
        start = time.process_time()
        request = small_request(spec)
        Encoder().url(Request(request.messages, frames.for_model(spec), frames.times, 0.25, request.sampling))
        costs[f"encode for {spec.name}"] = round(time.process_time() - start, 3)
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description="The client before many simulated servers.")
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--addresses", type=int, default=16, help="of each model")
    parser.add_argument("--slots", type=int, default=32, help="answers at once at each")
    parser.add_argument("--seconds", type=float, nargs=2, default=[0.6, 0.35], help="of an answer, for each model")
    parser.add_argument("--runs", type=int, default=20_000, help="saved runs over which a killed batch goes on")
    parser.add_argument("--short", action="store_true", help="a few: does it still measure?")
    args = parser.parse_args()
    clips, addresses, slots, runs = args.clips, args.addresses, args.slots, args.runs
    if args.short:
        clips, addresses, slots, runs = 1500, 2, 8, 60
    loop = LeapingLoop()
    try:
        found = loop.run_until_complete(simulate(clips, addresses, slots, args.seconds))
    finally:
        loop.close()
    assert found["answered"] + found["failed"] == 2 * clips
    print(json.dumps(found | {"frames_core_s": frames_cost(), "after_a_kill": after_a_kill(runs)}, indent=2))


if __name__ == "__main__":
    main()
