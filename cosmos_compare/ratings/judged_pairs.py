"""Pairs as raters judged them: one row for each rater and pair, with the difference of its marks and who won."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from cosmos_compare.ratings.arms import Two, question_between
from cosmos_compare.ratings.standing import MARKS, Codes, codes_of
from cosmos_compare.runs.index import RunRow

VERDICTS = ("a", "b", "tie", "both_bad")
CONTRADICTORY = "contradictory"
MARKS_A = [f"{axis}_a" for axis in MARKS]

# What the verdict in a row says about the pair, by the place in `VERDICTS`.
_IN_ROW_A = {"better": 0, "worse": 1, "tie": 2, "both_bad": 3}
_IN_ROW_B = {"better": 1, "worse": 0, "tie": 2, "both_bad": 3}
_CLASH = len(VERDICTS)
_KINDS = np.array([*VERDICTS, CONTRADICTORY, None], dtype=object)
# How far B won for each of those, for a contradiction, and, last, for none.
_OUTCOMES = np.array([0, 1, 0.5, 0.5, np.nan, np.nan])


def judged_pairs(rows: pd.DataFrame, sides: Codes) -> pd.DataFrame:
    """One row for each rater and pair of which both runs are rated, from standing rows with the `sides` of each.

    Columns: rater, scenario, pair_id (categories); the seven axes: B − A, NaN where either can't be judged, and in
    `MARKS_A` the marks of A where neither is;
    verdict (category): a, b, tie, both_bad, contradictory, or none; outcome: 1 when B won, ½, 0, NaN without a
    verdict; blind: whether both runs were rated so; b_left: 1 when the lot put B on the left, 0, NaN without a lot.
    Blind ratings alone draw one for the sides: the Compare page has model A on the left for everybody.
    """
    a, b = _matched(rows, sides)
    verdict = _verdicts(a, b)
    outcome = _OUTCOMES[verdict]
    on_right = _looked_up(a, "side", {"left": 0, "right": 1})  # whether A was, and so B on the left
    blind = a["blind"].to_numpy(dtype=bool) & b["blind"].to_numpy(dtype=bool)
    frame = a[["rater", "scenario", "pair_id"]].reset_index(drop=True)
    marks_a, marks_b = a[MARKS].to_numpy(), b[MARKS].to_numpy()
    frame[MARKS] = marks_b - marks_a
    frame[MARKS_A] = np.where(np.isnan(marks_b), np.nan, marks_a)
    frame["verdict"] = pd.Categorical(_KINDS[verdict], categories=_KINDS[:-1])
    frame["outcome"] = outcome
    frame["blind"] = blind
    frame["b_left"] = np.where(blind & (on_right >= 0), on_right, np.nan)
    return frame


class Placed(NamedTuple):
    """For each run id that ratings name, and one more for none: its side in a comparison, and what it was asked.

    `side` is 0 and 1 for the arms, −1 for neither; `asked` has equal numbers for equal questions, −1 for a run that is
    gone.
    """

    side: Codes
    asked: Codes


def placed(run_ids: Sequence[str], arms: Two, runs: Mapping[str, RunRow]) -> Placed:
    """The sides of runs in a comparison of two arms."""
    question, numbers = question_between(arms), dict[object, int]()
    found = Placed(np.full(len(run_ids) + 1, -1, dtype=np.int64), np.full(len(run_ids) + 1, -1, dtype=np.int64))
    for place, run_id in enumerate(run_ids):
        run = runs.get(run_id)
        if run is not None:
            found.side[place] = 0 if arms[0].takes(run) else 1 if arms[1].takes(run) else -1
            found.asked[place] = numbers.setdefault(question(run), len(numbers))
    return found


def sides_of(rows: pd.DataFrame, arms: Two, where: Placed) -> Codes:
    """For each row 0 where its run belongs to the first arm, 1 to the second, −1 to neither.

    Of a run that is gone only the model is known: it counts where no more is asked.
    """
    run = codes_of(rows, "run_id")
    own, asked = where.side[run], where.asked[run]
    for number, arm in enumerate(arms):
        if arm.pooled:
            own[(asked < 0) & (rows["model"] == arm.model).to_numpy()] = number
    return np.asarray(own)


def asked_alike(rows: pd.DataFrame, where: Placed) -> npt.NDArray[np.bool_]:
    """False for rows of pairs whose two runs were asked different things: such a verdict compares something else."""
    pairs = np.where(rows["pair_id"] == "", -1, codes_of(rows, "pair_id"))
    asked = where.asked[codes_of(rows, "run_id")]
    known = (asked >= 0) & (pairs >= 0)
    count = pairs.max(initial=-1) + 2  # the last is for rows without a pair
    first, last = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(first, pairs[known], asked[known])
    np.maximum.at(last, pairs[known], asked[known])
    alike = first >= last
    alike[-1] = True
    return np.asarray(alike[pairs])


def _matched(rows: pd.DataFrame, sides: Codes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of arm a and those of arm b, in the same order of raters and pairs."""
    paired = (rows["pair_id"] != "").to_numpy()
    a, b = (rows[(sides == side) & paired] for side in (0, 1))
    count = len(rows["pair_id"].cat.categories)
    keys_a, keys_b = (codes_of(own, "rater") * count + codes_of(own, "pair_id") for own in (a, b))
    _, in_a, in_b = np.intersect1d(keys_a, keys_b, return_indices=True)
    return a.take(in_a), b.take(in_b)


def _verdicts(a: pd.DataFrame, b: pd.DataFrame) -> Codes:
    """The verdict on each pair as a place in `VERDICTS`, −1 for none. Of hand-edited rows one may have none."""
    of_a, of_b = _looked_up(a, "verdict", _IN_ROW_A), _looked_up(b, "verdict", _IN_ROW_B)
    either = np.where(of_a < 0, of_b, of_a)
    return np.where((of_a >= 0) & (of_b >= 0) & (of_a != of_b), _CLASH, either)


def _looked_up(frame: pd.DataFrame, column: str, table: Mapping[str, int]) -> Codes:
    """The table's number for each value of a category, −1 for all others and none."""
    numbers = [table.get(value, -1) for value in frame[column].cat.categories]
    return np.array([*numbers, -1], dtype=np.int64)[codes_of(frame, column)]
