"""Pairs of two arms of a study, cell by cell, as the queue takes them.

An arm that asks imported questions has another prompt in every row, so runs alone do not tell that they are of one arm;
the study's matrix does.
"""

from __future__ import annotations

from collections.abc import Sequence

from cosmos_compare.ratings.equal_answers import first_runs
from cosmos_compare.ratings.pairs import Pair, pair_id
from cosmos_compare.ratings.queue import ArmPairs
from cosmos_compare.runs.index import RunRow
from cosmos_compare.studies.matrix import Matrix


def arm_pairs(matrix: Matrix, rows: Sequence[RunRow], one: str, other: str) -> ArmPairs | None:
    """The answers of two arms, by their ids, to each row of a study; repeats pair by their number, first ones first.

    Equal answers stand under their first run among `rows`, as everywhere (`equal_answers`). None where there is no such
    arm, or no row that both answered.
    """
    places = {arm.arm.id: number for number, arm in enumerate(matrix.plan.arms)}
    if one == other or one not in places or other not in places:
        return None
    by_id, earlier = {row.id: row for row in rows}, first_runs(rows)

    def answer(row: str, arm: str, repeat: int) -> RunRow | None:
        run = matrix.cells[row][places[arm]].rows[repeat]
        return by_id[earlier.get(run.id, run.id)] if run is not None and run.finished else None

    cells = [(row.id, repeat) for repeat in range(matrix.plan.repeats) for row in matrix.plan.rows]
    both = [(answer(row, one, repeat), answer(row, other, repeat)) for row, repeat in cells]
    pairs = [Pair(pair_id(a.id, b.id), a.scenario, a, b) for a, b in both if a is not None and b is not None]
    if not pairs:
        return None
    a, b = (matrix.plan.arms[places[arm]].arm for arm in (one, other))
    return ArmPairs(a, b, tuple({pair.id: pair for pair in pairs}.values()))
