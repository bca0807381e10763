"""The vision tower's attention as one call. A frame is attended to in windows, hundreds of them, and the library
calls attention once for each; flash attention takes them all together by their lengths."""

from typing import Any

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import upload


def fits(model: Any) -> bool:
    """Whether there is flash attention here, and it takes the heads of the vision tower."""
    if model.device.type == "cpu":
        return False
    config = model.model.visual.config
    size = config.hidden_size // config.num_heads
    probe = torch.zeros((32, 2, size), dtype=model.dtype, device=model.device)
    cu_seqlens = torch.tensor([0, 16, 32], dtype=torch.int32, device=model.device)
    try:
        attention(probe, probe, probe, cu_seqlens, 16, 1.0)
    except (RuntimeError, NotImplementedError):
        return False
    return True


def attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, cu_seqlens: torch.Tensor, longest: int, scale: float
) -> torch.Tensor:
    """Attention within each window; all are (patches, heads, size). `cu_seqlens` is int32, beginning with 0."""
    output: torch.Tensor = torch.ops.aten._flash_attention_forward(
        query, key, value, cu_seqlens, cu_seqlens, longest, longest, 0.0, False, False, scale=scale
    )[0]
    return output


def causal_attention(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float) -> torch.Tensor:
    """Attention (tokens, query heads, size) of the last tokens of a sequence to all up to themselves: `query` is of
    that shape, `key` and `value` (all tokens, heads, size). Flash attention takes no float32."""
    count, total = len(query), len(key)
    if query.dtype == torch.float32:
        mask = torch.ones((count, total), dtype=torch.bool, device=query.device).tril(total - count)
        query, key, value = (part.transpose(0, 1).unsqueeze(0) for part in (query, key, value))
        attended = torch.nn.functional.scaled_dot_product_attention(
            query, key, value, mask, scale=scale, enable_gqa=True
        )
        return attended[0].transpose(0, 1)
    ends = upload(torch.tensor([[0, count], [0, total]], dtype=torch.int32), query.device)
    output: torch.Tensor = torch.ops.aten._flash_attention_forward(
        query, key, value, ends[0], ends[1], count, total, 0.0, True, False, scale=scale
    )[0]
    return output
