"""Looking at a clip, each stage kept for the next question about it:

    frames → pixels and head of the prompt → vision features → keys and values of the head

The head is read before and apart from the question, also the first time, so that an answer never depends on what
was kept: a prompt read in one piece differs from one in two in the last bits. What is kept is never written to.
Positions are worked out for the head and continued behind it; the model's own `rope_deltas`, which the last request
left behind, are neither read nor needed.
"""

import hashlib
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.inputs import Head, Inputs, Text, join, look, render
from cosmos_compare.engines.local.kept import Kept
from cosmos_compare.engines.local.keys import KeyValues
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import no_model_is_built
from cosmos_compare.engines.local.memory import upload
from cosmos_compare.engines.local.positions import VIDEO, answer_delta, continue_behind, prompt_positions
from cosmos_compare.schema import Reused, Vision

if TYPE_CHECKING:
    from cosmos_compare.engines.local.reading import Reading

PIXELS = "pixel_values_videos"
DIGEST_BYTES = 1 << 21
_pool = ThreadPoolExecutor(8, thread_name_prefix="digest")


@dataclass(frozen=True)
class Prompt:
    """A request as the model reads it.

    `positions` (3, 1, tokens) are those in time, height and width, on the model's device; token `n` of the answer,
    counted from the start of the prompt, is at `n + delta` on all three. `ids` (1, tokens) and `video_places`, those
    of the video among them, are there too. `pixels` is None where the head was kept.
    """

    request: Request
    text: Text
    frames: Hashable
    inputs: Inputs
    ids: torch.Tensor
    video_places: torch.Tensor
    positions: torch.Tensor
    delta: int
    pixels: torch.Tensor | None

    @property
    def head(self) -> Hashable:
        """All that the head of the prompt depends on."""
        return _head(self.frames, self.request, self.text)


class Looker:
    """One model's eyes. What is kept belongs to this model, its revision and dtype: each engine has its own."""

    def __init__(self, model: Any, processor: Any, vision: Vision, kept: Kept) -> None:
        self.model = model
        self.processor = processor
        self.vision = vision
        self.kept = kept

    def read(self, request: Request) -> Prompt:
        """The prompt's ids and positions, and the pixels where they are new. Raises as `render` and `look` do."""
        text = render(self.processor, self.vision, request)
        frames = _digest(request.images), request.images.shape
        with no_model_is_built():
            return self._read(request, text, frames)

    def _read(self, request: Request, text: Text, frames: Hashable) -> Prompt:
        key = "head", _head(frames, request, text)
        known, pixels = self.kept.get(key), None
        if known is None:
            known, pixels = self._look(request, text)
            self.kept.put(("pixels", frames), pixels)
            self.kept.put(key, known)
        inputs = join(self.processor, known.head, text)
        positions = continue_behind(known.positions, inputs.prompt_tokens, self.vision)
        delta = answer_delta(positions)
        ids = upload(inputs.tensors["input_ids"], self.model.device)
        places = upload(inputs.tensors["mm_token_type_ids"][0].eq(VIDEO).nonzero()[:, 0], self.model.device)
        positions = upload(positions, self.model.device)
        return Prompt(request, text, frames, inputs, ids, places, positions, delta, pixels)

    def fill(self, prompt: Prompt, keys_values: KeyValues, reading: "Reading") -> Reused:
        """Leave `keys_values` with the head of the prompt and nothing else; says how deep the reuse went."""
        key = "prefix", reading.name, prompt.head
        prefix = self.kept.get(key)
        if prefix is not None:
            keys_values.load(prefix)
            return "prefix"
        features, reused = self._features(prompt, reading)
        keys_values.empty()
        reading.head(prompt, features, keys_values)
        self.kept.put(key, keys_values.snapshot())
        return reused

    def _features(self, prompt: Prompt, reading: "Reading") -> tuple[Any, Reused]:
        """What the vision tower makes of the frames; it knows nothing of their times."""
        key = "features", reading.name, prompt.frames
        features = self.kept.get(key)
        if features is not None:
            return features, "features"
        pixels = prompt.pixels
        reused: Reused = "none"
        if pixels is None:
            pixels = self.kept.get(("pixels", prompt.frames))
            reused = "pixels"
        if pixels is None:
            with no_model_is_built():
                _, pixels = self._look(prompt.request, prompt.text)
            reused = "none"
        features = reading.features(pixels.to(self.model.device), prompt.inputs.tensors["video_grid_thw"])
        self.kept.put(key, features)
        return features, reused

    def _look(self, request: Request, text: Text) -> tuple["_Head", torch.Tensor]:
        head = look(self.processor, self.vision, request, text, self.model.device)
        pixels = head.tensors.pop(PIXELS)
        # Positions are worked out on the CPU, number by number; only the pixels belong on the GPU.
        tensors = {name: value.cpu() if hasattr(value, "cpu") else value for name, value in head.tensors.items()}
        positions = prompt_positions(
            self.model.config,
            self.vision,
            tensors["mm_token_type_ids"],
            tensors["video_grid_thw"],
            tensors.get("second_per_grid_ts"),
        )
        return _Head(head._replace(tensors=tensors), positions), pixels


class _Head(NamedTuple):
    """A head with the positions of its tokens, (3, 1, tokens) on the CPU."""

    head: Head
    positions: torch.Tensor


def _digest(images: np.ndarray) -> bytes:
    """Of all pixels, in parts that are worked out at the same time: a clip has tens of megabytes."""
    flat = np.ascontiguousarray(images).reshape(-1).data
    parts = [flat[start : start + DIGEST_BYTES] for start in range(0, len(flat), DIGEST_BYTES)]
    digests = map if len(parts) == 1 else _pool.map
    return b"".join(digests(lambda part: hashlib.sha256(part).digest(), parts))


def _head(frames: Hashable, request: Request, text: Text) -> Hashable:
    return frames, request.times.seconds, request.step, text.head
