"""The same pass with kernels of our own between the products; keys and values go straight to their place."""

from typing import Any

from cosmos_compare.engines.local import kernels_prefill as kernels
from cosmos_compare.engines.local.kv_cache_static import StaticKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.text_pass import TextPass
from cosmos_compare.engines.local.tiles import power_of_two


class FastTextPass(TextPass):
    """For a GPU. The store is `StaticKVCache`."""

    def attend(
        self, attention: Any, number: int, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, store: StaticKVCache
    ) -> torch.Tensor:
        queries, keys, values = attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)
        all_keys, all_values = store.layers[number]
        heads, capacity = all_keys.shape[1:3]
        normed = hasattr(attention, "q_norm")
        kernels.rotary_text[(len(x),)](
            queries, keys, values,
            attention.q_norm.weight if normed else cos, attention.k_norm.weight if normed else cos,
            cos, sin, store.position, all_keys, all_values,
            attention.q_norm.variance_epsilon if normed else 0.0, capacity,
            HEADS=heads, GROUP=queries.shape[1] // self.size // heads, HALF=self.size // 2, NORMED=normed,
            QUERY_ROWS=power_of_two(queries.shape[1] // self.size), KEY_ROWS=power_of_two(heads),
        )  # fmt: skip
        queries = queries.view(1, len(x), -1, self.size).transpose(1, 2)
        return store.attention(number, queries, attention.scaling)

    def swiglu(self, mlp: Any, x: torch.Tensor) -> Any:
        return swiglu(mlp, x)


def swiglu(mlp: Any, x: torch.Tensor) -> Any:
    """A swiglu layer: down(silu(gate(x)) × up(x))."""
    gate, up = mlp.gate_proj(x), mlp.up_proj(x)
    block = 2048
    kernels.swiglu_product[(-(-gate.numel() // block),)](gate, up, gate.numel(), BLOCK=block, num_warps=8)
    return mlp.down_proj(gate)
