"""How a model looks at a clip and reads the head of a prompt: plainly, which runs anywhere, or fast, on a GPU."""

from typing import Any, Protocol

from cosmos_compare.engines.local.fixed_keys import FixedKeyValues
from cosmos_compare.engines.local.keys import KeyValues
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.looking import Prompt
from cosmos_compare.engines.local.text_pass import TextPass
from cosmos_compare.engines.local.vision_pass import Features, VisionPass


class Reading(Protocol):
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

    def head(self, prompt: Prompt, features: Features, keys_values: KeyValues) -> None:
        """Leave the head of the prompt in `keys_values`, which are empty."""
        ...


class PlainReading:
    """Operations that any machine has."""

    name = "plain"

    def __init__(self, model: Any) -> None:
        self.model = model
        self.text = TextPass(model)
        self.vision = VisionPass(model)

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        return self.vision(pixels, grid)

    def head(self, prompt: Prompt, features: Features, keys_values: KeyValues) -> None:
        _head(self.model, self.text, prompt, features, keys_values)


class FastReading:
    """Kernels of our own, and nothing that waits for the GPU. `keys_values` must be those of `fixed`."""

    name = "fast"

    def __init__(self, model: Any, fixed: FixedKeyValues) -> None:
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

    def head(self, prompt: Prompt, features: Features, keys_values: KeyValues) -> None:
        self.fixed.position.zero_()
        self.fixed.bucket = self.fixed.capacity
        _head(self.model, self.text, prompt, features, self.fixed)
        keys_values.filled = prompt.inputs.head_tokens


def _head(model: Any, text: TextPass, prompt: Prompt, features: Features, store: Any) -> None:
    count = prompt.inputs.head_tokens
    hidden = model.model.language_model.embed_tokens(prompt.ids[0, :count])
    hidden = hidden.index_copy(0, prompt.video_places, features.tokens)
    text(hidden, prompt.positions[:, :, :count], store, prompt.video_places, features.deep)
