"""An experiment in a real browser, from one sentence of a prompt to a result: the demo models, bundled scenarios.

With `COSMOS_COMPARE_WHOLE_LAB=1` it is the whole of it, eight scenarios and three repeats, which takes minutes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from axe_support import READY
from browser_support import serve
from playwright.sync_api import Page, expect

from cosmos_compare.demo import bundled
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.standing import standing, to_frame
from cosmos_compare.runs.index import list_runs

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
WHOLE = bool(os.environ.get("COSMOS_COMPARE_WHOLE_LAB"))
SCENARIOS, REPEATS = (8, 3) if WHOLE else (2, 2)
RUN_MS = 800_000 if WHOLE else 200_000
SENTENCE = "Begin with what matters most for safety."
ANSWERS = SCENARIOS * 2 * 2 * 2 * REPEATS  # prompts, models, the clip and one control


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is a person's own: a home, and as many of the bundled scenarios as the journey takes."""
    home = tmp_path_factory.mktemp("lab")
    (home / "clips").mkdir()
    for scenario in sorted(bundled.FOLDER.glob("scenario_*"))[:SCENARIOS]:
        (home / "clips" / scenario.name).symlink_to(scenario)
    return home


@pytest.fixture(scope="module")
def environment(folder: Path) -> dict[str, str]:
    return {
        "COSMOS_COMPARE_HOME": str(folder),
        "COSMOS_COMPARE_OUTPUTS": str(folder / "outputs"),
        "COSMOS_COMPARE_SCENARIOS": str(folder / "clips"),
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture(scope="module")
def app(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    with serve(folder / "app.log", **environment) as address:
        yield address


def settle(page: Page) -> None:
    page.wait_for_timeout(300)
    page.wait_for_selector(READY)


def choose(page: Page, name: str, option: str) -> None:
    """Add one to a list of many."""
    field = page.get_by_role("combobox", name=name)
    field.click()
    page.get_by_role("option", name=option, exact=True).click()
    page.keyboard.press("Escape")
    settle(page)


def change_a_sentence_and_go_to_the_lab(page: Page, app: str) -> None:
    page.goto(app)
    question = page.get_by_role("textbox", name="Question")
    expect(question).to_have_value(re.compile(SENTENCE))
    question.fill(question.input_value().replace(SENTENCE, "Name the most dangerous thing first, in capitals."))
    question.blur()
    settle(page)
    page.get_by_role("button", name="Save as").click()
    settle(page)
    page.get_by_label("Name of the new prompt").fill("capitals")
    page.get_by_role("button", name="Save, run over all").click()
    page.wait_for_function("location.pathname.endsWith('/lab')")
    settle(page)


def run_the_study(page: Page) -> None:
    choose(page, "Shown", "blank")
    for label, value in (("Repeats", str(REPEATS)), ("Temperature", "0.7"), ("Planned scenarios", str(SCENARIOS))):
        page.get_by_label(label, exact=True).fill(value)
        page.keyboard.press("Enter")
        settle(page)
    expect(page.get_by_text(f"{SCENARIOS} scenarios × 8 arms × {REPEATS} repeats")).to_be_visible()
    page.get_by_role("button", name=f"Run {ANSWERS} answers").click()
    expect(page.get_by_text(re.compile(rf"\d+ of {ANSWERS} answers"))).to_be_visible()
    page.reload()  # it goes on, and is found again
    expect(page.get_by_text(re.compile(rf"\d+ of {ANSWERS} answers"))).to_be_visible()


def click_last_column(page: Page, row: int) -> None:
    """A click into the matrix, which is drawn on a canvas."""
    table = page.locator('[data-testid="stDataFrame"]')
    table.locator("canvas").first.wait_for()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] - 40, box["y"] + 33 * (row + 1) + 16)


