"""How many threads a model's operations take on a CPU.

Threads that divide an operation wait for each other at its end. For a small model that costs more than it brings, and
where another program holds one of the cores, each operation waits until that program lets go. The number is set for
each thread that computes, so that one model's choice is not another's.
"""

import os
from typing import Any

from cosmos_compare.engines.local.libraries import torch

SMALL = 50_000_000  # weights, below which one thread is as fast as two
# All that torch would take. Asked for once, before anybody sets it: a new thread begins with what was set last, so that
# behind a small model every later one would have a single thread.
ALL = torch.get_num_threads()


def for_model(model: Any) -> int:
    """Of one operation of this model; `OMP_NUM_THREADS` where it is set."""
    if os.environ.get("OMP_NUM_THREADS", "").isdigit():
        return int(os.environ["OMP_NUM_THREADS"])
    weights = sum(part.numel() for part in model.parameters())
    return 1 if weights < SMALL else ALL
