"""The engine of all other checkpoints: an answer by the library's own `generate`, one at a time, nothing kept.

For architectures whose layers are not those of our forward passes. Slower, and said so with every answer.
"""

import time
from pathlib import Path
from typing import Any

from cosmos_compare.engines.base import Cancelled, OnState, OnText, Request
from cosmos_compare.engines.local import memory, threads
from cosmos_compare.engines.local.attempt import Attempt, tried
from cosmos_compare.engines.local.building import no_model_is_built
from cosmos_compare.engines.local.chat_template import never
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.library_inputs import check_any_prompt, prepare_any
from cosmos_compare.engines.local.loading import UNLOADABLE, first_line, load_checkpoint
from cosmos_compare.engines.local.reference import generate
from cosmos_compare.engines.local.text_stream import TextStream, end_ids
from cosmos_compare.engines.local.turn_lock import TurnLock
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Answer, ModelSpec
from cosmos_compare.texts.reasoning import REASONING_OPENED, opens_reasoning


class LibraryEngine:
    """One model, loaded. Safetensors only, no code from the checkpoint, no network."""

    capacity = 1
    remote = False
    kept_bytes = 0

    def __init__(self, spec: ModelSpec, folder: Path, device: torch.device | None = None) -> None:
        """Load the weights in `folder`. Raises `CompareError` with the next step."""
        self.spec = spec
        self.device = device or torch.device("cuda", 0) if torch.cuda.is_available() else torch.device("cpu")
        self.device_name = memory.device_name(self.device)
        self.processor, self.model = load_checkpoint(spec, folder, self.device, check_any_prompt)
        self.end_ids = end_ids(self.model, self.processor.tokenizer)
        self.threads = threads.for_model(self.model) if self.device.type == "cpu" else None
        self._turns = TurnLock()

    @property
    def note(self) -> str:
        return Text(
            "This program has no forward pass of its own for {kind}: the library's answers, more slowly and one at a "
            "time.",
            kind=self.model.config.model_type,
        )

    @torch.inference_mode()
    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        if self.threads is not None:
            torch.set_num_threads(self.threads)
        stream = TextStream(self.processor.tokenizer, on_text)
        attempt = Attempt(request, stream, on_state, cancelled, path="generate", path_note=self.note)
        failure = tried(self._write_in_turn, attempt)
        if failure and failure.type == "OutOfMemory":
            memory.free_memory()
        return attempt.told(failure, self.end_ids, self.device_name, self._peak_bytes())

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        return None

    def close(self) -> None:
        with self._turns.take(patient=False, cancelled=never):
            del self.model
        memory.free_memory()

    def _write_in_turn(self, attempt: Attempt) -> None:
        """A patient answer gives way to somebody who waits, between two tokens, and comes to the same text later."""
        while self._gives_way(attempt):
            if attempt.stream.ids:
                attempt.on_state("again")
                attempt.stream = TextStream(self.processor.tokenizer, attempt.stream.on_text)

    def _gives_way(self, attempt: Attempt) -> bool:
        """Write when it is this answer's turn; whether it gave the turn away before it was whole."""
        patient, gave_way = attempt.request.patient, False

        def ends() -> bool:
            nonlocal gave_way
            gave_way = patient and self._turns.wanted
            return attempt.cancelled() or gave_way

        with self._turns.take(patient, attempt.cancelled):
            self._write(attempt, ends)
        return gave_way and not attempt.cancelled() and not self._is_whole(attempt)

    def _is_whole(self, attempt: Attempt) -> bool:
        ids = attempt.stream.ids
        return bool(ids) and (ids[-1] in self.end_ids or len(ids) >= attempt.request.sampling.max_new_tokens)

    def _write(self, attempt: Attempt, cancelled: Cancelled) -> None:
        attempt.on_state("looking")
        with no_model_is_built():
            attempt.inputs = self._prepared(attempt)
            attempt.prepared = time.perf_counter()
            if cancelled():
                return
            attempt.on_state("writing")
            if opens_reasoning(attempt.inputs.rendered_prompt):
                attempt.stream.on_text(REASONING_OPENED)
            sampling = attempt.request.sampling
            generate(self.model, attempt.inputs, sampling, attempt.stream, self.end_ids, cancelled)

    def _prepared(self, attempt: Attempt) -> Any:
        request, vision = attempt.request, self.spec.vision
        try:
            return prepare_any(self.processor, self.model.config, vision, request, attempt.cancelled)
        except UNLOADABLE as error:
            if memory.is_out_of_memory(error):
                raise
            # Processors are as many as architectures: what one of them can't do with frames is a sentence, too.
            raise CompareError(
                "Its processor can't take these frames ({reason}).",
                "Try fewer or more frames, or another checkpoint.",
                reason=first_line(error),
            ) from error

    def _peak_bytes(self) -> int | None:
        return torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else None