def rate_blind(page: Page, count: int) -> None:
    """Pairs of two arms, by keyboard; nothing says which is which."""
    for number in range(count):
        expect(page.locator(".marks.here")).to_have_count(1)
        expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(0)
        expect(page.locator(".scenario .pill").first).to_have_text("blind")
        for key in ("2", "1", "Shift+X", "ab"[number % 2], "Shift+Enter"):
            page.keyboard.press(key)
    expect(page.get_by_text(re.compile(f"anna has rated (all {count} pairs|the only pair)"))).to_be_visible()


def test_from_a_sentence_to_a_result(page: Page, app: str, folder: Path, environment: dict[str, str]) -> None:
    change_a_sentence_and_go_to_the_lab(page, app)
    run_the_study(page)

    # The matrix fills while it runs, until all is there.
    expect(page.get_by_text("all answers are there")).to_be_visible(timeout=RUN_MS)
    rows = list_runs(folder / "outputs")
    assert len(rows) == ANSWERS and {row.repeat for row in rows} == set(range(REPEATS))
    assert {row.prompt_name for row in rows} == {"driving", "capitals"}

    # One model's new prompt beside its old one; a cell leads to both answers on Compare.
    page.locator(".st-key-lab_filters").get_by_role("combobox", name="In any arm").click()
    page.get_by_role("option", name="Reason2 demo · capitals · clip", exact=True).click()
    settle(page)
    page.get_by_role("radio", name="Differs").click()
    settle(page)
    if page.get_by_text("No scenario is like that.").count():  # the sentence changed nothing that is stated
        page.get_by_role("radio", name="All", exact=True).click()
        settle(page)
    click_last_column(page, 0)
    page.get_by_role("link", name=re.compile("Open repeat 0 beside Reason2 demo · driving · clip")).click()
    page.wait_for_function("location.search.includes('runs=')")
    expect(page.locator(".st-key-text_1")).not_to_be_empty()
    shown = re.findall(r"[0-9TZ]+-[0-9a-f]{8}", unquote(page.url))
    asked = {row.id: (row.prompt_name, row.model, row.condition, row.repeat) for row in rows}
    assert [asked[run] for run in shown] == [(name, "reason2-demo", "clip", 0) for name in ("driving", "capitals")]

    # Both versions rated blind, repeats pair by their number; the result is theirs.
    page.locator(".st-key-pages").get_by_role("link", name="Lab").click()
    for label, arm in (("Rate blind", "driving"), ("against", "capitals")):
        page.locator(".st-key-lab_out").get_by_role("combobox", name=label).click()
        page.get_by_role("option", name=f"Reason2 demo · {arm} · clip", exact=True).click()
        settle(page)
    page.get_by_role("link", name="Rate these two").click()
    page.get_by_label("Your name").fill("anna")
    page.keyboard.press("Enter")
    rate_blind(page, SCENARIOS * REPEATS)
    page.locator(".st-key-pages").get_by_role("link", name="Results").click()
    pairs = f"{SCENARIOS * REPEATS} judgements · {SCENARIOS * REPEATS} pairs · {SCENARIOS} scenarios · 1 rater"
    expect(page.locator(".versus")).to_contain_text(pairs)
    expect(page.locator(".versus")).to_contain_text("capitals")
    ratings = standing(to_frame(scorecard.read(folder / "outputs")))
    assert ratings["blind"].all() and len(ratings) == 2 * SCENARIOS * REPEATS

    # The same study from the command line is the same matrix.
    page.locator(".st-key-pages").get_by_role("link", name="Lab").click()
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    download.value.save_as(folder / "study.yaml")
    assert yaml.safe_load((folder / "study.yaml").read_text("utf-8"))["repeats"] == REPEATS
    command = [sys.executable, "-m", "cosmos_compare", "study", str(folder / "study.yaml"), "--json"]
    told = json.loads(subprocess.check_output(command, env=os.environ | environment, text=True))
    assert (len(told["arms"]), told["done"], told["to_do"]) == (8, ANSWERS, 0)
    assert {run for cell in told["cells"] for run in cell["runs"]} == set(asked)
