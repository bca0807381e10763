"""How the kernels of one token divide their work. The values are the fastest on an H200 for models of 2 and 7 billion
parameters: `python benchmarks/engine.py shapes`."""

from typing import NamedTuple


class Tile(NamedTuple):
    """Rows and columns of the tile of a matrix that a program holds, and its warps of 32 threads."""

    rows: int
    cols: int
    warps: int


class Parts(NamedTuple):
    """Attention: parts of the keys of a head, each a program, and the keys that one looks at together."""

    number: int
    block: int


class Tiles(NamedTuple):
    """Those of all kernels of a token. `early`: whether a kernel starts while the one before it ends."""

    project: Tile
    swiglu: Tile
    out: Tile
    down: Tile
    head: Tile
    parts: Parts
    early: bool


MAX_PARTS = 64
NARROW = Tiles(
    project=Tile(4, 1024, 4),
    swiglu=Tile(2, 1024, 4),
    out=Tile(8, 2048, 8),
    down=Tile(8, 2048, 8),
    head=Tile(4, 1024, 4),
    parts=Parts(32, 64),
    early=True,
)
WIDE = Tiles(
    project=Tile(4, 1024, 4),
    swiglu=Tile(1, 4096, 4),
    out=Tile(4, 1024, 4),
    down=Tile(4, 2048, 8),
    head=Tile(8, 1024, 8),
    parts=Parts(32, 64),
    early=True,
)


def tiles_for(width: int) -> Tiles:
    """`width` is that of the hidden states."""
    return NARROW if width <= 2048 else WIDE


def power_of_two(count: int) -> int:
    """The smallest that is at least `count`."""
    return 1 << (count - 1).bit_length()
