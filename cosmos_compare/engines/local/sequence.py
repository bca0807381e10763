"""One answer that is being decoded, as the scheduler and the decoders see it."""

import queue
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol

from cosmos_compare.engines.local.prompt import TokenizedPrompt
from cosmos_compare.records.schema import Reused


class StartedAgainError(Exception):
    """An answer gave up its place: it is decoded from its prompt again, and comes to the same text. `for_memory`:
    somebody needs the memory that it held."""

    def __init__(self, *, for_memory: bool = False) -> None:
        super().__init__()
        self.for_memory = for_memory


class StepFailedError(Exception):
    """The steps of an answer that was alone in them failed, and not for lack of memory; the cause says how."""


@dataclass(eq=False)
class Sequence:
    """`state` is what its decoder knows of it: keys and values, sampler, place. `company` is the largest number of
    answers that shared a step with it."""

    prompt: TokenizedPrompt
    end_ids: Collection[int]
    state: Any
    arrived: "queue.SimpleQueue[int | BaseException | None]" = field(default_factory=queue.SimpleQueue)
    count: int = 0  # tokens that have arrived
    company: int = 1
    joined: bool = False  # from then on its scheduler gives back what the state holds
    left: bool = False  # whoever asked does not want any more
    makes_way: bool = False  # it is to give its memory up

    @property
    def limit(self) -> int:
        """Tokens of the answer, at most."""
        return self.prompt.request.sampling.max_new_tokens

    @property
    def patient(self) -> bool:
        return self.prompt.request.patient

    def take(self, token: int) -> bool:
        """Pass the next token on; whether it was the last."""
        self.count += 1
        self.arrived.put(token)
        return token in self.end_ids or self.count >= self.limit

    def end(self, error: BaseException | None = None) -> None:
        """Nothing comes any more."""
        self.arrived.put(error)


class Decoder(Protocol):
    """One way to decode. `prefill` is called by whoever asks, one at a time; all else by the scheduler's thread."""

    name: str
    slots: int  # answers that one step decodes, at most
    few: int  # the same while somebody waits for one of them: where each more makes a step slower, patient ones pause
    ahead: bool  # whether the device works while tokens are read, so that a step should be launched before

    def prefill(self, prompt: TokenizedPrompt) -> tuple[Any, Reused]:
        """Read a whole prompt: the state to decode from, and how much of it was kept. Raises what torch raises."""
        ...

    def release(self, state: Any) -> None:
        """Give back what a state holds."""
        ...

    def join(self, sequence: Sequence) -> None:
        """Take a sequence into the steps."""
        ...

    def leave(self, sequence: Sequence) -> None:
        """Take it out again, and release its state."""
        ...

    def launch(self, sequences: list[Sequence]) -> Any:
        """Begin to work out the next token of each; a ticket to `collect`."""
        ...

    def collect(self, ticket: Any) -> list[int]:
        """Wait for the tokens of a launch, in its order."""
        ...
