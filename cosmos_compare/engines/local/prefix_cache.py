"""Looking at a clip, each stage kept for the next question about it:

    frames → pixels and prefix of the prompt → vision features → keys and values of the prefix

The prefix is read before and apart from the question, also the first time, so that an answer never depends on what
was kept: a prompt read in one piece differs from one in two in the last bits. What is kept is never written to.
Positions are worked out for the prefix and continued behind it; the model's own `rope_deltas`, which the last request
left behind, are neither read nor needed.
"""

import hashlib
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from cosmos_compare.engines.base import Cancelled, Request
from cosmos_compare.engines.local.building import no_model_is_built
from cosmos_compare.engines.local.chat_template import never
from cosmos_compare.engines.local.inputs import Prefix, PromptText, join, look, render
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import upload
from cosmos_compare.engines.local.positions import VIDEO, answer_delta, continue_behind, prompt_positions
from cosmos_compare.engines.local.prefill import Forward, KVCache
from cosmos_compare.engines.local.prompt import TokenizedPrompt, prefix_key
from cosmos_compare.engines.local.tensor_cache import TensorCache
from cosmos_compare.records.schema import Reused, Vision

PIXELS = "pixel_values_videos"
DIGEST_BYTES = 1 << 21
_pool = ThreadPoolExecutor(8, thread_name_prefix="digest")


class PrefixCache:
    """What one model made of the last clips: each engine has its own, for its model, revision and dtype."""

    def __init__(self, model: Any, processor: Any, vision: Vision, kept: TensorCache) -> None:
        self.model = model
        self.processor = processor
        self.vision = vision
        self.kept = kept

    def tokenize(self, request: Request, cancelled: Cancelled = never) -> TokenizedPrompt:
        """The prompt's ids and positions, and the pixels where they are new. Raises as `render` and `look` do."""
        text = render(self.processor, self.vision, request, cancelled)
        frames = _digest(request.images), request.images.shape
        with no_model_is_built():
            return self._tokenize(request, text, frames)

    def _tokenize(self, request: Request, text: PromptText, frames: Hashable) -> TokenizedPrompt:
        key = "ids", prefix_key(frames, request, text)
        known, pixels = self.kept.get(key), None
        if known is None:
            known, pixels = self._look(request, text)
            self.kept.put(("pixels", frames), pixels)
            self.kept.put(key, known)
        inputs = join(self.processor, known.prefix, text)
        positions = continue_behind(known.positions, inputs.prompt_tokens)
        delta = answer_delta(positions)
        ids = upload(inputs.tensors["input_ids"], self.model.device)
        places = upload(inputs.tensors["mm_token_type_ids"][0].eq(VIDEO).nonzero()[:, 0], self.model.device)
        positions = upload(positions, self.model.device)
        return TokenizedPrompt(request, text, frames, inputs, ids, places, positions, delta, pixels)

    def prefill(self, prompt: TokenizedPrompt, kv_cache: KVCache, forward: Forward) -> Reused:
        """Leave `kv_cache` with the prefix of the prompt and nothing else; says how deep the reuse went."""
        key = "prefix", forward.name, prompt.prefix
        prefix = self.kept.get(key)
        if prefix is not None and kv_cache.load(prefix):
            return "prefix"
        features, reused = self._features(prompt, forward)
        kv_cache.empty()
        forward.prefill(prompt, features, kv_cache)
        self.kept.put(key, kv_cache.snapshot())
        return reused

    def _features(self, prompt: TokenizedPrompt, forward: Forward) -> tuple[Any, Reused]:
        """What the vision tower makes of the frames; it knows nothing of their times."""
        key = "features", forward.name, prompt.frames
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
        features = forward.features(pixels.to(self.model.device), prompt.inputs.tensors["video_grid_thw"])
        self.kept.put(key, features)
        return features, reused

    def _look(self, request: Request, text: PromptText) -> tuple["_Known", torch.Tensor]:
        prefix = look(self.processor, self.vision, request, text, self.model.device)
        pixels = prefix.tensors.pop(PIXELS)
        # Positions are worked out on the CPU, number by number; only the pixels belong on the GPU.
        tensors = {name: value.cpu() if hasattr(value, "cpu") else value for name, value in prefix.tensors.items()}
        positions = prompt_positions(
            self.model.config,
            tensors["mm_token_type_ids"],
            tensors["video_grid_thw"],
            tensors.get("second_per_grid_ts"),
        )
        return _Known(prefix._replace(tensors=tensors), positions), pixels


class _Known(NamedTuple):
    """A prefix with the positions of its tokens, (3, 1, tokens) on the CPU."""

    prefix: Prefix
    positions: torch.Tensor


def _digest(images: np.ndarray) -> bytes:
    """Of all pixels, in parts that are worked out at the same time: a clip has tens of megabytes."""
    flat = np.ascontiguousarray(images).reshape(-1).data
    parts = [flat[start : start + DIGEST_BYTES] for start in range(0, len(flat), DIGEST_BYTES)]
    digests = map if len(parts) == 1 else _pool.map
    return b"".join(digests(lambda part: hashlib.sha256(part).digest(), parts))
