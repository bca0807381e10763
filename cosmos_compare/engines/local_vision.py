"""The vision tower's attention as one call. A frame is attended to in windows, hundreds of them, and the library
calls attention once for each; flash attention takes them all together by their lengths. GPU only."""

from typing import Any

from cosmos_compare.engines.local_libraries import ALL_ATTENTION_FUNCTIONS, torch

# The library hands over all windows in one call to implementations with "flash" in their name.
IMPLEMENTATION = "cosmos_compare_flash_windows"


def use_in(model: Any) -> None:
    """Let the vision tower attend to all windows at once, if this machine's flash attention takes its heads."""
    config = model.model.visual.config
    size = config.hidden_size // config.num_heads
    probe = torch.zeros((1, 2, 32, size), dtype=model.dtype, device=model.device)
    ends = torch.tensor([0, 16, 32], dtype=torch.int32, device=model.device)
    lengths = {"cu_seq_lens_q": ends, "cu_seq_lens_k": ends, "max_length_q": 16, "max_length_k": 16}
    try:
        _attention(None, probe, probe, probe, None, 1.0, **lengths)
    except (RuntimeError, NotImplementedError):
        return
    ALL_ATTENTION_FUNCTIONS.register(IMPLEMENTATION, _attention)
    config._attn_implementation = IMPLEMENTATION


def _attention(
    module: Any, query: Any, key: Any, value: Any, attention_mask: Any, scaling: float, **kwargs: Any
) -> tuple[torch.Tensor, None]:
    """`query` and the others are (1, heads, patches, size); windows end at `cu_seq_lens_q`, patches, int32."""
    output = torch.ops.aten._flash_attention_forward(
        query[0].transpose(0, 1),
        key[0].transpose(0, 1),
        value[0].transpose(0, 1),
        kwargs["cu_seq_lens_q"],
        kwargs["cu_seq_lens_k"],
        kwargs["max_length_q"],
        kwargs["max_length_k"],
        0.0,
        False,
        False,
        scale=scaling,
    )[0]
    return output.unsqueeze(0), None
