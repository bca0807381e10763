"""The Compare page in a real browser, with tiny models that really run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_support import comparison_of, saved, write_model_list
from browser_support import serve
from playwright.sync_api import Browser, Page, expect

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
FINISHED = re.compile("Done|Cut at the limit")
TOKENS = 1200  # some seconds of writing on a small machine


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("app")


@pytest.fixture(scope="module")
def app(folder: Path, tiny: dict[str, Path], scenarios: Path) -> Iterator[str]:
    """The address of a server on tiny models and three small clips."""
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny, TOKENS)),
        "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs"),
        "COSMOS_COMPARE_SCENARIOS": str(scenarios),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as address:
        yield address


def text_of(page: Page, side: int) -> str:
    return page.locator(f".st-key-text_{side}").inner_text()


def ask(page: Page, question: str) -> None:
    """Type a question and run it from the field that has the focus, once the page stands."""
    page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')
    expect(page.get_by_role("button", name="Run")).to_be_enabled()
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("live="))


def wait_for_text(page: Page, side: int, more_than: int = 40) -> int:
    """Wait until a side holds more text, folded reasoning included; returns how many characters."""
    length = "side => document.querySelector(`.st-key-text_${side}`)?.textContent.length ?? 0"
    page.wait_for_function(f"([side, least]) => ({length})(side) > least", arg=[side, more_than])
    return int(page.evaluate(length, side))


def test_a_comparison_from_the_first_click_to_the_link_that_is_sent(page: Page, app: str, browser: Browser) -> None:
    page.goto(app)
    page.get_by_role("option", name="scene 2").click()
    page.wait_for_url(re.compile("scenario=scene_2"))

    # An edited question, run from the field that still has the focus.
    expect(page.locator(".scenario b")).to_have_text("scene 2")
    ask(page, "Who crosses the street?")
    lengths = [wait_for_text(page, side) for side in (0, 1)]
    for side in (0, 1):
        wait_for_text(page, side, more_than=lengths[side])

    # One side is stopped, the other goes on, also through a reload.
    page.locator(".st-key-stop_0 button").click()
    expect(page.locator(".st-key-head_0 .pill")).to_have_text("Stopped")
    page.reload()
    wait_for_text(page, 1)
    expect(page.get_by_role("textbox", name="Question")).to_have_value("Who crosses the street?")
    page.wait_for_url(re.compile("runs="))
    expect(page.locator(".st-key-head_1 .pill")).to_have_text(FINISHED)
    other = text_of(page, 1)

    # The stopped side is made again; the other stays.
    page.get_by_role("button", name="Regenerate").first.click()
    page.wait_for_url(re.compile("live="))
    page.wait_for_url(re.compile("runs="))
    expect(page.locator(".st-key-head_0 .pill")).to_have_text(FINISHED)
    expect(page.locator(".st-key-text_1")).to_have_text(other, use_inner_text=True)

    # The link opens the same view in another browser.
    guest = browser.new_context().new_page()
    guest.goto(page.url)
    expect(guest.locator(".st-key-head_0 .pill")).to_have_text(FINISHED)
    expect(guest.locator(".st-key-text_1")).to_have_text(other, use_inner_text=True)
    expect(guest.get_by_role("textbox", name="Question")).to_have_value("Who crosses the street?")
    guest.context.close()


def test_a_dropped_file_is_taken_or_refused_with_a_reason(page: Page, app: str, folder: Path, clip: Path) -> None:
    broken = folder / "broken.mp4"
    broken.write_bytes(b"<html>404</html>")
    page.goto(app)
    page.get_by_role("button", name="Drop a video").click()
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("broken.mp4: can't be opened as a video")).to_be_visible()
    assert not list((folder / "outputs" / "uploads").iterdir())
    page.locator("input[type=file]").set_input_files(clip)
    page.wait_for_url(re.compile("scenario=square"))
    expect(page.locator(".scenario b")).to_contain_text("square")
    assert len(list((folder / "outputs" / "uploads").iterdir())) == 1
    page.wait_for_function("document.querySelector('video')?.readyState >= 1")  # it plays


def test_two_browsers_see_their_own_job_and_escape_stops_it(page: Page, app: str, browser: Browser) -> None:
    other = browser.new_context().new_page()
    for one, question in ((page, "First?"), (other, "Second?")):
        one.goto(f"{app}/?scenario=scene_2")
        ask(one, question)
    assert page.url != other.url
    wait_for_text(page, 0)
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("runs="))
    expect(page.locator(".st-key-head_0 .pill")).to_have_text("Stopped")
    wait_for_text(other, 0)  # it goes on
    other.keyboard.press("Escape")
    other.wait_for_url(re.compile("runs="))
    other.context.close()


def test_another_page_and_back_finds_the_running_comparison(page: Page, app: str) -> None:
    page.goto(f"{app}/?scenario=scene_2")
    ask(page, "Where?")
    address = page.url
    page.get_by_role("link", name="Results").click()
    page.wait_for_url(re.compile("/results"))
    page.get_by_role("link", name="Compare").click()
    page.wait_for_url(address)
    wait_for_text(page, 0)
    expect(page.get_by_role("textbox", name="Question")).to_have_value("Where?")
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("runs="))


def test_a_time_in_an_answer_moves_the_video(
    page: Page, app: str, folder: Path, tiny: dict[str, Path], scenarios: Path
) -> None:
    (spec,) = resolve_models([f"reason1-demo={tiny['reason1-tiny']}"])
    comparison = comparison_of(scenarios / "scene_2" / "segment.webm", spec)
    run = saved(Store(folder / "outputs"), comparison, spec, "The car brakes at 1.25 s.")
    page.goto(f"{app}/?runs={run.id}")
    expect(page.get_by_role("button", name="1.25 s", exact=True)).to_be_visible()
    # The click is repeated: the text may stand before the video and the code that moves it.
    page.wait_for_function(
        "() => { document.querySelector('.time')?.click(); const video = document.querySelector('video');"
        " return video !== null && Math.abs(video.currentTime - 1.25) < 0.01 }",
        polling=200,
    )


def test_a_time_in_an_answer_moves_the_slider_of_what_the_models_saw(
    page: Page, app: str, folder: Path, tiny: dict[str, Path], scenarios: Path
) -> None:
    (spec,) = resolve_models([f"reason1-demo={tiny['reason1-tiny']}"])
    comparison = comparison_of(scenarios / "scene_2" / "segment.webm", spec)
    run = saved(Store(folder / "outputs"), comparison, spec, "The car brakes at 1.25 s.")
    page.goto(f"{app}/?runs={run.id}")
    page.locator("summary").filter(has_text="What each model saw").click()
    chosen = page.locator("figure.frame.chosen figcaption")
    expect(chosen).to_have_text("1.00 s")  # the one in the middle
    page.locator(".time").click()
    expect(chosen).to_have_text("1.25 s")


HOSTILE = (
    """<script>window.hacked = 1</script><img src=x onerror="window.hacked = 1">
![beacon](http://beacon.invalid/a.png) [link](javascript:alert(1)) <style>body{display:none}</style>
"""
    + "many words " * 18_000
)


def test_hostile_and_huge_model_text_is_harmless(
    page: Page, app: str, folder: Path, tiny: dict[str, Path], scenarios: Path
) -> None:
    (spec,) = resolve_models([f"reason1-demo={tiny['reason1-tiny']}"])
    run = saved(Store(folder / "outputs"), comparison_of(scenarios / "scene_0" / "segment.webm", spec), spec, HOSTILE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{app}/?runs={run.id}")
    expect(page.locator(".st-key-text_0 .answer")).to_contain_text("<script>window.hacked")
    assert page.evaluate("window.hacked") is None
    assert len(text_of(page, 0)) > 190_000
    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []
