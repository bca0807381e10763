"""How a model looks at a clip and reads the head of a prompt: by the library's own forward passes, which run anywhere,
or by ours, which need a GPU."""

from typing import Any, NamedTuple, Protocol

from cosmos_compare.engines import local_vision
from cosmos_compare.engines.local_fixed import FixedKeyValues
from cosmos_compare.engines.local_keys import KeyValues
from cosmos_compare.engines.local_libraries import torch
from cosmos_compare.engines.local_looking import Prompt


class Features(NamedTuple):
    """What a text model is shown: `tokens` (video tokens, width), and for its first layers `deep`, of that shape."""

    tokens: torch.Tensor
    deep: tuple[torch.Tensor, ...]


class Reading(Protocol):
    """What one way of reading makes differs from another's in the last bits, so nothing is handed over between them:
    `name` tells them apart."""

    name: str

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Any:
        """What the vision tower makes of `pixels` (patches, numbers a patch); `grid` (1, 3) is on the CPU."""
        ...

    def head(self, prompt: Prompt, features: Any, keys_values: KeyValues) -> None:
        """Leave the head of the prompt in `keys_values`, which are empty."""
        ...


class LibraryReading:
    """The model's own forward passes."""

    name = "library"

    def __init__(self, model: Any) -> None:
        self.model = model

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Any:
        features = self.model.model.get_video_features(pixels, grid.to(pixels.device), return_dict=True)
        features.last_hidden_state = None  # of each patch: large, and not used again
        return features

    def head(self, prompt: Prompt, features: Any, keys_values: KeyValues) -> None:
        count = prompt.inputs.head_tokens
        self.model.model(
            input_ids=prompt.ids[:, :count],
            position_ids=prompt.positions[:, :, :count],
            mm_encoder_outputs={"video": features},
            past_key_values=keys_values,
        )


class FastReading:
    """Fewer kernels, and nothing that waits for the GPU. `keys_values` must be those of `fixed`."""

    name = "fast"

    def __init__(self, model: Any, fixed: FixedKeyValues) -> None:
        """Raises whatever is raised where there is no Triton."""
        from cosmos_compare.engines.local_fast_text import TextPass
        from cosmos_compare.engines.local_fast_vision import VisionPass

        self.fixed = fixed
        self.embed = model.model.language_model.embed_tokens
        self.text = TextPass(model, fixed)
        self.library = LibraryReading(model)
        self.vision = VisionPass(model) if local_vision.fits(model) else None

    def warm_up(self) -> None:
        """Make what is made on first use, by looking at almost nothing."""
        if self.vision:
            self.vision.warm_up()

    def features(self, pixels: torch.Tensor, grid: torch.Tensor) -> Any:
        if self.vision:
            return self.vision(pixels, grid)
        output = self.library.features(pixels, grid)
        return Features(torch.cat(output.pooler_output), tuple(map(torch.cat, output.get("deepstack_features") or ())))

    def head(self, prompt: Prompt, features: Any, keys_values: KeyValues) -> None:
        count = prompt.inputs.head_tokens
        hidden = self.embed(prompt.ids[0, :count])
        hidden = hidden.index_copy(0, prompt.video_places, features.tokens)
        self.fixed.position.zero_()
        self.fixed.begin(count)
        self.fixed.bucket = self.fixed.capacity
        self.text(hidden, prompt.positions[:, :, :count], prompt.video_places, features.deep)
        keys_values.filled = count
