"""Ratings in memory: which rows of the scorecard stand, as a frame that can be counted quickly.

The order of the file is the order of time. Of a rater's rows for one run in one pair, the last stands, and none when
it withdraws. The marks of a run are those that the rater gave it last, in whichever pair: they belong to the run.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cosmos_compare.ratings.pairs import pair_id, run_ids
from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.records.schema import AXES, Rating

CATEGORIES = ("rater", "scenario", "run_id", "model", "pair_id", "side", "verdict")
MARKS = list(AXES)
FLAGS = ("blind", "aided")

Codes = npt.NDArray[np.int64]


def to_frame(table: Table) -> pd.DataFrame:
    """All rows in the order of the file.

    Columns: those of the scorecard, then its unknown ones, then `line`. Ids, names, sides and verdicts are
    categories; marks are floats, NaN where there is none; `blind` and `aided` are bool; the rest are objects.
    """
    columns: dict[str, object] = {}
    for name, values in table.columns.items():
        if name in CATEGORIES:
            columns[name] = pd.Categorical(values)
        elif name in AXES:
            columns[name] = np.array(values, dtype=float)
        else:
            columns[name] = np.array(values, dtype=bool if name in FLAGS else object)
    return pd.DataFrame(columns | {"line": np.array(table.lines, dtype=np.int64)})


def standing(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that count: the last of each rater, run and pair, without withdrawn ones. The index is the row's place.

    One column more: `current`, true for the last row of each rater and run. Its marks stand in all of them.
    """
    frame = _filled_down(frame)
    rows = frame[_is_last(frame, ("rater", "run_id", "pair_id"))]
    withdrawn = rows[MARKS].isna().all(axis=1) & rows["verdict"].isna() & (rows["notes"] == "")
    rows = rows[~withdrawn].copy()
    rows["current"] = _is_last(rows, ("rater", "run_id"))
    rows[MARKS] = rows[MARKS].to_numpy()[_place_of_last(rows, ("rater", "run_id"))]
    return rows


def with_first_runs(frame: pd.DataFrame, first: Mapping[str, str]) -> pd.DataFrame:
    """A frame in which equal answers bear the id of the first of them (`equal_answers.first_runs`), and so do pairs."""
    if not first:
        return frame

    def of_pair(pair: str) -> str:
        return pair_id(*(first.get(run, run) for run in run_ids(pair))) if len(run_ids(pair)) == 2 else pair

    runs = renamed(frame["run_id"], lambda run: first.get(run, run))
    return frame.assign(run_id=runs, pair_id=renamed(frame["pair_id"], of_pair))


def renamed(column: "pd.Series[Any]", rename: Callable[[str], str]) -> "pd.Categorical[Any]":
    """A category under new names; those that get one name become one."""
    names = [rename(name) for name in column.cat.categories]
    used = {name: place for place, name in enumerate(sorted(set(names)))}
    places = np.array([*(used[name] for name in names), -1], dtype=np.int64)
    return pd.Categorical.from_codes(places[column.cat.codes.to_numpy()], categories=pd.Index(list(used), dtype=object))


def rated_pairs(rows: pd.DataFrame, rater: str) -> set[str]:
    """The ids of pairs of which this rater has rated both runs; `rows` are standing ones."""
    own = rows[(rows["rater"] == rater) & (rows["pair_id"] != "")]
    counts = own["pair_id"].astype(object).value_counts()
    return set(counts[counts >= 2].index)


def visible_to(rows: pd.DataFrame, rater: str) -> pd.DataFrame:
    """What this rater may see: own rows, and those of others for runs that the rater has rated."""
    own = rows["rater"] == rater
    return rows[own | rows["run_id"].isin(rows.loc[own, "run_id"])]


def rating_at(row: "pd.Series[Any]") -> Rating:
    """The record of one row of a frame."""
    values = {name: row[name] for name in COLUMNS}
    marks = {axis: None if pd.isna(values[axis]) else int(values[axis]) for axis in AXES}
    verdict = None if pd.isna(values["verdict"]) else values["verdict"]
    return Rating.model_validate(values | marks | {"verdict": verdict, **{name: bool(values[name]) for name in FLAGS}})


def codes_of(frame: pd.DataFrame, column: str) -> Codes:
    """A category as integers, −1 for none."""
    return frame[column].cat.codes.to_numpy().astype(np.int64)


def _keys(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    """One integer for each combination of categories."""
    key = np.zeros(len(frame), dtype=np.int64)
    for column in columns:
        key = key * (len(frame[column].cat.categories) + 1) + codes_of(frame, column) + 1
    return key


def _is_last(frame: pd.DataFrame, columns: Sequence[str]) -> npt.NDArray[np.bool_]:
    return ~pd.Series(_keys(frame, columns)).duplicated(keep="last").to_numpy()


def _place_of_last(frame: pd.DataFrame, columns: Sequence[str]) -> Codes:
    """For each row, the position of the last row with the same categories."""
    _, group = np.unique(_keys(frame, columns), return_inverse=True)
    last = np.zeros(group.max(initial=-1) + 1, dtype=np.int64)
    last[group] = np.arange(len(frame))  # of equal indices, numpy keeps the last assignment
    return last[group]


def _filled_down(frame: pd.DataFrame) -> pd.DataFrame:
    """A rater's later rows keep what people wrote into columns of their own, which the program leaves empty."""
    own = [name for name in frame.columns if name not in (*COLUMNS, "line")]
    if not own:
        return frame
    filled = frame[own].replace("", None).groupby(_keys(frame, ("rater", "run_id"))).ffill().fillna("")
    return frame.assign(**{name: filled[name] for name in own})
