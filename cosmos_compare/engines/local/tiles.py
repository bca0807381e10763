"""How the kernels of one step divide their work.

The values are the fastest on an H100 for models of 2 and 7 billion parameters; `python benchmarks/engine.py tiles`
measures them. No instruction is asked for that only that card has: another card gets tiles that fit its shared memory,
and those that `tile_search` finds to be fastest at its first start.
"""

from typing import Any, NamedTuple

from cosmos_compare.engines.local.libraries import torch

ROWS = 16  # answers that a tensor core multiplies at once


class Tile(NamedTuple):
    """Output columns (`n`) and summed columns (`k`) that a program holds at a time, its warps of 32 threads, and the
    tiles that are under way (`stages`)."""

    n: int
    k: int
    warps: int
    stages: int


class Tiles(NamedTuple):
    """Those of all products of a step. `early`: whether a kernel starts while the one before it ends."""

    project: Tile
    swiglu: Tile
    out: Tile
    down: Tile
    head: Tile
    early: bool


NARROW = Tiles(
    project=Tile(64, 256, 4, 4),
    swiglu=Tile(32, 256, 4, 3),
    out=Tile(32, 512, 4, 4),
    down=Tile(16, 512, 2, 4),
    head=Tile(64, 256, 4, 3),
    early=True,
)
WIDE = Tiles(
    project=Tile(16, 512, 2, 3),
    swiglu=Tile(32, 128, 2, 4),
    out=Tile(16, 512, 2, 4),
    down=Tile(32, 512, 4, 4),
    head=Tile(32, 256, 2, 3),
    early=True,
)
CANDIDATES = [
    Tile(n, k, warps, stages)
    for n in (16, 32, 64)
    for k in (128, 256, 512)
    for warps in (2, 4, 8)
    for stages in (3, 4)
    if 4096 <= n * k <= 16384
]


def tiles_for(width: int) -> Tiles:
    """`width` is that of the hidden states."""
    return NARROW if width <= 2048 else WIDE


def fitted(tile: Tile, columns: int, summed: int, bytes_each: int, shared_memory: int) -> Tile:
    """The nearest tile that divides a matrix (columns, summed) and leaves the shared memory of a program room."""
    n, k, stages = tile.n, tile.k, tile.stages
    while columns % n and n > 16:
        n //= 2
    while summed % k and k > 16:
        k //= 2
    while (n + ROWS) * k * bytes_each * stages > shared_memory and stages > 1:
        stages -= 1
    while (n + ROWS) * k * bytes_each * stages > shared_memory and k > 32:
        k //= 2
    return Tile(n, k, tile.warps, stages)


def shared_memory(device: torch.device) -> int:
    """Bytes of shared memory that a program may have; without a GPU, those of the smallest that is served."""
    if device.type == "cpu":
        return 100_000
    properties: Any = torch.cuda.get_device_properties(device)
    return int(properties.shared_memory_per_block_optin) - 4096


def power_of_two(count: int) -> int:
    """The smallest that is at least `count`."""
    return 1 << (count - 1).bit_length()
