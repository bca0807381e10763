"""A forward pass of the vision towers over the modules and weights of the library, without what the library does
around them: a convolution where a product is enough, rotations in float32, norms in five steps, windows one by one."""

from typing import Any, NamedTuple

from cosmos_compare.engines.local import varlen_attention
from cosmos_compare.engines.local.libraries import torch, vision_utils
from cosmos_compare.engines.local.text_pass import apply_rotary, norm, swiglu


class Features(NamedTuple):
    """What a text model is shown: `tokens` (video tokens, width), and for its first layers `deep`, of that shape."""

    tokens: torch.Tensor
    deep: tuple[torch.Tensor, ...]


class Windows(NamedTuple):
    """Runs of patches that see each other: where each begins and ends, int32, on the device; and how long they are."""

    cu_seqlens: torch.Tensor
    lengths: tuple[int, ...]


class Grid(NamedTuple):
    """All that depends on nothing but the number of patches in time, height and width. On the device."""

    cos: torch.Tensor
    sin: torch.Tensor
    frames: Windows
    windows: Windows  # the same where all layers see whole frames
    order: torch.Tensor | None  # of the merged patches, window by window
    places: tuple[torch.Tensor, torch.Tensor] | None  # of the learned grid: indices and weights (patches, 4)


class VisionPass:
    """Features of a video's patches."""

    def __init__(self, model: Any) -> None:
        self.visual = model.model.visual
        self.flash = varlen_attention.fits(model)
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
            whole = not self.windowed or number in self.visual.fullatt_block_indexes
            attended = self.attend(block.attn, norm(block.norm1, x), known, known.frames if whole else known.windows)
            x = x + block.attn.proj(attended.reshape(len(x), -1))
            inside = norm(block.norm2, x)
            x = x + (self.swiglu(block.mlp, inside) if hasattr(block.mlp, "gate_proj") else block.mlp(inside))
            if number in self.deep:
                deep.append(self.visual.deepstack_merger_list[self.deep.index(number)](x))
        tokens = self.visual.merger(x)
        if known.order is not None:
            tokens = torch.empty_like(tokens).index_copy_(0, known.order, tokens)
        return Features(tokens, tuple(deep))

    def attend(self, attention: Any, x: torch.Tensor, grid: Grid, windows: Windows) -> torch.Tensor:
        """What the heads see in their windows, (patches, heads, size), of normed states `x` (patches, width)."""
        query, key, value = attention.qkv(x).view(len(x), 3, self.heads, self.size).unbind(1)
        cos, sin = grid.cos[:, None], grid.sin[:, None]
        query, key = (apply_rotary(part.float(), cos, sin).to(x.dtype) for part in (query, key))
        return self.see(query, key, value, windows, attention.scaling)

    def see(
        self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, windows: Windows, scale: float
    ) -> torch.Tensor:
        """Attention within windows; all are (patches, heads, size)."""
        if self.flash:
            return varlen_attention.attention(query, key, value, windows.cu_seqlens, max(windows.lengths), scale)
        if len(set(windows.lengths)) == 1:
            shape = (len(windows.lengths), -1, self.heads, self.size)
            seen = _seen(query.reshape(shape), key.reshape(shape), value.reshape(shape), scale)
            return seen.flatten(0, 1)
        runs = zip(*(torch.split(part, list(windows.lengths)) for part in (query, key, value)), strict=True)
        return torch.cat([_seen(q[None], k[None], v[None], scale)[0] for q, k, v in runs])

    def swiglu(self, mlp: Any, x: torch.Tensor) -> Any:
        """down(silu(gate(x)) × up(x))."""
        return swiglu(mlp, x)

    def _grid(self, grid: torch.Tensor) -> Grid:
        key = tuple(grid.flatten().tolist())
        if key not in self._grids:
            self._grids = {key: self._work_out(grid)}  # the next clip is mostly of the same size
        return self._grids[key]

    def _work_out(self, grid: torch.Tensor) -> Grid:
        """On the CPU: on the GPU the lengths would have to be waited for."""
        config, device = self.visual.config, self.visual.blocks[0].attn.qkv.weight.device
        merge = config.spatial_merge_size
        cu_seqlens = vision_utils.get_vision_cu_seqlens(grid)
        positions = vision_utils.get_vision_position_ids(grid, merge)
        frames = windows = self._windows(cu_seqlens)
        order = places = None
        if self.windowed:
            index, bounds = vision_utils.get_vision_window_index(
                grid, spatial_merge_size=merge, window_size=self.visual.window_size, patch_size=self.visual.patch_size
            )
            windows = self._windows(bounds)
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
        return Grid(cos.contiguous(), sin.contiguous(), frames, windows, order, places)

    def _windows(self, cu_seqlens: torch.Tensor) -> Windows:
        return Windows(cu_seqlens.to(self.visual.blocks[0].attn.qkv.weight.device), tuple(cu_seqlens.diff().tolist()))


def _seen(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float) -> torch.Tensor:
    """Attention within each window; all are (windows, patches, heads, size)."""
    query, key, value = (part.transpose(1, 2) for part in (query, key, value))
    return torch.nn.functional.scaled_dot_product_attention(query, key, value, scale=scale).transpose(1, 2)
