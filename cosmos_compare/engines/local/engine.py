"""The local engine: a transformers checkpoint held on the GPU, or the CPU, that answers one request at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cosmos_compare.engines.base import Cancelled, OnState, OnText, Request
from cosmos_compare.engines.local import memory
from cosmos_compare.engines.local.chat_template import Stopped
from cosmos_compare.engines.local.decode_eager import decode, write
from cosmos_compare.engines.local.forward import EagerForward
from cosmos_compare.engines.local.graphs import Graphs
from cosmos_compare.engines.local.inputs import Inputs, prepare
from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import UNLOADABLE, load_model, load_processor, no_model_is_built
from cosmos_compare.engines.local.positions import follow_own_rule
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.prompt import Prompt
from cosmos_compare.engines.local.reference import generate
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.engines.local.tensor_cache import TensorCache
from cosmos_compare.engines.local.text_stream import TextStream
from cosmos_compare.errors import CompareError
from cosmos_compare.machine import facts
from cosmos_compare.schema import Answer, Failure, Finish, ModelSpec, Reused

OUT_OF_MEMORY_HINT = "Use fewer frames, a smaller pixel budget, or free the GPU of other programs."
SPARE_TOKENS = 256  # room for an answer before its buffers grow


@dataclass
class _Attempt:
    """How far one request got. Times are those of `perf_counter`."""

    request: Request
    stream: TextStream
    on_state: OnState
    cancelled: Cancelled
    start: float = field(default_factory=time.perf_counter)
    prepared: float | None = None
    inputs: Inputs | None = None
    reused: Reused = "none"


class LocalEngine:
    """One model, loaded. Safetensors only, no code from the checkpoint, no network."""

    def __init__(self, spec: ModelSpec, folder: Path, keep_bytes: int | None = None) -> None:
        """Load the weights in `folder`: the spec's dtype on a GPU, float32 on a CPU (bfloat16 is slower there).

        Up to `keep_bytes` of what was made of the last clips are kept for the next question about them.
        """
        self.spec = spec
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.device_name = torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"
        dtype = getattr(torch, spec.dtype) if self.device.type == "cuda" else torch.float32
        try:
            self.processor: Any = load_processor(folder)
            self.model: Any = load_model(folder, dtype, self.device)
        except torch.OutOfMemoryError as error:
            raise CompareError(
                f"{spec.label} does not fit in the free GPU memory.", "Run one model at a time, or free the GPU."
            ) from error
        except CompareError as error:
            raise CompareError(f"{spec.label}: {folder} can't be used. {error.message}", error.hint) from error
        except UNLOADABLE as error:
            raise CompareError(
                f"{spec.label}: {folder} can't be loaded ({_first_line(error)}).",
                "Check that the checkpoint is complete and in safetensors form.",
            ) from error
        follow_own_rule(self.model, spec.vision)
        self.end_ids = _end_ids(self.model)
        self.kept = TensorCache(facts.keep_bytes(memory.gpu_memory(self.device)) if keep_bytes is None else keep_bytes)
        self.prefix_cache = PrefixCache(self.model, self.processor, spec.vision, self.kept)
        self.plain = EagerForward(self.model)
        self.graphs: Graphs | None = None
        # A stream of its own lets two models run at the same time on one GPU.
        self.stream = torch.cuda.Stream() if self.device.type == "cuda" else None  # type: ignore[no-untyped-call]
        if self.device.type == "cuda":
            # The weights are there for all streams. Not all of the device: another model may be capturing a graph.
            torch.cuda.current_stream().synchronize()
            self.graphs = Graphs(self.model)
        self._lock = threading.Lock()

    @property
    def note(self) -> str:
        return self.graphs.note if self.graphs else ""

    @property
    def kept_bytes(self) -> int:
        return self.kept.nbytes

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        return self._answer(request, on_text, on_state, cancelled, self._write)

    def reference(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        """The same answer by plain `generate` in one piece, with nothing kept: slower, for checks and benchmarks."""
        return self._answer(request, on_text, on_state, cancelled, self._generate)

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        if self.graphs is None:
            return None
        self.graphs.wait(timeout)
        return self.graphs.seconds

    def close(self) -> None:
        with self._lock:
            if self.graphs:
                self.graphs.close()
            self.kept.clear()
            del self.prefix_cache, self.plain, self.model
            memory.free_memory()

    @torch.inference_mode()
    def _answer(
        self,
        request: Request,
        on_text: OnText,
        on_state: OnState,
        cancelled: Cancelled,
        way: Callable[[_Attempt], None],
    ) -> Answer:
        with self._lock, torch.cuda.stream(self.stream), self._forget_on_error():
            if self.device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(self.device)
            attempt = _Attempt(request, TextStream(self.processor.tokenizer, on_text), on_state, cancelled)
            failure = self._try(way, attempt)
            if failure and failure.type == "OutOfMemory" and not attempt.stream.ids and len(self.kept):
                # What was kept for other questions goes before a question fails for lack of memory.
                self.kept.clear()
                memory.free_memory()
                failure = self._try(way, attempt)
            if failure and failure.type == "OutOfMemory":
                self.kept.clear()
                memory.free_memory()  # outside of `except`, whose traceback would keep the tensors alive
            return self._told(attempt, failure)

    @contextmanager
    def _forget_on_error(self) -> Iterator[None]:
        """What was kept when something broke is not trusted any more."""
        try:
            yield
        except BaseException:
            self.kept.clear()
            raise

    def _try(self, way: Callable[[_Attempt], None], attempt: _Attempt) -> Failure | None:
        try:
            way(attempt)
        except Stopped:
            return None
        except CompareError as error:
            return Failure(type="WrongInput", message=error.message, hint=error.hint)
        except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
            if not memory.is_out_of_memory(error):
                raise
            return Failure(type="OutOfMemory", message="The memory was not enough.", hint=OUT_OF_MEMORY_HINT)
        return None

    def _write(self, attempt: _Attempt) -> None:
        """Look at the clip as far as that is not kept, then write."""
        request = attempt.request
        attempt.on_state("looking")
        prompt = self.prefix_cache.tokenize(request, attempt.cancelled)
        attempt.inputs, attempt.prepared = prompt.inputs, time.perf_counter()
        if attempt.cancelled():
            return
        graphs = self.graphs if self.graphs and self.graphs.takes(prompt) else None
        kv_cache = graphs.kv_cache() if graphs else self._room(prompt)
        forward = graphs.forward if graphs else self.plain
        attempt.reused = self.prefix_cache.prefill(prompt, kv_cache, forward)
        if attempt.cancelled():
            return
        attempt.on_state("writing")
        sampling = request.sampling
        if graphs:
            tokens = graphs.decode(prompt)
        else:
            sampler = Sampler(sampling, self.model.config.text_config.vocab_size, self.device)
            tokens = decode(self.model, self.plain.text, prompt, kv_cache, sampler)
        write(tokens, attempt.stream, sampling.max_new_tokens, self.end_ids, attempt.cancelled)

    def _room(self, prompt: Prompt) -> DynamicKVCache:
        return DynamicKVCache(
            self.model.config.text_config.num_hidden_layers, prompt.inputs.prompt_tokens + SPARE_TOKENS
        )

    def _generate(self, attempt: _Attempt) -> None:
        attempt.on_state("looking")
        with no_model_is_built():
            attempt.inputs = prepare(self.processor, self.spec.vision, attempt.request)
        attempt.prepared = time.perf_counter()
        if attempt.cancelled():
            return
        attempt.on_state("writing")
        sampling = attempt.request.sampling
        generate(self.model, attempt.inputs, sampling, attempt.stream, self.end_ids, attempt.cancelled)

    def _told(self, attempt: _Attempt, failure: Failure | None) -> Answer:
        end = time.perf_counter()
        stream, inputs, start = attempt.stream, attempt.inputs, attempt.start
        writing_s = end - stream.first_at if stream.first_at else 0.0
        return Answer(
            raw=stream.text(),
            finish=self._finish(attempt, failure),
            error=failure,
            rendered_prompt=inputs.rendered_prompt if inputs else None,
            sampling=attempt.request.sampling,
            input_height=attempt.request.images.shape[1],
            input_width=attempt.request.images.shape[2],
            video_tokens=inputs.video_tokens if inputs else None,
            prompt_tokens=inputs.prompt_tokens if inputs else None,
            new_tokens=len(stream.ids),
            preprocess_s=attempt.prepared - start if attempt.prepared else None,
            first_token_s=stream.first_at - start if stream.first_at else None,
            total_s=end - start,
            tokens_per_s=(len(stream.ids) - 1) / writing_s if len(stream.ids) > 1 and writing_s else None,
            peak_memory_bytes=torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else None,
            reused=attempt.reused,
        )

    def _finish(self, attempt: _Attempt, failure: Failure | None) -> Finish:
        ids = attempt.stream.ids
        if failure:
            return "error"
        if ids and ids[-1] in self.end_ids:
            return "stop"
        return "length" if len(ids) >= attempt.request.sampling.max_new_tokens else "cancelled"


def free_bytes() -> int | None:
    """Free GPU memory, or None without a GPU."""
    return torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None


def _end_ids(model: Any) -> list[int]:
    ids = model.generation_config.eos_token_id
    return [ids] if isinstance(ids, int) else list(ids)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
