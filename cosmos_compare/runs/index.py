"""The list of saved runs: one light row a run, read from disk, remembered in an index that can be thrown away.

A run never changes, so its record is read and checked once; a folder that is gone drops out. Where all runs are known
neither pydantic nor torch is loaded, so that `cosmos-compare runs` answers at once over ten thousand of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.records.setting_fields import ARM_FREE_FIELDS, determining
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.runs.layout import RUNS, run_paths

if TYPE_CHECKING:
    from cosmos_compare.records.schema import Run

INDEX_VERSION = 7
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

    @property
    def id(self) -> str:
        """Twelve characters that name the arm in a link and tell nobody which model it is."""
        return digest(self._asdict())


class RunRow(NamedTuple):
    """What lists and tables show of a run.

    `path` is the run's folder, relative to the outputs folder. Equal `footage_key`: the same frames of the same file.
    `text_key` is the digest of the answer's raw text; `reused` what of the clip was still in memory for it.
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
    reused: str = "none"
    revision: str = ""
    clip_sha256: str = ""
    imported: bool = False
    unverified: bool = False  # a server's, of which nobody knows whether it read our prompt

    @property
    def arm(self) -> Arm:
        """The arm that the run belongs to, by what it records."""
        return Arm(self.model, self.prompt_version, self.reasoning, self.arm_settings_key, self.condition)

    @property
    def finished(self) -> bool:
        """Whether it is an answer: neither an error nor stopped."""
        return self.finish in FINISHED


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
    problems: list[str] = []
    for path in run_paths(outputs):
        row = known.get(path)
        if row is None:
            try:
                row = read_row(outputs, path)
            except CompareError as error:
                problems.append(error.text)
                continue
        rows[path] = row
    if rows.keys() != known.keys():
        _save_index(outputs, rows)
    return RunList(sorted(rows.values(), key=lambda row: row.id), problems)


def read_row(outputs: Path, path: str, folder: Path | None = None) -> RunRow:
    """The row of the run at `path`, a `run_path`; `folder` is where it lies now, if that is elsewhere.

    Raises `CompareError` when its record is missing or damaged.
    """
    from cosmos_compare.runs.reading import load_record  # with pydantic, which a list that is known does not need

    return _row(load_record(outputs, path, folder), path)


def find_run(rows: Iterable[RunRow], beginning: str) -> RunRow:
    """The run with this id, or the only one whose id begins so. Raises `CompareError` when there is none, or more."""
    found = [row for row in rows if row.id.startswith(beginning)]
    exact = [row for row in found if row.id == beginning]
    if len(exact or found) != 1:
        raise CompareError(
            "{n} runs begin with {beginning!r}." if found else "No run begins with {beginning!r}.",
            "`cosmos-compare runs` lists the ids.",
            n=len(found),
            beginning=beginning,
        )
    return (exact or found)[0]


def digest(values: dict[str, Any]) -> str:
    """The same values give the same twelve characters."""
    return hashlib.sha256(orjson.dumps(values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:12]


def arm_settings_key(settings: Mapping[str, Any]) -> str:
    """The digest of the settings of an arm: without condition and repeat, later fields left out at their default."""
    return digest({name: value for name, value in determining(settings).items() if name not in ARM_FREE_FIELDS})


def _row(run: Run, path: str) -> RunRow:
    prompt, answer, model = run.prompt, run.answer, run.model
    settings = determining(run.settings.model_dump())
    return RunRow(
        id=run.id,
        key=run.key,
        created=run.created,
        scenario=run.clip.scenario,
        model=model.name,
        prompt_name=prompt.name,
        prompt_version=prompt.version,
        reasoning=prompt.reasoning,
        settings_key=digest(settings),
        footage_key=digest({"clip": run.clip.sha256, "indices": run.frames.indices}),
        finish=answer.finish,
        new_tokens=answer.new_tokens,
        first_token_s=answer.first_token_s,
        total_s=answer.total_s,
        tokens_per_s=answer.tokens_per_s,
        path=path,
        demo=model.demo,
        error=answer.error.message if answer.error else "",
        condition=run.settings.condition,
        repeat=run.settings.repeat,
        arm_settings_key=arm_settings_key(settings),
        text_key=digest({"raw": answer.raw}),
        reused=answer.reused,
        revision=model.revision or "",
        clip_sha256=run.clip.sha256,
        imported=run.imported is not None,
        unverified=answer.server is not None and answer.server.verified == "no",
    )


def _index_file(outputs: Path) -> Path:
    return outputs / RUNS / ".index.json"


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
    data = {"version": INDEX_VERSION, "fields": RunRow._fields, "rows": [tuple(row) for row in rows.values()]}
    # On a read-only or full disk the next look reads the folders again.
    with suppress(OSError):
        replace_file(_index_file(outputs), orjson.dumps(data))
