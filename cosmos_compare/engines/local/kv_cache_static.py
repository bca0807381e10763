"""Keys and values at fixed addresses, and attention over them whose length is data.

A CUDA graph repeats the same launches with the same addresses. So the place of a new token is a tensor here, and
attention reads what is filled below it: flash attention by a length on the GPU, elsewhere by a mask over a bucket.
Query heads that share keys are taken together, so that no key is repeated.
"""

from typing import Any

from cosmos_compare.engines.local.kv_cache import DynamicKVCache
from cosmos_compare.engines.local.libraries import torch


class StaticKVCache:
    """Buffers of (1, heads, capacity, head size) a layer. `position` is the index of the next token; `bucket`, a
    number that is read when a graph is captured, is at least what is filled then."""

    def __init__(self, config: Any, capacity: int, dtype: torch.dtype, device: torch.device) -> None:
        """`config` is that of the text model."""
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        shape = (1, config.num_key_value_heads, capacity, size)
        # Zeros: what lies behind the mask is multiplied by 0, and whatever was in the memory may be no number.
        self.layers = [
            (torch.zeros(shape, dtype=dtype, device=device), torch.zeros(shape, dtype=dtype, device=device))
            for _ in range(config.num_hidden_layers)
        ]
        self.capacity = self.bucket = capacity
        self.flash = device.type == "cuda"
        self.position = torch.zeros(1, dtype=torch.long, device=device)
        self.order = torch.arange(capacity, device=device)
        self.places = torch.zeros_like(self.order)  # of the tokens of this step
        self.used = torch.zeros(1, dtype=torch.int32, device=device)  # filled with the last of them
        self.cu_seqlens = torch.zeros((capacity + 1, 2), dtype=torch.int32, device=device)  # [0, count] by count
        self.cu_seqlens[:, 1] = torch.arange(capacity + 1)

    def kv_cache(self) -> DynamicKVCache:
        """The same buffers as a store that a kept prefix is copied into."""
        return DynamicKVCache.over(self.layers)

    def begin(self, count: int) -> None:
        """Say that `count` tokens come next, from `position` on: once a step, not once a layer."""
        self.places[:count] = self.position + self.order[:count]
        self.used.copy_(self.position + count)

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """Put new keys and values, (1, heads, n, size), in their place, and attend with the n queries to all up to
        their own. Returns (1, n, query heads, size)."""
        count = query.shape[2]
        keys, values = self.layers[layer]
        places = self.places[:count]
        keys.index_copy_(2, places, key)
        values.index_copy_(2, places, value)
        return self.attention(layer, query, scale)

    def attention(self, layer: int, query: torch.Tensor, scale: float) -> torch.Tensor:
        """The same where the keys and values are in their place already."""
        keys, values = self.layers[layer]
        return (self._flash if self.flash else self._masked)(query, keys, values, scale)

    def _flash(self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float) -> torch.Tensor:
        count = query.shape[2]
        output: torch.Tensor = torch.ops.aten._flash_attention_forward(
            query[0].transpose(0, 1),
            keys[0].transpose(0, 1),
            values[0].transpose(0, 1),
            self.cu_seqlens[count],
            self.cu_seqlens[self.capacity],
            count,
            self.bucket,
            0.0,
            count > 1,  # causal from the lower right: each query up to its own place
            False,
            scale=scale,
            seqused_k=self.used,
        )[0]
        return output.unsqueeze(0)

    def _masked(self, query: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, scale: float) -> torch.Tensor:
        _, heads, count, size = query.shape
        groups = keys.shape[1]
        mask = self.order[: self.bucket] <= self.places[:count, None]
        output = torch.nn.functional.scaled_dot_product_attention(
            query.reshape(1, groups, heads // groups * count, size),
            keys[:, :, : self.bucket],
            values[:, :, : self.bucket],
            attn_mask=mask.repeat(heads // groups, 1),
            scale=scale,
        )
        return output.reshape(1, heads, count, size).transpose(1, 2)
