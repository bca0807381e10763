"""Cases: the pairs that people judged, each with its two answers, the ground truth, and all marks and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.arms import Two
from cosmos_compare.ratings.pairs import run_ids
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Run
from cosmos_compare.results.evidence import Evidence
from cosmos_compare.results.hint_evidence import truth_beside
from cosmos_compare.runs.store import Store

MOST = 400  # cases in one file; of more, those that differ most


class Judged(NamedTuple):
    """What one rater said of a pair: the marks of A and B by axis (None: cannot judge), who is better (`a`, `b`, `tie`,
    `both_bad`, `contradictory` or empty), the notes, whether it was blind, and whether the program had shown where the
    answers agree and differ (`aided`)."""

    rater: str
    marks: tuple[Mapping[str, int | None], Mapping[str, int | None]]
    verdict: str
    notes: tuple[str, ...]
    blind: bool
    aided: bool


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
    said = _said(rows[rows["pair_id"].isin(chosen).to_numpy()])
    judged: dict[str, list[Judged]] = {}
    scenarios: dict[str, str] = {}
    for row in pairs[pairs["pair_id"].isin(chosen).to_numpy()].to_dict("records"):
        pair = str(row["pair_id"])
        scenarios[pair] = str(row["scenario"])
        judged.setdefault(pair, []).append(_judged(row, said))
    cases = []
    for number, pair in enumerate(sorted(chosen, key=lambda pair: (scenarios[pair], pair)), start=1):
        runs = _runs(store, evidence, two, pair, problems)
        truth = _truth(runs, problems)
        own = tuple(sorted(judged[pair], key=lambda one: one.rater))
        cases.append(JudgedCase(number, scenarios[pair], pair, runs, truth, own))
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


Said = dict[tuple[str, str, int], dict[Any, Any]]  # a standing row, by pair, rater and side


def _said(rows: pd.DataFrame) -> Said:
    return {(str(row["pair_id"]), str(row["rater"]), int(row["arm"])): row for row in rows.to_dict("records")}


def _judged(row: dict[Any, Any], said: Said) -> Judged:
    """What one rater said, from the row of the judged pair and the rows of its two answers."""
    pair, rater, verdict = str(row["pair_id"]), str(row["rater"]), row["verdict"]
    both = [said.get((pair, rater, side), {}) for side in (0, 1)]
    return Judged(
        rater=rater,
        marks=(_marks(both[0]), _marks(both[1])),
        verdict="" if pd.isna(verdict) else str(verdict),
        notes=tuple(dict.fromkeys(str(own["notes"]) for own in both if own.get("notes"))),
        blind=bool(row["blind"]),
        aided=any(bool(own.get("aided")) for own in both),
    )


def _marks(row: dict[Any, Any]) -> dict[str, int | None]:
    values = {axis: row.get(axis) for axis in MARKS}
    return {axis: None if value is None or pd.isna(value) else int(value) for axis, value in values.items()}
