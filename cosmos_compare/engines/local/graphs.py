"""CUDA graphs of the decoding steps, made in the background after loading. Until they are there nothing depends on
them; if they can't be made, a note says why and the engine goes on without.

A graph is one launch for all kernels of a token. `token_pass` needs six a layer; where those can't be had, the pass
that runs anywhere is recorded.
"""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from functools import partial
from typing import Any

from cosmos_compare.engines.local.background import Background
from cosmos_compare.engines.local.decoder import Decoder
from cosmos_compare.engines.local.forward import Forward, TritonForward
from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prompt import Prompt
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.schema import Sampling

MAX_SAMPLERS = 8
PREPARING = "The fast path is being prepared"
# Preparing two models at once would only slow both, and captures would be in each other's way.
_warming, _capturing = threading.Lock(), threading.Lock()


class Graphs:
    """The graphs of one model. Answers that use them run one at a time, on one stream."""

    def __init__(self, model: Any) -> None:
        self.model = model
        self.ready = False
        self.note = PREPARING
        self.seconds: float | None = None  # that the preparation took
        self.decoder: Decoder | None = None
        self._graphs: dict[Hashable, torch.cuda.CUDAGraph] = {}
        self._samplers: dict[Sampling, Sampler] = {}
        self._pool = torch.cuda.graph_pool_handle()
        self._closing = False
        self._thread = Background(self._prepare, name="graphs")

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the graphs are there, or are known not to come, `timeout` seconds at most."""
        self._thread.join(timeout)

    def close(self) -> None:
        """Stop preparing, and give the graphs, their memory and the model back."""
        self._closing = True
        self._thread.join()
        self.ready = False
        self._forget()
        del self.model  # the thread knows this object, and would keep the weights

    def _forget(self) -> None:
        self._graphs.clear()
        self._samplers.clear()
        if self.decoder:
            self.decoder.close()
        self.decoder = None

    def takes(self, prompt: Prompt) -> bool:
        """Whether the graphs are there and have room for prompt and answer."""
        return self.ready and self.decoder is not None and self.decoder.fits(prompt)

    def kv_cache(self) -> DynamicKVCache:
        """Where the prefix of a prompt goes before `tokens` is asked for."""
        assert self.decoder is not None
        return self.decoder.fixed.kv_cache()

    @property
    def forward(self) -> Forward:
        """How the prefix of a prompt gets there."""
        assert self.decoder is not None
        return self.decoder.forward

    def decode(self, prompt: Prompt) -> Iterator[int]:
        """The tokens of an answer to a prompt whose head is in `kv_cache`."""
        assert self.decoder is not None
        return self.decoder.decode(prompt, self._sampler(prompt.request.sampling), self._run)

    def _run(self, key: Hashable, function: Callable[[], None]) -> None:
        graph = self._graphs.get(key)
        if graph is None:
            function()
        else:
            graph.replay()

    @torch.inference_mode()
    def _prepare(self) -> None:
        # In slices: a thread that waits for a lock can't be broken off.
        while not _warming.acquire(timeout=0.2):
            if self._closing:
                return
        try:
            with torch.cuda.stream(torch.cuda.Stream()):  # type: ignore[no-untyped-call]
                self._try_ways()
        except Exception as error:  # noqa: BLE001  whatever fails here costs speed, not answers
            self.note = _fault(error)
        finally:
            _warming.release()
            if not self.ready:
                self._forget()

    def _try_ways(self) -> None:
        """The fastest way that works here. What failed before stands in the note."""
        start = time.perf_counter()  # waiting for another model is no work
        faults: list[str] = []
        for few_kernels, flash in [(few, flash) for few in (True, False) for flash in self._attentions()]:
            if self._closing:
                return
            try:
                self._capture_all(few_kernels, flash)
                torch.cuda.current_stream().synchronize()
            except Exception as error:  # noqa: BLE001  the next way may work
                faults.append(_fault(error))
                continue
            self.seconds = time.perf_counter() - start
            self.ready = not self._closing
            break
        self.note = " Then: ".join(faults)

    def _attentions(self) -> tuple[bool, ...]:
        """Whether to use flash attention, best first."""
        return (False,) if self.model.dtype == torch.float32 else (True, False)

    def _capture_all(self, few_kernels: bool, flash: bool) -> None:
        """Graphs for every length of the question, and of the keys and values."""
        # A pool can't be used again once its graphs are gone.
        self._graphs, self._pool = {}, torch.cuda.graph_pool_handle()
        decoder = self.decoder = self.decoder or Decoder(self.model)
        decoder.use(few_kernels=few_kernels, flash=flash)
        if isinstance(decoder.forward, TritonForward):
            decoder.forward.warm_up()
        for count in decoder.questions:
            self._capture(("question", count), partial(decoder.question, count))
        for length in decoder.buckets:
            decoder.fixed.bucket = length
            self._capture(("step", length), decoder.decode_one_token)

    def _capture(self, key: Hashable, function: Callable[[], None], sampler: Sampler | None = None) -> None:
        """Run a function once to settle what is made on first use, then record it."""
        assert self.decoder is not None
        if self._closing:
            return
        self.decoder.position.zero_()
        function()
        self.decoder.position.zero_()
        torch.cuda.current_stream().synchronize()
        graph = torch.cuda.CUDAGraph()
        for generator in sampler.generators if sampler else []:
            graph.register_generator_state(generator)
        with _capturing:
            graph.capture_begin(pool=self._pool, capture_error_mode="thread_local")
            try:
                function()
            finally:
                graph.capture_end()
        self._graphs[key] = graph
        if not self.ready:
            count = len(self.decoder.questions) + len(self.decoder.buckets)
            self.note = f"{PREPARING}, {len(self._graphs)} of {count}."

    def _sampler(self, sampling: Sampling) -> Sampler:
        """A sampler of these values with its graph, which takes milliseconds; the last few are kept."""
        assert self.decoder is not None
        kind = sampling.model_copy(update={"seed": 0, "max_new_tokens": 1})
        if kind not in self._samplers:
            if len(self._samplers) == MAX_SAMPLERS:
                oldest = self._samplers.pop(next(iter(self._samplers)))
                self._graphs.pop(("draw", id(oldest)), None)
            sampler = Sampler(kind, self.decoder.logits.shape[1], self.decoder.logits.device)
            try:
                self._capture(("draw", id(sampler)), partial(self.decoder.sample, sampler), sampler)
            except RuntimeError:  # no memory for it, say: without a graph the draw runs as it is
                sampler = Sampler(kind, self.decoder.logits.shape[1], self.decoder.logits.device)
            self._samplers[kind] = sampler
        return self._samplers[kind]


def _fault(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:300]}"
