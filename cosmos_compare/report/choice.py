"""What a report is about: the arms and the part of the ratings that were asked for, of a study where one is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.arms import ArmChoice, Two, one_difference, two_arms
from cosmos_compare.ratings.equal_answers import first_runs
from cosmos_compare.results import plans
from cosmos_compare.results.evidence import Evidence, Slice
from cosmos_compare.results.report import judgements
from cosmos_compare.runs.index import Arm
from cosmos_compare.studies.hashes import clip_hashes
from cosmos_compare.studies.matrix import Matrix, fill
from cosmos_compare.studies.plan import resolve
from cosmos_compare.studies.study import load_study


class Choice(NamedTuple):
    """The arms, the first two in detail; the part that counts; the number of scenarios that was planned for it; and
    the matrix of the study, where one was named."""

    arms: tuple[ArmChoice, ...]
    part: Slice
    planned: int | None
    matrix: Matrix | None = None


def choose(outputs: Path, found: Evidence, arms: Sequence[ArmChoice], part: Slice, study: Path | None) -> Choice:
    """The arms asked for (none: the most rated two), within the part and the study. Raises `CompareError`."""
    if study is None:
        chosen = tuple(arms) or _most_rated(found)
        return Choice(chosen, part, _planned(outputs, two_arms(chosen[:2]), part))
    plan = resolve(load_study(study), study.absolute().parent, outputs)
    matrix = fill(plan, found.runs, clip_hashes(plan.scenarios, outputs))
    first = first_runs(found.runs)
    rows = [row for cell in matrix.all_cells() for row in cell.rows if row is not None]
    runs = tuple(sorted({first.get(row.id, row.id) for row in rows}))
    if not runs:
        raise CompareError(
            "{study}: no answer of this study is here.",
            "`cosmos-compare study {study} --run` makes them.",
            study=study.name,
        )
    within = replace(part, study=study.stem, runs=runs)
    chosen = tuple(arms) or _of_study(found, [arm.arm for arm in plan.arms], within)
    two = two_arms(chosen[:2])
    # The plan was recorded for all ratings of these arms: it counts for the study's where those are all there are.
    alike = len(judgements(found, two, within)[1]) == len(judgements(found, two, part)[1])
    return Choice(chosen, within, _planned(outputs, two, part) if alike else None, matrix)


def _most_rated(found: Evidence) -> tuple[ArmChoice, ...]:
    if not found.comparisons:
        raise CompareError(
            "There is nothing to report: no two models have answered the same question about a clip.",
            "Make runs with `cosmos-compare batch`, then rate them.",
        )
    return found.comparisons[0]


def _of_study(found: Evidence, arms: Sequence[Arm], within: Slice) -> tuple[ArmChoice, ...]:
    """The two of a study's arms with the most judged pairs."""
    if len(arms) < 2:
        raise CompareError(
            "The study has one arm, so there is nothing to compare.", "Name the two with --arms.", field="study"
        )
    pairs = [one_difference(a, b) or two_arms((a, b)) for a, b in combinations(arms, 2)]
    return max(pairs, key=lambda two: len(judgements(found, two, within)[1]))


def _planned(outputs: Path, two: Two, part: Slice) -> int | None:
    return plans.counts(plans.plan_for(plans.read_plans(outputs), two, part))
