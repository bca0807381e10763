"""The files that Results offers of a report."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cosmos_compare.report.pdf import VARIABLE
from cosmos_compare.ui.results.hand_over import forms


def test_a_pdf_is_offered_where_a_browser_can_print_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was to be had from the command line only."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none"))
    without = [form.name for form in forms()]
    assert without == ["report.html", "report.md", "report.csv"]
    monkeypatch.setenv(VARIABLE, sys.executable)
    offered = {form.name: form.kind for form in forms()}
    assert set(offered) - set(without) == {"report.pdf"} and offered["report.pdf"] == "application/pdf"
