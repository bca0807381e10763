"""What tests of the pages in a browser share: a server over pairs to rate, and a window of each theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_support import DESK, PATIENCE_MS, PHONE, serve
from playwright.sync_api import Browser, Page
from rating_pages import write_pairs


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, scenarios: Path, request: pytest.FixtureRequest) -> Path:
    """An outputs folder of the module, with as many pairs to rate as its `PAIRS` says."""
    folder = tmp_path_factory.mktemp("rating") / "outputs"
    write_pairs(folder, scenarios, request.module.PAIRS)
    return folder


@pytest.fixture(scope="module")
def app(outputs: Path, scenarios: Path) -> Iterator[str]:
    """The address of a server over these outputs, one for the module."""
    environment = {"COSMOS_COMPARE_OUTPUTS": str(outputs), "COSMOS_COMPARE_SCENARIOS": str(scenarios)}
    with serve(outputs.parent / "app.log", **environment) as address:
        yield address


@pytest.fixture(params=["light", "dark", "phone"])
def any_window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of each theme, and one as narrow as a phone."""
    dark, phone = request.param == "dark", request.param == "phone"
    context = browser.new_context(viewport=PHONE if phone else DESK, color_scheme="dark" if dark else "light")  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()
