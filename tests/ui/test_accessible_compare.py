"""Compare and Lab as axe-core judges them: both themes, a desk and a phone, each of their panels opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from app_support import comparison_of, saved, write_model_list
from axe_support import READY, assert_accessible
from browser_support import DESK, PHONE, serve
from playwright.sync_api import Page, expect

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.compare import plan_comparison
from cosmos_compare.prompts import load_prompt
from cosmos_compare.records.schema import Settings
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
    for repeat in (0, 1):  # the study that the lab begins with
        asked = plan_comparison(video, load_prompt(Path("driving")), Settings.model_validate({}), specs)
        for spec, text in zip(specs, texts, strict=True):
            saved(store, asked.repeated(repeat), spec, text)
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny)),
        "COSMOS_COMPARE_OUTPUTS": str(store.outputs),
        "COSMOS_COMPARE_SCENARIOS": str(scenarios),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as served:
        yield f"{served}/?runs={','.join(run.id for run in runs)}"


@pytest.fixture(scope="module")
def lab(address: str) -> str:
    """The Lab page of the same server."""
    return f"{address.split('?')[0]}lab"


def test_compare_with_answers_and_its_panels(any_window: Page, address: str) -> None:
    any_window.goto(address)
    expect(any_window.locator(".st-key-text_1 table.rows")).to_be_visible()
    assert_accessible(any_window)
    for panel in ("What each model saw", "History"):
        any_window.locator("summary").filter(has_text=panel).click()
        any_window.wait_for_selector(READY)
    expect(any_window.locator(".version")).not_to_have_count(0)
    assert_accessible(any_window)


def test_the_popovers_of_compare(any_window: Page, address: str) -> None:
    any_window.goto(address)
    expect(any_window.locator(".st-key-text_1 table.rows")).to_be_visible()
    for name in ("Settings", "2 models", "System", "Save as"):
        any_window.get_by_role("button", name=name).click()
        expect(any_window.locator('[data-testid="stPopoverBody"]')).to_be_visible()
        assert_accessible(any_window)
        if name == "Settings" and any_window.viewport_size == DESK:
            hidden = any_window.locator('[data-testid="stPopoverBody"]').evaluate(
                "e => e.scrollHeight - e.clientHeight"
            )
            assert hidden == 0, "all settings are in view"
        any_window.keyboard.press("Escape")
        expect(any_window.locator('[data-testid="stPopoverBody"]')).to_have_count(0)


def test_the_tabs_of_the_lab(any_window: Page, lab: str) -> None:
    any_window.goto(lab)
    any_window.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
    assert_accessible(any_window)
    for tab in ("Stability", "Controls", "Prompt versions"):
        any_window.get_by_role("tab", name=tab).click()
        any_window.wait_for_selector(READY)
        assert_accessible(any_window)


def test_the_form_of_the_lab_and_its_menus(any_window: Page, lab: str) -> None:
    any_window.goto(lab)
    any_window.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
    if any_window.viewport_size == PHONE:
        any_window.get_by_test_id("stExpandSidebarButton").click()
    expect(any_window.get_by_role("combobox", name="Scenarios")).to_be_visible()
    assert_accessible(any_window)
    for name in ("Open", "Save"):
        any_window.locator(".st-key-lab_files").get_by_role("button", name=name).click()
        expect(any_window.locator('[data-testid="stPopoverBody"]')).to_be_visible()
        assert_accessible(any_window)
        any_window.keyboard.press("Escape")
        expect(any_window.locator('[data-testid="stPopoverBody"]')).to_have_count(0)
