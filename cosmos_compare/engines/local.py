"""The local engine: a transformers checkpoint held on the GPU, or the CPU, that answers one request at a time."""

import gc
import threading
import time
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from cosmos_compare.engines.base import Cancelled, OnState, OnText, Request
from cosmos_compare.engines.local_inputs import Inputs, prepare
from cosmos_compare.engines.local_libraries import (
    AutoModelForImageTextToText,
    AutoProcessor,
    GenerationConfig,
    StoppingCriteria,
    StoppingCriteriaList,
    torch,
)
from cosmos_compare.engines.local_sampling import logits_processors
from cosmos_compare.engines.local_text import TextStream
from cosmos_compare.errors import CompareError
from cosmos_compare.schema import Answer, Failure, Finish, ModelSpec

OUT_OF_MEMORY_HINT = "Use fewer frames, a smaller pixel budget, or free the GPU of other programs."


class LocalEngine:
    """One model, loaded. Safetensors only, no code from the checkpoint, no network."""

    def __init__(self, spec: ModelSpec, folder: Path) -> None:
        """Load the weights in `folder`: the spec's dtype on a GPU, float32 on a CPU (bfloat16 is slower there)."""
        self.spec = spec
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.device_name = torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"
        dtype = getattr(torch, spec.dtype) if self.device.type == "cuda" else torch.float32
        safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            self.processor: Any = AutoProcessor.from_pretrained(folder, **safe)
            self.model: Any = AutoModelForImageTextToText.from_pretrained(
                folder, dtype=dtype, use_safetensors=True, device_map=self.device, **safe
            ).eval()
        except torch.OutOfMemoryError as error:
            raise CompareError(
                f"{spec.label} does not fit in the free GPU memory.", "Run one model at a time, or free the GPU."
            ) from error
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise CompareError(
                f"{spec.label}: {folder} can't be loaded ({_first_line(error)}).",
                "Check that the checkpoint is complete and in safetensors form.",
            ) from error
        self.end_ids = _end_ids(self.model)
        # `rope_deltas` is state on the model object: two requests at once would read each other's positions.
        self._lock = threading.Lock()

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        with self._lock:
            return self._answer(request, on_text, on_state, cancelled)

    def close(self) -> None:
        with self._lock:
            del self.model
            _free_memory()

    @torch.inference_mode()
    def _answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
        start = time.perf_counter()
        stream = TextStream(self.processor.tokenizer, on_text)
        inputs: Inputs | None = None
        prepared = failure = None
        try:
            on_state("looking")
            inputs = prepare(self.processor, self.spec.vision, request)
            prepared = time.perf_counter()
            self._generate(inputs, request, stream, on_state, cancelled)
        except CompareError as error:
            failure = Failure(type="WrongInput", message=error.message, hint=error.hint)
        except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
            if not _is_out_of_memory(error):
                raise
            failure = Failure(type="OutOfMemory", message="The memory was not enough.", hint=OUT_OF_MEMORY_HINT)
        if failure is not None and failure.type == "OutOfMemory":
            _free_memory()  # outside of `except`, whose traceback would keep the tensors alive
        end = time.perf_counter()
        writing_s = end - stream.first_at if stream.first_at else 0.0
        return Answer(
            raw=stream.text(),
            finish=self._finish(stream.ids, request, failure, cancelled),
            error=failure,
            rendered_prompt=inputs.rendered_prompt if inputs else None,
            sampling=request.sampling,
            input_height=request.images.shape[1],
            input_width=request.images.shape[2],
            video_tokens=inputs.video_tokens if inputs else None,
            prompt_tokens=inputs.prompt_tokens if inputs else None,
            new_tokens=len(stream.ids),
            preprocess_s=prepared - start if prepared else None,
            first_token_s=stream.first_at - start if stream.first_at else None,
            total_s=end - start,
            tokens_per_s=(len(stream.ids) - 1) / writing_s if len(stream.ids) > 1 and writing_s else None,
            peak_memory_bytes=torch.cuda.max_memory_allocated(self.device) if self.device.type == "cuda" else None,
        )

    def _generate(
        self, inputs: Inputs, request: Request, stream: TextStream, on_state: OnState, cancelled: Cancelled
    ) -> None:
        if cancelled():
            return
        tensors = {key: _to(value, self.device, self.model.dtype) for key, value in inputs.tensors.items()}
        on_state("writing")
        self.model.generate(
            **tensors,
            # A fresh configuration: the checkpoint's own would bring sampling values that nobody asked for.
            generation_config=GenerationConfig(
                do_sample=False,
                max_new_tokens=request.sampling.max_new_tokens,
                eos_token_id=self.end_ids,
                pad_token_id=self.end_ids[0],
            ),
            logits_processor=logits_processors(request.sampling, inputs.prompt_tokens, self.device),
            stopping_criteria=StoppingCriteriaList([_Cancelled(cancelled)]),
            streamer=stream,
        )

    def _finish(self, ids: list[int], request: Request, failure: Failure | None, cancelled: Cancelled) -> Finish:
        if failure:
            return "error"
        if ids and ids[-1] in self.end_ids:
            return "stop"
        return "length" if len(ids) >= request.sampling.max_new_tokens else "cancelled"


class _Cancelled(StoppingCriteria):  # type: ignore[misc]
    def __init__(self, cancelled: Cancelled) -> None:
        self.cancelled = cancelled

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor, **kwargs: Any) -> torch.Tensor:
        return torch.full((len(input_ids),), self.cancelled(), dtype=torch.bool, device=input_ids.device)


def free_bytes() -> int | None:
    """Free GPU memory, or None without a GPU."""
    return torch.cuda.mem_get_info()[0] if torch.cuda.is_available() else None


def _end_ids(model: Any) -> list[int]:
    ids = model.generation_config.eos_token_id
    return [ids] if isinstance(ids, int) else list(ids)


def _to(value: Any, device: torch.device, dtype: torch.dtype) -> Any:
    if not isinstance(value, torch.Tensor):
        return value
    return value.to(device, dtype) if value.is_floating_point() else value.to(device)


def _free_memory() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def _is_out_of_memory(error: Exception) -> bool:
    # A CPU allocation that fails has no class of its own.
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or "DefaultCPUAllocator" in str(error)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
