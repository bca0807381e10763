"""The ring of clips in device memory: new ones overwrite the oldest, those for validation stay."""

from typing import Any

import numpy as np
import torch

from cosmos_compare.demo.training.workers import layout


class Ring:
    """The clips in device memory, as many as fit; the first `held_out` are for validation."""

    def __init__(self, size: int, held_out: int, device: torch.device) -> None:
        self.size, self.held_out, self.device = size, held_out, device
        self.checked: set[int] = set()  # validation clips that have come
        self.next = held_out
        self.parts = {
            name: torch.zeros((size, *shape), dtype=getattr(torch, np.dtype(kind).name), device=device)
            for name, (shape, kind) in layout().items()
        }

    def put(self, arrays: dict[str, Any], clip: int) -> None:
        """Copy a slot into the ring: to its own place if it is a validation clip, else over the oldest."""
        place = clip
        self.checked.add(clip)
        if clip < 0:
            place = self.next
            self.next = self.next + 1 if self.next + 1 < self.size else self.held_out
        for name, part in self.parts.items():
            part[place].copy_(torch.from_numpy(arrays[name]), non_blocking=True)

    @property
    def complete(self) -> bool:
        """Whether all validation clips have come, and windows of each bucket to train on; drawing from nothing gives
        NaN."""
        holds = self.parts["holds"][self.held_out :]
        return len(self.checked - {-1}) == self.held_out and bool(holds.any(0).all())
