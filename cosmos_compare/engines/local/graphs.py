"""CUDA graphs of the decoding steps, made in the background after loading. Until they are there nothing depends on
them; if they can't be made, a note says why and the engine goes on without."""

import threading
import time
from typing import Any

from cosmos_compare.engines.local.background import Background
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import on_stream
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.language import N_

PREPARING = N_("The fast path is being prepared; ask again in a moment.")
ASK_DOCTOR = N_("`cosmos-compare doctor` says what the fast path needs.")
SLOTS = 16
_warming = threading.Lock()  # preparing two models at once would only slow both


class Graphs:
    """The fast path of one model: `scheduler` once it is there."""

    def __init__(self, model: Any, prefix_cache: PrefixCache, stream: Any) -> None:
        """`stream` is where prompts are read."""
        self.model, self.prefix_cache, self.stream = model, prefix_cache, stream
        self.scheduler: Scheduler | None = None
        self.failed: Scheduler | None = None
        self.note = PREPARING
        self.slots = SLOTS
        self.seconds: float | None = None  # that the preparation took
        self._closing = False
        self._thread = Background(self._prepare, name="graphs")

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the graphs are there, or are known not to come, `timeout` seconds at most."""
        self._thread.join(timeout)

    def give_up(self, why: str) -> None:
        """Answers that begin now go without graphs."""
        self.failed, self.scheduler = self.scheduler or self.failed, None
        self.note, self.slots = f"{why}. {ASK_DOCTOR}", 1

    def close(self) -> None:
        """Stop preparing, and give the graphs, their memory and the model back."""
        self._closing = True
        self._thread.join()
        for scheduler in (self.scheduler, self.failed):
            if scheduler:
                scheduler.wait_until_idle()
                scheduler.decoder.close()  # type: ignore[attr-defined]
        self.scheduler = self.failed = None
        del self.model, self.prefix_cache  # the thread knows this object, and would keep the weights

    @torch.inference_mode()
    def _prepare(self) -> None:
        # In slices: a thread that waits for a lock can't be interrupted.
        while not _warming.acquire(timeout=0.2):
            if self._closing:
                return
        start = time.perf_counter()  # waiting for another model is no work
        try:
            from cosmos_compare.engines.local.decode_graphs import GraphDecoder

            stream = torch.cuda.Stream(self.model.device)  # type: ignore[no-untyped-call]
            with on_stream(self.model.device, stream):
                decoder = GraphDecoder(self.model, self.prefix_cache, self.stream, stream, self.slots)
                decoder.warm_up(lambda: self._closing)
                stream.synchronize()
        except Exception as error:  # noqa: BLE001  whatever fails here costs speed, not answers
            self.note = f"{type(error).__name__}: {str(error)[:300]}. {ASK_DOCTOR}"
            self.slots = 1
        else:
            self.seconds, self.note = time.perf_counter() - start, ""
            if not self._closing:
                self.scheduler = Scheduler(decoder)
        finally:
            _warming.release()
