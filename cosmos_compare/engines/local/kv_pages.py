"""Keys and values in pages, on a GPU: memory is taken as answers grow, and answers on one clip share its prefix.

A page holds the keys and values of PAGE tokens of all layers: (layers, 2, heads, PAGE, head size). Pages lie in slabs,
which are taken from the device as they are needed; a page is known by its distance from the first slab, in numbers,
so that a kernel (and a CUDA graph) reaches all of them from one address.
"""

import threading
from collections.abc import Sequence
from typing import Any

from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory import holds_spare_memory, room_on, upload

PAGE = 64  # tokens
SLAB_BYTES = 1 << 28
RESERVE = 1_500_000_000  # bytes of a GPU that are left to reading prompts


class PagePool:
    """The pages of one model. Any thread may take and give back."""

    def __init__(self, config: Any, dtype: torch.dtype, device: torch.device) -> None:
        """`config` is that of the text model."""
        self.heads: int = config.num_key_value_heads
        self.size: int = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        self.layers: int = config.num_hidden_layers
        self.dtype, self.device = dtype, device
        self.layer_numbers = 2 * self.heads * PAGE * self.size  # of one layer in a page
        self.page_numbers = self.layers * self.layer_numbers
        self.page_bytes = self.page_numbers * dtype.itemsize
        self._views: dict[int, torch.Tensor] = {}
        self._free: list[int] = []
        self._holders: dict[int, int] = {}
        self._slabs: list[tuple[torch.Tensor, list[int]]] = []
        self._lock = threading.RLock()
        self.last_step: Any = None  # the event behind the last decoding step, which may write to pages given back
        self.streams: Sequence[Any] = ()  # on which pages are read and written
        self.base = self._grow(1)
        holds_spare_memory(self)

    def take(self, count: int) -> list[int]:
        """So many pages. Raises `torch.OutOfMemoryError` where the device has no room for them."""
        with self._lock:
            while len(self._free) < count:
                self._grow(max(1, SLAB_BYTES // self.page_bytes))
            pages = [self._free.pop() for _ in range(count)]
            self._holders.update(dict.fromkeys(pages, 1))
            return pages

    def share(self, pages: Sequence[int]) -> bool:
        """Hold pages that others hold, too; False where they have been given back meanwhile."""
        with self._lock:
            if not all(page in self._holders for page in pages):
                return False
            for page in pages:
                self._holders[page] += 1
            return True

    def give_back(self, pages: Sequence[int]) -> None:
        """Hold them no longer."""
        with self._lock:
            for page in pages:
                self._holders[page] -= 1
                if not self._holders[page]:
                    del self._holders[page]
                    self._free.append(page)

    def copy(self, page: int, to: int) -> None:
        """Write the content of a page to another."""
        self._views[to].copy_(self._views[page])

    def trim(self) -> None:
        """Give slabs in which nothing is held back to the device; the first stays, from which all are counted."""
        with self._lock:
            for stream in self.streams:
                stream.synchronize()  # what was given back may still be read or written
            free = set(self._free)
            empty = [slab for slab in self._slabs[1:] if free.issuperset(slab[1])]
            gone = {page for _, pages in empty for page in pages}
            self._slabs = [slab for slab in self._slabs if slab[1][0] not in gone]
            self._free = [page for page in self._free if page not in gone]
            for page in gone:
                del self._views[page]

    @property
    def nbytes(self) -> int:
        """Bytes of all slabs."""
        return sum(slab.numel() * slab.element_size() for slab, _ in self._slabs)

    def _grow(self, count: int) -> torch.Tensor:
        if self._slabs and room_on(self.device) < count * self.page_bytes + RESERVE:
            raise torch.OutOfMemoryError("out of memory: no room for more keys and values")
        slab = torch.zeros((count, self.page_numbers), dtype=self.dtype, device=self.device)
        first = self._slabs[0][0] if self._slabs else slab
        start = (slab.data_ptr() - first.data_ptr()) // slab.element_size()
        pages = [start + number * self.page_numbers for number in range(count)]
        self._slabs.append((slab, pages))
        self._views.update(zip(pages, slab, strict=True))
        self._free += reversed(pages)
        return slab


class PagedPrefix:
    """What is kept of a prompt: its pages, held until it is let go."""

    def __init__(self, pool: PagePool, pages: list[int], tokens: int) -> None:
        self.pool, self.pages, self.tokens = pool, pages, tokens
        self.nbytes = len(pages) * pool.page_bytes

    def release(self) -> None:
        self.pool.give_back(self.pages)


class PagedKVCache:
    """Keys and values of one sequence; `table` (pages,) int64 has its pages in order, on the device."""

    def __init__(self, pool: PagePool) -> None:
        self.pool = pool
        self.pages: list[int] = []
        self.filled = 0
        self.before = 0  # what was filled when the pass began that is under way
        self.table = torch.zeros(0, dtype=torch.long, device=pool.device)

    def begin(self, count: int) -> None:
        """Say that `count` tokens come next, and take room for them."""
        self.before, self.filled = self.filled, self.filled + count
        self.reserve(self.filled)
        self._wait()
        self.table = upload(torch.tensor(self.pages, dtype=torch.long), self.pool.device)

    def reserve(self, tokens: int) -> list[int]:
        """Have room for so many tokens; the pages that are new."""
        missing = -(-tokens // PAGE) - len(self.pages)
        new = self.pool.take(missing) if missing > 0 else []
        self.pages += new
        return new

    def _wait(self) -> None:
        """Have the stream of reading wait for the decoding step that may still write to the pages taken."""
        if self.pool.last_step is not None:
            torch.cuda.current_stream().wait_event(self.pool.last_step)

    def attend(
        self, layer: int, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, scale: float
    ) -> torch.Tensor:
        raise NotImplementedError("pages are written by the kernels of `text_pass_fast`")

    def load(self, snapshot: PagedPrefix) -> bool:
        """Hold the pages of `snapshot` and nothing else: whole ones are shared, the last is written on and copied."""
        self.empty()
        if not self.pool.share(snapshot.pages):
            return False
        self.pages, self.filled = list(snapshot.pages), snapshot.tokens
        if self.filled % PAGE:
            (own,) = self.pool.take(1)
            self._wait()
            self.pool.copy(snapshot.pages[-1], own)
            self.pages[-1] = own
            self.pool.give_back(snapshot.pages[-1:])
        return True

    def snapshot(self) -> PagedPrefix:
        """What is filled. More may be written into its last page, behind what is filled now."""
        self.pool.share(self.pages)
        return PagedPrefix(self.pool, list(self.pages), self.filled)

    def empty(self) -> None:
        """Hold nothing."""
        pages, self.pages, self.filled = self.pages, [], 0
        self.pool.give_back(pages)
