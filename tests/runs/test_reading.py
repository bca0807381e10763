"""One door to a saved run: the whole record is checked, older forms are brought up to date, damage has a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from runs_support import IMAGES, make_run

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import SCHEMA_VERSION
from cosmos_compare.runs.index import read_runs
from cosmos_compare.runs.reading import upgraded
from cosmos_compare.runs.store import Store


def rewritten(store: Store, change: Any) -> str:
    """A saved run whose analysis.json `change` has edited; its id."""
    run = store.save(make_run(), IMAGES)
    path = store.folder(run) / "analysis.json"
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))
    return run.id


def test_a_record_goes_through_every_version_up_to_now() -> None:
    steps = {
        1: lambda data: {key: value for key, value in data.items() if key != "speed"} | {"pace": data["speed"]},
        2: lambda data: data | {"pace": data["pace"] * 1000},
    }
    assert upgraded({"schema_version": 1, "speed": 2}, steps, 3) == {"schema_version": 3, "pace": 2000}
    assert upgraded({"schema_version": 2, "pace": 2}, steps, 3) == {"schema_version": 3, "pace": 2000}
    assert upgraded({"schema_version": 3, "pace": 2}, steps, 3) == {"schema_version": 3, "pace": 2}


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_saved_run_of_every_older_version_is_read(tmp_path: Path, version: int) -> None:
    data = json.loads((Path(__file__).parent / "versions" / f"{version}.json").read_text())
    folder = tmp_path / "runs" / data["clip"]["scenario"] / data["model"]["name"] / data["id"]
    folder.mkdir(parents=True)
    (folder / "analysis.json").write_text(json.dumps(data))
    found = read_runs(tmp_path)
    assert found.problems == []
    run = Store(tmp_path).load(found.rows[0])
    assert (run.schema_version, run.imported, run.answer.raw) == (SCHEMA_VERSION, None, "A car brakes.")


def test_what_nobody_knows_is_null_on_disk_and_nothing_else_may_be(tmp_path: Path) -> None:
    run = make_run()
    told = run.model_dump() | {"imported": {"source": "/old", "unknown": ["clip.sha256", "settings", "model.vision"]}}
    taken = type(run).model_validate(told | {"settings": None})
    data = json.loads(taken.model_dump_json())
    assert data["clip"]["sha256"] is data["settings"] is data["model"]["vision"] is None
    assert type(run).model_validate(data) == type(run).model_validate(json.loads(taken.model_dump_json()))
    assert type(run).model_validate(data).model.vision.clock == "unknown"
    data["clip"]["fps"] = None
    with pytest.raises(ValueError, match=r"clip\.fps"):
        type(run).model_validate(data)


def test_a_run_of_a_newer_program_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rewritten(store, lambda data: data.update(schema_version=SCHEMA_VERSION + 1, other=True))
    (problem,) = read_runs(tmp_path).problems
    assert f"newer version of this program (form {SCHEMA_VERSION + 1}; this one reads {SCHEMA_VERSION})" in problem


@pytest.mark.parametrize("version", [None, "1", True, 0, -3, 1.5, [1]])
def test_a_version_that_is_none_is_damage(tmp_path: Path, version: Any) -> None:
    store = Store(tmp_path)
    run_id = rewritten(store, lambda data: data.update(schema_version=version))
    (problem,) = read_runs(tmp_path).problems
    assert run_id in problem and "schema_version" in problem


def test_a_wrong_field_is_named_with_what_is_in_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    run_id = rewritten(store, lambda data: data["settings"].update(fps="fast"))
    (problem,) = read_runs(tmp_path).problems
    assert run_id in problem and "settings.fps: 'fast' should be a valid number" in problem
    with pytest.raises(CompareError, match="No run begins with"):
        store.load(run_id)


def test_pictures_of_other_names_are_no_frames(tmp_path: Path) -> None:
    store = Store(tmp_path)
    run = store.save(make_run(), IMAGES)
    frames = store.frame_files(run)
    (frames[0].parent / "cover.png").write_bytes(b"")
    (frames[0].parent / "²³.png").write_bytes(b"")
    assert store.frame_files(run.id) == frames and [path.name for path in frames] == ["0.png", "1.png"]
