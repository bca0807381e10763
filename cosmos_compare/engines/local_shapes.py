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


MAX_PARTS = 64
PROJECT = Shape(4, 1024, 4)
GATED = Shape(4, 1024, 8)
ADD = Shape(4, 1024, 4)
HEAD = Shape(8, 1024, 8)
PARTS = Parts(32, 64)


def power_of_two(count: int) -> int:
    """The smallest that is at least `count`."""
    return 1 << (count - 1).bit_length()
