"""How fast loaded engines are at what people run, against plain `generate` and against what this machine allows.

A step of decoding reads the weights once and the keys and values of all its answers; the memory's own speed, that of a
copy, is its limit. Reading a prompt multiplies each token with the weights; the rate of a large matrix product is its
limit.
"""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cosmos_compare.engines.base import Engine, Request
from cosmos_compare.engines.local.decode_eager import bytes_per_token
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.records.schema import Answer

ROUNDS = 3
PATCHES = 4  # of the vision tower for a visual token
SAMPLED = {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "presence_penalty": 1.5}


@dataclass(frozen=True)
class DevicePeak:
    """What a device does at best: bytes of a copy, read and written, and multiply-adds (two operations) a second."""

    copy: float
    products: float


@dataclass(frozen=True)
class BenchRow:
    """One measurement. Times in seconds; rates in tokens per second, of all answers together. `decode_limit` and
    `first_token_limit` are what the machine allows."""

    case: str
    model: str
    device: str
    answers: int
    prompt_tokens: int
    new_tokens: int
    first_token: float | None
    first_token_limit: float | None
    decode: float | None
    decode_limit: float
    path: str
    note: str
    generate_decode: float | None = None
    generate_first_token: float | None = None

    @property
    def share(self) -> float | None:
        """Of the limit that decoding reached."""
        return self.decode / self.decode_limit if self.decode else None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"share": self.share}


def machine_of(device: torch.device) -> DevicePeak:
    return DevicePeak(bandwidth(device), product_rate(device))


