"""How a run lies on disk, in names and paths; what is in the files is `reading`'s.

outputs/runs/<scenario>/<model>/<run id>/
    analysis.json        the `Run`
    metrics_time.json    its times, for habits older than this program
    raw_stdout.txt       the text of the answer
    artifacts/video_0/   0.png 1.png …: the frames as this model saw them
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

RUNS = "runs"
ANALYSIS = "analysis.json"
METRICS = "metrics_time.json"
RAW = "raw_stdout.txt"


def run_path(scenario: str, model: str, run_id: str) -> str:
    """The folder of a run, relative to the outputs folder, with forward slashes."""
    return f"{RUNS}/{scenario}/{model}/{run_id}"


def run_paths(outputs: Path, room: str = RUNS) -> Iterator[str]:
    """The `run_path` of every folder that may hold a run; a leading dot marks one that is still being written.

    `room` is the folder in which they lie now, laid out like `runs`.
    """
    for scenario in _folders(outputs / room):
        for model in _folders(Path(scenario.path)):
            for run in _folders(Path(model.path)):
                yield run_path(scenario.name, model.name, run.name)


def runs_stamp(outputs: Path) -> int:
    """Another number once a run has come or gone: that changes the time of its model's folder.

    Looking at 1,000 such folders takes some 5 ms, reading the list of 10,000 runs in them 150 ms.
    """
    seen = []
    for scenario in _folders(outputs / RUNS):
        for model in _folders(Path(scenario.path)):
            with suppress(OSError):  # gone meanwhile
                seen.append((model.path, model.stat().st_mtime_ns))
    return hash(tuple(sorted(seen)))


def frames_folder(folder: Path) -> Path:
    """Where the frames of the run in `folder` lie."""
    return folder / "artifacts" / "video_0"


def frame_file(folder: Path, number: int) -> Path:
    """The PNG file of one frame of the run in `folder`, counted from 0."""
    return frames_folder(folder) / f"{number}.png"


def frame_files(folder: Path) -> list[Path]:
    """The PNG files of the frames of the run in `folder`, in order; what else lies there is left out."""
    found = (path for path in frames_folder(folder).glob("*.png") if path.stem.isascii() and path.stem.isdecimal())
    return sorted(found, key=lambda path: int(path.stem))


def _folders(parent: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(parent) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and _is_folder(entry)]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """A link that leads round in circles costs itself."""
    try:
        return entry.is_dir()
    except OSError:
        return False
