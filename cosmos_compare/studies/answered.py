"""The answers of a study to an imported set, as result files are made of them."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.results import Answered, ResultFile, result_file
from cosmos_compare.imports.sets import load_set
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.plan import StudyRow
from cosmos_compare.texts.answers import read_answer
from cosmos_compare.texts.letters import letter_of


def write_results(matrix: Matrix, store: Store, folder: Path) -> list[tuple[Path, ResultFile]]:
    """Write a result file for each arm with answers, `<set>_<arm>.<ending>`. Formats have one answer an item, so of
    several repeats each has its file, `<set>_<arm>_repeat_0.<ending>`.

    Raises `CompareError` where the study asks no imported set, or the folder can't be written to.
    """
    plan = matrix.plan
    if not plan.questions:
        raise CompareError("This study asks no imported set, so no format has a result file for it.")
    facts = load_set(store.outputs, plan.questions).facts
    names: set[str] = set()
    written: list[tuple[Path, ResultFile]] = []
    for number, repeat in product(range(len(plan.arms)), range(plan.repeats)):
        cells = [(row, matrix.cells[row.id][number].rows[repeat]) for row in plan.rows]
        answers = [_answered(row, run, store) for row, run in cells if run is not None and run.finished]
        if answers:
            file = result_file(facts, answers)
            of_repeat = f"_repeat_{repeat}" if plan.repeats > 1 else ""
            base = re.sub(r"[^\w.-]+", "_", f"{plan.questions}_{plan.arms[number].label}") + of_repeat
            name = base if base not in names else f"{base}_{plan.arms[number].arm.id}"  # signs were all that differed
            names.add(name)
            written.append((_write(folder / f"{name}{file.suffix}", file.data), file))
    return written


def _answered(row: StudyRow, run: RunRow, store: Store) -> Answered:
    assert row.item is not None
    answer = store.load(run).answer
    read = read_answer(answer.raw, answer.rendered_prompt)
    letter, why = letter_of(answer.raw, row.item.options, answer.rendered_prompt) if row.item.options else ("", "")
    return Answered(row.item, run.id, run.model, answer.raw, read.answer, read.reasoning, letter, why)


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, data)
    except OSError as error:
        raise CompareError(
            "{path}: can't be written ({why}).", "Check the folder.", path=path, why=error.strerror
        ) from error
    return path
