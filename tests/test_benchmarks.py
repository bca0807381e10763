"""Benchmarks measure what they say: each runs here in its shortest form and checks what it measured."""

from __future__ import annotations

import subprocess
import sys

import pytest
from conftest import ROOT

BROWSER = ("evidence", "page", "results_page")
PLAIN = ("batch", "cluster", "lab", "hints", "ratings", "report", "sampling", "startup")


def run_short(name: str) -> str:
    words = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--short"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("name", PLAIN)
def test_a_benchmark_still_measures(name: str) -> None:
    assert run_short(name).strip()


@pytest.mark.browser
@pytest.mark.parametrize("name", BROWSER)
def test_a_benchmark_of_a_page_still_measures(name: str) -> None:
    assert run_short(name).strip().startswith("{")
