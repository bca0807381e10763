"""The vision tower without what its library's forward does between the products: rotations in float32 of all heads,
norms in five steps, windows one by one, and a question to the GPU for each list of lengths."""

from typing import Any, NamedTuple

from transformers import vision_utils

from cosmos_compare.engines import local_kernels_many as kernels
from cosmos_compare.engines import local_vision
from cosmos_compare.engines.local_fast_text import gated
from cosmos_compare.engines.local_libraries import torch
from cosmos_compare.engines.local_reading import Features
from cosmos_compare.engines.local_shapes import power_of_two
from cosmos_compare.engines.local_text_pass import norm


class Grid(NamedTuple):
    """All that depends on nothing but the number of patches in time, height and width. On the device."""

    cos: torch.Tensor
    sin: torch.Tensor
    frames: tuple[torch.Tensor, int]  # where each ends, int32, and the longest
    windows: tuple[torch.Tensor, int] | None  # likewise; None where all layers see whole frames
    order: torch.Tensor | None  # of the merged patches, window by window
    places: tuple[torch.Tensor, torch.Tensor] | None  # of the learned grid: indices and weights (patches, 4)


class VisionPass:
    """Features of a video's patches."""

    def __init__(self, model: Any) -> None:
        self.visual = model.model.visual
        config = self.visual.config
        self.heads: int = config.num_heads
        self.size: int = config.hidden_size // config.num_heads
        self.merged: int = config.spatial_merge_size**2
        self.windowed = hasattr(self.visual, "window_size")
        self.deep = list(getattr(config, "deepstack_visual_indexes", None) or [])
        self._grids: dict[tuple[int, ...], Grid] = {}

    def __call__(self, pixels: torch.Tensor, grid: torch.Tensor) -> Features:
        """`pixels` (patches, numbers a patch) on the device; `grid` (1, 3) on the CPU."""
        known = self._grid(grid)
        embed = self.visual.patch_embed.proj
        x = torch.nn.functional.linear(pixels.to(embed.weight.dtype), embed.weight.flatten(1), embed.bias)
        if known.places:
            indices, weights = known.places
            x = x + (self.visual.pos_embed(indices) * weights[:, :, None]).sum(1).to(x.dtype)
        if known.order is not None:
            x = x.view(len(x) // self.merged, -1)[known.order].view(len(x), -1)
        deep = []
        for number, block in enumerate(self.visual.blocks):
            whole = not known.windows or number in self.visual.fullatt_block_indexes
            ends, longest = known.frames if whole or not known.windows else known.windows
            x = x + self._attention(block.attn, norm(block.norm1, x), known, ends, longest)
            inside = norm(block.norm2, x)
            x = x + (gated(block.mlp, inside) if hasattr(block.mlp, "gate_proj") else block.mlp(inside))
            if number in self.deep:
                deep.append(self.visual.deepstack_merger_list[self.deep.index(number)](x))
        tokens = self.visual.merger(x)
        if known.order is not None:
            tokens = torch.empty_like(tokens).index_copy_(0, known.order, tokens)
        return Features(tokens, tuple(deep))

    def warm_up(self) -> None:
        """Make what is made on first use."""
        weight, side = self.visual.patch_embed.proj.weight, 2 * self.visual.config.spatial_merge_size
        self(weight.new_zeros((side * side, weight[0].numel())), torch.tensor([[1, side, side]]))

    def _attention(self, attention: Any, x: torch.Tensor, grid: Grid, ends: torch.Tensor, longest: int) -> Any:
        heads = attention.qkv(x).view(len(x), 3, self.heads, self.size)
        kernels.turn_patches[(len(x),)](
            heads, grid.cos, grid.sin, HEADS=self.heads, HALF=self.size // 2,
            ROWS=power_of_two(2 * self.heads), WIDE=power_of_two(self.size // 2),
        )  # fmt: skip
        query, key, value = heads.unbind(1)
        attended = local_vision.attention(query, key, value, ends, longest, attention.scaling)
        return attention.proj(attended.reshape(len(x), -1))

    def _grid(self, grid: torch.Tensor) -> Grid:
        key = tuple(grid.flatten().tolist())
        if key not in self._grids:
            self._grids = {key: self._work_out(grid)}  # the next clip is mostly of the same size
        return self._grids[key]

    def _work_out(self, grid: torch.Tensor) -> Grid:
        """On the CPU: on the GPU the lengths would have to be waited for."""
        config, device = self.visual.config, self.visual.blocks[0].attn.qkv.weight.device
        merge = config.spatial_merge_size
        ends = vision_utils.get_vision_cu_seqlens(grid)
        positions = vision_utils.get_vision_position_ids(grid, merge)
        order = windows = places = None
        if self.windowed:
            index, bounds = vision_utils.get_vision_window_index(
                grid, spatial_merge_size=merge, window_size=self.visual.window_size, patch_size=self.visual.patch_size
            )
            windows = bounds.to(device), int(bounds.diff().max())
            positions = positions.view(len(index), self.merged, -1)[index].view(len(positions), -1)
            order = index.to(device)
        else:
            indices, weights = vision_utils.get_vision_interpolation_indices_and_weights(
                grid,
                num_grid_per_side=self.visual.num_grid_per_side,
                mode=self.visual.interpolation_mode,
                align_corners=self.visual.interpolation_align_corners,
                spatial_merge_size=merge,
            )
            places = indices.to(device), weights.to(device)
        cos, sin = self.visual.rotary_pos_emb(torch.empty(0, device=device), positions.to(device))
        longest = int(ends.diff().max())
        return Grid(cos.contiguous(), sin.contiguous(), (ends.to(device), longest), windows, order, places)
