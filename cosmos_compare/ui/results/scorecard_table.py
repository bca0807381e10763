"""The table of the Scorecard page: one row a rated answer, marks as signs, and what an edit of it means.

Knows nothing of Streamlit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cosmos_compare.language import N_, moment, t
from cosmos_compare.ratings.judgement import edit
from cosmos_compare.ratings.kept_table import in_order, sign
from cosmos_compare.ratings.score_sheet import SYMBOLS
from cosmos_compare.ratings.standing import rating_at
from cosmos_compare.records.schema import AXES, Rating

FIRST = ("scenario", "model", "rater", "verdict", *AXES)  # in view on a narrow screen
MARK_OF = {symbol: mark for mark, symbol in SYMBOLS.items()} | {"": None}
WORDS = {
    "better": N_("better"),
    "worse": N_("worse"),
    "tie": N_("tie"),
    "both_bad": N_("both bad"),
    "gone": N_("gone"),
    "on disk": N_("on disk"),
}
TINTS = {"✅": "rgba(45,157,99,0.30)", "🟡": "rgba(212,154,30,0.30)", "❌": "rgba(209,72,61,0.30)"}


def with_signs(table: pd.DataFrame) -> pd.DataFrame:
    """The kept table (`ratings.kept_table`) for reading: what was said first, marks with signs, times to the minute."""
    signs = {axis: [sign(mark) for mark in table[axis]] for axis in AXES}
    words: dict[str, Any] = {"created": [moment(when) for when in table["created"]]}
    for name in ("verdict", "run"):
        if name in table.columns:
            words[name] = [t(WORDS.get(value, value)) for value in table[name]]
    if "time_s" in table.columns:
        words["time_s"] = table["time_s"].round(2)
    shown = table.assign(**signs, **words)
    return in_order(shown, FIRST)


def edits(
    standing: pd.DataFrame, rater: str, changed: Mapping[str, Mapping[str, Any]], created: str, *, named: bool = True
) -> list[Rating]:
    """The rows to append for changed cells, by run id and column; signs are marks. Where the models' names stood
    beside them (`named`), a row with another mark is no longer blind. Raises `CompareError` for what is no rating.
    """
    own = standing[(standing["rater"] == rater).to_numpy() & standing["current"].to_numpy()]
    rows = []
    for _, row in own[own["run_id"].isin(list(changed)).to_numpy()].iterrows():
        before = rating_at(row)
        cells = {
            name: MARK_OF[value or ""] if name in AXES else value or ""
            for name, value in changed[before.run_id].items()
        }
        after = edit(before, cells, rater, created)
        marked = any(getattr(after, axis) != getattr(before, axis) for axis in AXES)
        if marked or after.notes != before.notes:
            rows.append(after.model_copy(update={"blind": False}) if marked and named else after)
    return rows
