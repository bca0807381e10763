"""A request as the model reads it: ids, positions and the place of the video among them."""

from collections.abc import Hashable
from dataclasses import dataclass

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.inputs import Inputs, PromptText
from cosmos_compare.engines.local.libraries import torch


@dataclass(frozen=True)
class TokenizedPrompt:
    """A request as the model reads it.

    `positions` (3, 1, tokens) are those in time, height and width, on the model's device; token `n` of the answer,
    counted from the start of the prompt, is at `n + delta` on all three. `ids` (1, tokens) and `video_places`, those
    of the video among them, are there too. `pixels` is None where the prefix was kept.
    """

    request: Request
    text: PromptText
    frames: Hashable
    inputs: Inputs
    ids: torch.Tensor
    video_places: torch.Tensor
    positions: torch.Tensor
    delta: int
    pixels: torch.Tensor | None

    @property
    def prefix(self) -> Hashable:
        """All that the prefix of the prompt depends on."""
        return prefix_key(self.frames, self.request, self.text)


def prefix_key(frames: Hashable, request: Request, text: PromptText) -> Hashable:
    return frames, request.times.seconds, request.step, text.prefix
