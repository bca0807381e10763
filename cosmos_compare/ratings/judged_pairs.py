"""Pairs as raters judged them: one row for each rater and pair, with the difference of its marks and who won."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cosmos_compare.ratings.standing import MARKS, Codes, codes_of

VERDICTS = ("a", "b", "tie", "both_bad")
CONTRADICTORY = "contradictory"

# What the verdict in a row says about the pair, by the place in `VERDICTS`.
_IN_ROW_A = {"better": 0, "worse": 1, "tie": 2, "both_bad": 3}
_IN_ROW_B = {"better": 1, "worse": 0, "tie": 2, "both_bad": 3}
_CLASH = len(VERDICTS)
_KINDS = np.array([*VERDICTS, CONTRADICTORY, None], dtype=object)
# How far B won for each of those, for a contradiction, and, last, for none.
_OUTCOMES = np.array([0, 1, 0.5, 0.5, np.nan, np.nan])


def judged_pairs(rows: pd.DataFrame, models: tuple[str, str]) -> pd.DataFrame:
    """One row for each rater and pair of which both runs are rated, from standing rows.

    Columns: rater, scenario, pair_id (categories); the seven axes: B − A, NaN where either can't be judged;
    verdict (category): a, b, tie, both_bad, contradictory, or none; outcome: 1 when B won, ½, 0, NaN without a
    verdict; blind: whether both runs were rated so; b_left: 1 when the lot put B on the left, 0, NaN without a lot;
    left_won: 1, 0, or NaN when nobody won or there was no lot. Blind ratings alone draw one for the sides: the
    Compare page has model A on the left for everybody.
    """
    a, b = _matched(rows, models)
    verdict = _verdicts(a, b)
    outcome = _OUTCOMES[verdict]
    on_right = _looked_up(a, "side", {"left": 0, "right": 1})  # whether A was, and so B on the left
    blind = a["blind"].to_numpy(dtype=bool) & b["blind"].to_numpy(dtype=bool)
    decided = (outcome != 0.5) & ~np.isnan(outcome) & (on_right >= 0) & blind
    frame = a[["rater", "scenario", "pair_id"]].reset_index(drop=True)
    frame[MARKS] = b[MARKS].to_numpy() - a[MARKS].to_numpy()
    frame["verdict"] = pd.Categorical(_KINDS[verdict], categories=_KINDS[:-1])
    frame["outcome"] = outcome
    frame["blind"] = blind
    frame["b_left"] = np.where(blind & (on_right >= 0), on_right, np.nan)
    frame["left_won"] = np.where(decided, outcome == on_right, np.nan)
    return frame


def _matched(rows: pd.DataFrame, models: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of model a and those of model b, in the same order of raters and pairs."""
    a, b = (rows[((rows["model"] == model) & (rows["pair_id"] != "")).to_numpy()] for model in models)
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
