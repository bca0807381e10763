"""How the kernels of one token divide their work. The values are the fastest on an H200 for models of 2 and 7 billion
parameters: `python benchmarks/engine.py shapes`."""

from typing import NamedTuple


class Shape(NamedTuple):
    """Rows and columns of the tile of a matrix that a program holds, and its warps of 32 threads."""

    rows: int
    cols: int
    warps: int


class Parts(NamedTuple):
    """Attention: parts of the keys of a head, each a program, and the keys that one looks at together."""

    number: int
    block: int


class Shapes(NamedTuple):
    """Those of all kernels of a token. `early`: whether a kernel starts while the one before it ends."""

    project: Shape
    gated: Shape
    out: Shape
    down: Shape
    head: Shape
    parts: Parts
    early: bool


MAX_PARTS = 64
NARROW = Shapes(
    project=Shape(4, 1024, 4),
    gated=Shape(2, 1024, 4),
    out=Shape(8, 2048, 8),
    down=Shape(8, 2048, 8),
    head=Shape(4, 1024, 4),
    parts=Parts(32, 64),
    early=True,
)
WIDE = Shapes(
    project=Shape(4, 1024, 4),
    gated=Shape(1, 4096, 4),
    out=Shape(4, 1024, 4),
    down=Shape(4, 2048, 8),
    head=Shape(8, 1024, 8),
    parts=Parts(32, 64),
    early=True,
)


def shapes_for(width: int) -> Shapes:
    """`width` is that of the hidden states."""
    return NARROW if width <= 2048 else WIDE


def power_of_two(count: int) -> int:
    """The smallest that is at least `count`."""
    return 1 << (count - 1).bit_length()
