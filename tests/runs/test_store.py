"""Runs on disk: whole or not at all, whatever the disk does."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from rating_samples import run_row
from runs_support import IMAGES, make_run

from cosmos_compare.errors import CompareError
from cosmos_compare.runs.history import latest_of, newest_answers, versions
from cosmos_compare.runs.index import RunRow, list_runs, read_runs
from cosmos_compare.runs.layout import runs_stamp
from cosmos_compare.runs.store import Store, export_run


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "outputs")


def test_a_saved_run_comes_back_equal(store: Store) -> None:
    run = store.save(make_run(), IMAGES)
    assert store.load(run.id) == run
    assert store.load(run.id[:20]) == run


def test_the_folder_holds_what_others_read(store: Store) -> None:
    run = store.save(make_run(raw="Bonjour\n"), IMAGES)
    folder = store.outputs / "runs" / "scene" / "model-a" / run.id
    data = json.loads((folder / "analysis.json").read_text())
    assert data["clip"]["scenario"] == "scene" and data["frames"]["indices"] == [0, 4]
    assert json.loads((folder / "metrics_time.json").read_text())["inference_time_sec"] == 1.5
    assert (folder / "raw_stdout.txt").read_bytes() == b"Bonjour\n"
    shown = cv2.imread(str(folder / "artifacts" / "video_0" / "1.png"))
    np.testing.assert_array_equal(shown[:, :, ::-1], IMAGES[1])


def test_equal_frames_are_stored_once(store: Store) -> None:
    first, second = store.save(make_run(), IMAGES), store.save(make_run(), IMAGES)
    inodes = {path.stat().st_ino for run in (first, second) for path in store.frame_files(run.id)}
    assert len(inodes) == len(IMAGES)


def test_runs_of_one_second_and_key_get_names_of_their_own(store: Store) -> None:
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: store.save(make_run(), IMAGES), range(8)))
    assert len({run.id for run in runs}) == 8
    assert {row.id for row in store.rows()} == {run.id for run in runs}
    assert all(store.load(run.id).id == run.id for run in runs)


def test_a_half_written_run_is_never_listed_and_swept_when_old(store: Store) -> None:
    run = store.save(make_run(), IMAGES)
    half = store.outputs / "runs" / "scene" / "model-a" / ".20260101T000000Z-deadbeef.partial"
    half.mkdir()
    assert [row.id for row in store.rows()] == [run.id]
    assert store.sweep() == 0, "it may still be being written"
    os.utime(half, (0, 0))
    assert store.sweep() == 1
    assert not half.exists()


def test_a_damaged_run_is_named_and_costs_only_itself(store: Store) -> None:
    good, bad = store.save(make_run(), IMAGES), store.save(make_run(key="b" * 64), IMAGES)
    path = store.folder(bad.id) / "analysis.json"
    (store.outputs / "runs" / ".index.json").unlink()
    path.write_text(path.read_text()[:100])
    runs = read_runs(store.outputs)
    assert [row.id for row in runs.rows] == [good.id]
    assert len(runs.problems) == 1 and bad.id in runs.problems[0]


def test_the_index_is_only_a_cache(store: Store) -> None:
    run = store.save(make_run(), IMAGES)
    rows = list_runs(store.outputs)
    index = store.outputs / "runs" / ".index.json"
    for damage in (b"", b"{", b'{"version": 1, "fields": [], "rows": []}', b"[]"):
        index.write_bytes(damage)
        assert list_runs(store.outputs) == rows
    assert list_runs(store.outputs)[0].id == run.id


def test_a_deleted_run_leaves_the_list(store: Store) -> None:
    run = store.save(make_run(), IMAGES)
    assert store.rows()
    subprocess.run(["rm", "-r", store.folder(run.id)], check=True)
    assert store.rows() == []


def test_an_unknown_and_an_ambiguous_id_are_named(store: Store) -> None:
    store.save(make_run(), IMAGES)
    store.save(make_run(), IMAGES)
    with pytest.raises(CompareError, match="No run begins with 'x'"):
        store.find("x")
    with pytest.raises(CompareError, match="2 runs begin with '2026'"):
        store.find("2026")


def test_failed_runs_can_be_tried_again(store: Store) -> None:
    run = store.save(make_run(finish="error"), np.zeros((0, 1, 1, 3), np.uint8))
    assert store.finished("scene", "model-a", run.key) == []
    store.save(make_run(), IMAGES)
    assert len(store.finished("scene", "model-a", run.key)) == 1


def test_export_writes_the_older_layout_of_the_newest_finished_run(store: Store, tmp_path: Path) -> None:
    store.save(make_run(raw="old", created="20260101T000000Z"), IMAGES)
    new = store.save(make_run(raw="new"), IMAGES)
    store.save(make_run(finish="cancelled", created="20270101T000000Z"), IMAGES)
    (row,) = newest_answers(store.rows())
    assert row.id == new.id
    folder = export_run(store, row, tmp_path / "older")
    assert folder == tmp_path / "older" / "spike_model-a" / "scene"
    assert (folder / "raw_stdout.txt").read_text() == "new"
    assert sorted(path.name for path in (folder / "artifacts" / "video_0").iterdir()) == ["0.png", "1.png"]
    assert export_run(store, row, tmp_path / "older") == folder


def test_export_leaves_alone_what_it_did_not_write(store: Store, tmp_path: Path) -> None:
    run = store.save(make_run(), IMAGES)
    theirs = tmp_path / "older" / "spike_model-a" / "scene"
    theirs.mkdir(parents=True)
    (theirs / "raw_stdout.txt").write_text("by hand")
    with pytest.raises(CompareError, match="not written by this program"):
        export_run(store, store.find(run.id), tmp_path / "older")
    assert (theirs / "raw_stdout.txt").read_text() == "by hand"


@pytest.mark.parametrize("where", ["../../elsewhere", "another"])
def test_a_record_that_names_another_place_is_damaged(store: Store, where: str) -> None:
    """Exports use these names as folders; a record from a stranger must not choose where they go."""
    run = store.save(make_run(), IMAGES)
    path = store.folder(run.id) / "analysis.json"
    (store.outputs / "runs" / ".index.json").unlink()
    path.write_text(path.read_text().replace('"scenario": "scene"', f'"scenario": "{where}"'))
    runs = read_runs(store.outputs)
    assert runs.rows == [] and len(runs.problems) == 1


def test_a_filesystem_without_links_keeps_the_frames_all_the_same(store: Store) -> None:
    """A folder in the place of the pooled picture stands for any link that fails."""
    first = store.save(make_run(), IMAGES)
    for pooled in (store.outputs / ".frames").iterdir():
        pooled.unlink()
        pooled.mkdir()
    second = store.save(make_run(), IMAGES)
    for one, other in zip(store.frame_files(first.id), store.frame_files(second.id), strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real filesystem of 200 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small tmpfs")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_full_disk_is_a_sentence_and_leaves_nothing_half_there(small_disk: Path) -> None:
    store = Store(small_disk)
    noise = np.random.default_rng(0).integers(0, 256, (4, 120, 160, 3), dtype=np.uint8)
    saved = store.save(make_run(), IMAGES)
    with pytest.raises(CompareError, match="the disk is full"):
        store.save(make_run(key="b" * 64), noise)
    assert [row.id for row in store.rows()] == [saved.id]
    assert not list(small_disk.glob("runs/*/*/.*"))


def test_a_read_only_folder_is_a_sentence_and_still_read(small_disk: Path) -> None:
    store = Store(small_disk)
    saved = store.save(make_run(), IMAGES)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    with pytest.raises(CompareError, match="read-only") as caught:
        store.save(make_run(key="b" * 64), IMAGES)
    assert "COSMOS_COMPARE_OUTPUTS" in str(caught.value)
    assert [row.id for row in store.rows()] == [saved.id]
    assert isinstance(caught.value.__cause__, OSError) and caught.value.__cause__.errno == errno.EROFS


def test_a_control_is_no_newer_answer_about_the_clip() -> None:
    """The Compare page showed an answer about a grey picture beside one about the clip: both were the newest."""
    rows = [
        _row_of("1", model="a", condition="clip"),
        _row_of("2", model="b", condition="clip"),
        _row_of("3", model="a", condition="blank"),
    ]
    found = versions(rows, "scene")
    assert [(each.condition, len(each.rows)) for each in found] == [("blank", 1), ("clip", 2)]
    assert [row.id for row in latest_of(found, "v", False, "clip", ["a", "b"])] == ["1", "2"]
    assert latest_of(found, "v", False, "blank", ["a", "b"]) == []


def _row_of(number: str, model: str, condition: str) -> RunRow:
    return run_row(number, model, scenario="scene", prompt_version="v", condition=condition)


def test_the_stamp_changes_when_a_run_comes_or_goes_and_strange_entries_cost_nothing(store: Store) -> None:
    before = runs_stamp(store.outputs)
    run = store.save(make_run(), IMAGES)
    saved = runs_stamp(store.outputs)
    assert saved != before and runs_stamp(store.outputs) == saved
    (store.outputs / "runs" / "circle").symlink_to("circle")
    (store.outputs / "runs" / "scene" / "circle").symlink_to("circle")
    (store.outputs / "runs" / "a file").write_text("")
    assert runs_stamp(store.outputs) == saved and [row.id for row in store.rows()] == [run.id]
    os.utime(store.folder(run).parent, (1, 1))
    store.delete(run.id)
    assert runs_stamp(store.outputs) != saved
