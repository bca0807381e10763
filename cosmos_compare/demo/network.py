"""The two architectures for training: batched over a fixed grid, parameters named as the library names them.

The library's vision towers loop over frames in Python. Here all pairs of frames go through at once; a test holds the
logits equal to the library's, through the real processors. Only what the demo checkpoints use is here.
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.answers_text import Manner

HIDDEN, LAYERS, HEADS, KV_HEADS, HEAD, MLP = 256, 5, 4, 2, 64, 640
VISION, DEPTH, VISION_HEADS = 128, 6, 4
ROWS, COLUMNS = 8, 14  # patches of one pair of frames
PATCHES, TOKENS = ROWS * COLUMNS, ROWS * COLUMNS // 4
EPS = 1e-6
Shapes = tuple[tuple[int, int], ...]  # rows and their length


@dataclass(frozen=True)
class Architecture:
    """What differs between the two, and the configuration written beside the weights."""

    manner: Manner
    patch: int
    theta: float
    sections: tuple[int, int, int]
    interleaved: bool
    vision_mlp: int
    tied: bool

    @property
    def frame(self) -> tuple[int, int]:
        """Width and height of a frame at the model, pixels."""
        return COLUMNS * self.patch, ROWS * self.patch


REASON1 = Architecture("driver", 14, 1e6, (8, 12, 12), False, 384, False)
REASON2 = Architecture("analyst", 16, 5e6, (12, 10, 10), True, 512, True)
WINDOW = 112 // REASON1.patch // 2  # merged tokens a side of an attention window of reason1
FULL = (1, 3, 5)  # its blocks with full attention
DEEPSTACK = (1, 3)  # blocks of reason2 whose features also enter the text layers


def block_order(device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """Row and column of each patch in the order the processors write them: by merged 2 × 2 block."""
    rows = torch.arange(ROWS, device=device).view(ROWS // 2, 1, 2, 1).expand(ROWS // 2, COLUMNS // 2, 2, 2)
    columns = torch.arange(COLUMNS, device=device).view(1, COLUMNS // 2, 1, 2).expand(ROWS // 2, COLUMNS // 2, 2, 2)
    return rows.reshape(-1), columns.reshape(-1)


def patchify(frames: Tensor, patch: int) -> Tensor:
    """(pairs, 2, H, W, 3) normalised frames → (pairs, PATCHES, 3 · 2 · patch²), as the video processors do."""
    n = frames.shape[0]
    x = frames.permute(0, 4, 1, 2, 3).reshape(n, 3, 2, ROWS // 2, 2, patch, COLUMNS // 2, 2, patch)
    return x.permute(0, 3, 6, 4, 7, 1, 2, 5, 8).reshape(n, PATCHES, -1)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    turned = torch.cat([-x[..., half:], x[..., :half]], dim=-1)
    return (x * cos + turned * sin).to(x.dtype)


class RMSNorm(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        y = x.float()
        y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + EPS)
        return (self.weight * y).to(x.dtype)


class GatedMLP(nn.Module):
    def __init__(self, size: int, inner: int, bias: bool) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(size, inner, bias)
        self.up_proj = nn.Linear(size, inner, bias)
        self.down_proj = nn.Linear(inner, size, bias)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))  # type: ignore[no-any-return]


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


class Vision(nn.Module):
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


class TextAttention(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        first = arch.manner == "driver"
        self.normed = not first
        self.q_proj = nn.Linear(HIDDEN, HEADS * HEAD, first)
        self.k_proj = nn.Linear(HIDDEN, KV_HEADS * HEAD, first)
        self.v_proj = nn.Linear(HIDDEN, KV_HEADS * HEAD, first)
        self.o_proj = nn.Linear(HEADS * HEAD, HIDDEN, bias=False)
        if self.normed:
            self.q_norm, self.k_norm = RMSNorm(HEAD), RMSNorm(HEAD)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, shapes: Shapes) -> Tensor:
        q, k = self.q_proj(x).unflatten(-1, (HEADS, HEAD)), self.k_proj(x).unflatten(-1, (KV_HEADS, HEAD))
        if self.normed:
            q, k = self.q_norm(q), self.k_norm(k)
        v = self.v_proj(x).unflatten(-1, (KV_HEADS, HEAD))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, dim=1) for t in (k, v))
        parts, begin = [], 0
        for shape in shapes:
            here = slice(begin, begin := begin + shape[0] * shape[1])
            rows = [t[here].unflatten(0, shape).transpose(1, 2) for t in (q, k, v)]
            out = F.scaled_dot_product_attention(rows[0], rows[1], rows[2], is_causal=True)
            parts.append(out.transpose(1, 2).flatten(2).flatten(0, 1))
        return self.o_proj(torch.cat(parts))  # type: ignore[no-any-return]


class TextLayer(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.self_attn = TextAttention(arch)
        self.mlp = GatedMLP(HIDDEN, MLP, False)
        self.input_layernorm = RMSNorm(HIDDEN)
        self.post_attention_layernorm = RMSNorm(HIDDEN)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, shapes: Shapes) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, shapes)
        return x + self.mlp(self.post_attention_layernorm(x))  # type: ignore[no-any-return]


class Text(nn.Module):
    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, HIDDEN)
        self.layers = nn.ModuleList([TextLayer(arch) for _ in range(LAYERS)])
        self.norm = RMSNorm(HIDDEN)


class Inner(nn.Module):
    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.visual = Vision(arch)
        self.language_model = Text(arch, vocabulary)


class Network(nn.Module):
    """One demo model. `state_dict` fits the library's model of the same architecture."""

    axis: Tensor
    frequency: Tensor

    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.arch = arch
        self.model = Inner(arch, vocabulary)
        self.lm_head = nn.Linear(HIDDEN, vocabulary, bias=False)
        if arch.tied:
            self.lm_head.weight = self.model.language_model.embed_tokens.weight
        self.register_buffer("axis", _axes(arch), persistent=False)
        frequency = 1.0 / (arch.theta ** (torch.arange(0, HEAD, 2, dtype=torch.float) / HEAD))
        self.register_buffer("frequency", frequency, persistent=False)
        self.apply(_initialise)

    def forward(
        self, ids: Tensor, positions: Tensor, source: Tensor, patches: Tensor, shapes: Shapes
    ) -> tuple[Tensor, Tensor]:
        """Last hidden states (tokens, HIDDEN) and the merged visual tokens (pairs, TOKENS, HIDDEN).

        The rows of all `shapes` (rows, length) lie one after the other: `ids` (tokens), `positions` (3, tokens);
        `source` (tokens) is the index of a visual token among all of the batch, −1 for text; `patches` (pairs,
        PATCHES, pixels). Only attention must know where a row begins.
        """
        merged, deep = self.model.visual(patches)
        seen = (source >= 0)[:, None]
        # Where nothing is gathered the index must differ from token to token: thousands of equal ones would be added
        # up one after the other in the backward pass.
        spread = torch.arange(len(source), device=source.device)
        index = torch.where(source >= 0, source, spread % (merged.shape[0] * TOKENS))
        words = torch.where(source >= 0, spread % self.lm_head.out_features, ids)
        text = self.model.language_model
        x = torch.where(seen, merged.view(-1, HIDDEN).index_select(0, index), text.embed_tokens(words).to(merged.dtype))
        cos, sin = self.rotary(positions)
        for k, layer in enumerate(text.layers):
            x = layer(x, cos, sin, shapes)
            if k < len(deep):
                x = x + torch.where(seen, deep[k].view(-1, HIDDEN).index_select(0, index), 0.0)
        return text.norm(x), merged

    def rotary(self, positions: Tensor) -> tuple[Tensor, Tensor]:
        """Each frequency turns with one of the three axes: time, row, column."""
        angles = positions.T.float()[:, self.axis] * self.frequency
        angles = torch.cat([angles, angles], dim=-1)[:, None]
        return angles.cos(), angles.sin()


