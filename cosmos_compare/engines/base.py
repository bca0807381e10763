"""What every engine is: the request, the seam, and the values that a model's defaults give."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import Answer, FrameTimes, ModelSpec, Sampling, Settings

OnText = Callable[[str], None]
OnState = Callable[[Literal["looking", "writing", "again"]], None]
Cancelled = Callable[[], bool]


@dataclass(frozen=True)
class Request:
    """One question about one clip, for one model.

    `images` are uint8 RGB (n, height, width, 3) at this model's own size, n even; `step` is the time between two
    sampling points in seconds. A `patient` answer, of a batch say, gives way to one that somebody waits for.
    `switches` are variables of the model's chat template: `{"enable_thinking": True}`.
    """

    messages: Messages
    images: npt.NDArray[np.uint8]
    times: FrameTimes
    step: float
    sampling: Sampling
    patient: bool = False
    switches: Mapping[str, bool] = field(default_factory=dict)


class Engine(Protocol):
    """Something that answers, from any number of threads; what fails inside is an `Answer` with an error."""

    @property
    def device_name(self) -> str:
        """The card, or `cpu`; several with semicolons between."""
        ...

    @property
    def capacity(self) -> int:
        """How many answers it writes at the same time."""
        ...

    @property
    def remote(self) -> bool:
        """Whether its weights are elsewhere, so that it takes no memory here."""
        ...

    @property
    def note(self) -> str:
        """Why answers are not as fast as they could be, or not yet; empty when nothing is in the way."""
        ...

    @property
    def kept_bytes(self) -> int:
        """Bytes kept of the clips in use, for the next question about them."""
        ...

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        """Answer a request. `on_text` gets each new piece of text, `on_state` "looking" and then "writing", and "again"
        when the text so far is void, for what wrote it broke off. `cancelled` is asked before every token."""
        ...

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        """Wait until answers are as fast as they get, `timeout` seconds at most; the seconds that preparing took,
        None where there is nothing to prepare."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...


def resolve_sampling(spec: ModelSpec, settings: Settings, reasoning: bool) -> Sampling:
    """The model's own sampling values, with what the settings say put over them; a repeat is added to the seed."""
    defaults = (spec.sampling_reasoning if reasoning else None) or spec.sampling
    asked = {name: getattr(settings, name) for name in Sampling.model_fields}
    chosen = defaults.model_copy(update={name: value for name, value in asked.items() if value is not None})
    return chosen.model_copy(update={"seed": (chosen.seed + settings.repeat) % 2**63})
