"""The list of saved runs: one light row a run, read from disk, remembered in an index that can be thrown away.

A run never changes, so a row is read once; a folder that is gone drops out. Loads neither pydantic nor torch, so
that `cosmos-compare runs` answers at once over ten thousand runs.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.setting_fields import ARM_FREE_FIELDS, determining

INDEX_VERSION = 3
FINISHED = frozenset({"stop", "length"})  # how answers end that count as answers


class Arm(NamedTuple):
    """What an answer is an answer of, besides the clip: model × prompt version × settings × condition.

    `settings_key` is the digest of the settings without repeat and condition: the repeats of an arm share it.
    """

    model: str
    prompt_version: str
    reasoning: bool
    settings_key: str
    condition: str


class RunRow(NamedTuple):
    """What lists and tables show of a run.

    `path` is the run's folder, relative to the outputs folder. Equal `footage_key`: the same frames of the same file.
    `text_key` is the digest of the answer's raw text.
    """

    id: str
    key: str
    created: str
    scenario: str
    model: str
    prompt_name: str
    prompt_version: str
    reasoning: bool
    settings_key: str
    footage_key: str
    finish: str
    new_tokens: int
    first_token_s: float | None
    total_s: float | None
    tokens_per_s: float | None
    path: str
    demo: bool
    error: str
    condition: str = "clip"
    repeat: int = 0
    arm_settings_key: str = ""
    text_key: str = ""

    @property
    def arm(self) -> Arm:
        """The arm that the run belongs to, by what it records."""
        return Arm(self.model, self.prompt_version, self.reasoning, self.arm_settings_key, self.condition)


class RunList(NamedTuple):
    """Rows, oldest first, and a sentence for each folder that could not be read."""

    rows: list[RunRow]
    problems: list[str]


def list_runs(outputs: Path) -> list[RunRow]:
    """All complete runs under `outputs`, oldest first."""
    return read_runs(outputs).rows


def read_runs(outputs: Path) -> RunList:
    """All complete runs, and what could not be read. Only folders not in the index are opened."""
    known = _load_index(outputs)
    rows: dict[str, RunRow] = {}
    problems = []
    for path in _run_folders(outputs):
        row = known.get(path) or read_row(outputs, outputs / path)
        if row is None:
            problems.append(f"{path}: analysis.json is missing or damaged. Restore it, or delete the folder.")
        else:
            rows[path] = row
    if rows.keys() != known.keys():
        _save_index(outputs, rows)
    return RunList(sorted(rows.values(), key=lambda row: row.id), problems)


def read_row(outputs: Path, folder: Path) -> RunRow | None:
    """The row of the run in `folder`; None when its analysis.json is missing or damaged."""
    try:
        return _row(orjson.loads((folder / "analysis.json").read_bytes()), folder.relative_to(outputs).as_posix())
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_run(rows: Iterable[RunRow], beginning: str) -> RunRow:
    """The run with this id, or the only one whose id begins so. Raises `CompareError` when there is none, or more."""
    found = [row for row in rows if row.id.startswith(beginning)]
    exact = [row for row in found if row.id == beginning]
    if len(exact or found) != 1:
        what = f"{len(found)} runs begin with" if found else "No run begins with"
        raise CompareError(f"{what} {beginning!r}.", "`cosmos-compare runs` lists the ids.")
    return (exact or found)[0]


def digest(values: dict[str, Any]) -> str:
    """The same values give the same twelve characters."""
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def _run_folders(outputs: Path) -> Iterator[str]:
    """Relative paths `runs/<scenario>/<model>/<id>`. A leading dot marks a folder still being written."""
    for scenario in _folders(outputs / "runs"):
        for model in _folders(Path(scenario.path)):
            for run in _folders(Path(model.path)):
                yield f"runs/{scenario.name}/{model.name}/{run.name}"


def _folders(parent: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(parent) as entries:
            return [entry for entry in entries if not entry.name.startswith(".") and entry.is_dir()]
    except OSError:
        return []


def _row(data: dict[str, Any], path: str) -> RunRow:
    prompt, answer, model = data["prompt"], data["answer"], data["model"]
    settings = determining(data["settings"])
    # What lists and exports call a run is where it lies; a record that says otherwise is not to be trusted.
    if path.split("/")[1:] != [data["clip"]["scenario"], model["name"], data["id"]]:
        raise ValueError(f"{path} holds another run")
    return RunRow(
        id=data["id"],
        key=data["key"],
        created=data["created"],
        scenario=data["clip"]["scenario"],
        model=model["name"],
        prompt_name=prompt["name"],
        prompt_version=prompt["version"],
        reasoning=prompt["reasoning"],
        settings_key=digest(settings),
        footage_key=digest({"clip": data["clip"]["sha256"], "indices": data["frames"]["indices"]}),
        finish=answer["finish"],
        new_tokens=answer["new_tokens"],
        first_token_s=answer["first_token_s"],
        total_s=answer["total_s"],
        tokens_per_s=answer["tokens_per_s"],
        path=path,
        demo=model["demo"],
        error=(answer["error"] or {}).get("message", ""),
        condition=settings.get("condition", "clip"),
        repeat=settings.get("repeat", 0),
        arm_settings_key=digest({name: value for name, value in settings.items() if name not in ARM_FREE_FIELDS}),
        text_key=digest({"raw": answer["raw"]}),
    )


def _index_file(outputs: Path) -> Path:
    return outputs / "runs" / ".index.json"


def _load_index(outputs: Path) -> dict[str, RunRow]:
    try:
        data = orjson.loads(_index_file(outputs).read_bytes())
        if data["version"] != INDEX_VERSION or data["fields"] != list(RunRow._fields):
            return {}
        return {row.path: row for row in map(RunRow._make, data["rows"])}
    except (OSError, ValueError, KeyError, TypeError):
        # Missing, torn or of another version: it is only a cache.
        return {}


def _save_index(outputs: Path, rows: dict[str, RunRow]) -> None:
    target = _index_file(outputs)
    temporary = target.with_name(f".index.{os.getpid()}.tmp")
    data = {"version": INDEX_VERSION, "fields": RunRow._fields, "rows": [tuple(row) for row in rows.values()]}
    # On a read-only or full disk the next look reads the folders again.
    with suppress(OSError):
        try:
            temporary.write_bytes(orjson.dumps(data))
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
