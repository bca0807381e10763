"""A report in a real browser: it opens with the network off, asks for nothing, is accessible, and prints."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from report_samples import answer_study, judge_all, material, write_study

from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.report.document import document
from cosmos_compare.report.pdf import browser as chosen_browser
from cosmos_compare.report.pdf import to_pdf

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, scenarios: Path) -> Path:
    """A report as a file."""
    folder = tmp_path_factory.mktemp("report")
    answer_study(write_study(folder, scenarios), folder / "outputs")
    judge_all(folder / "outputs", notes="Late.")
    path = folder / "report.html"
    path.write_bytes(document(material(folder / "outputs")))
    return path


@pytest.fixture(params=["light", "dark", "phone"])
def opened(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The report with the network off; what it asks for beside itself fails the test."""
    size = {"width": 390, "height": 844} if request.param == "phone" else {"width": 1280, "height": 720}
    context = browser.new_context(
        viewport=size, color_scheme="dark" if request.param == "dark" else "light", offline=True
    )  # type: ignore[arg-type]
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: asked.append(one.text))
    page.goto(report.as_uri())
    yield page
    assert [url for url in asked if not url.startswith(("data:", report.as_uri()))] == []
    context.close()


def test_it_opens_offline_unfolds_a_case_by_its_link_and_is_accessible(opened: Page) -> None:
    assert opened.locator("main > section").count() == 12
    assert opened.locator("#case-2").is_hidden()
    opened.locator('a[href="#case-2"]').first.click()
    assert opened.locator("#case-2").is_visible()
    shown = opened.locator("#case-2 img")
    assert shown.count() > 1
    assert all(image.evaluate("image => image.naturalWidth > 0") for image in shown.all())
    # What is wide scrolls in its own box: the page itself never does sideways.
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    opened.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    found = Axe().run(opened).response["violations"]
    grave = [rule for rule in found if rule["impact"] in {"serious", "critical"}]
    assert not grave, [
        (rule["id"], rule["nodes"][0]["html"][:200], rule["nodes"][0]["failureSummary"]) for rule in grave
    ]


def test_a_file_inside_can_be_saved(opened: Page) -> None:
    with opened.expect_download() as saved:
        opened.get_by_role("link", name="numbers.csv").click()
    assert saved.value.path().read_text("utf-8-sig").startswith('"what","of","value"')


def test_it_prints_as_pdf_with_all_cases(report: Path) -> None:
    printed = to_pdf(document(material(report.parent / "outputs"), unfolded=True))
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") >= 5


def test_without_a_browser_pdf_is_refused_before_the_work(
    report: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COSMOS_COMPARE_CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(CompareError, match="needs Chromium or Chrome"):
        chosen_browser()
    assert main(["report", str(tmp_path / "out.html"), "--outputs", str(report.parent / "outputs"), "--pdf"]) == 2
    assert "needs Chromium or Chrome" in capsys.readouterr().err
    assert not (tmp_path / "out.html").exists()


def test_a_browser_that_fails_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setenv("COSMOS_COMPARE_CHROMIUM", str(broken))
    with pytest.raises(CompareError, match="could not print the report"):
        to_pdf(b"<!doctype html>")
