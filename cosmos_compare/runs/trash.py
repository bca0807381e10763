"""Deleted runs: out of every list at once, and kept for a day in which they can be taken back.

outputs/.deleted/<scenario>/<model>/<run id>     the run's folder; its time is that of the deletion
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.runs.disk import sync_folder
from cosmos_compare.runs.index import RunRow, find_run, read_row
from cosmos_compare.runs.layout import RUNS, run_paths

DELETED = ".deleted"
KEPT_S = 24 * 3600


def delete(outputs: Path, row: RunRow) -> None:
    """Take a run out of the lists. Raises `OSError`."""
    target = _place(outputs, row.path)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.utime(outputs / row.path)
    _move(outputs / row.path, target)


def restore(outputs: Path, beginning: str) -> RunRow:
    """Put a deleted run back, by its id or the beginning of it. Raises `CompareError` for one that is not there,
    `OSError`."""
    try:
        row = find_run(deleted(outputs), beginning)
    except CompareError as error:
        hint = Text("Runs are kept for {n} hours after their deletion.", n=KEPT_S // 3600)
        raise CompareError("Among the deleted runs: {why}", hint, why=error.message) from error
    target = outputs / row.path
    if target.exists():
        raise CompareError("{target} is there again.", "Delete that run first.", target=target)
    target.parent.mkdir(parents=True, exist_ok=True)
    _move(_place(outputs, row.path), target)
    return row


def deleted(outputs: Path) -> list[RunRow]:
    """The runs that can be put back, the oldest first."""
    rows = []
    for path in run_paths(outputs, DELETED):
        with suppress(CompareError):  # damaged after its deletion: nothing that could be put back
            rows.append(read_row(outputs, path, _place(outputs, path)))
    return sorted(rows, key=lambda row: row.id)


def sweep(outputs: Path) -> int:
    """Delete for good what was deleted more than a day ago; returns how many runs."""
    old, swept = time.time() - KEPT_S, 0
    for path in run_paths(outputs, DELETED):
        with suppress(FileNotFoundError):  # another process sweeps, too
            if _place(outputs, path).stat().st_mtime < old:
                shutil.rmtree(_place(outputs, path), ignore_errors=True)
                swept += 1
    return swept


def _place(outputs: Path, path: str) -> Path:
    """Where the run that lay at `path`, a `run_path`, lies once it is deleted."""
    return outputs / DELETED / Path(path).relative_to(RUNS)


def _move(source: Path, target: Path) -> None:
    source.rename(target)
    sync_folder(source.parent)
    sync_folder(target.parent)
