"""Benchmarks measure what they say: each runs here in its shortest form and checks what it measured."""

from __future__ import annotations

import pytest
from benchmark_support import run_short

NAMES = ("batch", "cluster", "engine", "lab", "hints", "many", "ratings", "report", "sampling", "startup")


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_still_measures(name: str) -> None:
    assert run_short(name).strip()
