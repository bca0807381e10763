"""Correcting ratings in a real browser: by the list of the Rate page, by mouse and keyboard together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser_support import serve
from playwright.sync_api import Page, expect
from rating_pages import ONE, TWO, pairs_in, rate, write_pairs

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.standing import standing, to_frame

pytestmark = pytest.mark.browser
PAIRS = 4


def mark_of(outputs: Path, rater: str, scenario: str, run_id: str, axis: str = "objects") -> float:
    rows = standing(to_frame(scorecard.read(outputs)))
    rows = rows[(rows["rater"] == rater) & (rows["scenario"] == scenario) & (rows["run_id"] == run_id)]
    return float(rows[axis].iloc[-1])


def click_cell(page: Page, row: int, x: float = 400) -> None:
    """A click into a row of the scorecard's table, which is drawn on a canvas."""
    page.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
    box = page.locator('[data-testid="stDataFrame"]').bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + x, box["y"] + 35 * row + 52)


def test_a_click_in_the_list_opens_the_pair_and_enter_saves_it(page: Page, app: str, outputs: Path) -> None:
    """A click once changed the address and the highlight only; the focus stayed on the card, so Enter saved nothing."""
    page.goto(f"{app}/rate?rater=anna")
    expect(page.locator(".scenario b")).to_have_text("scene 0")
    page.locator("button[data-id]", has_text="scene 2").click()
    expect(page.locator(".scenario b")).to_have_text("scene 2")
    expect(page.locator(".marks.here")).to_have_count(1)
    for key in ("2", "0", "Shift+X", "b", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".reply")).to_have_text("Saved.")
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
    expect(page.locator(".reply")).to_have_text("Changed, not saved yet.")
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_text(re.compile("^Saved"))
    pair = pairs_in(outputs)[1]
    marks = [mark_of(outputs, "bert", "scene_1", run) for run in (pair.a.id, pair.b.id)]
    assert sorted(marks)[0] == 0 and len(scorecard.read(outputs).lines) == before + 2


def test_a_second_window_learns_that_the_pair_is_rated(page: Page, app: str, outputs: Path) -> None:
    """Two windows of one rater once saved over each other, and the second as blind though the first had shown names."""
    pair = pairs_in(outputs)[0]
    other = page.context.new_page()
    for window in (page, other):
        window.goto(f"{app}/rate?rater=dora&pair={pair.id}")
        expect(window.locator(".marks.here")).to_have_count(1)
    other.keyboard.press("2")  # a draft of its own
    for key in ("1", "1", "Shift+X", "t", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".reply")).to_have_text("Saved.")
    before = len(scorecard.read(outputs).lines)
    # Without a click the second window says so, and keeps its own marks as changes.
    expect(other.locator(".scenario .pill.stop")).to_have_text("rated")
    expect(other.locator(".reply")).to_contain_text("in another window")
    assert len(scorecard.read(outputs).lines) == before
    # Names shown in the first: what the second saves from then on is not blind.
    page.get_by_text("Show names").click()
    expect(page.locator(".scenario .badge")).to_have_text("names shown")
    expect(other.locator(".scenario .badge")).to_have_text("names known, stored as not blind")
    other.goto(f"{app}/rate?rater=dora&pair={pairs_in(outputs)[1].id}")
    expect(other.locator(".marks.here")).to_have_count(1)
    for key in ("1", "1", "Shift+X", "t", "Enter"):
        other.keyboard.press(key)
    expect(other.locator(".reply")).to_have_text("Saved.")
    rows = standing(to_frame(scorecard.read(outputs)))
    blind = rows[rows["rater"] == "dora"].groupby("scenario", observed=True)["blind"].all()
    assert blind.to_dict() == {"scene_0": True, "scene_1": False}


