"""Prefill: how a model looks at a clip and reads a prompt, eagerly, which runs anywhere, or by kernels of our own, on a
GPU."""

from typing import Any, Protocol

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prompt import TokenizedPrompt
from cosmos_compare.engines.local.text_pass import KeyValueStore, TextPass
from cosmos_compare.engines.local.vision_pass import Features, VisionPass

CHUNK = 1024  # tokens of a question that are read at once


class KVCache(KeyValueStore, Protocol):
    """Keys and values of one sequence."""

    @property
    def filled(self) -> int:
        """How many tokens it holds."""
        ...

    def load(self, snapshot: Any) -> bool:
        """Hold what a snapshot has and nothing else; False where the snapshot is not there any more."""
        ...

    def snapshot(self) -> Any:
        """What is filled, to be kept."""
        ...

    def empty(self) -> None:
        """Hold nothing."""
        ...


class Forward:
    """What one way of computing makes differs from another's in the last bits, so nothing is handed over between them:
    `name` tells them apart."""

    def __init__(self, name: str, model: Any, text: TextPass, vision: VisionPass) -> None:
        self.name, self.model, self.text, self.vision = name, model, text, vision

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        """What the vision tower makes of `pixels` (patches, numbers a patch); `grid` (1, 3) is on the CPU."""
        return self.vision(pixels, grid)

    def prefill(self, prompt: TokenizedPrompt, features: Features, kv_cache: KVCache) -> None:
        """Leave the prefix of the prompt in `kv_cache`, which is empty."""
        count = prompt.inputs.prefix_tokens
        hidden = self.model.model.language_model.embed_tokens(prompt.ids[0, :count])
        hidden = hidden.index_copy(0, prompt.video_places, features.tokens)
        self.text(hidden, prompt.positions[:, :, :count], kv_cache, prompt.video_places, features.deep)

    def prefill_question(self, prompt: TokenizedPrompt, kv_cache: KVCache) -> torch.Tensor:
        """Read the question behind the prefix; the logits (1, vocabulary) of the answer's first token.

        In pieces of the same size whatever else happens, so that a long question needs no more memory than a short.
        """
        embed, end = self.model.model.language_model.embed_tokens, prompt.inputs.prompt_tokens
        hidden = None
        for first in range(kv_cache.filled, end, CHUNK):
            piece = slice(first, min(first + CHUNK, end))
            hidden = self.text(embed(prompt.ids[0, piece]), prompt.positions[:, :, piece], kv_cache)
        assert hidden is not None
        return self.text.logits(hidden[-1:], self.model.lm_head)


def eager_forward(model: Any) -> Forward:
    """Operations that any machine has."""
    return Forward("eager", model, TextPass(model), VisionPass(model))


def triton_forward(model: Any) -> Forward:
    """Kernels of our own, and nothing that waits for the GPU. Raises where there is no Triton."""
    from cosmos_compare.engines.local.text_pass_fast import FastTextPass
    from cosmos_compare.engines.local.vision_pass_fast import FastVisionPass

    return Forward("triton", model, FastTextPass(model), FastVisionPass(model))
