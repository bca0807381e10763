"""Keys and values of all layers in buffers that are written in place: nothing is copied when a token is added.

`generate` makes the whole cache anew for each token. Here a layer hands the model views of what is filled, and a
kept prefix is copied in, so no answer can change what another one will start from.
"""

from typing import Any

from cosmos_compare.engines.local.libraries import Cache, CacheLayerMixin, torch

# Keys and values of each layer, (1, heads, length, head size).
Snapshot = list[tuple[torch.Tensor, torch.Tensor]]


class KeyValues(Cache):  # type: ignore[misc]
    """The cache that the model's own forward writes to. Room for `capacity` tokens at first; it grows if need be."""

    def __init__(self, n_layers: int, capacity: int) -> None:
        super().__init__(layers=[_Layer(capacity) for _ in range(n_layers)])

    @classmethod
    def over(cls, buffers: Snapshot) -> "KeyValues":
        """An empty cache that writes into `buffers`, as long as they have room."""
        cache = cls(len(buffers), buffers[0][0].shape[2])
        for layer, (keys, values) in zip(cache.layers, buffers, strict=True):
            layer.keys, layer.values, layer.is_initialized = keys, values, True
        return cache

    @property
    def filled(self) -> int:
        """How many tokens it holds."""
        return int(self.layers[0].filled)

    @filled.setter
    def filled(self, count: int) -> None:
        """For those who write into the buffers themselves."""
        for layer in self.layers:
            layer.filled = count

    def begin(self, count: int) -> None:
        """Say that `count` tokens come next: what each may see is worked out once, not once a layer."""
        self._mask: torch.Tensor | None = None
        if count > 1 and self.filled:
            device, length = self.layers[0].keys.device, self.filled + count
            self._mask = torch.ones((count, length), dtype=torch.bool, device=device).tril(self.filled)

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """As `local_text_pass.Store` says."""
        keys, values = self.layers[layer].update(key, value)
        alone = query.shape[2] == keys.shape[2] > 1  # nothing before them
        attended: torch.Tensor = torch.nn.functional.scaled_dot_product_attention(
            query, keys, values, self._mask, is_causal=alone, scale=scale, enable_gqa=True
        )
        return attended.transpose(1, 2)

    def snapshot(self) -> Snapshot:
        """A copy of what is filled."""
        return [
            (layer.keys[:, :, : layer.filled].clone(), layer.values[:, :, : layer.filled].clone())
            for layer in self.layers
        ]

    def load(self, snapshot: Snapshot) -> None:
        """Hold a copy of `snapshot` and nothing else."""
        for layer, (keys, values) in zip(self.layers, snapshot, strict=True):
            layer.filled = 0
            layer.update(keys, values)

    def empty(self) -> None:
        """Hold nothing; the buffers stay."""
        self.filled = 0


class _Layer(CacheLayerMixin):  # type: ignore[misc]
    is_sliding = False

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.filled = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        batch, heads, _, size = key_states.shape
        self.keys = key_states.new_empty(batch, heads, self.capacity, size)
        self.values = value_states.new_empty(batch, heads, self.capacity, size)
        self.is_initialized = True

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        end = self.filled + key_states.shape[2]
        if end > self.capacity:
            self._grow(end)
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        self.keys[:, :, self.filled : end] = key_states
        self.values[:, :, self.filled : end] = value_states
        self.filled = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def _grow(self, needed: int) -> None:
        self.capacity = max(needed, self.capacity * 2)
        if self.is_initialized:
            keys, values = self.keys, self.values
            self.lazy_initialization(keys, values)
            self.keys[:, :, : self.filled] = keys[:, :, : self.filled]
            self.values[:, :, : self.filled] = values[:, :, : self.filled]

    def get_seq_length(self) -> int:
        return self.filled

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.filled + query_length, 0

    def get_max_length(self) -> int:
        return -1
