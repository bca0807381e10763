"""The local engine: a transformers checkpoint held on a GPU, or the CPU, that writes many answers at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cosmos_compare.engines.base import Cancelled, OnState, OnText, Request
from cosmos_compare.engines.local import memory, threads
from cosmos_compare.engines.local.attempt import Attempt, tried
from cosmos_compare.engines.local.building import no_model_is_built
from cosmos_compare.engines.local.decode_eager import EagerDecoder
from cosmos_compare.engines.local.graphs import Graphs
from cosmos_compare.engines.local.inputs import check_prompt, prepare
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import load_checkpoint
from cosmos_compare.engines.local.memory_queue import MemoryQueue
from cosmos_compare.engines.local.positions import follow_own_rule
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.reference import generate
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.engines.local.sequence import Sequence, StartedAgainError, StepFailedError
from cosmos_compare.engines.local.tensor_cache import TensorCache
from cosmos_compare.engines.local.text_stream import TextStream, end_ids
from cosmos_compare.engines.local.turn_lock import TurnLock
from cosmos_compare.engines.local.vision_weights import align_mlp
from cosmos_compare.language import Text
from cosmos_compare.machine import facts
from cosmos_compare.records.schema import Answer, ModelSpec
from cosmos_compare.texts.reasoning import REASONING_OPENED, opens_reasoning


class LocalEngine:
    """One model, loaded. Safetensors only, no code from the checkpoint, no network."""

    remote = False

    def __init__(
        self, spec: ModelSpec, folder: Path, keep_bytes: int | None = None, device: torch.device | None = None
    ) -> None:
        """Load the weights in `folder`: the spec's dtype on a GPU, float32 on a CPU (bfloat16 is slower there).

        Up to `keep_bytes` of what was made of the last clips are kept for the next question about them.
        """
        self.spec = spec
        self.device = device or torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
        self.device_name = memory.device_name(self.device)
        self.processor, self.model = load_checkpoint(spec, folder, self.device, check_prompt)
        follow_own_rule(self.model)
        self.end_ids = end_ids(self.model, self.processor.tokenizer)
        self.kept = TensorCache(facts.keep_bytes(memory.gpu_memory(self.device)) if keep_bytes is None else keep_bytes)
        self.prefix_cache = PrefixCache(self.model, self.processor, spec.vision, self.kept)
        self.threads = threads.for_model(self.model) if self.device.type == "cpu" else None
        self._set_threads()  # the eager decoder tries its products as they will be done
        # A stream of its own lets two models run at the same time on one GPU.
        self.stream: Any = None
        self.graphs: Graphs | None = None
        if self.device.type == "cuda":
            with torch.cuda.device(self.device):
                # The weights are there for all streams. Not all of the device: another model may be capturing a graph.
                torch.cuda.current_stream().synchronize()
                self.stream = torch.cuda.Stream()  # type: ignore[no-untyped-call]
                align_mlp(self.model.model.visual)
                self.graphs = Graphs(self.model, self.prefix_cache, self.stream)
        self.eager = Scheduler(EagerDecoder(self.model, self.prefix_cache, self.stream), self.threads)
        self._reading = TurnLock()
        self._memory = MemoryQueue()

    @property
    def capacity(self) -> int:
        if self.graphs is None:
            return self.eager.decoder.slots
        return self.graphs.slots

    @property
    def note(self) -> str:
        notes = [self.graphs.note if self.graphs else "", self.scheduler.note]
        if waiting := self._memory.waiting:
            notes.append(Text("Memory is short: {n} waiting for another answer to end.", n=waiting))
        return " ".join(note for note in notes if note)

    @property
    def scheduler(self) -> Scheduler:
        """Where answers are decoded that begin now."""
        return self.graphs.scheduler if self.graphs and self.graphs.scheduler else self.eager

    @property
    def kept_bytes(self) -> int:
        return self.kept.nbytes

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        return self._answer(request, on_text, on_state, cancelled, self._write)

    def reference(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        """The same answer by plain `generate` in one piece, with nothing kept: slower, for checks and benchmarks. It
        reads the model object's own state, so it must not run beside another one."""
        return self._answer(request, on_text, on_state, cancelled, self._generate)

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        if self.graphs is None:
            return None
        self.graphs.wait(timeout)
        return self.graphs.seconds

    def close(self) -> None:
        self._memory.wait_until_none()
        self.eager.wait_until_idle()
        self.kept.clear()
        if self.graphs:
            self.graphs.close()
        del self.prefix_cache, self.eager, self.model
        memory.free_memory()

    @torch.inference_mode()
    def _answer(
        self,
        request: Request,
        on_text: OnText,
        on_state: OnState,
        cancelled: Cancelled,
        way: Callable[[Attempt], None],
    ) -> Answer:
        with self._counted(), memory.on_stream(self.device, self.stream), self._forget_on_error():
            attempt = Attempt(request, TextStream(self.processor.tokenizer, on_text), on_state, cancelled)
            failure = tried(way, attempt)
            if failure and failure.type == "OutOfMemory" and not attempt.stream.ids:
                # What was kept for other questions, and by other models, goes before one fails for lack of memory.
                self.kept.clear()
                memory.free_memory()
                failure = tried(way, attempt)
            while failure and failure.type == "OutOfMemory" and self._others_gave_back(request, cancelled):
                failure = None if cancelled() else tried(way, attempt)
            if failure and failure.type == "OutOfMemory":
                self.kept.clear()
                memory.free_memory()  # outside of `except`, whose traceback would keep the tensors alive
            return attempt.told(failure, self.end_ids, self.device_name, self._peak_bytes())

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._memory.answering() as alone:
            self._set_threads()
            if alone and self.device.type == "cuda":
                torch.cuda.reset_peak_memory_stats(self.device)
            yield

    def _set_threads(self) -> None:
        if self.threads is not None:
            torch.set_num_threads(self.threads)

    def _others_gave_back(self, request: Request, cancelled: Cancelled) -> bool:
        """Wait until another answer has given memory back: one that ended, or a patient one for somebody who waits.
        False where there is none."""
        if not request.patient:
            self.scheduler.make_way()
        found = self._memory.wait(request.patient, cancelled)
        self.kept.clear()
        memory.free_memory()
        return found

    @contextmanager
    def _forget_on_error(self) -> Iterator[None]:
        """What was kept when something broke is not trusted any more."""
        try:
            yield
        except BaseException:
            self.kept.clear()
            raise

    def _write(self, attempt: Attempt) -> None:
        """An answer from start to end. Where its place is lost on the way it is written again, to the same text."""
        scheduler = self.scheduler
        attempt.path = "graphs" if scheduler is not self.eager else "eager"
        attempt.path_note = self.graphs.note if self.graphs and scheduler is self.eager else ""
        while (sequence := self._prefill(attempt, scheduler)) is not None:
            try:
                # 3. Decode, in steps that are shared with other answers.
                if not attempt.cancelled():
                    attempt.on_state("writing")
                    self._read(scheduler.tokens(sequence, attempt.cancelled), attempt)
                return
            except StartedAgainError as error:
                if error.for_memory:
                    self._memory.give_back()
                    self._memory.wait(attempt.request.patient, attempt.cancelled)
            except StepFailedError as error:
                if self.graphs is None or scheduler is self.eager:
                    raise
                # 4. Steps by graphs that fail leave a slower answer, and its reason.
                self.graphs.give_up(str(error))
                scheduler = self.eager
                attempt.path, attempt.path_note = "eager", self.graphs.note
                if attempt.stream.ids:
                    attempt.on_state("again")  # another path has other last bits: the text so far is void
                attempt.stream = TextStream(self.processor.tokenizer, attempt.stream.on_text)
            finally:
                attempt.company = max(attempt.company, sequence.company)
                if not sequence.joined:
                    scheduler.decoder.release(sequence.state)

    def _prefill(self, attempt: Attempt, scheduler: Scheduler) -> Sequence | None:
        """A prompt that was read, to be decoded; None where nobody wants its answer any more."""
        request = attempt.request
        attempt.on_state("looking")
        with self._reading.take(request.patient, attempt.cancelled):
            # 1. Look: frames and prompt become ids, positions and pixels, those that are not kept.
            prompt = self.prefix_cache.tokenize(request, attempt.cancelled)
            attempt.inputs, attempt.prepared = prompt.inputs, attempt.prepared or time.perf_counter()
            if attempt.cancelled():
                return None
            # 2. Prefill: the prefix from what is kept, else by the vision tower and the text model; the question.
            state, reused = scheduler.decoder.prefill(prompt)
            attempt.reused = attempt.reused if attempt.stream.ids else reused
            return Sequence(prompt, self.end_ids, state)

    def _read(self, tokens: Iterator[int], attempt: Attempt) -> None:
        """Pass on the tokens that are new until they end or someone presses stop."""
        known = len(attempt.stream.ids)
        if not known and attempt.inputs and opens_reasoning(attempt.inputs.rendered_prompt):
            # The template opened the reasoning, so the text never does: without it live text would pass for an answer.
            attempt.stream.on_text(REASONING_OPENED)
        for number, token in enumerate(tokens):
            if number >= known:
                attempt.stream.add(token)
            if attempt.cancelled():
                break
        attempt.stream.end()

    def _generate(self, attempt: Attempt) -> None:
        attempt.path = "generate"
        attempt.on_state("looking")
        with no_model_is_built():
            attempt.inputs = prepare(self.processor, self.spec.vision, attempt.request)
            attempt.prepared = time.perf_counter()
            if attempt.cancelled():
                return
            attempt.on_state("writing")
            sampling = attempt.request.sampling
            generate(self.model, attempt.inputs, sampling, attempt.stream, self.end_ids, attempt.cancelled)

    def _peak_bytes(self) -> int | None:
        return torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else None
