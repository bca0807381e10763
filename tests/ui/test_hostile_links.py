"""Hostile text in links, names and runs: it is shown as text, asks nothing of anybody, and makes no element."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from app_support import comparison_of, saved, write_model_list
from axe_support import READY
from browser_support import serve
from playwright.sync_api import Page

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.records.schema import Prompt
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
TEXT = (
    "![x](http://evil.test/p.png) [link](http://evil.test/l) <img src=http://evil.test/i.png onerror=alert(1)> "
    "http://evil.test/bare www.evil.test :red[red] :material/home: $x^2$ <script>window.hacked=1</script> **bold**"
)
PAGES = {
    "": ("scenario", "folder", "prompt", "live", "runs"),
    "rate": ("rater", "pair", "a", "b", "state", "find", "repeats"),
    "results": ("a", "b", "models", "slice", "rater"),
    "scorecard": ("rater", "pair", "a", "b"),
}
MADE = """() => Array.from(document.querySelectorAll('*')).filter((node) =>
    [node.href, node.src].some((url) => url && new URL(url, location).hostname.includes('evil'))
    || node.matches('.katex') || (node.matches('strong') && node.textContent === 'bold')
    || (node.matches('.stMarkdownColoredText') && node.textContent === 'red')
).map((node) => node.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, tiny: dict[str, Path], scenarios: Path) -> Iterator[str]:
    """A server whose runs, prompts and models bear the hostile text wherever a person or a model may write."""
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(folder / "outputs")
    video = scenarios / "scene_0" / "segment.webm"
    for spec in resolve_models([f"{name}={path}" for name, path in tiny.items()]):
        hostile = spec.model_copy(update={"label": TEXT, "note": TEXT, "demo": True})
        asked = comparison_of(video, hostile)
        prompt = Prompt(name=TEXT, system_prompt=TEXT, user_prompt=TEXT)
        comparison = type(asked)(asked.clip, prompt, asked.settings, asked.specs, asked.planned, asked.versions)
        saved(store, comparison, hostile, TEXT)
        saved(store, comparison, hostile, TEXT, finish="error", hint=TEXT)
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny)),
        "COSMOS_COMPARE_OUTPUTS": str(store.outputs),
        "COSMOS_COMPARE_SCENARIOS": str(scenarios),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as address:
        yield address


def look(page: Page, address: str, asked: list[str]) -> None:
    page.goto(address)
    page.wait_for_selector(READY)
    page.wait_for_timeout(500)  # what Markdown would load is asked for once it is drawn
    assert page.evaluate(MADE) == []
    assert page.evaluate("window.hacked") is None
    assert page.locator(".stException").count() == 0
    assert [url for url in asked if "evil" in url.partition("?")[0]] == []


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_in_each_parameter_of_a_link_is_text(page: Page, app: str, name: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for parameter in PAGES[name]:
        look(page, f"{app}/{name}?{parameter}={quote(TEXT)}", asked)


def test_hostile_names_of_what_is_on_disk_are_text(page: Page, app: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    look(page, f"{app}/?scenario=scene_0", asked)
    page.locator("summary").filter(has_text="History").click()
    page.locator("[class*='st-key-open_'] button").first.click()
    page.wait_for_selector(".st-key-text_1")
    page.locator("summary").filter(has_text="What each model saw").click()
    look(page, page.url, asked)
    look(page, f"{app}/rate?rater={quote(TEXT)[:60]}", asked)
