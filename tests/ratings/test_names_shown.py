"""Names that were shown: remembered over windows, restarts and spellings; a torn line costs itself only."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_samples import pair as judgement
from rating_samples import run_row

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.names_shown import given_away, known_by_rating, known_to, names_file, note
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.ratings.standing import to_frame


def pair_of(model_a: str, model_b: str, **second: str) -> Pair:
    a, b = run_row("a", model_a), run_row("b", model_b, **second)
    return Pair("a~b", "scenario_01", a, b)


def test_what_was_shown_to_one_rater_is_known_to_that_rater_alone(tmp_path: Path) -> None:
    note(tmp_path, "anna", ["reason1", "reason2"], "2026-11-26T10:00:00Z")
    note(tmp_path, "bert", ["a~b"], "2026-11-26T10:00:01Z")
    assert known_to(tmp_path, "anna") == known_to(tmp_path, "Anna") == {"reason1", "reason2"}
    assert known_to(tmp_path, "bert") == {"a~b"} and known_to(tmp_path, "carl") == set()


def test_what_is_known_is_not_written_again(tmp_path: Path) -> None:
    note(tmp_path, "anna", ["reason1"], "2026-11-26T10:00:00Z")
    size = names_file(tmp_path).stat().st_size
    note(tmp_path, "anna", ["reason1"], "2026-11-26T10:00:09Z")
    assert names_file(tmp_path).stat().st_size == size


@pytest.mark.parametrize(
    "torn", [b'\n{"rater": "anna", "sho', b"\n[1]", b"\n\xff\xfe", b'\n{"rater": "anna", "shown": 3}']
)
def test_a_damaged_line_costs_itself_only(tmp_path: Path, torn: bytes) -> None:
    note(tmp_path, "anna", ["reason1"], "2026-11-26T10:00:00Z")
    with names_file(tmp_path).open("ab") as file:
        file.write(torn)
    note(tmp_path, "anna", ["reason2"], "2026-11-26T10:00:02Z")
    assert known_to(tmp_path, "anna") == {"reason1", "reason2"}


def test_where_it_can_not_be_saved_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file")
    with pytest.raises(CompareError, match="names_shown"):
        note(tmp_path / "outputs", "anna", ["reason1"], "2026-11-26T10:00:00Z")


def test_names_tell_of_models_and_of_arms_where_one_model_wrote_both() -> None:
    assert given_away(pair_of("reason1", "reason2")) == {"reason1", "reason2"}
    twice = pair_of("reason1", "reason1", prompt_version="p2")
    assert given_away(twice) == {twice.a.arm.id, twice.b.arm.id} and "reason1" not in given_away(twice)


@pytest.mark.parametrize("model", ["reason2", "reason1"])
def test_a_rating_with_names_shown_tells_of_later_pairs_of_its_models(model: str) -> None:
    """One made on Compare marked that pair alone: the manner of the two models was known in all that came after."""
    rows = [one.model_copy(update={"blind": False}) for one in judgement()]
    rows[1] = rows[1].model_copy(update={"model": model})
    rows += [one.model_copy(update={"blind": True}) for one in judgement(rater="bert")]
    every = to_frame(Table({name: [getattr(one, name) for one in rows] for name in COLUMNS}, [2, 3, 4, 5], []))
    runs = {
        rows[0].run_id: run_row(rows[0].run_id, "reason1"),
        rows[1].run_id: run_row(rows[1].run_id, model, prompt_version="p2"),
    }
    pair = Pair(rows[0].pair_id, "scenario_01", *runs.values())
    assert known_by_rating(every, "anna", runs) == {pair.id, *given_away(pair)}
    assert known_by_rating(every, "bert", runs) == set()
