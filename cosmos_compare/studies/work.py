"""Running a study: what is missing, how long it will take, and the batch that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from cosmos_compare.batch import Batch, BatchRequest
from cosmos_compare.engines.base import resolve_sampling
from cosmos_compare.errors import CompareError
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.plan import StudyPlan, requests

RECENT = 50  # runs of a model that an estimate looks at
WEIGHED = 5  # run folders that are measured for the space they take


class Cost(NamedTuple):
    """What the missing answers will cost. `seconds` is None where no run of some model tells; so is `bytes`."""

    answers: int
    there: int
    seconds: float | None
    bytes: int | None


def cost_of(matrix: Matrix, rows: Sequence[RunRow], store: Store) -> Cost:
    """From this machine's own past runs: the median time of each model's last answers, the space that runs take.

    Models work side by side, so the slowest counts; answers of one model are taken one after the other, which is at
    most too long where many are decoded at once.
    """
    missing = _missing_by_model(matrix)
    times = {name: _usual_seconds(rows, name) for name in missing}
    known = [count * seconds for name, count in missing.items() if (seconds := times[name]) is not None]
    total = max(known, default=0.0) if len(known) == len(missing) else None
    sizes = [store.size(row) for row in rows[-WEIGHED:]]
    return Cost(matrix.plan.answers, matrix.done, total, matrix.to_do * int(median(sizes)) if sizes else None)


def batch_of(plan: StudyPlan, matrix: Matrix, store: Store) -> tuple[Batch, list[CompareError]]:
    """The batch that answers what is missing, and what is in the way of some of it."""
    asked, errors = requests(plan, matrix.is_missing)
    return Batch([BatchRequest(each.comparison, each.spec, each.repeat) for each in asked], store), errors


def greedy_labels(plan: StudyPlan) -> list[str]:
    """The arms whose repeats can't differ, because they take the likeliest token each time."""
    if plan.repeats == 1:
        return []
    sampled = ((arm, resolve_sampling(arm.spec, arm.settings, arm.prompt.reasoning)) for arm in plan.arms)
    return [arm.label for arm, sampling in sampled if sampling.temperature == 0]


def _missing_by_model(matrix: Matrix) -> dict[str, int]:
    counts: dict[str, int] = {}
    for cell in matrix.all_cells():
        count = matrix.plan.repeats - len(cell.answers)
        if count:
            name = matrix.plan.arms[cell.arm].spec.name
            counts[name] = counts.get(name, 0) + count
    return counts


def _usual_seconds(rows: Iterable[RunRow], model: str) -> float | None:
    times = [row.total_s for row in rows if row.model == model and row.finished and row.total_s is not None]
    return median(times[-RECENT:]) if times else None
