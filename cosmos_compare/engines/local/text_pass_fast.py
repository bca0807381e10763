"""The same pass with kernels of our own between the products; keys and values go straight to their pages."""

from typing import Any

from cosmos_compare.engines.local import kernels_prefill as kernels
from cosmos_compare.engines.local.kv_pages import PAGE, PagedKVCache
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.text_pass import TextPass
from cosmos_compare.engines.local.tiles import power_of_two
from cosmos_compare.engines.local.varlen_attention import causal_attention


class FastTextPass(TextPass):
    """For a GPU. The store is a `PagedKVCache`."""

    def attend(
        self, attention: Any, number: int, x: torch.Tensor, cos: torch.Tensor, sin: torch.Tensor, store: PagedKVCache
    ) -> torch.Tensor:
        queries, keys, values = attention.q_proj(x), attention.k_proj(x), attention.v_proj(x)
        pool, count = store.pool, len(x)
        normed = hasattr(attention, "q_norm")
        kernels.rotary_text[(count,)](
            queries, keys, values,
            attention.q_norm.weight if normed else cos, attention.k_norm.weight if normed else cos,
            cos, sin, pool.base, store.table,
            attention.q_norm.variance_epsilon if normed else 0.0, store.before, number * pool.layer_numbers,
            HEADS=pool.heads, GROUP=queries.shape[1] // self.size // pool.heads, HALF=self.size // 2, PAGE=PAGE,
            NORMED=normed, QUERY_ROWS=power_of_two(queries.shape[1] // self.size), KEY_ROWS=power_of_two(pool.heads),
        )  # fmt: skip
        if store.before:
            keys, values = self._all(store, number, keys)
        shape = (-1, pool.heads, self.size)
        attended = causal_attention(
            queries.view(count, -1, self.size), keys.view(shape), values.view(shape), attention.scaling
        )
        return attended.unsqueeze(0)

    def _all(self, store: PagedKVCache, number: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Keys and values (tokens, heads, size) of one layer, the new ones at the end."""
        pool = store.pool
        keys = like.new_empty((store.filled, pool.heads, pool.size))
        values = torch.empty_like(keys)
        kernels.gather_pages[(-(-store.filled // PAGE), pool.heads)](
            pool.base, store.table, keys, values, store.filled, number * pool.layer_numbers,
            HEADS=pool.heads, SIZE=pool.size, PAGE=PAGE,
        )  # fmt: skip
        return keys, values

    def swiglu(self, mlp: Any, x: torch.Tensor) -> Any:
        return swiglu(mlp, x)


def swiglu(mlp: Any, x: torch.Tensor) -> Any:
    """A gated layer: down(silu(gate(x)) × up(x))."""
    gate, up = mlp.gate_proj(x), mlp.up_proj(x)
    block = 2048
    kernels.swiglu_product[(-(-gate.numel() // block),)](gate, up, gate.numel(), BLOCK=block, num_warps=8)
    return mlp.down_proj(gate)
