"""A forward pass of a text model over the modules and weights of the library, without what the library does around
them: masks, caches made anew, a norm in five steps. For the small models on a processor that is half of the time.

`generate` remains the reference that this is held against.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from cosmos_compare.engines.local.libraries import torch


class KeyValueStore(Protocol):
    """Where keys and values are."""

    def begin(self, count: int) -> None:
        """Say that `count` tokens come next."""
        ...

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """Put new keys and values, (1, heads, n, size), behind the others, and attend with the n queries to all up to
        their own. Returns (1, n, query heads, size)."""
        ...


class TextPass:
    """The hidden states behind tokens that follow what a store holds."""

    def __init__(self, model: Any) -> None:
        self.text = model.model.language_model
        self.size: int = self.text.layers[0].self_attn.head_dim

    def __call__(
        self,
        hidden: torch.Tensor,
        positions: torch.Tensor,
        store: KeyValueStore,
        places: torch.Tensor | None = None,
        deep: Sequence[torch.Tensor] = (),
    ) -> torch.Tensor:
        """Hidden states (tokens, width), before the last norm, of embeddings `hidden` of that shape.

        `positions` is (3, 1, tokens). `deep[n]` (places, width) is added behind layer n to the tokens at `places`.
        """
        store.begin(len(hidden))
        cos, sin = self.text.rotary_emb(hidden.unsqueeze(0), positions)
        cos, sin = cos[0].contiguous(), sin[0].contiguous()
        for number, layer in enumerate(self.text.layers):
            attention = layer.self_attn
            attended = self.attend(attention, number, norm(layer.input_layernorm, hidden), cos, sin, store)
            hidden = hidden + attention.o_proj(attended.reshape(len(hidden), -1))
            hidden = hidden + self.swiglu(layer.mlp, norm(layer.post_attention_layernorm, hidden))
            if number < len(deep):
                assert places is not None
                hidden.index_add_(0, places, deep[number])
        return hidden

    def attend(
        self, attention: Any, number: int, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, store: Any
    ) -> torch.Tensor:
        """What the heads of a layer see, (1, tokens, query heads, size), of normed states `x` (tokens, width)."""
        shape = (1, len(x), -1, self.size)
        query, key, value = (
            product(x).view(shape) for product in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        if hasattr(attention, "q_norm"):
            query, key = norm(attention.q_norm, query), norm(attention.k_norm, key)
        query, key = (apply_rotary(heads, cos[:, None], sin[:, None]).transpose(1, 2) for heads in (query, key))
        attended: torch.Tensor = store.attend(number, query, key, value.transpose(1, 2), attention.scaling)
        return attended

    def swiglu(self, mlp: Any, x: torch.Tensor) -> Any:
        """down(silu(gate(x)) × up(x))."""
        return swiglu(mlp, x)

    def logits(self, hidden: torch.Tensor, lm_head: Any) -> torch.Tensor:
        """Of hidden states (tokens, width) as the pass returns them."""
        scores: torch.Tensor = lm_head(norm(self.text.norm, hidden))
        return scores


def norm(module: Any, x: torch.Tensor) -> torch.Tensor:
    """What a norm of the model does, in one step."""
    if isinstance(module, torch.nn.LayerNorm):
        normed: torch.Tensor = module(x)
        return normed
    return torch.nn.functional.rms_norm(x, x.shape[-1:], module.weight, module.variance_epsilon)


def swiglu(mlp: Any, x: torch.Tensor) -> Any:
    """A swiglu layer of the model: down(silu(gate(x)) × up(x))."""
    return mlp.down_proj(mlp.act_fn(mlp.gate_proj(x)).mul_(mlp.up_proj(x)))


def apply_rotary(heads: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor) -> torch.Tensor:
    """Heads (…, size) rotated to their positions; the first half of a head turns with the second."""
    one, other = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat((-other, one), dim=-1) * sin
