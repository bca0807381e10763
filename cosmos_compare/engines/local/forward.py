"""How a model looks at a clip and reads the prefix of a prompt: plainly, which runs anywhere, or fast, on a GPU."""

from typing import Any, Protocol

from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.kv_cache_static import StaticKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prompt import Prompt
from cosmos_compare.engines.local.text_pass import TextPass
from cosmos_compare.engines.local.vision_pass import Features, VisionPass


class Forward(Protocol):
    """What one way of reading makes differs from another's in the last bits, so nothing is handed over between them:
    `name` tells them apart."""

    name: str

    @property
    def text(self) -> TextPass:
        """How tokens are read."""
        ...

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        """What the vision tower makes of `pixels` (patches, numbers a patch); `grid` (1, 3) is on the CPU."""
        ...

    def prefill(self, prompt: Prompt, features: Features, kv_cache: DynamicKVCache) -> None:
        """Leave the prefix of the prompt in `kv_cache`, which are empty."""
        ...


class EagerForward:
    """Operations that any machine has."""

    name = "plain"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.text = TextPass(model)
        self.vision = VisionPass(model)

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        return self.vision(pixels, grid)

    def prefill(self, prompt: Prompt, features: Features, kv_cache: DynamicKVCache) -> None:
        _head(self.model, self.text, prompt, features, kv_cache)


class TritonForward:
    """Kernels of our own, and nothing that waits for the GPU. `kv_cache` must be those of `fixed`."""

    name = "fast"

    def __init__(self, model: Any, fixed: StaticKVCache) -> None:
        """Raises whatever is raised where there is no Triton."""
        from cosmos_compare.engines.local.text_pass_fast import FastTextPass
        from cosmos_compare.engines.local.vision_pass_fast import FastVisionPass

        self.model, self.fixed = model, fixed
        self.text = FastTextPass(model)
        self.vision = FastVisionPass(model)

    def warm_up(self) -> None:
        """Make what is made on first use, by looking at almost nothing."""
        self.vision.warm_up()

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        return self.vision(pixels, grid)

    def prefill(self, prompt: Prompt, features: Features, kv_cache: DynamicKVCache) -> None:
        self.fixed.position.zero_()
        self.fixed.bucket = self.fixed.capacity
        _head(self.model, self.text, prompt, features, self.fixed)
        kv_cache.filled = prompt.inputs.prefix_tokens


def _head(model: Any, text: TextPass, prompt: Prompt, features: Features, store: Any) -> None:
    count = prompt.inputs.prefix_tokens
    hidden = model.model.language_model.embed_tokens(prompt.ids[0, :count])
    hidden = hidden.index_copy(0, prompt.video_places, features.tokens)
    text(hidden, prompt.positions[:, :, :count], store, prompt.video_places, features.deep)
