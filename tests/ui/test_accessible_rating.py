"""Rate, Scorecard and Results as axe-core judges them: both themes, a desk and a phone; what keys and thumbs reach."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_support import READY, assert_accessible
from playwright.sync_api import Page, expect
from rating_pages import ONE, TWO, pairs_in, rate, write_pairs

from cosmos_compare.effort.book import read_book

pytestmark = pytest.mark.browser
BOXES = '<think>Hm.</think>{"objects": [{"label": "car", "bbox_2d": [7, 7, 42, 21]}], "risk": "high"}'


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Path:
    """Three pairs: anna has one left, bert has rated all."""
    folder = tmp_path_factory.mktemp("accessible") / "outputs"
    write_pairs(folder, scenarios, 3, {ONE: "A car brakes at 0.5 s.", TWO: BOXES})
    for pair in pairs_in(folder):
        rate(folder, pair, "bert", notes="Late.")
    for pair in pairs_in(folder)[:2]:
        rate(folder, pair, "anna", b=(0, 1, 2, None, 0, 1, 2), verdict="a")
    return folder


def test_a_pair_to_rate_and_the_question_who_rates(any_window: Page, app: str) -> None:
    any_window.goto(f"{app}/rate")
    expect(any_window.get_by_label("Your name")).to_be_visible()
    assert_accessible(any_window)
    any_window.goto(f"{app}/rate?rater=anna")
    expect(any_window.locator(".marks.here")).to_have_count(1)
    expect(any_window.locator("figure.boxed img")).to_have_count(1)
    any_window.keyboard.press("2")
    any_window.keyboard.press("0")
    any_window.keyboard.press("Enter")  # says what is missing
    expect(any_window.get_by_role("status")).not_to_be_empty()
    assert_accessible(any_window)


def test_a_rated_pair_with_names_and_the_end_of_the_queue(any_window: Page, app: str) -> None:
    any_window.goto(f"{app}/rate?rater=bert")
    expect(any_window.get_by_text("bert has rated all 3 pairs.")).to_be_visible()
    assert_accessible(any_window)
    any_window.goto(f"{app}/rate?rater=anna&state=disputed&names=shown")
    expect(any_window.locator(".grid button[aria-pressed=true]")).to_have_count(14)
    any_window.locator("summary").filter(has_text="What others said").click()
    assert_accessible(any_window)


def test_scorecard_and_results(any_window: Page, app: str) -> None:
    any_window.goto(f"{app}/scorecard")
    expect(any_window.get_by_text("10 rated answers")).to_be_visible()
    any_window.wait_for_selector('[data-testid="stDataFrame"] canvas')
    assert_accessible(any_window)
    any_window.goto(f"{app}/results")
    any_window.locator(".st-key-chart_speed").wait_for(state="attached")
    any_window.get_by_text("Effort of integrating each model").click()
    any_window.get_by_role("button", name=f"Write down the effort of {ONE}").click()
    any_window.get_by_role("textbox", name="Weights: comment").wait_for()
    any_window.wait_for_selector(READY)
    assert_accessible(any_window)


def test_effort_is_written_down_and_the_report_taken_home(page: Page, app: str, outputs: Path) -> None:
    page.goto(f"{app}/results")
    page.get_by_text("Effort of integrating each model").click()
    page.get_by_role("button", name=f"Write down the effort of {ONE}").click()
    comment = page.get_by_role("textbox", name="Weights: comment")
    comment.fill("<b>asked</b> for access")
    comment.press("Enter")  # saves, also where charts that are drawn meanwhile push the button out of the window
    expect(page.get_by_role("cell", name="<b>asked</b> for access")).to_be_visible()
    assert read_book(outputs).of(ONE, "weights").comment == "<b>asked</b> for access"
    page.get_by_text("Report to hand over").click()
    page.get_by_role("textbox", name="Confidentiality").fill("For us")
    page.get_by_role("textbox", name="Confidentiality").press("Enter")
    page.wait_for_timeout(250)  # until the field's text is on its way the page still says that it is ready
    page.wait_for_selector(READY)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Report (HTML)").click()
    html = saved.value.path().read_text("utf-8")
    assert saved.value.suggested_filename == "report.html"
    assert "&lt;b&gt;asked&lt;/b&gt; for access" in html and "For us" in html
    assert f"cosmos-compare report report.html --arms {ONE} {TWO} --confidential" in html


def test_buttons_are_called_what_they_read_and_all_marks_are_on_the_screen(any_window: Page, app: str) -> None:
    """They read "2" and were called "correct"; on a phone those of B were beyond its right edge."""
    any_window.goto(f"{app}/rate?rater=anna")
    expect(any_window.locator(".marks.here")).to_have_count(1)
    width = any_window.viewport_size["width"] if any_window.viewport_size else 0
    for side in ("A", "B"):
        group = any_window.get_by_role("group", name=f"Risk, answer {side}")
        for name in ("2 correct", "1 partial", "0 incorrect", "X cannot judge"):
            button = group.get_by_role("button", name=name, exact=True)
            expect(button).to_have_text(name[0])
            box = button.bounding_box()
            assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width


def test_what_was_said_is_in_view_at_1280_pixels(any_window: Page, app: str) -> None:
    if any_window.viewport_size != {"width": 1280, "height": 720}:
        pytest.skip("a phone scrolls its table")
    any_window.goto(f"{app}/scorecard")
    table = any_window.locator('[data-testid="stDataFrame"]')
    table.locator("canvas").first.wait_for()
    widths = [105, 150, 72, 72, *[68] * 6, 92]  # scenario, model, rater, verdict, the marks
    box = table.bounding_box()
    assert box is not None and sum(widths) <= box["width"] and box["x"] + box["width"] <= 1280


def test_a_choice_stays_with_the_browser(app: str, page: Page) -> None:
    page.goto(f"{app}/results?lang=fr")
    page.get_by_role("link", name="Comparer", exact=True).wait_for()
    page.wait_for_function("document.documentElement.lang === 'fr'")
    assert "lang=" not in page.url
    page.goto(f"{app}/results")
    page.get_by_role("link", name="Noter", exact=True).wait_for()
    page.locator(".st-key-language_widget").get_by_text("EN", exact=True).click()
    page.get_by_role("link", name="Rate", exact=True).wait_for()
    page.wait_for_function("document.cookie.includes('cosmos_compare_lang=en')")
    page.goto(f"{app}/lab")
    page.get_by_role("link", name="Results", exact=True).wait_for()
