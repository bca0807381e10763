"""How fast a loaded engine is, against plain `generate` and against what the memory of this machine allows."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.schema import Answer

ROUNDS = 3
SAMPLED = {"temperature": 0.7, "top_p": 0.8, "top_k": 20, "presence_penalty": 1.5}


@dataclass(frozen=True)
class Speed:
    """One model. Times in seconds, rates in tokens per second, sizes in bytes."""

    model: str
    prompt_tokens: int
    weights_per_token: int
    limit: float
    warm_up: float | None
    note: str
    plain: float | None
    greedy: float | None
    sampled: float | None
    plain_first_token: float | None
    first_token_new_clip: float | None
    first_token_new_question: float | None
    preprocess: float | None
    same_start: int

    @property
    def ratio_to_limit(self) -> float | None:
        return self.greedy / self.limit if self.greedy else None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {"ratio_to_limit": self.ratio_to_limit}


def bandwidth(device: torch.device) -> float:
    """Bytes per second, read and written, of a copy within the memory of `device`."""
    count = (1 << 31) if device.type == "cuda" else (1 << 27)
    source = torch.ones(count, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    copies = 200 if device.type == "cuda" else 5  # a GPU's clocks rise while it works
    return max(2 * count / _seconds(lambda: target.copy_(source), device) for _ in range(copies))


def memory_bytes(device: torch.device) -> int | None:
    """Bytes of GPU memory that this program has taken."""
    return torch.cuda.memory_reserved(device) if device.type == "cuda" else None


def weights_per_token(engine: LocalEngine) -> int:
    """Bytes of weights that one token of decoding reads: the text model but its embedding table, and the head."""
    text = engine.model.model.language_model
    parts = [*text.layers.parameters(), *text.norm.parameters(), *engine.model.lm_head.parameters()]
    return sum(part.numel() * part.element_size() for part in parts)


def measure(engine: LocalEngine, request: Request, copy: float, plain_tokens: int) -> Speed:
    """Time one engine; `copy` is the machine's `bandwidth`, `plain_tokens` how many plain `generate` writes."""
    prepared = engine.prepare_fast(0)
    short = _with(request, max_new_tokens=plain_tokens)
    _ask(engine.reference, _with(request, max_new_tokens=2))  # whatever is slow only the first time
    plain = [_ask(engine.reference, short) for _ in range(ROUNDS)]
    _ask(engine.answer, _with(request, max_new_tokens=2))
    new_clip = [_fresh(engine, _with(request, max_new_tokens=2)) for _ in range(ROUNDS)]
    questions = [replace(request, messages=request.messages._replace(user=f"{n}? Why?")) for n in range(ROUNDS)]
    new_question = [_ask(engine.answer, _with(question, max_new_tokens=2)) for question in questions]
    greedy = [_ask(engine.answer, request) for _ in range(ROUNDS)]
    _ask(engine.answer, _with(request, max_new_tokens=2, **SAMPLED))
    sampled = [_ask(engine.answer, _with(request, **SAMPLED)) for _ in range(ROUNDS)]
    read = weights_per_token(engine)
    return Speed(
        model=engine.spec.name,
        prompt_tokens=greedy[0].prompt_tokens or 0,
        weights_per_token=read,
        limit=copy / read,
        warm_up=prepared,
        note=engine.note,
        plain=_median(plain, "tokens_per_s"),
        greedy=_median(greedy, "tokens_per_s"),
        sampled=_median(sampled, "tokens_per_s"),
        plain_first_token=_median(plain, "first_token_s"),
        first_token_new_clip=_median(new_clip, "first_token_s"),
        first_token_new_question=_median(new_question, "first_token_s"),
        preprocess=_median(new_clip, "preprocess_s"),
        same_start=_same(plain[0].raw, greedy[0].raw),
    )


def together(engines: Sequence[LocalEngine], requests: Sequence[Request], *, plain: bool) -> float:
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


def _fresh(engine: LocalEngine, request: Request) -> Answer:
    engine.kept.clear()
    return _ask(engine.answer, request)


def _ask(way: Callable[..., Answer], request: Request) -> Answer:
    return way(request, lambda text: None, lambda state: None, lambda: False)


def _with(request: Request, **values: Any) -> Request:
    return replace(request, sampling=request.sampling.model_copy(update=values))


def _median(answers: Sequence[Answer], name: str) -> float | None:
    values = [getattr(answer, name) for answer in answers if getattr(answer, name) is not None]
    return statistics.median(values) if values else None


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return next((n for n, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), len(one))


def _seconds(work: Callable[[], Any], device: torch.device) -> float:
    start = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - start