def bandwidth(device: torch.device) -> float:
    """Bytes per second, read and written, of a copy within the memory of `device`."""
    count = (1 << 31) if device.type == "cuda" else (1 << 27)
    source = torch.ones(count, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    copies = 200 if device.type == "cuda" else 5  # a GPU's clocks rise while it works
    return max(2 * count / _seconds(lambda: target.copy_(source), device) for _ in range(copies))


def product_rate(device: torch.device) -> float:
    """Operations per second of a large matrix product, random numbers in the type that models have there."""
    size, kind = (8192, torch.bfloat16) if device.type == "cuda" else (1024, torch.float32)
    one, other = (torch.randn((size, size), device=device, dtype=kind) for _ in range(2))
    times = 20 if device.type == "cuda" else 5
    return max(2 * size**3 / _seconds(lambda: one @ other, device) for _ in range(times))


def weights_per_token(engine: LocalEngine) -> int:
    """Bytes of weights that a step of decoding reads: the text model but its embedding table, and the LM head."""
    return sum(part.numel() * part.element_size() for part in _read_each_step(engine))


def decode_limit(engine: LocalEngine, machine: DevicePeak, lengths: Sequence[int], shared: int = 0) -> float:
    """Tokens per second of answers together whose prompts and answers have these `lengths` on average, the first
    `shared` tokens of which all have in common."""
    tokens = sum(length - shared for length in lengths) + shared
    step = weights_per_token(engine) + tokens * bytes_per_token(engine.model)
    return len(lengths) * machine.copy / step


def first_token_limit(engine: LocalEngine, machine: DevicePeak, answer: Answer) -> float | None:
    """Seconds that the products of vision tower and text model take for a new clip."""
    if answer.prompt_tokens is None or answer.video_tokens is None:
        return None
    text: int = sum(part.numel() for part in _read_each_step(engine)) - engine.model.lm_head.weight.numel()
    vision: int = sum(part.numel() for part in engine.model.model.visual.parameters())
    return 2 * (text * answer.prompt_tokens + vision * answer.video_tokens * PATCHES) / machine.products


def alone(case: str, engine: LocalEngine, request: Request, machine: DevicePeak, plain_tokens: int) -> BenchRow:
    """One answer at a time, on a clip that is new each time; beside plain `generate` writing `plain_tokens`."""
    _ask(engine.answer, asked_for(request, max_new_tokens=2))  # whatever is slow only the first time
    answers = [_fresh(engine, request) for _ in range(ROUNDS)]
    row = _row(case, engine, machine, answers[:1], _median(answers, "tokens_per_s"))
    plain = [_ask(engine.reference, asked_for(request, max_new_tokens=plain_tokens)) for _ in range(2)]
    return replace(
        row,
        first_token=_median(answers, "first_token_s"),
        generate_decode=plain[-1].tokens_per_s,
        generate_first_token=plain[-1].first_token_s,
    )


def new_question(engine: LocalEngine, request: Request, machine: DevicePeak) -> BenchRow:
    """Another question on the clip before, drawn as by default."""
    questions = [replace(request, messages=request.messages._replace(user=f"{n}? Why?")) for n in range(ROUNDS)]
    answers = [_ask(engine.answer, asked_for(question, **SAMPLED)) for question in questions]
    row = _row("new question, drawn", engine, machine, answers[:1], _median(answers, "tokens_per_s"))
    return replace(row, first_token=_median(answers, "first_token_s"), first_token_limit=None)


def together(case: str, engine: LocalEngine, requests: Sequence[Request], machine: DevicePeak) -> BenchRow:
    """Answers at once; the rate is that of the steps which all of them shared. Their clips have been seen before."""
    for request in requests:
        _ask(engine.answer, asked_for(request, max_new_tokens=1))
    meter = Meter(engine)
    with ThreadPoolExecutor(len(requests)) as threads:
        answers = list(threads.map(lambda request: _ask(engine.answer, request), requests))
    shared = 0
    if len({request.images.tobytes() for request in requests}) == 1 and answers[0].prompt_tokens:
        shared = answers[0].prompt_tokens
    row = _row(case, engine, machine, answers, meter.rate(), shared)
    return replace(row, first_token=None, first_token_limit=None)


def both(engines: Sequence[LocalEngine], requests: Sequence[Request], *, plain: bool) -> float:
    """Seconds until all engines, working at the same time on a clip that is new to them, have answered."""
    for engine in engines:
        engine.kept.clear()
    ways = [engine.reference if plain else engine.answer for engine in engines]
    threads = [threading.Thread(target=_ask, args=pair) for pair in zip(ways, requests, strict=True)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


def spread(models: Sequence[tuple[Engine, Request]], clips: int, tokens: int) -> float:
    """Seconds until all models have answered about so many clips that are new to them, as many at once as they take."""
    asked = [
        (engine, asked_for(shifted(request, 1 + number), max_new_tokens=tokens))
        for number in range(clips)
        for engine, request in models
    ]
    start = time.perf_counter()
    with ThreadPoolExecutor(max(1, sum(engine.capacity for engine, _ in models))) as threads:
        list(threads.map(lambda pair: _ask(pair[0].answer, pair[1]), asked))
    return time.perf_counter() - start


def shifted(request: Request, pixels: int) -> Request:
    """The same on another clip: every frame moved to the side."""
    return replace(request, images=np.roll(request.images, pixels, axis=2))


class Meter:
    """Counts the tokens of the steps in which most answers took part, from now on."""

    def __init__(self, engine: LocalEngine) -> None:
        self._arrivals: list[tuple[float, int]] = []
        decoder: Any = engine.scheduler.decoder
        collect = type(decoder).collect

        def counted(ticket: Any) -> list[int]:
            tokens: list[int] = collect(decoder, ticket)
            self._arrivals.append((time.perf_counter(), len(tokens)))
            return tokens

        decoder.collect = counted

    def rate(self) -> float | None:
        """Tokens per second, of the largest company that shared two steps or more; None where there was none."""
        for count in sorted({count for _, count in self._arrivals}, reverse=True):
            times = [moment for moment, shared in self._arrivals if shared == count]
            if len(times) > 1:
                return count * (len(times) - 1) / (times[-1] - times[0])
        return None


def _row(
    case: str,
    engine: LocalEngine,
    machine: DevicePeak,
    answers: Sequence[Answer],
    decode: float | None,
    shared: int = 0,
) -> BenchRow:
    first = answers[0]
    lengths = [(answer.prompt_tokens or 0) + answer.new_tokens // 2 for answer in answers]
    return BenchRow(
        case=case,
        model=engine.spec.name,
        device=engine.device_name,
        answers=max(answer.answers_at_once for answer in answers),
        prompt_tokens=first.prompt_tokens or 0,
        new_tokens=first.new_tokens,
        first_token=first.first_token_s,
        first_token_limit=first_token_limit(engine, machine, first),
        decode=decode,
        decode_limit=decode_limit(engine, machine, lengths, shared),
        path=first.path,
        note=first.path_note or engine.note,
    )


def _read_each_step(engine: LocalEngine) -> list[Any]:
    text = engine.model.model.language_model
    return [*text.layers.parameters(), *text.norm.parameters(), *engine.model.lm_head.parameters()]


def _fresh(engine: LocalEngine, request: Request) -> Answer:
    engine.kept.clear()
    return _ask(engine.answer, request)


def _ask(way: Callable[..., Answer], request: Request) -> Answer:
    return way(request, lambda text: None, lambda state: None, lambda: False)


def asked_for(request: Request, **values: Any) -> Request:
    return replace(request, sampling=request.sampling.model_copy(update=values))


def _median(answers: Sequence[Answer], name: str) -> float | None:
    values = [getattr(answer, name) for answer in answers if getattr(answer, name) is not None]
    return statistics.median(values) if values else None


def _seconds(work: Callable[[], Any], device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start
