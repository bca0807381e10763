"""An engine whose steps a test holds back, and requests in threads of their own that can be stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.decode_eager import EagerDecoder
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.records.schema import Answer

PATIENCE = 30  # seconds, of tests that would otherwise hang


class Doors(EagerDecoder):
    """The engine's own decoder with a door before each step, and keys and values for `room` answers at most."""

    def __init__(self, decoder: Any, *, room: int = 64) -> None:
        vars(self).update(vars(decoder))
        self.room = room
        self.open = threading.Event()
        self.open.set()
        self.companies: list[list[Request]] = []

    def prefill(self, prompt: Any) -> Any:
        if self._held >= self.room:
            raise torch.OutOfMemoryError("out of memory")
        return super().prefill(prompt)

    def launch(self, sequences: list[Sequence]) -> list[int]:
        assert self.open.wait(PATIENCE)
        self.companies.append([sequence.prompt.request for sequence in sequences])
        return super().launch(sequences)


def until(truth: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Asked:
    """A request in a thread of its own that can be stopped."""

    def __init__(self, engine: LocalEngine, request: Request) -> None:
        self.stop = threading.Event()
        self.texts: list[str] = []
        self.states: list[str] = []
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(
            engine.answer, request, self.texts.append, self.states.append, self.stop.is_set
        )

    def result(self) -> Answer:
        with self._pool:
            return self._future.result(PATIENCE)
