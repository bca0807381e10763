"""Many tokens through a text model: the head of a prompt, or a question. The products are the library's, what stands
between them is one kernel each, keys and values go straight to their place, and nothing waits for the GPU.

Where the library reads a head it asks the GPU three times how many places a mask has, and stands still meanwhile.
"""

from collections.abc import Sequence
from typing import Any

from cosmos_compare.engines import local_kernels_many as kernels
from cosmos_compare.engines.local_fixed import FixedKeyValues
from cosmos_compare.engines.local_libraries import torch
from cosmos_compare.engines.local_shapes import power_of_two


class TextPass:
    """The hidden states behind tokens that follow what `fixed` holds."""

    def __init__(self, model: Any, fixed: FixedKeyValues) -> None:
        self.text, self.fixed = model.model.language_model, fixed
        attention = self.text.layers[0].self_attn
        self.size: int = attention.head_dim
        self.heads, self.groups = self.text.config.num_key_value_heads, attention.num_key_value_groups

    def __call__(
        self,
        hidden: torch.Tensor,
        positions: torch.Tensor,
        places: torch.Tensor | None = None,
        deep: Sequence[torch.Tensor] = (),
    ) -> torch.Tensor:
        """Hidden states (tokens, width), before the last norm, of embeddings `hidden` of that shape.

        `positions` is (3, 1, tokens); the tokens go to `fixed.position` and on, after `fixed.begin`. `deep[n]`
        (places, width) is added behind layer n to the tokens at `places`.
        """
        cos, sin = self.text.rotary_emb(hidden.unsqueeze(0), positions)
        cos, sin = cos[0].contiguous(), sin[0].contiguous()
        for number, layer in enumerate(self.text.layers):
            normed = norm(layer.input_layernorm, hidden)
            hidden = hidden + self._attention(layer.self_attn, number, normed, cos, sin)
            hidden = hidden + gated(layer.mlp, norm(layer.post_attention_layernorm, hidden))
            if number < len(deep):
                assert places is not None
                hidden.index_add_(0, places, deep[number])
        return hidden

    def _attention(self, attention: Any, number: int, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> Any:
        count = len(x)
        queries, keys, values = attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)
        normed = hasattr(attention, "q_norm")
        all_keys, all_values = self.fixed.layers[number]
        kernels.turn_text[(count,)](
            queries, keys, values,
            attention.q_norm.weight if normed else cos, attention.k_norm.weight if normed else cos,
            cos, sin, self.fixed.position, all_keys, all_values,
            attention.q_norm.variance_epsilon if normed else 0.0, all_keys.shape[2],
            HEADS=self.heads, GROUP=self.groups, HALF=self.size // 2, NORMED=normed,
            QUERY_ROWS=power_of_two(self.heads * self.groups), KEY_ROWS=power_of_two(self.heads),
        )  # fmt: skip
        queries = queries.view(1, count, self.heads * self.groups, self.size).transpose(1, 2)
        attended = self.fixed.attention(number, queries, attention.scaling)
        return attention.o_proj(attended.reshape(count, -1))


def norm(module: Any, x: torch.Tensor) -> torch.Tensor:
    """What a norm of the model does, in one kernel."""
    if isinstance(module, torch.nn.LayerNorm):
        normed: torch.Tensor = module(x)
        return normed
    return torch.nn.functional.rms_norm(x, x.shape[-1:], module.weight, module.variance_epsilon)


def gated(mlp: Any, x: torch.Tensor) -> Any:
    """A gated layer of the model: down(silu(gate(x)) × up(x))."""
    gate, up = mlp.gate_proj(x), mlp.up_proj(x)
    block = 2048
    kernels.gate_product[(-(-gate.numel() // block),)](gate, up, gate.numel(), BLOCK=block, num_warps=8)
    return mlp.down_proj(gate)
