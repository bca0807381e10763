"""The matrix of a study: scenarios × arms, each cell with the runs on disk that match. Reads rows, never a clip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cosmos_compare.runs.index import Arm, RunRow
from cosmos_compare.studies.plan import StudyPlan


class Cell(NamedTuple):
    """One row of the plan (`scenario`: its id) under one arm. `rows` has a place for each repeat: its newest finished
    run, else its newest failed one, else None."""

    scenario: str
    arm: int
    rows: tuple[RunRow | None, ...]

    @property
    def answers(self) -> tuple[RunRow, ...]:
        """The finished runs."""
        return tuple(row for row in self.rows if row is not None and row.finished)

    @property
    def failures(self) -> int:
        """How many of its answers were asked for and are none."""
        return sum(row is not None and not row.finished for row in self.rows)

    @property
    def failed(self) -> bool:
        return self.failures > 0


@dataclass(frozen=True)
class Matrix:
    """Cells by the id of their row, each with one for every arm."""

    plan: StudyPlan
    cells: Mapping[str, tuple[Cell, ...]]

    def all_cells(self) -> list[Cell]:
        return [cell for row in self.cells.values() for cell in row]

    @property
    def done(self) -> int:
        return sum(len(cell.answers) for cell in self.all_cells())

    @property
    def to_do(self) -> int:
        return self.plan.answers - self.done

    @property
    def failed(self) -> int:
        """How many of those that are to do were asked for, and failed or were stopped."""
        return sum(cell.failures for cell in self.all_cells())

    def is_missing(self, scenario: str, arm: int, repeat: int) -> bool:
        """Whether this answer is not there: never asked, stopped or failed."""
        row = self.cells[scenario][arm].rows[repeat]
        return row is None or not row.finished


def fill(plan: StudyPlan, rows: Iterable[RunRow], hashes: Mapping[str, str]) -> Matrix:
    """Find the runs of a study. `hashes` has the SHA-256 of each scenario's clip, by id.

    A run is the study's when scenario, clip, arm, the model's revision and the repeat are those asked for, wherever
    it was started.
    """
    places = _places(plan)
    revisions = [arm.spec.revision or "" for arm in plan.arms]
    best: dict[tuple[str, int, int], RunRow] = {}
    for run in rows:  # from old to new
        if run.repeat >= plan.repeats or run.clip_sha256 != hashes.get(run.scenario):
            continue
        for row, number in places.get((run.scenario, run.arm), ()):
            place = row, number, run.repeat
            if run.revision != revisions[number]:
                continue
            if run.finished or place not in best or not best[place].finished:
                best[place] = run
    return Matrix(plan, {row.id: _cells(row.id, plan, best) for row in plan.rows})


def _places(plan: StudyPlan) -> dict[tuple[str, Arm], list[tuple[str, int]]]:
    """For each scenario and arm as it is asked there, the rows and numbers of arms that ask it."""
    own = [arm.arm for arm in plan.arms]
    found: dict[tuple[str, Arm], list[tuple[str, int]]] = {}
    for row in plan.rows:
        for number, arm in enumerate(own):
            asked = plan.arm_in(row, number).arm if row.item else arm
            found.setdefault((row.scenario.id, asked), []).append((row.id, number))
    return found


def _cells(scenario: str, plan: StudyPlan, best: Mapping[tuple[str, int, int], RunRow]) -> tuple[Cell, ...]:
    repeats = range(plan.repeats)
    return tuple(
        Cell(scenario, number, tuple(best.get((scenario, number, repeat)) for repeat in repeats))
        for number in range(len(plan.arms))
    )
