"""Correcting ratings in a real browser: by the list of the Rate page, by mouse and keyboard together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_support import serve
from playwright.sync_api import Page, expect
from rating_pages import pairs_in, rate, write_pairs

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.standing import standing, to_frame

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Path:
    folder = tmp_path_factory.mktemp("corrections") / "outputs"
    write_pairs(folder, scenarios, 4)
    return folder


@pytest.fixture(scope="module")
def app(outputs: Path, scenarios: Path) -> Iterator[str]:
    environment = {"COSMOS_COMPARE_OUTPUTS": str(outputs), "COSMOS_COMPARE_SCENARIOS": str(scenarios)}
    with serve(outputs.parent / "app.log", **environment) as address:
        yield address


def mark_of(outputs: Path, rater: str, scenario: str, run_id: str, axis: str = "objects") -> float:
    rows = standing(to_frame(scorecard.read(outputs)))
    rows = rows[(rows["rater"] == rater) & (rows["scenario"] == scenario) & (rows["run_id"] == run_id)]
    return float(rows[axis].iloc[-1])


def test_a_click_in_the_list_opens_the_pair_and_enter_saves_it(page: Page, app: str, outputs: Path) -> None:
    """A click once changed the address and the highlight only; the focus stayed on the card, so Enter saved nothing."""
    page.goto(f"{app}/rate?rater=anna")
    expect(page.locator(".scenario b")).to_have_text("scene 0")
    page.locator("button[data-id]", has_text="scene 2").click()
    expect(page.locator(".scenario b")).to_have_text("scene 2")
    expect(page.locator(".marks.here")).to_have_count(1)
    for key in ("2", "0", "Shift+X", "b", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".said")).to_have_text("Saved.")
    assert set(standing(to_frame(scorecard.read(outputs)))["scenario"]) == {"scene_2"}


def test_an_older_rating_opens_filled_in_and_saves_as_an_edit(page: Page, app: str, outputs: Path) -> None:
    for pair in pairs_in(outputs):
        rate(outputs, pair, "bert", notes="first look")
    before = len(scorecard.read(outputs).lines)
    page.goto(f"{app}/rate?rater=bert&pair={pairs_in(outputs)[3].id}")
    expect(page.locator(".scenario b")).to_have_text("scene 3")
    page.locator("button[data-id]", has_text="scene 1").click()
    expect(page.locator(".scenario b")).to_have_text("scene 1")
    expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(14)
    expect(page.locator("textarea")).to_have_value("first look")
    page.locator(".grid .marks").first.locator("button").nth(2).click()
    expect(page.locator(".said")).to_have_text("Changed, not saved yet.")
    page.keyboard.press("Enter")
    expect(page.locator(".said")).to_have_text(re.compile("^Saved"))
    pair = pairs_in(outputs)[1]
    marks = [mark_of(outputs, "bert", "scene_1", run) for run in (pair.a.id, pair.b.id)]
    assert sorted(marks)[0] == 0 and len(scorecard.read(outputs).lines) == before + 2
