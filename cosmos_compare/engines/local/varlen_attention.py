"""The vision tower's attention as one call. A frame is attended to in windows, hundreds of them, and the library
calls attention once for each; flash attention takes them all together by their lengths."""

from typing import Any

from cosmos_compare.engines.local.libraries import torch


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
