"""The table of the Scorecard page, and what an edit of it appends."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_pages import rate, write_pairs

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.kept_table import kept_table
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.score_sheet import score_sheet
from cosmos_compare.results.evidence import Evidence, load
from cosmos_compare.ui.results.scorecard_table import edits, with_signs

NOW = "2026-11-23T11:00:00Z"


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    return tmp_path / "outputs"


@pytest.fixture
def pair(outputs: Path, scenarios: Path) -> Pair:
    (pair,) = write_pairs(outputs, scenarios, 1)
    rate(outputs, pair, "anna", notes="Late.")
    rate(outputs, pair, "bert")
    return pair


def test_an_edit_is_a_row_of_that_rater_and_run_only(outputs: Path, pair: Pair) -> None:
    before = load(outputs).ratings
    (row,) = edits(before, "anna", {pair.a.id: {"objects": "❌", "risk": "", "notes": "Seen."}}, NOW)
    assert (row.rater, row.run_id, row.objects, row.risk, row.spatial) == ("anna", pair.a.id, 0, None, 1)
    assert (row.notes, row.verdict, row.pair_id, row.created) == ("Seen.", "worse", pair.id, NOW)
    scorecard.append(outputs, [row])
    after = load(outputs).ratings
    assert len(after) == len(before) == 4
    marks = after.set_index(["rater", "run_id"])["objects"]
    assert marks["anna", pair.a.id] == 0 and marks["bert", pair.a.id] == 1


def test_changed_marks_are_no_longer_blind_and_changed_notes_are(outputs: Path, pair: Pair) -> None:
    found: Evidence = load(outputs)
    assert not edits(found.ratings, "anna", {pair.a.id: {"objects": "✅"}}, NOW)[0].blind
    assert edits(found.ratings, "anna", {pair.a.id: {"notes": "Seen."}}, NOW)[0].blind


def test_a_cell_set_back_and_an_emptied_note_save_what_changed(outputs: Path, pair: Pair) -> None:
    rows = load(outputs).ratings
    assert edits(rows, "anna", {pair.a.id: {"objects": "🟡"}}, NOW) == []
    assert edits(rows, "anna", {pair.a.id: {"notes": None}}, NOW)[0].notes == ""
    assert edits(rows, "anna", {"gone": {"objects": "🟡"}}, NOW) == []


def test_columns_that_are_not_ones_own_to_change_are_refused(outputs: Path, pair: Pair) -> None:
    with pytest.raises(CompareError, match="verdict"):
        edits(load(outputs).ratings, "anna", {pair.a.id: {"verdict": "better"}}, NOW)


def test_an_edit_beside_hidden_names_stays_blind(outputs: Path, pair: Pair) -> None:
    assert edits(load(outputs).ratings, "anna", {pair.a.id: {"objects": "✅"}}, NOW, named=False)[0].blind


def test_the_table_for_reading_has_signs_and_minutes(outputs: Path, pair: Pair) -> None:
    found = load(outputs)
    table = with_signs(kept_table(score_sheet(found.ratings, found.runs), None))
    assert set(table["objects"]) == {"🟡", "✅"} and set(table["created"]) == {"2026-11-23 10:00"}
