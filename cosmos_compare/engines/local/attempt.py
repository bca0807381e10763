"""One attempt at a request: how far it got, and the answer that it makes."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cosmos_compare.engines.base import Cancelled, OnState, Request
from cosmos_compare.engines.local import memory
from cosmos_compare.engines.local.chat_template import Stopped
from cosmos_compare.engines.local.inputs import Inputs
from cosmos_compare.engines.local.text_stream import TextStream
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Answer, AnswerPath, Failure, Finish, Reused

OUT_OF_MEMORY_HINT = Text("Use fewer frames, a smaller pixel budget, or free the GPU of other programs.")


@dataclass
class Attempt:
    """How far one request got. Times are those of `perf_counter`."""

    request: Request
    stream: TextStream
    on_state: OnState
    cancelled: Cancelled
    start: float = field(default_factory=time.perf_counter)
    prepared: float | None = None
    inputs: Inputs | None = None
    reused: Reused = "none"
    path: AnswerPath = ""
    path_note: str = ""
    company: int = 1

    def told(self, failure: Failure | None, end_ids: Sequence[int], device: str, peak_bytes: int | None) -> Answer:
        """The attempt as an answer; `failure` says why it has no whole one."""
        end = time.perf_counter()
        stream, inputs, start = self.stream, self.inputs, self.start
        size = inputs.size if inputs and inputs.resized else self.request.images.shape[1:3]
        writing_s = end - stream.first_at if stream.first_at else 0.0
        return Answer(
            raw=stream.text(),
            finish=self._finish(failure, end_ids),
            error=failure,
            rendered_prompt=inputs.rendered_prompt if inputs else None,
            sampling=self.request.sampling,
            input_height=size[0] if size else None,
            input_width=size[1] if size else None,
            video_tokens=inputs.video_tokens if inputs else None,
            prompt_tokens=inputs.prompt_tokens if inputs else None,
            new_tokens=len(stream.ids),
            preprocess_s=self.prepared - start if self.prepared else None,
            first_token_s=stream.first_at - start if stream.first_at else None,
            total_s=end - start,
            tokens_per_s=(len(stream.ids) - 1) / writing_s if len(stream.ids) > 1 and writing_s else None,
            peak_memory_bytes=peak_bytes,
            reused=self.reused,
            path=self.path,
            path_note=self.path_note,
            device=device,
            answers_at_once=self.company,
        )

    def _finish(self, failure: Failure | None, end_ids: Sequence[int]) -> Finish:
        ids = self.stream.ids
        if failure:
            return "error"
        if ids and ids[-1] in end_ids:
            return "stop"
        return "length" if len(ids) >= self.request.sampling.max_new_tokens else "cancelled"


def tried(way: Callable[[Attempt], None], attempt: Attempt) -> Failure | None:
    """Go a way to the end of an answer; what keeps it from getting there, of what a person can do something about."""
    try:
        way(attempt)
    except Stopped:
        return None
    except CompareError as error:
        return Failure(type="WrongInput", message=error.message, hint=error.hint)
    except (MemoryError, RuntimeError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not memory.is_out_of_memory(error):
            raise
        return Failure(type="OutOfMemory", message=Text("The memory was not enough."), hint=OUT_OF_MEMORY_HINT)
    return None
