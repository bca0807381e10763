"""Keys and values in pages: who holds them, and that memory which nobody holds comes back."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from cosmos_compare.engines.local import kv_pages, memory
from cosmos_compare.engines.local.kv_pages import PagedKVCache, PagePool
from cosmos_compare.engines.local.libraries import torch

CONFIG = SimpleNamespace(num_key_value_heads=2, head_dim=4, num_hidden_layers=3)
PAGES = 5  # of a slab


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> PagePool:
    monkeypatch.setattr(kv_pages, "room_on", lambda device: 1 << 40)
    pool = PagePool(CONFIG, torch.float32, torch.device("cpu"))
    monkeypatch.setattr(kv_pages, "SLAB_BYTES", PAGES * pool.page_bytes)
    return pool


def test_memory_that_nobody_holds_goes_back_when_any_model_lacks_it(pool: PagePool) -> None:
    """A batch of one model would leave the other one none."""
    level = pool.nbytes
    held, rest = pool.take(2), pool.take(3 * PAGES)
    full = pool.nbytes
    pool.give_back(rest)
    assert pool.nbytes == full > level, "the next answer finds its pages"
    memory.free_memory()
    assert level < pool.nbytes <= level + PAGES * pool.page_bytes, "a slab in which something is held stays"
    pool.give_back(held)
    memory.free_memory()
    assert pool.nbytes == level
    assert len(set(pool.take(2 * PAGES))) == 2 * PAGES, "and there are pages again"


def test_what_is_still_read_is_waited_for(pool: PagePool) -> None:
    waited: list[str] = []
    pool.streams = [SimpleNamespace(synchronize=lambda: waited.append("reading"))]
    pool.trim()
    assert waited == ["reading"]


def test_a_prefix_is_shared_and_its_last_page_is_copied_before_it_is_written_on(pool: PagePool) -> None:
    first, second = PagedKVCache(pool), PagedKVCache(pool)
    first.begin(kv_pages.PAGE + 7)
    pool._views[first.pages[1]].fill_(3)
    kept = first.snapshot()
    first.empty()
    assert second.load(kept) and second.filled == kv_pages.PAGE + 7
    assert second.pages[0] == kept.pages[0] and second.pages[1] != kept.pages[1]
    assert bool((pool._views[second.pages[1]] == 3).all())
    second.empty()
    kept.release()
    assert not second.load(kept), "given back meanwhile: it is read again"
    assert not pool._holders
