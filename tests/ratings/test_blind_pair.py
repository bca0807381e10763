"""The sheet of the Rate page: sides, what is saved, what is blind, what is masked; without Streamlit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rating_pages import LABELS, ONE, TEXTS, answered, rate, told, write_pairs

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.blind_pair import Sheet, rows_of, saved_by, verdict_of
from cosmos_compare.ratings.pairs import Pair, left_run
from cosmos_compare.ratings.queue import next_pair
from cosmos_compare.ratings.standing import standing, to_frame
from cosmos_compare.records.schema import AXES
from cosmos_compare.runs.store import Store
from cosmos_compare.ui.rate import sheet_markup


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


@pytest.fixture
def pairs(outputs: Path, scenarios: Path) -> list[Pair]:
    return write_pairs(outputs, scenarios, 3)


def sheet_of(outputs: Path, pair: Pair, rater: str = "anna", **more: Any) -> Sheet:
    left = left_run(rater, pair)
    runs = sorted((Store(outputs).load(row.id) for row in (pair.a, pair.b)), key=lambda run: run.id != left)
    return Sheet(pair, (runs[0], runs[1]), rater, **more)


def rater_with_left(pair: Pair, run_id: str) -> str:
    """A name for whom the lot puts this run on the left."""
    return next(name for name in map(str, range(50)) if left_run(name, pair) == run_id)


SAID = {"marks": [[2, 2, 2, 1, 0, None, 2], [0] * 7], "choice": "left", "notes": "Sees it.", "pair": "x", "next": False}


@pytest.mark.parametrize("aided", [False, True])
def test_a_rating_made_with_aids_says_so(outputs: Path, pairs: list[Pair], aided: bool) -> None:
    rows = rows_of(sheet_of(outputs, pairs[0], aided=aided), SAID, "2026-11-23T10:00:00Z")
    assert [row.aided for row in rows] == [aided, aided]


@pytest.mark.parametrize("first", ["a", "b"])
def test_what_is_said_of_the_left_side_is_saved_for_the_run_on_the_left(
    outputs: Path, pairs: list[Pair], first: str
) -> None:
    left = getattr(pairs[0], first).id
    sheet = sheet_of(outputs, pairs[0], rater_with_left(pairs[0], left))
    rows = {row.run_id: row for row in rows_of(sheet, SAID, "2026-11-23T10:00:00Z")}
    other = next(row for run_id, row in rows.items() if run_id != left)
    assert rows[left].side == "left" and other.side == "right"
    assert [getattr(rows[left], axis) for axis in AXES] == [2, 2, 2, 1, 0, None, 2]
    assert [getattr(other, axis) for axis in AXES] == [0] * 7
    assert (rows[left].verdict, other.verdict) == ("better", "worse")
    back = verdict_of(list(rows.values()), left)
    assert back is not None and back.choice == "left" and list(back.left) == SAID["marks"][0]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {**SAID, "marks": [[2] * 7]},
        {**SAID, "marks": [[2] * 6, [2] * 7]},
        {**SAID, "marks": [[3] * 7, [2] * 7]},
        {**SAID, "marks": [["2; DROP"] * 7, [2] * 7]},
        {**SAID, "marks": 7},
        {**SAID, "choice": "better"},
        {**SAID, "choice": ["left"]},
    ],
)
def test_what_is_no_whole_judgement_is_refused(outputs: Path, pairs: list[Pair], broken: dict[str, Any]) -> None:
    with pytest.raises(CompareError):
        rows_of(sheet_of(outputs, pairs[0]), broken, "2026-11-23T10:00:00Z")


def test_a_rating_is_blind_only_when_the_names_were_never_shown(outputs: Path, pairs: list[Pair]) -> None:
    sheet = sheet_of(outputs, pairs[0])
    own = verdict_of(rows_of(sheet, SAID, "now"), sheet.runs[0].id)
    assert sheet.blind
    assert not replace(sheet, named=True).blind
    assert replace(sheet, own=own).blind  # an edit before the names are shown
    assert own is not None and not replace(sheet, own=replace(own, blind=False)).blind
    assert not replace(sheet, seen=True).blind
    assert {row.blind for row in rows_of(replace(sheet, named=True), SAID, "now")} == {False}


def test_a_saved_rating_comes_back_and_another_raters_does_not(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "bert", verdict="tie", notes="=1+1")
    rows = standing(to_frame(scorecard.read(outputs)))
    left = left_run("bert", pairs[0])
    found = saved_by(rows, pairs[0], "bert", left)
    assert found is not None and found.choice == "tie" and found.notes == "=1+1"
    assert saved_by(rows, pairs[0], "anna", left) is None
    assert saved_by(rows, pairs[1], "bert", left) is None


def test_the_next_pair_is_the_next_unrated_one_and_begins_again_at_the_top(pairs: list[Pair]) -> None:
    first, second, third = (pair.id for pair in pairs)
    assert next_pair(pairs, set(), "") == pairs[0]
    assert next_pair(pairs, {second}, first) == pairs[2]
    assert next_pair(pairs, {second}, third) == pairs[0]
    assert next_pair(pairs, {second, third}, first) is None
    assert next_pair(pairs, {first, second, third}, "") is None
    assert next_pair(pairs, set(), "gone") == pairs[0]


def markup_of(sheet: Sheet) -> str:
    sides = [sheet_markup.heading(sheet, side) + sheet_markup.answer(sheet, side) for side in (0, 1)]
    return "".join([*sides, sheet_markup.question(sheet), sheet_markup.scenario(sheet)])


def test_nothing_on_a_blind_sheet_tells_the_models_apart_by_name(outputs: Path, pairs: list[Pair]) -> None:
    """Also not a name that JSON hid behind an escape, which appears only once the JSON is read."""
    blind = markup_of(sheet_of(outputs, pairs[0]))
    assert told(blind) == []
    named = markup_of(sheet_of(outputs, pairs[0], named=True))
    assert all(label in named for label in LABELS.values()) and "Qwen3-VL" in named


def test_both_sides_are_laid_out_alike(outputs: Path, scenarios: Path) -> None:
    """Reasoning on one side only would tell: both get the fold."""
    (pair,) = write_pairs(outputs, scenarios, 1, {**TEXTS, ONE: "A car brakes."})
    sheet = sheet_of(outputs, pair)
    assert [sheet_markup.answer(sheet, side).count('class="reasoning"') for side in (0, 1)] == [1, 1]
    assert "No reasoning." in "".join(sheet_markup.answer(sheet, side) for side in (0, 1))


def test_model_text_is_escaped_and_a_cut_or_empty_answer_says_so(outputs: Path, pairs: list[Pair], clip: Path) -> None:
    run = answered("scene", clip, ONE, 9, "<script>alert(1)</script>")
    cut = run.model_copy(update={"answer": run.answer.model_copy(update={"finish": "length", "raw": "<think>Long"})})
    sheet = Sheet(pairs[0], (run, cut), "anna")
    assert "<script" not in sheet_markup.answer(sheet, 0)
    assert "Cut at the limit" in sheet_markup.answer(sheet, 1)


def test_others_are_shown_only_after_saving(outputs: Path, pairs: list[Pair]) -> None:
    rate(outputs, pairs[0], "bert", notes="<b>late</b>")
    rows = standing(to_frame(scorecard.read(outputs)))
    sheet = sheet_of(outputs, pairs[0])
    assert sheet_markup.others(sheet, rows) == ""
    own = verdict_of(rows_of(sheet, SAID, "now"), sheet.runs[0].id)
    shown = sheet_markup.others(replace(sheet, own=own), rows)
    assert "bert" in shown and "&lt;b&gt;late" in shown
