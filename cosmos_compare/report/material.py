"""The material of a report: everything that it tells, read once. Which words are true of it is `results/`'s."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import pandas as pd

from cosmos_compare.effort.measured import EffortRow, effort_of
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.arms import CLIP, Two, two_arms
from cosmos_compare.records.schema import Run
from cosmos_compare.report.choice import Choice
from cosmos_compare.report.judged_cases import JudgedCase, cases_of
from cosmos_compare.results import many_arms
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.plans import planner
from cosmos_compare.results.report import Report, judgements, report
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.export import all_facts
from cosmos_compare.studies.fact_book import FactBook
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.scores import Score, scores


class Imprint(NamedTuple):
    """What a report says of itself: the day it was made, the command that makes it again, and the line on who may see
    it (empty where none was given)."""

    made: str
    command: str
    confidential: str = ""


def today() -> str:
    """The day as a report states it: UTC, ISO 8601."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


@dataclass(frozen=True)
class Material:
    """What a report about two arms tells. `every_two` reads all arms together where there are more than two."""

    store: Store
    evidence: Evidence
    told: Report
    rows: pd.DataFrame  # those of the judged pairs
    every_two: pd.DataFrame | None
    controls: tuple[many_arms.ControlDifference, ...]
    cases: tuple[JudgedCase, ...]
    untold: int  # judged pairs for which the report has no room
    scores: tuple[tuple[str, Score], ...]  # of each arm of a study of imported questions, by its label
    effort: tuple[EffortRow, ...]
    problems: tuple[str, ...]
    imprint: Imprint

    @property
    def models(self) -> tuple[str, str]:
        return self.told.models

    def runs(self, side: int) -> list[Run]:
        """The saved answers of one arm that the cases show, one a run."""
        found = [run for case in self.cases if (run := case.runs[side]) is not None]
        return list({run.id: run for run in found}.values())

    @property
    def aided(self) -> int:
        """How many judgements followed after the program had shown where the answers agree, differ or are untrue."""
        rows = self.rows[self.rows["aided"].to_numpy() & (self.rows["pair_id"] != "").to_numpy()]
        return len(rows[["rater", "pair_id"]].drop_duplicates())

    def on_disk(self, side: int) -> list[RunRow]:
        """All runs of one arm on disk under the slice, failed ones too."""
        part, arm = self.told.slice, self.told.arms[side]
        return [
            row
            for row in self.evidence.runs
            if arm.takes(row)
            and (not part.scenarios or row.scenario in part.scenarios)
            and (not part.prompt_versions or row.prompt_version in part.prompt_versions)
            and (not part.runs or row.id in part.runs)
        ]


def gather(store: Store, evidence: Evidence, chosen: Choice, imprint: Imprint) -> Material:
    """Read what a report tells about what was chosen. Raises `CompareError` when nobody has judged a pair of it."""
    arms, part, planned, matrix = chosen
    two = two_arms(arms[:2])
    told = report(evidence, two, part, planned)
    if not told.judged_pairs:
        a, b = told.models
        raise CompareError(
            t("There is nothing to report: nobody has judged a pair of {a} and {b} here.", a=a, b=b),
            t("Rate some with `cosmos-compare rate` or on the Rate page, or widen what is counted."),
        )
    rows, pairs = _judged(evidence, two, part)
    cases, untold, problems = cases_of(store, evidence, two, rows, pairs)
    return Material(
        store=store,
        evidence=evidence,
        told=told,
        rows=rows,
        every_two=many_arms.every_two_arms(evidence, arms, part) if len(arms) > 2 else None,
        controls=tuple(_controls(evidence, two, part, planned, planner(store.outputs, part))),
        cases=tuple(cases),
        untold=untold,
        scores=tuple(_scores(store, matrix)) if matrix else (),
        effort=tuple(effort_of(store, evidence.runs, [arm.model for arm in two])),
        problems=(*evidence.problems, *problems),
        imprint=imprint,
    )


def _judged(evidence: Evidence, two: Two, part: Slice) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The standing rows of the judged pairs, each rater's last of a run being `current`; and the pairs.

    A row of another pair is about something else: a verdict against another model, or another prompt of this one.
    """
    rows, pairs, _ = judgements(evidence, two, part)
    rows = rows[rows["pair_id"].isin(pairs["pair_id"].unique()).to_numpy()]
    return rows.assign(current=~rows.duplicated(["rater", "run_id"], keep="last")), pairs


def _controls(
    evidence: Evidence, two: Two, part: Slice, planned: int | None, plan_of: Callable[[Two], int | None]
) -> list[many_arms.ControlDifference]:
    """Clip against each control that was rated; none where the arms are controls themselves."""
    if {arm.condition for arm in two} != {CLIP}:
        return []
    rated = set(evidence.part(part)["run_id"].unique())
    conditions = sorted({row.condition for row in evidence.runs if row.id in rated and row.condition != CLIP})
    found = [many_arms.against_control(evidence, two, condition, part, planned, plan_of) for condition in conditions]
    return [each for each in found if each.on_control.scenarios or each.of_a.scenarios or each.of_b.scenarios]


def _scores(store: Store, matrix: Matrix) -> list[tuple[str, Score]]:
    """The scores of all questions, an arm after the other; none where no question has a right letter."""
    found = scores(matrix, all_facts(matrix, FactBook(store)))
    return [(matrix.plan.arms[score.arm].label, score) for score in found if not score.category]
