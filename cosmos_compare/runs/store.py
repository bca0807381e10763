"""The store: runs on disk, one folder each, written whole or not at all. Nothing else writes runs.

How a run lies there is `layout`'s, how its record is read `record`'s. A folder is written under a name that begins
with a dot and then renamed: one that can be seen is complete. Equal frames are stored once, as hard links into
`outputs/.frames`, which may be deleted at any time.
"""

import errno
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.schema import Run
from cosmos_compare.runs import trash
from cosmos_compare.runs.disk import sync_folder
from cosmos_compare.runs.index import RunRow, find_run, list_runs, read_row
from cosmos_compare.runs.layout import ANALYSIS, METRICS, RAW, RUNS, frame_files, frames_folder, run_path
from cosmos_compare.runs.reading import load_record
from cosmos_compare.video.png import encode_png

Images = npt.NDArray[np.uint8]
ABANDONED_AFTER_S = 24 * 3600


class Store:
    """Runs under one outputs folder. Safe for several processes at once."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs

    def save(self, run: Run, images: Images) -> Run:
        """Write a run and its frames, uint8 RGB (n, height, width, 3); returns it with the id it got.

        The id is `run.id`, with a number appended where two runs of one key end in the same second. Raises
        `CompareError` when the folder can't be written; nothing is left behind then.
        """
        parent = self.folder(run).parent
        with writing_to(self.outputs):
            parent.mkdir(parents=True, exist_ok=True)
            partial, run = _claim(parent, run)
            try:
                self._write_frames(frames_folder(partial), images)
                _write(partial / METRICS, _metrics_time(run))
                _write(partial / RAW, run.answer.raw)
                _write(partial / ANALYSIS, run.model_dump_json(indent=2))
                partial.rename(parent / run.id)
                sync_folder(parent)
            except BaseException:
                shutil.rmtree(partial, ignore_errors=True)
                raise
        return run

    def rows(self) -> list[RunRow]:
        """All complete runs, oldest first."""
        return list_runs(self.outputs)

    def find(self, run_id: str) -> RunRow:
        """The row of a run by its id or a unique beginning of it."""
        return find_run(self.rows(), run_id)

    def load(self, run: str | RunRow) -> Run:
        """The whole record of a run. Raises `CompareError` that says what is wrong with it."""
        return load_record(self.outputs, self._row(run).path)

    def folder(self, run: str | RunRow | Run) -> Path:
        """Where a saved run lies. Raises `CompareError` for an id that no run has."""
        if isinstance(run, Run):
            return self.outputs / run_path(run.clip.scenario, run.model.name, run.id)
        return self.outputs / self._row(run).path

    def frame_files(self, run: str | RunRow | Run) -> list[Path]:
        """The PNG files of a run's frames, in order; none where they are gone."""
        return frame_files(self.folder(run))

    def size(self, run: str | RunRow | Run) -> int:
        """Bytes that a run takes on disk; frames that it shares with others count as its own."""
        return sum(path.stat().st_size for path in self.folder(run).rglob("*") if path.is_file())

    def finished(self, scenario: str, model: str, key: str) -> list[RunRow]:
        """The complete runs of a request; failed and stopped ones may be tried again."""
        beside, folders = self.outputs / RUNS / scenario / model, []
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            # Not by `glob`, which makes a regular expression each time: a batch asks a hundred thousand times.
            folders = [each for each in beside.iterdir() if f"-{key[:8]}" in each.name and each.name[0] != "."]
        rows = []
        for folder in sorted(folders):
            with suppress(CompareError):  # a damaged run answers nothing; the list of runs names it
                rows.append(read_row(self.outputs, folder.relative_to(self.outputs).as_posix()))
        return [row for row in rows if row.key == key and row.finished]

    def _row(self, run: str | RunRow) -> RunRow:
        return self.find(run) if isinstance(run, str) else run

    def delete(self, run: str | RunRow) -> RunRow:
        """Take a run out of the lists; for a day `restore` puts it back. Raises `CompareError`."""
        row = self._row(run)
        with writing_to(self.outputs, Text("the run could not be deleted")):
            trash.sweep(self.outputs)
            trash.delete(self.outputs, row)
        return row

    def restore(self, run_id: str) -> RunRow:
        """Put a deleted run back, by its id or a unique beginning of it. Raises `CompareError`."""
        with writing_to(self.outputs, Text("the run could not be restored")):
            return trash.restore(self.outputs, run_id)

    def deleted(self) -> list[RunRow]:
        """The runs that `restore` can put back, the oldest first."""
        return trash.deleted(self.outputs)

    def sweep(self) -> int:
        """Delete what killed processes left half-written more than a day ago, and runs deleted that long ago; returns
        how many folders were half-written."""
        old = time.time() - ABANDONED_AFTER_S
        swept = 0
        trash.sweep(self.outputs)
        for path in self.outputs.glob(f"{RUNS}/*/*/.*.partial"):
            with suppress(FileNotFoundError):  # another batch sweeps, or the run has just been completed
                if path.stat().st_mtime < old:
                    shutil.rmtree(path, ignore_errors=True)
                    swept += 1
        return swept

    def _write_frames(self, folder: Path, images: Images) -> None:
        folder.mkdir(parents=True)
        pool = self.outputs / ".frames"
        pool.mkdir(exist_ok=True)
        for number, image in enumerate(images):
            digest = hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()
            _link_or_write(pool / f"{digest}.png", folder / f"{number}.png", image)


