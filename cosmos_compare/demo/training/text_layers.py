"""The text layers, over rows of several shapes that lie one after the other."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cosmos_compare.demo.training.architecture import HEAD, HEADS, HIDDEN, KV_HEADS, LAYERS, MLP, Architecture
from cosmos_compare.demo.training.layers import GatedMLP, RMSNorm, rotate

Shapes = tuple[tuple[int, int], ...]  # rows and their length
HIDDEN_SCORE = -1e4  # no token has only hidden ones: it sees itself


def question_masks(segments: Tensor, shapes: Shapes, dtype: torch.dtype) -> list[Tensor]:
    """What is added to the scores of attention, (rows, 1, length, length) for each shape: a token sees what stands
    before the questions, and its own question, up to itself. `segments` (tokens) are 0 before the questions."""
    masks, begin = [], 0
    for rows, length in shapes:
        own = segments[begin : (begin := begin + rows * length)].view(rows, length)
        sees = (own[:, None] == 0) | (own[:, None] == own[:, :, None])
        later = torch.ones(length, length, dtype=torch.bool, device=own.device).triu(1)
        masks.append(torch.where(sees & ~later, 0.0, HIDDEN_SCORE).to(dtype)[:, None])
    return masks


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

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, shapes: Shapes, masks: list[Tensor]) -> Tensor:
        q, k = self.q_proj(x).unflatten(-1, (HEADS, HEAD)), self.k_proj(x).unflatten(-1, (KV_HEADS, HEAD))
        if self.normed:
            q, k = self.q_norm(q), self.k_norm(k)
        v = self.v_proj(x).unflatten(-1, (KV_HEADS, HEAD))
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = (t.repeat_interleave(HEADS // KV_HEADS, dim=1) for t in (k, v))
        parts, begin = [], 0
        for shape, mask in zip(shapes, masks, strict=True):
            here = slice(begin, begin := begin + shape[0] * shape[1])
            rows = [t[here].unflatten(0, shape).transpose(1, 2) for t in (q, k, v)]
            out = F.scaled_dot_product_attention(rows[0], rows[1], rows[2], attn_mask=mask)
            parts.append(out.transpose(1, 2).flatten(2).flatten(0, 1))
        return self.o_proj(torch.cat(parts))  # type: ignore[no-any-return]


class TextLayer(nn.Module):
    def __init__(self, arch: Architecture) -> None:
        super().__init__()
        self.self_attn = TextAttention(arch)
        self.mlp = GatedMLP(HIDDEN, MLP, False)
        self.input_layernorm = RMSNorm(HIDDEN)
        self.post_attention_layernorm = RMSNorm(HIDDEN)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, shapes: Shapes, masks: list[Tensor]) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, shapes, masks)
        return x + self.mlp(self.post_attention_layernorm(x))  # type: ignore[no-any-return]


class TextModel(nn.Module):
    def __init__(self, arch: Architecture, vocabulary: int) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, HIDDEN)
        self.layers = nn.ModuleList([TextLayer(arch) for _ in range(LAYERS)])
        self.norm = RMSNorm(HIDDEN)
