"""Which rows stand: the latest of a rater, undone ones not, and what a rater may see."""

from pathlib import Path

import pandas as pd
import pytest
from rating_samples import NOW, A, B, pair, rating, run_row

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import clean_rater, edit, judge
from cosmos_compare.ratings.pairs import make_pair
from cosmos_compare.ratings.standing import MARKS, rated_pairs, rating_at, standing, to_frame, visible_to
from cosmos_compare.records.schema import AXES, Rating

PAIR = make_pair(run_row(A, "reason1"), run_row(B, "reason2"))


def rows_of(outputs: Path, *saves: list[Rating]) -> pd.DataFrame:
    for save in saves:
        scorecard.append(outputs, save)
    return standing(to_frame(scorecard.read(outputs)))


def test_a_frame_gives_the_ratings_back(tmp_path: Path) -> None:
    saved = [rating(), *pair(rater="bo", notes="=x")]
    rows = rows_of(tmp_path, saved)
    assert [rating_at(rows.iloc[at]) for at in range(3)] == saved
    assert rows["line"].tolist() == [2, 3, 4]


def test_nothing_stands_in_an_empty_scorecard(tmp_path: Path) -> None:
    rows = rows_of(tmp_path)
    assert rows.empty
    assert rated_pairs(rows, "anna") == set()
    assert visible_to(rows, "anna").empty


def test_the_latest_row_of_a_rater_wins_and_never_anothers(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, pair(a=0, b=0), pair(rater="bo", a=1, b=1), pair(a=2, b=2, created="2026-11-24T00:00:00Z"))
    marks = rows.groupby("rater", observed=True)["objects"].agg(list)
    assert marks["anna"] == [2, 2]
    assert marks["bo"] == [1, 1]


def test_marks_belong_to_the_run_in_whichever_pair_it_was_rated(tmp_path: Path) -> None:
    """Run A is rated beside B, then beside C with other marks: the later ones are its marks in both pairs."""
    beside_b = pair(a=0, b=1)
    beside_c = [rating(pair_id=f"{A}~c", objects=2), rating(run_id="c", model="other", pair_id=f"{A}~c")]
    rows = rows_of(tmp_path, beside_b, beside_c)
    of_a = rows[rows["run_id"] == A]
    assert of_a["objects"].tolist() == [2, 2]
    assert of_a["current"].tolist() == [False, True]
    assert rows["current"].sum() == 3
    assert rated_pairs(rows, "anna") == {f"{A}~{B}", f"{A}~c"}


def test_half_a_pair_is_not_rated(tmp_path: Path) -> None:
    """A process killed between the two rows of a save leaves one of them."""
    assert rated_pairs(rows_of(tmp_path, pair()[:1]), "anna") == set()


def test_an_undone_rating_is_as_if_it_never_was(tmp_path: Path) -> None:
    before = rows_of(tmp_path, pair(rater="bo"))
    scorecard.append(tmp_path, pair())
    scorecard.undo(tmp_path, "anna", NOW)
    after = rows_of(tmp_path)
    assert rated_pairs(after, "anna") == set()
    pd.testing.assert_frame_equal(after[["run_id", *MARKS]], before[["run_id", *MARKS]])


def test_an_undone_edit_brings_the_earlier_marks_back(tmp_path: Path) -> None:
    rows_of(tmp_path, pair(a=1, b=1), pair(a=2, b=2, created="2026-11-24T00:00:00Z"))
    scorecard.undo(tmp_path, "anna", NOW)
    assert rows_of(tmp_path)["objects"].tolist() == [1, 1]


def test_cannot_judge_everything_is_not_a_withdrawal(tmp_path: Path) -> None:
    nothing = dict.fromkeys(AXES)
    rows = rows_of(tmp_path, [rating(**nothing, verdict="tie", notes=""), rating(**nothing, verdict=None, run_id=B)])
    assert len(rows) == 2  # a verdict, and a note, are judgements


def test_a_rater_sees_others_only_after_rating(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, pair(rater="bo"), [rating(rater="bo", run_id="c", pair_id="c~d")], pair())
    assert set(visible_to(rows, "anna")["run_id"]) == {A, B}
    assert len(visible_to(rows, "anna")) == 4
    assert visible_to(rows, "carl").empty


def test_peoples_own_columns_stay_beside_a_later_row(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating()])
    path = tmp_path / "scorecard.csv"
    header, row, _ = path.read_text(encoding="utf-8-sig").split("\n")
    path.write_text(f"{header},weather\n{row},rain\n")
    rows = rows_of(tmp_path, [rating(objects=0)])
    assert rows[["objects", "weather"]].to_numpy().tolist() == [[0, "rain"]]


def test_a_judgement_becomes_two_rows() -> None:
    marks = dict.fromkeys(AXES, 1)
    a, b = judge(PAIR, " Anna  Lee ", marks | {"risk": None}, marks, "b", notes="n", blind=True, left=B, created=NOW)
    assert (a.run_id, a.model, a.verdict, a.side, a.risk) == (A, "reason1", "worse", "right", None)
    assert (b.run_id, b.model, b.verdict, b.side, b.risk) == (B, "reason2", "better", "left", 1)
    assert a.rater == b.rater == "Anna Lee"
    assert a.pair_id == b.pair_id == f"{A}~{B}"


@pytest.mark.parametrize("verdict", ["tie", "both_bad"])
def test_both_rows_have_the_same_even_verdict(verdict) -> None:
    a, b = judge(PAIR, "anna", {}, {}, verdict, blind=False, created=NOW)
    assert a.verdict == b.verdict == verdict
    assert a.side == b.side == ""


def test_a_mark_that_is_none() -> None:
    with pytest.raises(CompareError, match="objects") as caught:
        judge(PAIR, "anna", {"objects": 3}, {}, "tie", blind=True, created=NOW)
    assert caught.value.field == "objects"


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x07b"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(CompareError) as caught:
        clean_rater(name)
    assert caught.value.field == "rater"


def test_one_edits_ones_own_marks_only() -> None:
    later = "2026-11-24T00:00:00Z"
    edited = edit(rating(), {"objects": 0, "notes": "seen late"}, "anna", later)
    assert (edited.objects, edited.notes, edited.created, edited.spatial) == (0, "seen late", later, 1)
    with pytest.raises(CompareError, match="anna's rating"):
        edit(rating(), {"objects": 0}, "bo", later)
    with pytest.raises(CompareError, match="verdict can't be edited"):
        edit(rating(), {"verdict": "tie"}, "anna", later)
    with pytest.raises(CompareError, match="objects"):
        edit(rating(), {"objects": 9}, "anna", later)