def _claim(parent: Path, run: Run) -> tuple[Path, Run]:
    """A temporary folder that only this process has, and the run with the id that it will get."""
    for number in range(1, 1000):
        run_id = run.id if number == 1 else f"{run.id}-{number}"
        partial = parent / f".{run_id}.partial"
        try:
            partial.mkdir()
        except FileExistsError:
            continue
        if (parent / run_id).exists():
            partial.rmdir()
            continue
        return partial, run.model_copy(update={"id": run_id})
    raise CompareError("{parent}: a thousand runs of {run} in one second.", "Wait a moment.", parent=parent, run=run.id)


def _link_or_write(pooled: Path, target: Path, image: Images) -> None:
    # Links only save space: without them (not there yet, too many, a filesystem that has none) the file is written.
    with suppress(OSError):
        os.link(pooled, target)
        return
    target.write_bytes(encode_png(image))
    with suppress(OSError):
        os.link(target, pooled)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _metrics_time(run: Run) -> str:
    """The times of a run under the names that users' older tables read; seconds."""
    answer = run.answer
    return json.dumps(
        {
            "inference_time_sec": answer.total_s,
            "first_token_sec": answer.first_token_s,
            "preprocess_sec": answer.preprocess_s,
            "queue_sec": answer.queue_s,
            "new_tokens": answer.new_tokens,
            "tokens_per_sec": answer.tokens_per_s,
            "finish": answer.finish,
            "model": run.model.name,
            "scenario": run.clip.scenario,
            "run_id": run.id,
        },
        indent=2,
    )


@contextmanager
def writing_to(outputs: Path, what: str = Text("the run could not be saved")) -> Iterator[None]:
    """Turn what a disk can do to us into sentences."""
    try:
        yield
    except OSError as error:
        remedies = {
            errno.ENOSPC: (Text("the disk is full"), Text("Free some space, then run it again; what is saved stays.")),
            errno.EDQUOT: (Text("your disk quota is used up"), Text("Free some space, then run it again.")),
            errno.EROFS: (Text("the disk is read-only"), Text("Choose another folder with COSMOS_COMPARE_OUTPUTS.")),
            errno.EACCES: (
                Text("no permission to write there"),
                Text("Choose another folder with COSMOS_COMPARE_OUTPUTS."),
            ),
        }
        why, hint = remedies.get(error.errno or 0, (str(error.strerror or error), Text("Check the folder.")))
        raise CompareError("{outputs}: {what}, {why}.", hint, outputs=outputs, what=what, why=why) from error


def export_run(store: Store, row: RunRow, target: Path) -> Path:
    """Copy a run into the older layout `target/spike_<model>/<scenario>/`, replacing what was exported before.

    Raises `CompareError` for a folder there that holds something else: it may be somebody's own work.
    """
    folder = target / f"spike_{row.model}" / row.scenario
    if folder.exists() and not _is_export(folder):
        raise CompareError(
            "{folder} is there and was not written by this program.", "Choose another folder.", folder=folder
        )
    partial, old = (folder.with_name(f".{folder.name}.{os.getpid()}.{kind}") for kind in ("partial", "old"))
    with writing_to(target):
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(store.outputs / row.path, partial)
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    return folder


def _is_export(folder: Path) -> bool:
    try:
        return "schema_version" in json.loads((folder / ANALYSIS).read_bytes())
    except (OSError, ValueError, TypeError):
        return False
