"""Hints of the runs on disk, and people's marks on the same answers, read together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.hints.of_answer import hints_of_run
from cosmos_compare.hints.people import HintAgreement, PersonMarks, agreement
from cosmos_compare.hints.records import Hint
from cosmos_compare.paths import user_lexicon
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import AXES, Run
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.video.clips import load_ground_truth, scenario_of

Hints = dict[str, tuple[Hint, ...]]


def truth_beside(run: Run) -> GroundTruth | None:
    """The ground truth that lies beside a run's clip now; None where there is none, or no clip any more.

    Raises `CompareError` when there is one that can't be read.
    """
    path = Path(run.clip.path)
    if not (run.clip.path and path.exists()):  # of an imported run nobody may know where its clip was
        return None
    found = scenario_of(path).ground_truth
    return _truth(found, found.stat().st_mtime_ns) if found else None


@lru_cache(maxsize=500)
def _truth(path: Path, changed: int) -> GroundTruth:
    return load_ground_truth(path)


def hints_of_rows(store: Store, rows: Iterable[RunRow]) -> tuple[Hints, list[str]]:
    """The hints of each run by its id, and a sentence for each that can't be had."""
    found: Hints = {}
    problems: dict[str, None] = {}
    for row in rows:
        try:
            run = store.load(row)
            found[row.id] = _hints(_Asked(run.id, truth_beside(run), words_changed(), run))
        except CompareError as error:
            problems[error.text] = None
    return found, list(problems)


@dataclass(frozen=True, eq=False)
class _Asked:
    """What the hints of a run depend on: a run never changes, so its id stands for it."""

    id: str
    truth: GroundTruth | None
    words: str
    run: Run

    def _key(self) -> tuple[str, int, str]:
        return self.id, id(self.truth), self.words  # truths are remembered by file and time

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


@lru_cache(maxsize=4000)
def _hints(asked: _Asked) -> tuple[Hint, ...]:
    return hints_of_run(asked.run, asked.truth)


def marks_of(ratings: pd.DataFrame, since: str = "") -> list[PersonMarks]:
    """The marks that stand, one a person and answer, of those given after `since` (UTC, ISO 8601)."""
    rows = ratings[ratings["current"].to_numpy()]
    return [
        PersonMarks(
            str(row["run_id"]),
            str(row["scenario"]),
            str(row["rater"]),
            {axis: None if pd.isna(row[axis]) else int(row[axis]) for axis in AXES},
        )
        for _, row in rows.iterrows()
        if str(row["created"]) > since
    ]


def words_changed() -> str:
    """When the user's own words were last changed (UTC, ISO 8601): they may have been chosen by marks of before."""
    own = user_lexicon()
    if not own.is_file():
        return ""
    return datetime.fromtimestamp(own.stat().st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def against_people(found: Evidence, store: Store, hints: Hints | None = None) -> tuple[list[HintAgreement], Hints]:
    """Each hint against the marks of its axis over all rated answers; `hints` may hold those of some already."""
    marks = marks_of(found.ratings, words_changed())
    known = dict(hints or {})
    missing = [
        found.by_id[run] for run in dict.fromkeys(mark.run_id for mark in marks) if _is_missing(run, known, found)
    ]
    known |= hints_of_rows(store, missing)[0]
    return agreement(known, marks), known


def _is_missing(run_id: str, known: Hints, found: Evidence) -> bool:
    return run_id not in known and run_id in found.by_id


def newest_of(rows: Sequence[RunRow], most: int) -> list[RunRow]:
    """The newest runs that ended with an answer to the clip itself."""
    return [row for row in rows if row.finished and row.condition == "clip"][-most:]
