"""The benchmarks that start a server and a browser, each in its shortest form."""

from __future__ import annotations

import pytest
from benchmark_support import run_short


@pytest.mark.browser
@pytest.mark.parametrize("name", ["evidence", "page", "results_page"])
def test_a_benchmark_of_a_page_still_measures(name: str) -> None:
    assert run_short(name).strip().startswith("{")
