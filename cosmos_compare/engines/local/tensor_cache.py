"""What is worth keeping between two requests, in a bounded number of bytes; the least recently used goes first.

Knows nothing of clips or models: a key is anything hashable that says all that the value depends on.
"""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any

from cosmos_compare.engines.local.libraries import torch


class TensorCache:
    """Values by key, up to `max_bytes` of tensors in all. Values are never changed by those who get them."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0  # of all tensors that are kept, on whatever device; any thread may read it
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any | None:
        """The value, or None. It counts as used now."""
        if key not in self._values:
            return None
        self._values.move_to_end(key)
        return self._values[key][0]

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value; what is over the limit goes, and a value over the limit by itself is not kept."""
        self.drop(key)
        size = size_of(value)
        if size > self.max_bytes:
            return
        self._values[key] = value, size
        self.nbytes += size
        while self.nbytes > self.max_bytes:
            self.drop(next(iter(self._values)))

    def drop(self, key: Hashable) -> None:
        _, size = self._values.pop(key, (None, 0))
        self.nbytes -= size

    def clear(self) -> None:
        self._values.clear()
        self.nbytes = 0


def size_of(value: Any) -> int:
    """Bytes of the tensors in a value: tensors, and mappings, lists and tuples of them."""
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, Mapping):
        return sum(size_of(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(size_of(part) for part in value)
    return 0
