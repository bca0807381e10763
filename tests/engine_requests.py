"""Requests for engine tests: frames drawn here, times chosen by the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cosmos_compare.engines.base import Request
from cosmos_compare.prompts import Messages
from cosmos_compare.schema import FrameTimes, ModelSpec, Sampling

GREEDY = Sampling(temperature=0.0, max_new_tokens=24)


def make_request(
    spec: ModelSpec,
    seconds: Sequence[float],
    *,
    sampling: Sampling = GREEDY,
    step: float | None = None,
    question: str = "What happens?",
    seed: int = 0,
) -> Request:
    """Noise at a size that the model takes unchanged: 4×7 blocks of its factor."""
    height, width = 4 * spec.vision.factor, 7 * spec.vision.factor
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (len(seconds), height, width, 3), dtype=np.uint8)
    return Request(
        messages=Messages("You watch a road.", question),
        images=images,
        times=FrameTimes(indices=tuple(range(len(seconds))), seconds=tuple(seconds)),
        step=step or (seconds[1] - seconds[0]),
        sampling=sampling,
    )
