"""The vision tower's attention as one call. A frame is attended to in windows, hundreds of them, and the library
calls attention once for each; flash attention takes them all together by their lengths. GPU only."""

from typing import Any

from cosmos_compare.engines.local_libraries import ALL_ATTENTION_FUNCTIONS, torch

# The library hands over all windows in one call to implementations with "flash" in their name.
IMPLEMENTATION = "cosmos_compare_flash_windows"


def fits(model: Any) -> bool:
    """Whether this machine's flash attention takes the heads of the vision tower."""
    config = model.model.visual.config
    size = config.hidden_size // config.num_heads
    probe = torch.zeros((32, 2, size), dtype=model.dtype, device=model.device)
    ends = torch.tensor([0, 16, 32], dtype=torch.int32, device=model.device)
    try:
        attention(probe, probe, probe, ends, 16, 1.0)
    except (RuntimeError, NotImplementedError):
        return False
    return True


def use_in(model: Any) -> None:
    """Let the library's forward pass of the vision tower attend to all windows at once, where that fits."""
    if fits(model):
        ALL_ATTENTION_FUNCTIONS.register(IMPLEMENTATION, _attention)
        model.model.visual.config._attn_implementation = IMPLEMENTATION


def attention(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, ends: torch.Tensor, longest: int, scale: float
) -> torch.Tensor:
    """Attention within each window; all are (patches, heads, size). Windows end at `ends`, int32, beginning with 0."""
    output: torch.Tensor = torch.ops.aten._flash_attention_forward(
        query, key, value, ends, ends, longest, longest, 0.0, False, False, scale=scale
    )[0]
    return output


def _attention(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: float, **kwargs: Any
) -> tuple[torch.Tensor, None]:
    """`query` and the others are (1, heads, patches, size)."""
    patches = (tensor[0].transpose(0, 1) for tensor in (query, key, value))
    query, key, value = patches
    output = attention(query, key, value, kwargs["cu_seq_lens_q"], kwargs["max_length_q"], scaling)
    return output.unsqueeze(0), None
