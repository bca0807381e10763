"""The table that teams keep: a row a rated answer, with what the answer states beside its marks.

Marks are numbers here; signs are made where people read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from cosmos_compare.language import N_
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.ratings.score_sheet import LEADING, SYMBOLS
from cosmos_compare.records.schema import AXES, Answer
from cosmos_compare.texts.stated import stated

STATED = ("objects found", "risk stated")
ORDER = (*LEADING, *STATED, *AXES, "verdict", "rater", "created", "run_id", "run", "pair_id")
GONE, ON_DISK = "gone", "on disk"


def kept_table(sheet: pd.DataFrame, answer_of: Callable[[str], Answer | None] | None) -> pd.DataFrame:
    """The score sheet (`score_sheet`) with the columns "objects found", "risk stated" and "run".

    `answer_of` gives the answer of a run, None when the run is gone: its ratings stay and say so. Without `answer_of`
    these three columns are left out.
    """
    table = sheet.copy()
    if answer_of:
        found = {run_id: answer_of(run_id) for run_id in table["run_id"].unique()}
        said = {run_id: stated(one.raw, one.rendered_prompt) if one else ("", "") for run_id, one in found.items()}
        for place, name in enumerate(STATED):
            table[name] = [said[run_id][place] for run_id in table["run_id"]]
        table["run"] = [GONE if found[run_id] is None else ON_DISK for run_id in table["run_id"]]
    return in_order(table, ORDER)


def in_order(table: pd.DataFrame, order: Sequence[str]) -> pd.DataFrame:
    """The columns in this order, as far as they are there, then the others: those of people's own."""
    known = [name for name in order if name in table.columns]
    return table[[*known, *(name for name in table.columns if name not in known)]]


def headings() -> dict[str, str]:
    """Column names for people."""
    return {
        "time_s": N_("time, s"),
        "created": N_("when (UTC)"),
        "run_id": N_("run id"),
        "pair_id": N_("pair"),
        **LABELS,
    }


def sign(mark: float) -> str:
    """A mark as teams draw it; nothing for "cannot judge"."""
    return "" if pd.isna(mark) else SYMBOLS[int(mark)]
