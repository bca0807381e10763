"""The table of the Scorecard page: one row a rated answer, marks as signs, and what an edit of it means.

Knows nothing of Streamlit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from cosmos_compare.ratings.judgement import edit
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.ratings.score_sheet import SYMBOLS
from cosmos_compare.ratings.standing import rating_at
from cosmos_compare.schema import AXES, Answer, Rating
from cosmos_compare.texts.stated import stated

MARK_OF = {symbol: mark for mark, symbol in SYMBOLS.items()} | {"": None}
TINTS = {"✅": "rgba(45,157,99,0.30)", "🟡": "rgba(212,154,30,0.30)", "❌": "rgba(209,72,61,0.30)"}
STATED = ("objects found", "risk stated")
ORDER = ["scenario", "model", "time_s", *STATED, "notes", *AXES, "verdict", "rater", "created", "run_id"]


def as_kept(sheet: pd.DataFrame, answer_of: Callable[[str], Answer | None] | None) -> pd.DataFrame:
    """The score sheet as teams keep it by hand. `answer_of` gives the answer of a run; without it the two columns that
    are read from the answers are left out."""
    table = sheet.copy()
    for axis in AXES:
        table[axis] = ["" if pd.isna(mark) else SYMBOLS[int(mark)] for mark in table[axis]]
    table["created"] = [when[:16].replace("T", " ") for when in table["created"]]
    if answer_of:
        answers = {run_id: answer_of(run_id) for run_id in table["run_id"].unique()}
        texts = {
            run_id: stated(answer.raw, answer.rendered_prompt) if answer else ("", "")
            for run_id, answer in answers.items()
        }
        for place, name in enumerate(STATED):
            table[name] = [texts[run_id][place] for run_id in table["run_id"]]
    known = [name for name in ORDER if name in table.columns]
    return table[[*known, *(name for name in table.columns if name not in known)]]


def labels() -> dict[str, str]:
    """Headings for people."""
    return {"time_s": "time, s", "created": "when (UTC)", "run_id": "run", **LABELS}


def edits(standing: pd.DataFrame, rater: str, changed: Mapping[str, Mapping[str, Any]], created: str) -> list[Rating]:
    """The rows to append for changed cells, by run id and column; signs are marks. The models' names stood beside
    them, so a row with another mark is no longer blind. Raises `CompareError` for what can't be a rating.
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
            rows.append(after.model_copy(update={"blind": False}) if marked else after)
    return rows
