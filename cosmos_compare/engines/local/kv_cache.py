"""Keys and values of all layers in buffers that are written in place: nothing is copied when a token is added.

`generate` makes the whole cache anew for each token. Here attention gets views of what is filled, and a
kept prefix is copied in, so no answer can change what another one will start from.
"""

from cosmos_compare.engines.local.libraries import torch

# Keys and values of each layer, (1, heads, length, head size).
Snapshot = list[tuple[torch.Tensor, torch.Tensor]]


class DynamicKVCache:
    """A `text_pass.Store`. Room for `capacity` tokens at first; it grows if need be."""

    def __init__(self, n_layers: int, capacity: int) -> None:
        self.layers = [_Layer(capacity) for _ in range(n_layers)]
        self._mask: torch.Tensor | None = None

    @property
    def filled(self) -> int:
        """How many tokens it holds."""
        return int(self.layers[0].filled)

    @property
    def is_full(self) -> bool:
        """Whether the next token needs larger buffers."""
        return self.layers[0].keys is not None and self.filled >= self.layers[0].capacity

    @property
    def larger(self) -> int:
        """Tokens that there is room for once they have grown."""
        return _grown(self.layers[0].capacity)

    def begin(self, count: int) -> None:
        """Say that `count` tokens come next: what each may see is worked out once, not once a layer."""
        self._mask = None
        if count > 1 and self.filled:
            assert self.layers[0].keys is not None
            device, length = self.layers[0].keys.device, self.filled + count
            self._mask = torch.ones((count, length), dtype=torch.bool, device=device).tril(self.filled)

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        """As `text_pass.Store` says."""
        keys, values = self.layers[layer].update(key, value)
        alone = query.shape[2] == keys.shape[2] > 1  # nothing before them
        attended: torch.Tensor = torch.nn.functional.scaled_dot_product_attention(
            query, keys, values, self._mask, is_causal=alone, scale=scale, enable_gqa=True
        )
        return attended.transpose(1, 2)

    def snapshot(self) -> Snapshot:
        """A copy of what is filled."""
        return [(keys.clone(), values.clone()) for keys, values in (layer.all() for layer in self.layers)]

    def load(self, snapshot: Snapshot) -> bool:
        """Hold a copy of `snapshot` and nothing else."""
        for layer, (keys, values) in zip(self.layers, snapshot, strict=True):
            layer.filled = 0
            layer.update(keys, values)
        return True

    def empty(self) -> None:
        """Hold nothing; the buffers stay."""
        for layer in self.layers:
            layer.filled = 0


def _grown(capacity: int) -> int:
    return capacity + max(256, capacity // 4)


class _Layer:
    """Buffers (1, heads, capacity, head size), there from the first use on."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.filled = 0
        self.keys: torch.Tensor | None = None
        self.values: torch.Tensor | None = None

    def update(self, key: torch.Tensor, value: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Put keys and values of n tokens behind the others; views of all of them."""
        end = self.filled + key.shape[2]
        if self.keys is None or self.values is None or end > self.capacity:
            self._make_room(end, key, value)
        assert self.keys is not None and self.values is not None
        self.keys[:, :, self.filled : end] = key
        self.values[:, :, self.filled : end] = value
        self.filled = end
        return self.all()

    def all(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Views of what is filled."""
        assert self.keys is not None and self.values is not None
        return self.keys[:, :, : self.filled], self.values[:, :, : self.filled]

    def _make_room(self, needed: int, key: torch.Tensor, value: torch.Tensor) -> None:
        if needed > self.capacity:
            self.capacity = max(needed, _grown(self.capacity))
        self.keys = self._larger(self.keys, key)
        self.values = self._larger(self.values, value)

    def _larger(self, old: torch.Tensor | None, like: torch.Tensor) -> torch.Tensor:
        new = like.new_empty((*like.shape[:2], self.capacity, like.shape[3]))
        if old is not None:
            new[:, :, : self.filled] = old[:, :, : self.filled]
        return new
