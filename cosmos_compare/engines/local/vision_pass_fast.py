"""The same pass with kernels of our own between the products, and all windows in one call of flash attention."""

from typing import Any

from cosmos_compare.engines.local import kernels_prefill as kernels
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.text_pass_fast import swiglu
from cosmos_compare.engines.local.tiles import power_of_two
from cosmos_compare.engines.local.vision_pass import Grid, VisionPass, Windows

DARK = (8, 32, 56)  # time, height and width in patches: of a usual clip's order


class FastVisionPass(VisionPass):
    """For a GPU; where its flash attention doesn't take the heads, attention is the plain pass's."""

    def warm_up(self) -> None:
        """Make what is made on first use, by looking at a dark clip."""
        weight, grid = self.visual.patch_embed.proj.weight, torch.tensor([DARK])
        self(weight.new_zeros((int(grid.prod()), weight[0].numel())), grid)

    def attend(self, attention: Any, x: torch.Tensor, grid: Grid, windows: Windows) -> torch.Tensor:
        heads = attention.qkv(x).view(len(x), 3, self.heads, self.size)
        kernels.rotary_patches[(len(x),)](
            heads, grid.cos, grid.sin, HEADS=self.heads, HALF=self.size // 2,
            ROWS=power_of_two(2 * self.heads), WIDE=power_of_two(self.size // 2),
        )  # fmt: skip
        query, key, value = heads.unbind(1)
        return self.see(query, key, value, windows, attention.scaling)

    def swiglu(self, mlp: Any, x: torch.Tensor) -> Any:
        return swiglu(mlp, x)
