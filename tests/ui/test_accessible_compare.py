"""Compare as axe-core judges it: both themes, a desk and a phone, each of its panels opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_support import comparison_of, saved, write_model_list
from axe_support import READY, assert_accessible
from browser_support import serve
from playwright.sync_api import Browser, Page, expect

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
JSON = '{"risk_level": "high", "objects": [{"label": "car", "bbox_2d": [250, 500, 750, 1000]}], "none": []}'


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, tiny: dict[str, Path], scenarios: Path) -> Iterator[str]:
    """A server whose third scenario has answers of both models: text with times, and JSON with a box."""
    folder = tmp_path_factory.mktemp("accessible")
    store = Store(folder / "outputs")
    specs = resolve_models([f"reason1-demo={tiny['reason1-tiny']}", f"reason2-demo={tiny['reason2-tiny']}"])
    texts = ("<think>Hm.</think>The car brakes at 1.25 s.", JSON)
    video = scenarios / "scene_2" / "segment.webm"
    runs = [saved(store, comparison_of(video, spec), spec, text) for spec, text in zip(specs, texts, strict=True)]
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny)),
        "COSMOS_COMPARE_OUTPUTS": str(store.outputs),
        "COSMOS_COMPARE_SCENARIOS": str(scenarios),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as served:
        yield f"{served}/?runs={','.join(run.id for run in runs)}"


@pytest.fixture(params=["light", "dark", "phone"])
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of each theme, and one as narrow as a phone."""
    size = {"width": 390, "height": 844} if request.param == "phone" else {"width": 1280, "height": 720}
    context = browser.new_context(viewport=size, color_scheme="dark" if request.param == "dark" else "light")  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def test_compare_with_answers_and_its_panels(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-text_1 table.rows")).to_be_visible()
    assert_accessible(page)
    for panel in ("What each model saw", "History"):
        page.locator("summary").filter(has_text=panel).click()
        page.wait_for_selector(READY)
    expect(page.locator(".version")).to_have_count(1)
    assert_accessible(page)


def test_the_popovers_of_compare(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator(".st-key-text_1 table.rows")).to_be_visible()
    for name in ("Settings", "2 models", "System", "Save as"):
        page.get_by_role("button", name=name).click()
        expect(page.locator('[data-testid="stPopoverBody"]')).to_be_visible()
        assert_accessible(page)
        page.keyboard.press("Escape")
        expect(page.locator('[data-testid="stPopoverBody"]')).to_have_count(0)
