"""The sheet: one pair of answers as one rater sees it. Knows nothing of Streamlit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.blind import giveaways
from cosmos_compare.ratings.judgement import Choice, judge
from cosmos_compare.ratings.pairs import Pair
from cosmos_compare.ratings.standing import rating_at
from cosmos_compare.records.schema import AXES, Rating, Run

SideChoice = Literal["left", "right", "tie", "both_bad"]
SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")
LETTERS = ("A", "B")

Marks = tuple[int | None, ...]


@dataclass(frozen=True)
class SideVerdict:
    """What a rater said about a pair, by side; marks in the order of the axes, None for "cannot judge"."""

    left: Marks
    right: Marks
    choice: SideChoice
    notes: str = ""
    created: str = ""
    blind: bool = True


@dataclass(frozen=True)
class Sheet:
    """A pair, the run on the left first. `own` is what this rater has saved and not taken back.

    `named`: the page shows the models' names. `seen`: the rater has been shown them before, for this pair or another.
    `aided`: they have been shown where the two answers agree, differ or contradict the truth.
    """

    pair: Pair
    runs: tuple[Run, Run]
    rater: str
    named: bool = False
    own: SideVerdict | None = None
    seen: bool = False
    aided: bool = False

    @property
    def hidden(self) -> tuple[str, ...]:
        """The texts to mask."""
        return () if self.named else tuple(name for run in self.runs for name in giveaways(run.model))

    @property
    def blind(self) -> bool:
        """Whether a rating saved now is made without knowing the models; an edit of one that was not, is not."""
        return not (self.named or self.seen or (self.own and not self.own.blind))


def rows_of(sheet: Sheet, said: Mapping[str, Any], created: str) -> tuple[Rating, Rating]:
    """The rows to save for what the form sent: `marks` (left, right), `choice` and `notes`.

    Raises `CompareError` when it is no whole judgement: a browser may send anything.
    """
    try:
        left, right = (_by_axis(marks) for marks in said["marks"])
        choice, notes = str(said["choice"]), str(said.get("notes") or "")
    except (KeyError, TypeError, ValueError) as error:
        raise CompareError("The form sent something incomplete.", "Reload the page, then save again.") from error
    left_is_a = sheet.runs[0].id == sheet.pair.a.id
    choices: dict[str, Choice] = {"tie": "tie", "both_bad": "both_bad"}
    choices |= {"left": "a", "right": "b"} if left_is_a else {"left": "b", "right": "a"}
    if choice not in choices:
        raise CompareError("The verdict is missing.", "Choose A, B, tie or both bad.", field="verdict")
    return judge(
        sheet.pair,
        sheet.rater,
        left if left_is_a else right,
        right if left_is_a else left,
        choices[choice],
        notes=notes,
        blind=sheet.blind,
        left=sheet.runs[0].id,
        aided=sheet.aided,
        created=created,
    )


def verdict_of(rows: Sequence[Rating], left: str) -> SideVerdict | None:
    """What the two rows of a pair say, with the run `left` on the left; None when they are not two such rows."""
    by_run = {row.run_id: row for row in rows}
    one = by_run.pop(left, None)
    other = next(iter(by_run.values()), None)
    if one is None or other is None or one.verdict is None:
        return None
    choices: dict[str, SideChoice] = {"better": "left", "worse": "right", "tie": "tie", "both_bad": "both_bad"}
    blind = one.blind and other.blind
    return SideVerdict(_marks(one), _marks(other), choices[one.verdict], one.notes, one.created, blind)


def saved_by(standing: pd.DataFrame, pair: Pair, rater: str, left: str) -> SideVerdict | None:
    """What this rater's standing rows say about a pair."""
    rows = standing[(standing["rater"] == rater) & (standing["pair_id"] == pair.id)]
    return verdict_of([rating_at(row) for _, row in rows.iterrows()], left)


def _by_axis(marks: Sequence[int | None]) -> dict[str, int | None]:
    return dict(zip(AXES, marks, strict=True))


def _marks(row: Rating) -> Marks:
    return tuple(getattr(row, axis) for axis in AXES)
