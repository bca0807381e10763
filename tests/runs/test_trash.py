"""A deleted run is out of every list at once, can be taken back for a day, and costs no rating."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from rating_samples import A, B, pair
from runs_support import IMAGES, make_run

from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.ratings import scorecard
from cosmos_compare.runs import trash
from cosmos_compare.runs.index import read_runs
from cosmos_compare.runs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_deleted_run_comes_back_as_it_was(store: Store) -> None:
    run, other = store.save(make_run(), IMAGES), store.save(make_run(key="b" * 64), IMAGES)
    before = store.rows()
    store.delete(run.id)
    assert [row.id for row in store.rows()] == [other.id] and read_runs(store.outputs).problems == []
    assert store.finished("scene", "model-a", run.key) == []
    assert [row.id for row in trash.deleted(store.outputs)] == [run.id]
    store.restore(run.id[:20])
    assert store.rows() == before and store.load(run.id) == run and len(store.frame_files(run)) == 2
    assert trash.deleted(store.outputs) == []


def test_a_day_later_it_is_gone_for_good(store: Store) -> None:
    old, fresh = store.save(make_run(), IMAGES), store.save(make_run(key="b" * 64), IMAGES)
    store.delete(old.id)
    place = store.outputs / ".deleted" / "scene" / "model-a" / old.id
    os.utime(place, (0, 0))
    store.delete(fresh.id)
    assert not place.exists() and [row.id for row in trash.deleted(store.outputs)] == [fresh.id]
    with pytest.raises(CompareError, match=r"Among the deleted runs: .*24 hours") as caught:
        store.restore(old.id)
    assert old.id in str(caught.value)
    store.restore(fresh.id)


def test_nothing_is_overwritten_and_damage_is_no_trap(store: Store) -> None:
    run = store.save(make_run(), IMAGES)
    copy = store.outputs / "copy"
    shutil.copytree(store.folder(run), copy)
    store.delete(run.id)
    shutil.copytree(copy, store.folder(run))
    with pytest.raises(CompareError, match="is there again"):
        store.restore(run.id)
    with pytest.raises(CompareError, match="could not be deleted"):
        store.delete(store.find(run.id))  # one of that name lies among the deleted ones
    (store.outputs / ".deleted" / "scene" / "model-a" / run.id / "analysis.json").write_text("{")
    with pytest.raises(CompareError, match="No run begins with"):
        store.restore(run.id)


def test_the_commands_delete_and_restore(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    run, other = store.save(make_run(), IMAGES), store.save(make_run(key="b" * 64), IMAGES)
    words = ["runs", "--outputs", str(store.outputs)]
    assert main([*words, "--delete", run.id, "nothing"]) == 2
    assert len(store.rows()) == 2, "all ids are checked before the first run goes"
    assert main([*words, "--delete", run.id, other.id[:-1]]) == 0
    assert f"runs --restore {run.id} {other.id}" in capsys.readouterr().err
    assert store.rows() == []
    assert main([*words, "--restore", run.id]) == 0
    assert [row.id for row in store.rows()] == [run.id]
    assert main([*words, "--restore", run.id]) == 2
    with pytest.raises(SystemExit):
        main([*words, "--restore", run.id, "--delete", run.id])


def test_ratings_stay_and_say_that_the_run_is_gone(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    for run_id, model in ((A, "reason1"), (B, "reason2")):
        run = make_run(scenario="scenario_01", model=model, key=run_id[-8:] * 8, created=run_id[:16])
        assert store.save(run, IMAGES).id == run_id
    scorecard.append(store.outputs, pair())
    store.delete(A)
    assert main(["scorecard", "--outputs", str(store.outputs)]) == 0
    told = capsys.readouterr()
    assert "run gone" in told.out and "1.50" in told.out
    assert "no longer on disk: 1. Their ratings count all the same" in told.err
    assert main(["results", "--outputs", str(store.outputs)]) == 0
    assert len(scorecard.read(store.outputs).lines) == 2


def test_many_folders_that_cannot_be_read_are_three_lines_and_their_number(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    good = store.save(make_run(), IMAGES)
    for number in range(1200):
        (store.outputs / "runs" / f"scene_{number % 7}" / "m" / f"run-{number}").mkdir(parents=True)
    for words in (["runs"], ["scorecard"], ["results"]):
        assert main([*words, "--outputs", str(store.outputs)]) == 0
        told = capsys.readouterr()
        lines = [line for line in told.err.splitlines() if "analysis.json" in line or "more" in line]
        assert len(lines) == 4 and lines[-1] == "And 1,197 more of this kind; 1,200 in all."
    assert good.id in [row.id for row in store.rows()]
