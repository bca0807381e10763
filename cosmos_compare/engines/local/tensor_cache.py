"""What is worth keeping between two requests, in a bounded number of bytes; the least recently used goes first.

Knows nothing of clips or models: a key is anything hashable that says all that the value depends on.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any, Protocol, runtime_checkable

from cosmos_compare.engines.local.libraries import torch


@runtime_checkable
class Held(Protocol):
    """A value whose memory is not tensors of its own: it is told when it is not kept any more."""

    @property
    def nbytes(self) -> int: ...

    def release(self) -> None: ...


class TensorCache:
    """Values by key, up to `max_bytes` of tensors in all, for any number of threads. Values are never changed by those
    who get them."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0  # of all tensors that are kept, on whatever device; any thread may read it
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.RLock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Any | None:
        """The value, or None. It counts as used now."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value; what is over the limit goes, and a value over the limit by itself is not kept."""
        with self._lock:
            self.drop(key)
            size = size_of(value)
            if size > self.max_bytes:
                _release(value)
                return
            self._values[key] = value, size
            self.nbytes += size
            while self.nbytes > self.max_bytes:
                self.drop(next(iter(self._values)))

    def drop(self, key: Hashable) -> None:
        with self._lock:
            value, size = self._values.pop(key, (None, 0))
            self.nbytes -= size
            _release(value)

    def clear(self) -> None:
        with self._lock:
            for key in list(self._values):
                self.drop(key)


def _release(value: Any) -> None:
    if isinstance(value, Held) and not isinstance(value, torch.Tensor):
        value.release()


def size_of(value: Any) -> int:
    """Bytes of the tensors in a value: tensors, and mappings, lists and tuples of them."""
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, Held):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(size_of(part) for part in value.values())
    if isinstance(value, list | tuple):
        return sum(size_of(part) for part in value)
    return 0