def _axes(arch: Architecture) -> Tensor:
    axis = torch.zeros(HEAD // 2, dtype=torch.long)
    if arch.interleaved:
        for dim in (1, 2):
            axis[dim : 3 * arch.sections[dim] : 3] = dim
    else:
        t, h, _ = arch.sections
        axis[t : t + h], axis[t + h :] = 1, 2
    return axis


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)


def positions(arch: Architecture, visual: Tensor, seconds_per_pair: Tensor, first: Tensor) -> tuple[Tensor, Tensor]:
    """Positions (3, batch, length) and `source`, from where the visual tokens are.

    Text counts one step a token. A group of visual tokens keeps its start in time and counts rows and columns;
    afterwards the count goes on by the longer side of the grid. Reason1 has one group, whose time axis runs at two
    steps a second; reason2 a group for each pair of frames. `visual` (batch, length), `seconds_per_pair` (batch);
    `first` (batch) is the number of each row's first pair of frames among all of the batch.
    """
    number = torch.cumsum(visual, dim=1) - 1  # of the visual token within the sample
    text = torch.cumsum(~visual, dim=1)
    pair, cell = number.clamp(min=0) // TOKENS, number.clamp(min=0) % TOKENS
    longer = COLUMNS // 2
    done = (number + 1) // TOKENS  # pairs complete up to here
    if arch.manner == "driver":
        total = visual.sum(dim=1, keepdim=True)
        groups = ((number + 1) == total) & (total > 0)
        time = torch.floor(pair * (2.0 * seconds_per_pair[:, None])).long()
        now = torch.where(visual, text, text - 1 + longer * groups)
    else:
        time = torch.zeros_like(number)
        now = torch.where(visual, text + longer * pair, text - 1 + longer * done)
    row = torch.where(visual, now + cell // longer, now)
    column = torch.where(visual, now + cell % longer, now)
    result = torch.stack([torch.where(visual, now + time, now), row, column])
    return result, torch.where(visual, first[:, None] * TOKENS + number, -1)


def save_config(arch: Architecture, vocabulary: int, token_ids: dict[str, int]) -> dict[str, Any]:
    """The keyword arguments of the library's configuration class."""
    text: dict[str, Any] = {
        "hidden_size": HIDDEN, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "intermediate_size": MLP, "vocab_size": vocabulary, "rms_norm_eps": EPS,
        "max_position_embeddings": 32768, "bos_token_id": None, "eos_token_id": token_ids["eos_token_id"],
        "pad_token_id": token_ids["pad_token_id"], "tie_word_embeddings": arch.tied,
        "rope_parameters": {"rope_type": "default", "rope_theta": arch.theta, "mrope_section": list(arch.sections)},
    }  # fmt: skip
    vision: dict[str, Any] = {
        "depth": DEPTH, "hidden_size": VISION, "num_heads": VISION_HEADS, "intermediate_size": arch.vision_mlp,
        "patch_size": arch.patch, "out_hidden_size": HIDDEN, "temporal_patch_size": 2, "spatial_merge_size": 2,
    }  # fmt: skip
    if arch.manner == "driver":
        vision |= {
            "window_size": 112,
            "fullatt_block_indexes": list(FULL),
            "tokens_per_second": 2,
            "hidden_act": "silu",
        }
    else:
        text |= {"head_dim": HEAD}
        text["rope_parameters"] |= {"mrope_interleaved": True}
        vision |= {"num_position_embeddings": 256, "deepstack_visual_indexes": list(DEEPSTACK)}
    ids = {key: value for key, value in token_ids.items() if key not in ("eos_token_id", "pad_token_id")}
    return {"text_config": text, "vision_config": vision, "tie_word_embeddings": arch.tied, **ids}
