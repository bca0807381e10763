"""What stands on the page at the click is what is saved: random walks over the Compare page in a real browser.

A closed popover used to send old values: look at *System*, close it, choose `boxes`, Run, and the run was named `boxes`
and carried the system prompt of `driving`. The walk keeps its own account of what a person has put on the page, reads
what the page shows at each Run, and compares both with the saved `analysis.json`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_support import write_model_list
from browser_support import serve
from draft_walk import Walk
from playwright.sync_api import Page

from cosmos_compare.runs.store import Store

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
STEPS = 220


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walk")


@pytest.fixture(scope="module")
def app(folder: Path, tiny: dict[str, Path], scenarios: Path) -> Iterator[str]:
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny, tokens=3)),
        "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs"),
        "COSMOS_COMPARE_SCENARIOS": str(scenarios),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as address:
        yield address


def test_a_popover_that_was_looked_at_sends_nothing(page: Page, app: str, folder: Path) -> None:
    walk = Walk(page, app, Store(folder / "outputs"), random.Random(0))
    for look in ("System", "Settings"):
        walk.popover(look)
        walk.close()
    walk.choose_prompt("boxes")
    walk.run()
    walk.open_from_history()
    walk.run()


@pytest.mark.parametrize("seed", [1])
def test_a_random_walk_saves_what_stands_on_the_page(page: Page, app: str, folder: Path, seed: int) -> None:
    walk = Walk(page, app, Store(folder / "outputs"), random.Random(seed))
    for _ in range(STEPS):
        walk.step()
    walk.run()
    assert len(walk.ran) > STEPS / 10
