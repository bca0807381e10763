"""What the pages about ratings read from disk, kept in memory until it changes there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import streamlit as st

from cosmos_compare.paths import outputs_folder
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.columns import Table
from cosmos_compare.ratings.equal_answers import first_runs
from cosmos_compare.ratings.pairs import Pair, find_pairs, model_pairs
from cosmos_compare.ratings.scorecard import Stamp
from cosmos_compare.ratings.standing import rated_pairs, standing, to_frame, with_first_runs
from cosmos_compare.results.evidence import Evidence, Slice, gather
from cosmos_compare.results.report import Report, report
from cosmos_compare.runs.index import RunList, RunRow, read_runs

PROBLEMS_SHOWN = 200


class Runs(NamedTuple):
    """All saved runs and every pair of them that can be rated."""

    rows: list[RunRow]
    pairs: list[Pair]
    problems: list[str]
    stamp: int  # equal for equal runs


class Frames(NamedTuple):
    """The rows of the scorecard: all of them, and those that stand. See `ratings`."""

    every: pd.DataFrame
    standing: pd.DataFrame


def runs() -> Runs:
    outputs = outputs_folder()
    return _runs(outputs, _runs_stamp(outputs))


@st.cache_resource(show_spinner=False, max_entries=2)
def _runs(outputs: Path, stamp: int) -> Runs:
    found: RunList = read_runs(outputs)
    pairs = [pair for models in model_pairs(found.rows) for pair in find_pairs(found.rows, models)]
    return Runs(found.rows, pairs, found.problems, stamp)


def _runs_stamp(outputs: Path) -> int:
    """Another number once a run has come or gone: that changes the time of its model's folder.

    Looking at 1,000 such folders takes some 5 ms, reading the list of 10,000 runs in them 150 ms.
    """
    seen = []
    with suppress(FileNotFoundError, NotADirectoryError):
        for scenario in os.scandir(outputs / "runs"):
            if scenario.is_dir():
                seen += [(model.path, model.stat().st_mtime_ns) for model in os.scandir(scenario.path)]
    return hash(tuple(sorted(seen)))


def frames() -> Frames:
    """Raises `CompareError` when the scorecard can't be read at all."""
    outputs, known = outputs_folder(), runs()
    return _frames(outputs, scorecard.stamp(outputs), known.stamp)


@st.cache_resource(show_spinner=False, max_entries=2)
def _frames(outputs: Path, stamp: Stamp, runs_stamp: int) -> Frames:
    every = with_first_runs(to_frame(_table(outputs, stamp)), first_runs(_runs(outputs, runs_stamp).rows))
    return Frames(every, standing(every))


def found() -> Evidence:
    """Ratings and runs for the report. Raises `CompareError` when the scorecard can't be read at all."""
    outputs, known = outputs_folder(), runs()
    return _evidence(outputs, scorecard.stamp(outputs), known.stamp)


@st.cache_resource(show_spinner=False, max_entries=2)
def _evidence(outputs: Path, stamp: Stamp, runs_stamp: int) -> Evidence:
    known = _runs(outputs, runs_stamp)
    return gather(_table(outputs, stamp), known.rows, known.problems)


@st.cache_resource(show_spinner=False, max_entries=2)
def _table(outputs: Path, stamp: Stamp) -> Table:
    return scorecard.read(outputs)


def unrated(rater: str) -> int:
    """How many pairs this rater has not rated."""
    done = rated_pairs(frames().standing, rater) if rater else set()
    return sum(pair.id not in done for pair in runs().pairs)


def report_of(models: tuple[str, str], part: Slice) -> Report:
    """The report of a slice, once for each state of the disk."""
    outputs, known = outputs_folder(), runs()
    return _report(outputs, scorecard.stamp(outputs), known.stamp, models, part)


@st.cache_resource(show_spinner=False, max_entries=20)
def _report(outputs: Path, stamp: Stamp, runs_stamp: int, models: tuple[str, str], part: Slice) -> Report:
    return report(_evidence(outputs, stamp, runs_stamp), models, part)


def problems(sentences: list[str]) -> None:
    """What could not be read, with its line numbers; long lists folded."""
    if not sentences:
        return
    words = sentences[0] if len(sentences) == 1 else f"{len(sentences)} things could not be read as they stand."
    st.warning(words)
    if len(sentences) > 1:
        with st.expander("What they are"):
            st.text("\n".join(sentences[:PROBLEMS_SHOWN]))
            if len(sentences) > PROBLEMS_SHOWN:
                st.caption(f"And {len(sentences) - PROBLEMS_SHOWN:,} more.")