def test_a_save_that_meets_another_windows_save_changes_nothing_unseen(page: Page, app: str, outputs: Path) -> None:
    """The second window saves before it has learned of the first: it is told, and keeps its marks."""
    pair = pairs_in(outputs)[2]
    page.goto(f"{app}/rate?rater=emil&pair={pair.id}")
    expect(page.locator(".marks.here")).to_have_count(1)
    for key in ("2", "0", "Shift+X", "b"):
        page.keyboard.press(key)
    rate(outputs, pair, "emil")  # elsewhere
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_contain_text("in another window")
    assert mark_of(outputs, "emil", pair.scenario, pair.b.id) == 2
    expect(page.locator(".grid .marks").first.locator("[aria-pressed=true]")).to_have_text("2")
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_text("Saved.")
    assert sorted(mark_of(outputs, "emil", pair.scenario, run) for run in (pair.a.id, pair.b.id)) == [0, 2]


def test_a_cell_of_the_scorecard_opens_its_pair_filled_in(page: Page, app: str, outputs: Path) -> None:
    for pair in pairs_in(outputs):
        rate(outputs, pair, "fred", notes=f"about {pair.scenario}")
    page.goto(f"{app}/rate?rater=fred")
    expect(page.get_by_text("fred has rated all 4 pairs.")).to_be_visible()
    page.locator(".st-key-pages").get_by_role("link", name="Results").click()
    page.locator(".st-key-views").get_by_role("link", name="Scorecard").click()
    click_cell(page, row=0)
    page.wait_for_url(re.compile(r"/rate\?"))
    expect(page.locator(".scenario b")).to_have_text("scene 0")
    expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(14)
    expect(page.locator("textarea")).to_have_value("about scene_0")


def test_a_search_that_finds_nothing_says_so_and_a_state_narrows_the_list(page: Page, app: str, outputs: Path) -> None:
    rate(outputs, pairs_in(outputs)[1], "gina")
    page.goto(f"{app}/rate?rater=gina")
    expect(page.locator("button[data-id]")).to_have_count(4)
    page.get_by_test_id("stTextInputField").fill("nowhere")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No scenario “nowhere” among these pairs.")).to_be_visible()
    page.get_by_test_id("stTextInputField").fill("scene 3")
    page.keyboard.press("Enter")
    expect(page.locator("button[data-id]")).to_have_count(1)
    page.get_by_test_id("stTextInputField").fill("")
    page.keyboard.press("Enter")
    page.locator(".st-key-rate_state").click()
    page.get_by_role("option", name="Not rated").click()
    expect(page.locator("button[data-id]")).to_have_count(3)
    assert "state=open" in page.url


def test_boxes_stand_on_the_frame_on_both_sides_in_one_convention(page: Page, tmp_path: Path, scenarios: Path) -> None:
    """Raw numbers in two conventions told the models apart."""
    one = '{"objects": [{"label": "car", "bbox_2d": [14, 7, 28, 14]}]}'
    two = 'Here: ```json\n{"objects": [{"name": "car", "box_2d": [250, 250, 500, 500]}]}\n``` bus [250, 250, 500, 500]'
    write_pairs(tmp_path / "outputs", scenarios, 1, {ONE: one, TWO: two})
    path = next((tmp_path / "outputs" / "runs").glob(f"*/{TWO}/*/analysis.json"))
    path.write_text(path.read_text(encoding="utf-8").replace('"boxes": "pixels"', '"boxes": "thousandths"'), "utf-8")
    with serve(tmp_path / "log", COSMOS_COMPARE_OUTPUTS=str(tmp_path / "outputs")) as app:
        page.goto(f"{app}/rate?rater=anna")
        expect(page.locator("figure.boxed .mark")).to_have_count(3)
        places = {page.locator("figure.boxed .mark").nth(n).get_attribute("style") for n in range(3)}
        assert len(places) == 1
        for side in (0, 1):
            text = page.locator(f".st-key-rate_text_{side}").inner_text()
            assert "250, 250, 500, 500" in text and "14, 7" not in text
            assert "box_2d" not in text and "As written" not in text
