"""The vision towers: all pairs of frames at once, where the library's loop over frames in Python."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.training.architecture import (
    COLUMNS,
    DEEPSTACK,
    DEPTH,
    EPS,
    FULL,
    HIDDEN,
    PATCHES,
    ROWS,
    TOKENS,
    VISION,
    VISION_HEADS,
    WINDOW,
    Architecture,
)
from cosmos_compare.demo.training.layers import GatedMLP, RMSNorm, rotate


def patchify(frames: Tensor, patch: int) -> Tensor:
    """(pairs, 2, H, W, 3) normalised frames → (pairs, PATCHES, 3 · 2 · patch²), as the video processors do."""
    n = frames.shape[0]
    x = frames.permute(0, 4, 1, 2, 3).reshape(n, 3, 2, ROWS // 2, 2, patch, COLUMNS // 2, 2, patch)
    return x.permute(0, 3, 6, 4, 7, 1, 2, 5, 8).reshape(n, PATCHES, -1)


def block_order(device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """Row and column of each patch in the order the processors write them: by merged 2 × 2 block."""
    rows = torch.arange(ROWS, device=device).view(ROWS // 2, 1, 2, 1).expand(ROWS // 2, COLUMNS // 2, 2, 2)
    columns = torch.arange(COLUMNS, device=device).view(1, COLUMNS // 2, 1, 2).expand(ROWS // 2, COLUMNS // 2, 2, 2)
    return rows.reshape(-1), columns.reshape(-1)


class PlainMLP(nn.Module):
    def __init__(self, size: int, inner: int) -> None:
        super().__init__()
        self.linear_fc1 = nn.Linear(size, inner)
        self.linear_fc2 = nn.Linear(inner, size)

    def forward(self, x: Tensor) -> Tensor:
        return self.linear_fc2(F.gelu(self.linear_fc1(x), approximate="tanh"))  # type: ignore[no-any-return]


class VisionAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(VISION, 3 * VISION)
        self.proj = nn.Linear(VISION, VISION)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        n, p, _ = x.shape
        q, k, v = self.qkv(x).view(n, p, 3, VISION_HEADS, -1).permute(2, 0, 3, 1, 4).unbind(0)
        out = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, attn_mask=mask)
        return self.proj(out.transpose(1, 2).reshape(n, p, VISION))  # type: ignore[no-any-return]


class VisionBlock(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        first = arch.manner == "driver"
        self.norm1: nn.Module = RMSNorm(VISION) if first else nn.LayerNorm(VISION, eps=EPS)
        self.norm2: nn.Module = RMSNorm(VISION) if first else nn.LayerNorm(VISION, eps=EPS)
        self.attn = VisionAttention()
        self.mlp: nn.Module = GatedMLP(VISION, arch.vision_mlp, True) if first else PlainMLP(VISION, arch.vision_mlp)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None) -> Tensor:
        x = x + self.attn(self.norm1(x), cos, sin, mask)
        return x + self.mlp(self.norm2(x))  # type: ignore[no-any-return]


class PatchEmbed(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        kernel = (2, arch.patch, arch.patch)
        self.proj = nn.Conv3d(3, VISION, kernel, stride=kernel, bias=arch.manner == "analyst")

    def forward(self, patches: Tensor) -> Tensor:
        return F.linear(patches, self.proj.weight.view(VISION, -1), self.proj.bias)


class Merger1(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.ln_q = RMSNorm(VISION)
        self.mlp = nn.Sequential(nn.Linear(4 * VISION, 4 * VISION), nn.GELU(), nn.Linear(4 * VISION, HIDDEN))

    def forward(self, x: Tensor) -> Tensor:
        return self.mlp(self.ln_q(x).view(x.shape[0], TOKENS, -1))  # type: ignore[no-any-return]


class Merger2(nn.Module):
    def __init__(self, after: bool) -> None:
        super().__init__()
        self.after = after  # normalise after the four patches are joined
        self.norm = nn.LayerNorm(4 * VISION if after else VISION, eps=EPS)
        self.linear_fc1 = nn.Linear(4 * VISION, 4 * VISION)
        self.linear_fc2 = nn.Linear(4 * VISION, HIDDEN)

    def forward(self, x: Tensor) -> Tensor:
        joined = (x.shape[0], TOKENS, 4 * VISION)
        x = self.norm(x.view(joined)) if self.after else self.norm(x).view(joined)
        return self.linear_fc2(F.gelu(self.linear_fc1(x)))  # type: ignore[no-any-return]


class VisionTower(nn.Module):
    """(pairs, PATCHES, pixels) → the merged tokens (pairs, TOKENS, HIDDEN), and for reason2 those of deepstack."""

    cos: Tensor
    sin: Tensor
    window: Tensor
    taps: Tensor
    tap_weights: Tensor

    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.arch = arch
        self.patch_embed = PatchEmbed(arch)
        self.blocks = nn.ModuleList([VisionBlock(arch) for _ in range(DEPTH)])
        self.merger: nn.Module = Merger1() if arch.manner == "driver" else Merger2(after=False)
        if arch.manner == "analyst":
            self.pos_embed = nn.Embedding(256, VISION)
            self.deepstack_merger_list = nn.ModuleList([Merger2(after=True) for _ in DEEPSTACK])
        rows, columns = block_order()
        width = VISION // VISION_HEADS
        frequency = 1.0 / (10000.0 ** (torch.arange(0, width // 2, 2, dtype=torch.float) / (width // 2)))
        angles = torch.cat([rows[:, None] * frequency, columns[:, None] * frequency], dim=-1)
        angles = torch.cat([angles, angles], dim=-1)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        place = (rows // 2 // WINDOW) * 100 + columns // 2 // WINDOW
        away = (place[:, None] != place[None]).float() * -1e4
        self.register_buffer("window", away[None, None], persistent=False)
        taps, weights = _position_taps(rows, columns)
        self.register_buffer("taps", taps, persistent=False)
        self.register_buffer("tap_weights", weights, persistent=False)

    def forward(self, patches: Tensor) -> tuple[Tensor, list[Tensor]]:
        first = self.arch.manner == "driver"
        x = self.patch_embed(patches)
        if not first:
            x = x + (self.pos_embed(self.taps) * self.tap_weights[..., None]).sum(1).to(x.dtype)
        deep = []
        for k, block in enumerate(self.blocks):
            mask = self.window.to(x.dtype) if first and k not in FULL else None
            x = block(x, self.cos, self.sin, mask)
            if not first and k in DEEPSTACK:
                deep.append(self.deepstack_merger_list[DEEPSTACK.index(k)](x))
        return self.merger(x), deep


def _position_taps(rows: Tensor, columns: Tensor) -> tuple[Tensor, Tensor]:
    """The four entries of the 16 × 16 table of positions between which each patch lies, and their weights."""

    def axis(index: Tensor, size: int) -> tuple[Tensor, Tensor]:
        place = index.float() * 15 / (size - 1)
        low = place.floor()
        part = place - low
        return torch.stack([low.long(), (low.long() + 1).clamp(max=15)], 1), torch.stack([1 - part, part], 1)

    (r, rw), (c, cw) = axis(rows, ROWS), axis(columns, COLUMNS)
    return (r[:, :, None] * 16 + c[:, None]).reshape(-1, 4), (rw[:, :, None] * cw[:, None]).reshape(-1, 4)
