"""The whole of it in a real browser: sixteen pairs rated, three corrected, three clips run again, and every number
on Results is that of a ledger kept beside."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from rating_pages import ONE, TWO, pairs_in

from cosmos_compare.ratings.pairs import Pair, left_run
from cosmos_compare.records.schema import AXES
from cosmos_compare.results.evidence import load
from cosmos_compare.results.report import report
from cosmos_compare.runs.store import Store

pytestmark = pytest.mark.browser
PAIRS = 16
VERDICTS = {"a": "left", "b": "right", "t": "tie", "n": "both_bad"}
Ledger = dict[str, tuple[list[int], list[int], str]]  # by scenario: marks of the left, of the right, the verdict's key


def opened(page: Page, scenario: str, marks: int) -> None:
    """Wait until the form of a scenario stands with so many marks in it."""
    expect(page.locator(".scenario b")).to_have_text(scenario.replace("_", " "))
    expect(page.locator(".marks.here")).to_have_count(1)
    expect(page.locator(".grid button[aria-pressed=true]")).to_have_count(marks)


def rate_all(page: Page, pairs: list[Pair]) -> Ledger:
    """Each pair by fourteen keys and a verdict, one after the other."""
    ledger: Ledger = {}
    for number, pair in enumerate(pairs):
        left = [(number + axis) % 3 for axis in range(7)]
        right = [(2 * number + axis + 1) % 3 for axis in range(7)]
        ledger[pair.scenario] = (left, right, "abtn"[number % 4])
        opened(page, pair.scenario, 0)
        keys = [str(mark) for both in zip(left, right, strict=True) for mark in both]
        for key in [*keys, "abtn"[number % 4], "Shift+Enter"]:
            page.keyboard.press(key)
    return ledger


def change_first_mark(page: Page, ledger: Ledger, scenario: str) -> None:
    """By mouse alone: another mark for A's objects, then the button that saves it."""
    mark = (ledger[scenario][0][0] + 1) % 3
    group = page.get_by_role("group", name="Objects, answer A")
    group.get_by_role("button", name=re.compile(f"^{mark} ")).click()
    page.get_by_role("button", name="Save the change").click()
    expect(page.locator(".reply")).to_have_text("Saved.")
    ledger[scenario][0][0] = mark


def run_again(outputs: Path, pairs: list[Pair]) -> None:
    """The same answers once more, quicker, as the app saves them when it has kept the clip."""
    store = Store(outputs)
    for pair in pairs:
        for row in (pair.a, pair.b):
            run = store.load(row.id)
            again = {"id": f"20261126T100000Z-{run.key[:8]}", "created": "2026-11-26T10:00:00Z"}
            answer = run.answer.model_copy(update={"reused": "prefix", "total_s": 0.01})
            store.save(run.model_copy(update={**again, "answer": answer}), np.full((2, 28, 56, 3), 120, np.uint8))


def by_model(pairs: list[Pair], ledger: Ledger, rater: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Marks of the first model and of the second, (pairs, axes), and who won each pair, from the ledger alone."""
    first, second, winners = [], [], []
    for pair in pairs:
        left, right, key = ledger[pair.scenario]
        is_left = left_run(rater, pair) == next(row.id for row in (pair.a, pair.b) if row.model == ONE)
        first.append(left if is_left else right)
        second.append(right if is_left else left)
        said = VERDICTS[key]
        winners.append(said if said in {"tie", "both_bad"} else "a" if (said == "left") == is_left else "b")
    return np.array(first, dtype=float), np.array(second, dtype=float), winners


def test_sixteen_pairs_three_corrections_three_clips_again(page: Page, app: str, outputs: Path) -> None:
    pairs = pairs_in(outputs)
    page.goto(f"{app}/rate?rater=anna")
    ledger = rate_all(page, pairs)
    expect(page.get_by_text("anna has rated all 16 pairs.")).to_be_visible()

    # Two by mouse, from the list.
    for scenario in (pairs[3].scenario, pairs[9].scenario):
        page.get_by_role("option", name=scenario.replace("_", " "), exact=False).first.click()
        opened(page, scenario, 14)
        change_first_mark(page, ledger, scenario)

    # One from the scorecard: its first row.
    page.locator(".st-key-pages").get_by_role("link", name="Results").click()
    page.locator(".st-key-views").get_by_role("link", name="Scorecard").click()
    page.locator('[data-testid="stDataFrame"] canvas').first.wait_for()
    box = page.locator('[data-testid="stDataFrame"]').bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 400, box["y"] + 52)
    page.wait_for_url(re.compile(r"/rate\?"))
    opened(page, pairs[0].scenario, 14)
    change_first_mark(page, ledger, pairs[0].scenario)

    run_again(outputs, pairs[:3])
    page.locator(".st-key-pages").get_by_role("link", name="Results").click()
    first, second, winners = by_model(pairs, ledger, "anna")
    difference = float((second - first).mean())
    versus, finding = page.locator(".versus"), page.locator(".finding")
    expect(versus).to_contain_text(re.compile(r"16 (?:judged )?pairs · 16 scenarios · 1 rater"))
    expect(finding).to_contain_text(f"{abs(difference):.2f}")
    expect(finding).to_contain_text(f"{TWO} better {winners.count('b')}, {ONE} better {winners.count('a')}")
    expect(finding).to_contain_text("16 of 16 pairs")
    expect(page.get_by_text("Median times over 16 rated pairs")).to_be_visible()

    found = report(load(outputs), (ONE, TWO))
    means = found.means.pivot(index="axis", columns="model", values="mean").loc[list(AXES), [ONE, TWO]]
    np.testing.assert_allclose(means, np.stack([first.mean(axis=0), second.mean(axis=0)], axis=1))
    assert found.difference.value == pytest.approx(difference)
    assert {name: found.verdicts[name] for name in ("a", "b", "tie", "both_bad")} == {
        name: winners.count(name) for name in ("a", "b", "tie", "both_bad")
    }
    assert found.coverage[["pairs", "rated"]].sum().tolist() == [16, 16]
    assert found.speed["total_s"].tolist() == [1.5, 1.5]
    page.locator(".st-key-pages").get_by_role("link", name="Rate").click()
    expect(page.get_by_text("anna: 16 of 16 pairs rated")).to_be_visible()
