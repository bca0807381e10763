"""A benchmark in its shortest form, as a program of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from conftest import ROOT

ENDS_WITHIN_S = 200


def run_short(name: str) -> str:
    """What the benchmark of that name prints; one that hangs is ended with all that it started."""
    words = [sys.executable, str(ROOT / "benchmarks" / f"{name}.py"), "--short"]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    try:
        printed, errors = process.communicate(timeout=ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        printed, errors = process.communicate()
        pytest.fail(f"still at work after {ENDS_WITHIN_S} s: {printed[-1000:]} {errors[-2000:]}")
    assert process.returncode == 0, errors[-3000:]
    return printed
