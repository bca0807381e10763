"""Asking a server engine in tests, and what a page would show of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fake_vllm
from engine_requests import make_request

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.server.engine import ServerEngine
from cosmos_compare.records.schema import Answer, ModelSpec, Sampling
from cosmos_compare.records.served import Server

SAID = "".join(fake_vllm.WORDS)
GREEDY = Sampling(max_new_tokens=24)


def at(spec: ModelSpec, *urls: str, **fields: Any) -> ModelSpec:
    server = Server(addresses=urls, tokenizer=spec.source, **fields)
    return spec.model_copy(update={"source": ",".join(urls), "server": server})


@contextmanager
def engine_at(spec: ModelSpec, *urls: str, **fields: Any) -> Iterator[ServerEngine]:
    engine = load_engine(at(spec, *urls, **fields), lambda: None)
    assert isinstance(engine, ServerEngine)
    try:
        yield engine
    finally:
        engine.close()


class Shown:
    """What a page would show."""

    def __init__(self) -> None:
        self.text = ""
        self.states: list[str] = []

    def enter(self, state: str) -> None:
        self.states.append(state)
        if state == "again":
            self.text = ""

    def add(self, piece: str) -> None:
        self.text += piece


def ask(
    engine: ServerEngine, request: Request, shown: Shown | None = None, stop: threading.Event | None = None
) -> Answer:
    shown = shown or Shown()
    return engine.answer(request, shown.add, shown.enter, (stop or threading.Event()).is_set)


def question(spec: ModelSpec, frames: int = 4, seed: int = 0) -> Request:
    return make_request(spec, [number * 0.5 for number in range(frames)], sampling=GREEDY, seed=seed)
