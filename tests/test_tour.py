"""The tour's pages are what the script writes, and their pictures are there and small; README shows three of them."""

from __future__ import annotations

import pytest
from conftest import ROOT

tour = pytest.importorskip("tour", reason="needs Playwright, which takes the pictures")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_tour_has_its_pages_and_pictures(language: str) -> None:
    assert tour.page_of(language).read_text(encoding="utf-8") == tour.text_of(language), "python tools/tour.py --texts"
    assert len(tour.STOPS) == 10
    folder = tour.PICTURES / language
    assert {path.stem for path in folder.iterdir()} == {stop.name for stop in tour.STOPS}
    for path in folder.iterdir():
        data = path.read_bytes()
        assert data[8:12] == b"WEBP" and len(data) <= tour.MOST_BYTES, path.name


def test_the_readme_shows_three_of_them() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [stop.name for stop in tour.STOPS if f"(docs/tour/en/{stop.name}.webp)" in text]
    assert len(shown) == 3
