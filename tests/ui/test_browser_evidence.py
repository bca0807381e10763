"""The timeline and the drawn places in a real browser: seeking both ways, keys, pixels, no truth, hostile text."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from app_support import comparison_of, saved, write_model_list
from axe_support import READY, assert_accessible
from browser_support import PATIENCE_MS, serve
from playwright.sync_api import Browser, Page, expect

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
TRUTH = """
objects: {car: {present: true}}
events: [{label: the car brakes, start: 0.5, end: 1.5, critical: true, tolerance: 0.2}]
risk: {level: high}
"""
PROSE = "A street. The car brakes at 0.5 s. The risk is high. It stands from 1 s to 1.5 s."
EVENTS = {
    "events": [{"start": 1.25, "event": "the car brakes"}, {"start": 0.25, "end": 12, "event": "a bus passes"}],
    "boxes": [{"time": 0.75, "label": "car", "bbox_2d": [0.25, 0.5, 0.5, 0.75]}],
    "risk_level": "low",
}
HOSTILE = '<img src=x onerror="window.hacked=1"> stops at 1 s. <script>window.hacked = 1</script> [a](http://x.invalid)'


class Served(NamedTuple):
    address: str
    both: str  # two answers on a clip with a ground truth
    hostile: str  # two hostile ones on a clip without


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, tiny: dict[str, Path], scenarios: Path) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("evidence")
    clips = folder / "clips"
    shutil.copytree(scenarios, clips)
    (clips / "scene_2" / "ground_truth.yaml").write_text(TRUTH, encoding="utf-8")
    store = Store(folder / "outputs")
    specs = resolve_models([f"reason1-demo={tiny['reason1-tiny']}", f"reason2-demo={tiny['reason2-tiny']}"])

    def runs(scenario: str, texts: tuple[str, str]) -> str:
        video = clips / scenario / "segment.webm"
        made = [saved(store, comparison_of(video, spec), spec, text) for spec, text in zip(specs, texts, strict=True)]
        return ",".join(run.id for run in made)

    both, hostile = runs("scene_2", (PROSE, json.dumps(EVENTS))), runs("scene_1", (HOSTILE, json.dumps([HOSTILE])))
    environment = {
        "COSMOS_COMPARE_MODELS": str(write_model_list(folder / "models.yaml", tiny)),
        "COSMOS_COMPARE_OUTPUTS": str(store.outputs),
        "COSMOS_COMPARE_SCENARIOS": str(clips),
        "OMP_NUM_THREADS": "1",
    }
    with serve(folder / "app.log", **environment) as address:
        yield Served(address, both, hostile)


def opened(page: Page, address: str) -> None:
    """The page, its video ready and the scripts that move it there."""
    page.goto(address)
    page.wait_for_selector(READY)
    page.wait_for_function("document.querySelector('video')?.readyState >= 1")
    page.wait_for_function("document.documentElement.dataset.clipOffset !== undefined")
    page.wait_for_function("document.documentElement.dataset.places !== undefined")


def wait_for_time(page: Page, seconds: float) -> None:
    page.wait_for_function("at => Math.abs(document.querySelector('video').currentTime - at) < 0.01", arg=seconds)


def expect_marks(page: Page, side: int, *times: str) -> None:
    """The times of the marks that are lit in a lane."""
    found = page.locator(f'.lane[data-side="{side}"] button.marked')
    expect(found).to_have_count(len(times))
    for number, time in enumerate(times):
        expect(found.nth(number)).to_have_attribute("data-seconds", time)


def test_lanes_sentences_and_values_find_each_other_and_the_moment(page: Page, served: Served) -> None:
    opened(page, f"{served.address}/?runs={served.both}")
    expect(page.locator(".lane.truth button")).to_have_text("the car brakes")
    expect(page.locator(".odd_times")).to_contain_text("names 12 s; the clip has 2 s")

    # A mark of a lane: the video goes there, its sentence is lit, and the line below tells it.
    mark = page.locator('.lane[data-side="0"] button').nth(1)
    mark.hover()
    expect(page.locator(".readout")).to_contain_text("1 s to 1.5 s: It stands from 1 s to 1.5 s.")
    mark.click()
    wait_for_time(page, 1.0)
    expect(page.locator('[data-answer="0"] .said.marked')).to_have_text("It stands from 1 s to 1.5 s.")
    now = "Math.abs(getComputedStyle(document.documentElement).getPropertyValue('--now') - 1) < 0.02"
    page.wait_for_function(now)

    # A time in a sentence, and a number of a JSON value: the video goes there and the lane is lit.
    page.locator('[data-answer="0"] .time').first.click()
    wait_for_time(page, 0.5)
    expect_marks(page, 0, "0.500")
    page.locator('[data-answer="1"] .time', has_text="1.25").click()
    wait_for_time(page, 1.25)
    expect_marks(page, 1, "1.250")
    expect_marks(page, 0)

    # The empty place of a track.
    track = page.locator(".lane.truth .track")
    box = track.bounding_box()
    assert box is not None
    track.click(position={"x": box["width"] * 0.9, "y": box["height"] - 2})  # which scrolls there
    page.wait_for_function("Math.abs(document.querySelector('video').currentTime - 1.8) < 0.05")


def test_the_keyboard_alone_goes_through_the_lanes(page: Page, served: Served) -> None:
    opened(page, f"{served.address}/?runs={served.both}")
    page.locator('.lane[data-side="0"] button').first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_for_time(page, 1.0)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.lane').dataset.side") == "1"
    page.keyboard.press("End")
    page.keyboard.press(" ")
    wait_for_time(page, 1.25)
    assert page.locator('.lane[data-side="1"] button[tabindex="0"]').count() == 1

    # A time in a sentence is pressed like a button, with Space as well as Enter: its lane is lit, too.
    page.locator('[data-answer="0"] .time').first.focus()
    page.keyboard.press(" ")
    wait_for_time(page, 0.5)
    expect_marks(page, 0, "0.500")
    page.locator('[data-answer="0"] .time').nth(1).focus()
    page.keyboard.press("Enter")
    wait_for_time(page, 1.0)
    expect_marks(page, 0, "1.000")


def test_places_lie_on_their_pixels_on_the_frame_and_on_the_video(page: Page, served: Served) -> None:
    opened(page, f"{served.address}/?runs={served.both}")
    picture, mark = (page.locator(f"figure.boxed {one}").first.bounding_box() for one in ("img", ".mark"))
    assert picture and mark
    shares = [(mark["x"] - picture["x"]) / picture["width"], (mark["y"] - picture["y"]) / picture["height"]]
    assert shares == [pytest.approx(0.25, abs=0.01), pytest.approx(0.5, abs=0.01)]
    page.evaluate("document.querySelector('video').currentTime = 0.75")
    layer = page.locator(".places .mark")
    expect(layer).to_have_text("car")
    video, drawn = page.locator("video").bounding_box(), layer.bounding_box()
    size = page.evaluate("(v => [v.videoWidth, v.videoHeight])(document.querySelector('video'))")
    assert video and drawn
    scale = min(video["width"] / size[0], video["height"] / size[1])
    left = video["x"] + (video["width"] - size[0] * scale) / 2
    top = video["y"] + (video["height"] - size[1] * scale) / 2
    assert (drawn["x"] - left) / (size[0] * scale) == pytest.approx(shares[0], abs=0.01)
    assert (drawn["y"] - top) / (size[1] * scale) == pytest.approx(shares[1], abs=0.01)
    page.evaluate("document.querySelector('video').currentTime = 1.9")
    expect(layer).to_have_count(0)


def test_a_clip_without_a_truth_keeps_its_lanes_and_hostile_text_is_text(page: Page, served: Served) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, f"{served.address}/?runs={served.hostile}")
    expect(page.locator(".lane[data-side]")).to_have_count(2)
    page.locator('.lane[data-side="1"] button').first.click()
    wait_for_time(page, 1.0)
    expect(page.locator(".readout")).to_contain_text("<img src=x onerror=")
    assert page.evaluate("window.hacked") is None
    assert [url for url in asked if not url.startswith((served.address, "data:", "blob:"))] == []


def test_on_rate_lanes_bear_letters_and_their_keys_leave_the_form_alone(page: Page, served: Served) -> None:
    pair = "~".join(sorted(served.both.split(",")))
    opened(page, f"{served.address}/rate?rater=anna&pair={pair}")
    expect(page.locator(".marks.here")).to_have_count(1)
    lanes = page.locator(".lanes")
    assert "Demo" not in lanes.inner_html() and "✓" not in lanes.inner_html()
    expect(page.locator(".lane.truth")).to_be_hidden()
    page.locator('.lane[data-side="0"] button').first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.closest('.lane').dataset.side") == "1"
    expect(page.locator("tr.here th")).to_have_text("Objects")
    page.keyboard.press("g")
    expect(page.locator(".lane.truth")).to_be_visible()
    expect(page.locator(".contrast")).to_have_count(0)
    page.keyboard.press("d")
    expect(page.locator(".contrast")).to_contain_text("They differ on")
    # Enter on a time goes there, and does not save the form.
    expect(page.locator('[data-answer="0"] :is(.said.untrue, .said.differ)').first).to_be_visible()
    page.locator('[data-answer="0"] .time').first.press("Enter")
    expect(page.locator(".lane button.marked")).to_have_count(1)
    expect(page.locator(".reply")).to_be_empty()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_presenters_view_and_its_keys_pass_axe(browser: Browser, served: Served, theme: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 720}, color_scheme=theme)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    opened(page, f"{served.address}/?runs={served.both}&present=1")
    expect(page.locator("table.stated")).to_contain_text("✗ low")
    expect(page.locator('[data-testid="stSidebar"]')).to_be_hidden()
    assert_accessible(page)
    page.keyboard.press("PageUp")
    expect(page.locator(".scenario b")).to_have_text("scene 1")
    page.get_by_role("button", name="Leave").click()
    page.wait_for_selector(READY)
    page.goto(f"{served.address}/?runs={served.both}")
    page.locator("summary").filter(has_text="Hints against").click()
    expect(page.locator("table.hints")).to_contain_text("not proven: n = 0")
    assert_accessible(page)
    context.close()
