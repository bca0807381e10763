"""Rating and its results in a real browser, by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_support import READY
from filelock import FileLock
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect
from rating_pages import LABELS, pairs_in, rate, told

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.standing import rated_pairs, standing, to_frame

pytestmark = pytest.mark.browser
PAIRS = 5
# Everything in the page, shadow roots too: text, attributes, sources.
ALL_OF_IT = """() => {
  const walk = (root) => [root.innerHTML ?? '', ...[...root.querySelectorAll('*')]
    .filter((node) => node.shadowRoot).map((node) => walk(node.shadowRoot))].join('\\n');
  return [document.title, location.href, document.documentElement.outerHTML, walk(document)].join('\\n');
}"""


def tab_to(page: Page, there: Locator) -> None:
    """Press Tab until it has the focus."""
    expect(there).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if there.evaluate("node => node === document.activeElement"):
            return
    pytest.fail(f"Tab never reaches {there}")


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)


def open_form(page: Page, scenario: str) -> None:
    """Wait until the form of a scenario stands and is empty."""
    expect(page.locator(".scenario b")).to_have_text(scenario)
    expect(page.locator(".marks.here")).to_have_count(1)
    expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(0)


def rated(outputs: Path, rater: str) -> set[str]:
    return rated_pairs(standing(to_frame(scorecard.read(outputs))), rater)


def test_five_pairs_one_undone_and_the_results_follow_all_by_keyboard(page: Page, app: str, outputs: Path) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    pairs = pairs_in(outputs)
    page.goto(f"{app}/rate")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("anna")
    page.keyboard.press("Enter")

    # The first pair: nothing tells the models, keys typed into the notes are text, Enter saves; still nothing tells.
    open_form(page, "scene 0")
    assert told(page.evaluate(ALL_OF_IT)) == []
    press(page, "2 1 2 1 2 1 2 1 2 1 x x 2")
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_text(re.compile("1 mark and the verdict missing"))
    press(page, "0 a w")
    page.keyboard.type("cars 210 xtbu, r c")
    press(page, "Escape Enter")
    expect(page.locator(".reply")).to_have_text("Saved.")
    assert rated(outputs, "anna") == {pairs[0].id}
    expect(page.locator(".scenario .pill.stop")).to_have_text("rated")
    assert told(page.evaluate(ALL_OF_IT)) == []
    row = standing(to_frame(scorecard.read(outputs))).iloc[0]
    assert row["notes"] == "cars 210 xtbu, r c" and bool(row["blind"])

    # On with Enter; four more. At the end of the queue the page says which was which.
    page.keyboard.press("Enter")
    for number in range(1, 5):
        open_form(page, f"scene {number}")
        assert told(page.evaluate(ALL_OF_IT)) == []
        press(page, "2 0 Shift+X b" if number % 2 else "0 2 Shift+X t")
        page.keyboard.press("Shift+Enter")
    expect(page.get_by_text("anna has rated all 5 pairs.")).to_be_visible()
    assert len(rated(outputs, "anna")) == 5
    for model in LABELS:
        expect(page.get_by_role("cell", name=model)).not_to_have_count(0)
    assert standing(to_frame(scorecard.read(outputs)))["blind"].all()

    # The results count five; one is undone, then they count four.
    tab_to(page, page.locator(".st-key-pages").get_by_role("link", name="Results"))
    page.keyboard.press("Enter")
    expect(page.locator(".versus")).to_contain_text("5 judgements · 5 pairs · 5 scenarios · 1 rater")
    page.go_back()
    expect(page.get_by_text("anna has rated all 5 pairs.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.locator(".reply")).to_have_text(re.compile("^Taken back"))
    expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(14)
    assert rated(outputs, "anna") == {pair.id for pair in pairs[:4]}
    tab_to(page, page.locator(".st-key-pages").get_by_role("link", name="Results"))
    page.keyboard.press("Enter")
    expect(page.locator(".versus")).to_contain_text("4 judgements · 4 pairs · 4 scenarios · 1 rater")
    assert [url for url in asked if not url.startswith((app, "data:", "blob:"))] == []


def test_marks_outlive_a_reload_and_the_mouse_leaves_the_keyboard_free(page: Page, app: str, outputs: Path) -> None:
    page.goto(f"{app}/rate?rater=bert")
    open_form(page, "scene 0")
    page.get_by_role("group", name="Objects, answer B").get_by_role("button", name="partial").click()
    press(page, "2 g")
    expect(page.locator("details.truth")).to_have_attribute("open", "")
    page.reload()
    pressed = page.locator(".grid button[aria-pressed=true]")
    expect(pressed).to_have_count(2)
    expect(page.get_by_role("group", name="Spatial, answer A").locator("[aria-pressed=true]")).to_have_text("2")
    page.get_by_role("button", name="Tie").click()
    press(page, "Shift+X Enter Enter")  # the second Enter must not save again
    expect(page.locator(".reply")).to_have_text("Saved.")
    assert list(scorecard.read(outputs).columns["rater"]).count("bert") == 2


def test_a_click_on_the_heat_map_opens_the_pair(page: Page, app: str, outputs: Path) -> None:
    page.goto(f"{app}/results")
    heat = page.locator(".st-key-chart_heat .js-plotly-plot")
    heat.locator(".scatterlayer .point").first.wait_for(state="attached")
    heat.scroll_into_view_if_needed()
    plot = heat.locator(".plotly .nsewdrag").first.bounding_box()
    assert plot is not None
    # The middle of the first cell: seven axes across, as many rows as scenarios.
    scenarios = len(
        {pair.scenario for pair in pairs_in(outputs) if pair.id in rated(outputs, "anna") | rated(outputs, "bert")}
    )
    page.mouse.click(plot["x"] + plot["width"] / 14, plot["y"] + plot["height"] / scenarios / 2)
    page.wait_for_url(re.compile(r"/rate\?pair="))


def test_the_same_form_on_the_compare_page_saves_as_not_blind(page: Page, app: str, outputs: Path) -> None:
    pair = pairs_in(outputs)[2]
    page.goto(f"{app}/?runs={pair.b.id},{pair.a.id}")
    page.get_by_text("Rate these two answers").click()
    page.get_by_label("Your name").fill("carla")
    page.keyboard.press("Enter")
    expect(page.locator("thead th").first).to_have_text(LABELS[pair.b.model])
    expect(page.get_by_role("button", name="Skip")).to_be_hidden()
    press(page, "2 0 Shift+X a Enter")
    expect(page.locator(".reply")).to_have_text("Saved for carla, as not blind.")
    rows = standing(to_frame(scorecard.read(outputs)))
    rows = rows[rows["rater"] == "carla"].set_index("run_id")
    assert (rows.loc[pair.b.id, "verdict"], rows.loc[pair.b.id, "side"], rows.loc[pair.b.id, "objects"]) == (
        "better",
        "left",
        2,
    )
    assert not rows["blind"].any()
    assert "rater" not in page.url  # the address stays the Compare page's own
    page.keyboard.press("u")
    expect(page.locator(".reply")).to_have_text("Taken back: the rating of scene_2.")


def test_what_could_not_be_saved_says_so_and_keeps_the_marks(page: Page, app: str, outputs: Path) -> None:
    page.goto(f"{app}/rate?rater=dora")
    open_form(page, "scene 0")
    with FileLock(outputs / "scorecard.csv.lock"):  # another program writes into it for longer than one waits
        press(page, "2 0 Shift+X n Enter")
        expect(page.locator(".reply")).to_contain_text("the rating is not saved", timeout=40_000)
        expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(14)
        assert "dora" not in scorecard.read(outputs).columns["rater"]
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_text("Saved.")
    assert list(scorecard.read(outputs).columns["rater"]).count("dora") == 2


def test_the_scorecard_downloads_as_csv_and_as_excel(page: Page, app: str, outputs: Path, tmp_path: Path) -> None:
    rate(outputs, pairs_in(outputs)[3], "emil", notes="=1+1")
    page.goto(f"{app}/scorecard?only_raters=emil")
    expect(page.get_by_text("2 rated answers")).to_be_visible()
    page.wait_for_selector(READY)
    for button, name in (("CSV", "table.csv"), ("Excel", "table.xlsx")):
        with page.expect_download() as download:
            page.get_by_role("button", name=button, exact=True).click()
        download.value.save_as(tmp_path / name)
    text = (tmp_path / "table.csv").read_text("utf-8-sig")
    assert text.count('"emil"') == 2 and '"\'=1+1"' in text
    sheet = load_workbook(tmp_path / "table.xlsx").active
    assert sheet is not None and sheet.max_row == 3
