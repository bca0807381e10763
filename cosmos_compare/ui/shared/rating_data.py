"""What the pages about ratings read from disk, kept in memory until it changes there."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import streamlit as st

from cosmos_compare.hints.people import HintAgreement
from cosmos_compare.imports.sets import set_names
from cosmos_compare.language import current
from cosmos_compare.paths import home, outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.arms import Two
from cosmos_compare.ratings.names_shown import names_file
from cosmos_compare.ratings.pairs import find_pairs, model_pairs
from cosmos_compare.ratings.queue import ArmPairs, begin_with, comparisons, of_arms
from cosmos_compare.ratings.rows import Table
from cosmos_compare.ratings.scorecard import FileStamp
from cosmos_compare.ratings.standing import rated_pairs
from cosmos_compare.results.evidence import Evidence, Slice, gather
from cosmos_compare.results.hint_evidence import against_people
from cosmos_compare.results.report import Report, report
from cosmos_compare.runs.index import RunList, RunRow, read_runs
from cosmos_compare.runs.layout import runs_stamp
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.arm_pairs import arm_pairs
from cosmos_compare.studies.files import load_saved
from cosmos_compare.studies.hashes import clip_hashes
from cosmos_compare.studies.matrix import fill
from cosmos_compare.studies.plan import resolve
from cosmos_compare.studies.study import Study


class Runs(NamedTuple):
    """All saved runs and every comparison of two models that can be rated, the largest first."""

    rows: list[RunRow]
    comparisons: list[ArmPairs]
    problems: list[str]
    stamp: int  # equal for equal runs


def runs() -> Runs:
    outputs = outputs_folder()
    return _runs(outputs, runs_stamp(outputs))


@st.cache_resource(show_spinner=False, max_entries=2)
def _runs(outputs: Path, stamp: int) -> Runs:
    found: RunList = read_runs(outputs)
    pairs = [pair for models in model_pairs(found.rows) for pair in find_pairs(found.rows, models)]
    return Runs(found.rows, comparisons(pairs, set_names(outputs)), found.problems, stamp)


def comparison_of(one: str, other: str) -> ArmPairs | None:
    """The comparison of two arms by their ids: one of those there are, or of any two arms (`queue.of_arms`)."""
    outputs = outputs_folder()
    listed = (own for own in runs().comparisons if (own.a.id, own.b.id) == (one, other))
    return next(listed, None) or _comparison_of(outputs, runs_stamp(outputs), one, other)


@st.cache_resource(show_spinner=False, max_entries=20)
def _comparison_of(outputs: Path, stamp: int, one: str, other: str) -> ArmPairs | None:
    return of_arms(_runs(outputs, stamp).rows, one, other)


def pairs_of_study(name: str, one: str, other: str) -> ArmPairs | None:
    """Two arms of a saved study by their ids (`studies.arm_pairs`). Raises `CompareError` where it can't be read."""
    outputs = outputs_folder()
    return _pairs_of_study(outputs, runs_stamp(outputs), load_saved(outputs, name), one, other)


@st.cache_resource(show_spinner=False, max_entries=20, hash_funcs={Study: str})
def _pairs_of_study(outputs: Path, stamp: int, study: Study, one: str, other: str) -> ArmPairs | None:
    plan, rows = resolve(study, home(), outputs), _runs(outputs, stamp).rows
    return arm_pairs(fill(plan, rows, clip_hashes(plan.scenarios, outputs)), rows, one, other)


def stamp() -> tuple[object, ...]:
    """Another value once anybody has rated, has been shown names, or a run has come or gone."""
    outputs = outputs_folder()
    names = names_file(outputs)
    return scorecard.stamp(outputs), names.stat().st_size if names.exists() else 0, runs_stamp(outputs)


def found() -> Evidence:
    """Ratings and runs for the report. Raises `CompareError` when the scorecard can't be read at all."""
    outputs, known = outputs_folder(), runs()
    return _evidence(outputs, scorecard.stamp(outputs), known.stamp)


@st.cache_resource(show_spinner=False, max_entries=2)
def _evidence(outputs: Path, stamp: FileStamp, runs_stamp: int) -> Evidence:
    known = _runs(outputs, runs_stamp)
    return gather(_table(outputs, stamp), known.rows, known.problems)


@st.cache_resource(show_spinner=False, max_entries=2)
def _table(outputs: Path, stamp: FileStamp) -> Table:
    return scorecard.read(outputs)


def hints_against_people() -> list[HintAgreement]:
    """Each hint against the marks of its axis, once for each state of the disk. Raises `CompareError` as `found`."""
    outputs, known = outputs_folder(), runs()
    return _hints(outputs, scorecard.stamp(outputs), known.stamp, current())


@st.cache_resource(show_spinner=False, max_entries=2)
def _hints(outputs: Path, stamp: FileStamp, runs_stamp: int, language: str) -> list[HintAgreement]:
    return against_people(_evidence(outputs, stamp, runs_stamp), Store(outputs))[0]


def rated(rater: str) -> set[str]:
    """The ids of the pairs that this rater has rated."""
    return rated_pairs(found().ratings, found().spelling(rater)) if rater else set()


def has_rated(rater: str) -> bool:
    """Whether anything of this rater stands, and so could be undone."""
    return bool((found().ratings["rater"] == rater).any())


def unrated(rater: str) -> int:
    """How many pairs this rater has left in the queue that the Rate page opens with."""
    done = rated(rater)
    first = begin_with(runs().comparisons, done)
    return sum(pair.id not in done for pair in first.once(done)) if first else 0


def report_of(arms: Two, part: Slice, planned: int | None = None) -> Report:
    """The report of a slice, once for each state of the disk."""
    outputs, known = outputs_folder(), runs()
    return _report(outputs, scorecard.stamp(outputs), known.stamp, arms, part, planned)


@st.cache_resource(show_spinner=False, max_entries=20)
def _report(outputs: Path, stamp: FileStamp, runs_stamp: int, arms: Two, part: Slice, planned: int | None) -> Report:
    return report(_evidence(outputs, stamp, runs_stamp), arms, part, planned)
