"""Undo: step by step, by rows, whatever the second in which something was saved."""

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from rating_samples import NOW, A, B, pair

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.ratings.standing import standing, to_frame
from cosmos_compare.records.schema import AXES, Rating


def ratings(table: Table) -> list[Rating]:
    rows = zip(*(table.columns[name] for name in COLUMNS), strict=True)
    return [Rating.model_validate(dict(zip(COLUMNS, row, strict=True))) for row in rows]


def test_undo_withdraws_a_first_rating(tmp_path: Path) -> None:
    saved = pair(notes="first")
    scorecard.append(tmp_path, saved)
    assert list(scorecard.undo(tmp_path, "anna", NOW)) == saved
    last = ratings(scorecard.read(tmp_path))[2:]
    assert [(row.run_id, row.pair_id) for row in last] == [(A, f"{A}~{B}"), (B, f"{A}~{B}")]
    assert all(getattr(row, axis) is None for row in last for axis in AXES)
    assert [(row.verdict, row.notes) for row in last] == [(None, "")] * 2
    assert scorecard.undo(tmp_path, "anna", NOW) == ()


def test_undo_goes_back_step_by_step_and_never_redoes(tmp_path: Path) -> None:
    first, edited = pair(a=2, b=1), pair(a=0, b=1, created="2026-11-23T10:05:00Z")
    scorecard.append(tmp_path, first)
    scorecard.append(tmp_path, pair(rater="bo"))
    scorecard.append(tmp_path, edited)
    assert list(scorecard.undo(tmp_path, "anna", NOW)) == edited
    assert ratings(scorecard.read(tmp_path))[-2:] == first
    assert list(scorecard.undo(tmp_path, "anna", NOW)) == first
    assert scorecard.undo(tmp_path, "anna", NOW) == ()
    assert scorecard.undo(tmp_path, "carl", NOW) == ()
    assert len(scorecard.read(tmp_path).lines) == 10  # nothing is ever deleted


def test_a_rating_after_an_undo_counts_again(tmp_path: Path) -> None:
    scorecard.append(tmp_path, pair())
    scorecard.undo(tmp_path, "anna", NOW)
    again = pair(a=1, b=1, created="2026-11-23T11:00:00Z")
    scorecard.append(tmp_path, again)
    assert list(scorecard.undo(tmp_path, "anna", NOW)) == again


def marks_that_stand(outputs: Path) -> list[tuple[str, int]]:
    """The mark on objects of both runs, from the rows that stand."""
    rows = standing(to_frame(scorecard.read(outputs)))
    return sorted(zip(rows["run_id"], rows["objects"].astype(int), strict=True))


def test_undo_goes_by_rows_where_saves_share_a_second(tmp_path: Path) -> None:
    """A, B, A saved within one second: the third A was taken for an undo of B, and an undo left nothing."""
    for mark in (2, 0, 2):
        scorecard.append(tmp_path, pair(a=mark, b=1))
    assert [row.objects for row in scorecard.undo(tmp_path, "anna", NOW)] == [2, 1]
    assert marks_that_stand(tmp_path) == [(A, 0), (B, 1)]
    assert [row.objects for row in scorecard.undo(tmp_path, "anna", NOW)] == [0, 1]
    assert marks_that_stand(tmp_path) == [(A, 2), (B, 1)]
    assert [row.objects for row in scorecard.undo(tmp_path, "anna", NOW)] == [2, 1]
    assert marks_that_stand(tmp_path) == [] and scorecard.undo(tmp_path, "anna", NOW) == ()


def test_an_edit_in_the_second_of_its_pair_is_undone_alone(tmp_path: Path) -> None:
    scorecard.append(tmp_path, pair(a=2, b=1))
    scorecard.append(tmp_path, [pair(a=0, b=1)[0]])
    assert [row.run_id for row in scorecard.undo(tmp_path, "anna", NOW)] == [A]
    assert marks_that_stand(tmp_path) == [(A, 2), (B, 1)]


def test_saves_undone_in_one_second_go_back_in_the_order_they_came(tmp_path: Path) -> None:
    """Pair X, pair Y, X again: what an undo puts back keeps its place in time."""
    other = [row.model_copy(update={"pair_id": "x~y", "run_id": run}) for row, run in zip(pair(), "xy", strict=True)]
    for rows in (pair(a=2, b=1), other, pair(a=0, b=1)):
        scorecard.append(tmp_path, rows)
    undone = [scorecard.undo(tmp_path, "anna", NOW) for _ in range(4)]
    assert [[(row.run_id, row.objects) for row in rows] for rows in undone] == [
        [(A, 0), (B, 1)],
        [("x", 2), ("y", 1)],
        [(A, 2), (B, 1)],
        [],
    ]


@given(st.lists(st.sampled_from(["save", "edit", "undo"]), max_size=14), st.data())
@settings(max_examples=25, deadline=None)
def test_any_saves_and_undos_in_one_second_are_a_stack(steps: list[str], data: st.DataObject) -> None:
    """Whatever is saved and undone, with equal times throughout: undo gives back the state before the last save."""
    with tempfile.TemporaryDirectory() as folder:
        states: list[list[tuple[str, int]]] = [[]]
        for step in steps:
            marks = dict(states[-1])
            if step == "undo":
                scorecard.undo(Path(folder), "anna", NOW)
                states = states[:-1] or [[]]
            else:
                rows = pair(a=data.draw(st.integers(0, 2)), b=data.draw(st.integers(0, 2)))
                rows = rows if step == "save" or not marks else rows[:1]
                scorecard.append(Path(folder), rows)
                states.append(sorted((marks | {row.run_id: row.objects for row in rows}).items()))
            assert marks_that_stand(Path(folder)) == states[-1]


def test_a_save_leaves_what_is_there_as_it_is(tmp_path: Path) -> None:
    """However long the file: benchmarks/ratings.py has the time of a save."""
    scorecard.append(tmp_path, pair(notes="one\nof many"))
    path = tmp_path / "scorecard.csv"
    header, rows = path.read_bytes().split(b"\n", 1)
    path.write_bytes(header + b"\n" + rows * 25_000)
    before = path.read_bytes()
    for _ in range(5):
        scorecard.append(tmp_path, pair())
    assert path.read_bytes().startswith(before)
    assert len(scorecard.read(tmp_path).lines) == 50_010
