"""Cases: the pairs that people judged, each with its two answers, the ground truth, and all marks and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.ground_truth import GroundTruth
from cosmos_compare.ratings.arms import Two
from cosmos_compare.ratings.pairs import run_ids
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.results.hint_evidence import truth_beside
from cosmos_compare.runs.store import Store
from cosmos_compare.schema import Run

MOST = 400  # cases in one file; of more, those that differ most


class Judged(NamedTuple):
    """What one rater said of a pair: the marks of A and B by axis (None: cannot judge), who is better (`a`, `b`, `tie`,
    `both_bad`, `contradictory` or empty), the notes, whether it was blind, and on which side B stood."""

    rater: str
    marks: tuple[Mapping[str, int | None], Mapping[str, int | None]]
    verdict: str
    notes: tuple[str, ...]
    blind: bool
    b_side: str


@dataclass(frozen=True)
class JudgedCase:
    """One judged pair. A run is None where it is no longer on disk; `number` counts from 1 by scenario."""

    number: int
    scenario: str
    pair_id: str
    runs: tuple[Run | None, Run | None]
    truth: GroundTruth | None
    judged: tuple[Judged, ...]

    @property
    def anchor(self) -> str:
        return f"case-{self.number}"


def cases_of(
    store: Store, evidence: Evidence, two: Two, rows: pd.DataFrame, pairs: pd.DataFrame
) -> tuple[list[JudgedCase], int, list[str]]:
    """The cases of judged pairs (`report.judgements`), how many more there are than fit, and what could not be read."""
    problems: dict[str, None] = {}
    chosen = _chosen(pairs)
    rows = rows[rows["pair_id"].isin(chosen)]
    judged = {str(pair): own for pair, own in pairs.groupby("pair_id", observed=True)}
    own_rows = {str(pair): own for pair, own in rows.groupby("pair_id", observed=True)}
    order = sorted(chosen, key=lambda pair: (str(judged[pair]["scenario"].iloc[0]), pair))
    cases = []
    for number, pair in enumerate(order, start=1):
        runs = _runs(store, evidence, two, pair, problems)
        cases.append(
            JudgedCase(
                number=number,
                scenario=str(judged[pair]["scenario"].iloc[0]),
                pair_id=pair,
                runs=runs,
                truth=_truth(runs, problems),
                judged=tuple(_judged(judged[pair], own_rows[pair])),
            )
        )
    return cases, pairs["pair_id"].nunique() - len(chosen), list(problems)


def _chosen(pairs: pd.DataFrame) -> list[str]:
    """The ids of the pairs that are shown: all, or those whose marks differ most."""
    size = pairs[MARKS].abs().mean(axis=1).groupby(pairs["pair_id"].astype(str)).mean().fillna(0.0)
    return list(size.sort_index().sort_values(ascending=False, kind="stable").index[:MOST])


def _runs(
    store: Store, evidence: Evidence, two: Two, pair: str, problems: dict[str, None]
) -> tuple[Run | None, Run | None]:
    found: list[Run | None] = [None, None]
    for run_id in run_ids(pair):
        row = evidence.by_id.get(run_id)
        if row is None:
            continue
        try:
            found[0 if two[0].takes(row) else 1] = store.load(row)
        except CompareError as error:
            problems[str(error)] = None
    return found[0], found[1]


def _truth(runs: tuple[Run | None, Run | None], problems: dict[str, None]) -> GroundTruth | None:
    run = runs[0] or runs[1]
    try:
        return truth_beside(run) if run else None
    except CompareError as error:
        problems[str(error)] = None
        return None


def _judged(pairs: pd.DataFrame, rows: pd.DataFrame) -> list[Judged]:
    found = []
    for row in pairs.sort_values("rater").to_dict("records"):
        own = rows[(rows["rater"] == row["rater"]).to_numpy()]
        sides = [own[(own["arm"] == side).to_numpy()] for side in (0, 1)]
        notes = dict.fromkeys(str(note) for side in sides for note in side["notes"] if note)
        verdict = row["verdict"]
        found.append(
            Judged(
                rater=str(row["rater"]),
                marks=(_marks(sides[0]), _marks(sides[1])),
                verdict="" if pd.isna(verdict) else str(verdict),
                notes=tuple(notes),
                blind=bool(row["blind"]),
                b_side="" if pd.isna(row["b_left"]) else "left" if row["b_left"] else "right",
            )
        )
    return found


def _marks(rows: pd.DataFrame) -> dict[str, int | None]:
    values: list[Any] = rows[MARKS].iloc[0].tolist() if len(rows) else [None] * len(MARKS)
    return {axis: None if pd.isna(value) else int(value) for axis, value in zip(MARKS, values, strict=True)}
