"""Running again un-rates nothing: runs of one request with the same text are one answer, under the id of the first."""

from pathlib import Path

import numpy as np
from rating_samples import pair, rating, run_row
from runs_support import make_run

from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.equal_answers import first_runs
from cosmos_compare.ratings.pairs import find_pair, find_pairs
from cosmos_compare.ratings.standing import rated_pairs, standing, to_frame, with_first_runs
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store

MODELS = ("reason1", "reason2")
LATER = {"created": "2026-12-01T00:00:00Z"}


def rows_of(text_of_the_third: str = "t1", **changes: object):
    return [
        run_row("1", "reason1", text_key="t1"),
        run_row("2", "reason2", text_key="t2"),
        run_row("3", "reason1", **({"text_key": text_of_the_third} | LATER | changes)),
    ]


def test_the_same_answer_again_leaves_the_pair_as_it_was() -> None:
    assert [one.id for one in find_pairs(rows_of(), MODELS)] == ["1~2"]
    assert [one.id for one in find_pairs(rows_of()[::-1], MODELS)] == ["1~2"]
    assert find_pair(rows_of(), "2~3").id == "1~2"


def test_another_text_or_another_request_is_another_answer() -> None:
    assert [one.id for one in find_pairs(rows_of("t9"), MODELS)] == ["2~3"]
    assert first_runs(rows_of()) == {"3": "1"}
    assert first_runs(rows_of(text_key="")) == {}  # not known, so not equal
    for changes in (
        {"prompt_version": "p2"},
        {"settings_key": "s2"},
        {"footage_key": "f2"},
        {"reasoning": True},
        {"model": "reason2"},
        {"finish": "length"},
        {"finish": "error"},
    ):
        assert first_runs([row._replace(**(changes if row.id == "3" else {})) for row in rows_of()]) == {}


def test_a_rating_of_either_run_is_one_of_both_and_the_last_counts(tmp_path: Path) -> None:
    again = [one.model_copy(update={"run_id": new, "pair_id": "1~3"}) for one, new in zip(pair(a=0), "31", strict=True)]
    first = [one.model_copy(update={"run_id": new, "pair_id": "2~3"}) for one, new in zip(pair(), "32", strict=True)]
    rows = rows_of()
    scorecard.append(tmp_path, first)
    frame = standing(with_first_runs(to_frame(scorecard.read(tmp_path)), first_runs(rows)))
    assert rated_pairs(frame, "anna") == {"1~2"}
    assert sorted(frame["run_id"]) == ["1", "2"]
    scorecard.append(tmp_path, [one for one in again if one.run_id == "3"])
    frame = standing(with_first_runs(to_frame(scorecard.read(tmp_path)), first_runs(rows)))
    current = frame[frame["current"]].set_index("run_id")
    assert current.loc["1", "objects"] == 0


def test_ratings_whose_pair_has_no_such_form_stay_as_they_are(tmp_path: Path) -> None:
    scorecard.append(tmp_path, [rating(run_id="3", pair_id=odd) for odd in ("", "3", "3~1~2")])
    frame = with_first_runs(to_frame(scorecard.read(tmp_path)), {"3": "1"})
    assert frame["pair_id"].tolist() == ["", "3", "3~1~2"]
    assert frame["run_id"].tolist() == ["1", "1", "1"]


def test_saved_runs_tell_whether_their_texts_are_equal(tmp_path: Path) -> None:
    store, frames = Store(tmp_path), np.zeros((2, 28, 28, 3), np.uint8)
    for created, raw in (
        ("20261122T124501Z", "A car."),
        ("20261122T124502Z", "A car."),
        ("20261122T124503Z", "A bus."),
    ):
        store.save(make_run(created=created, raw=raw), frames)
    rows = list_runs(tmp_path)
    assert first_runs(rows) == {rows[1].id: rows[0].id}
