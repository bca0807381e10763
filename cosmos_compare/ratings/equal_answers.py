"""Equal answers: runs of one request that wrote the same text are one answer, so who rated one has rated them all.

Of equal runs the first stands for the rest: pairs are made of first runs, and ratings count as ratings of them
(`standing.with_first_runs`). So running again un-rates nothing, and a link to a later run leads to what was said of it.
"""

from collections.abc import Iterable

from cosmos_compare.runs.index import RunRow


def question_of(row: RunRow) -> tuple[object, ...]:
    """What a model was asked, about which frames: equal for answers that can be compared."""
    return (row.scenario, row.prompt_version, row.reasoning, row.settings_key, row.footage_key)


def first_runs(rows: Iterable[RunRow]) -> dict[str, str]:
    """For each finished run with an earlier one of equal request and text: the id of the first of them."""
    first: dict[tuple[object, ...], RunRow] = {}
    later: list[tuple[RunRow, tuple[object, ...]]] = []
    for row in sorted(rows, key=lambda row: (row.created, row.id)):
        if row.finished and row.text_key:
            answer = (row.model, *question_of(row), row.finish, row.text_key)
            if first.setdefault(answer, row) is not row:
                later.append((row, answer))
    return {row.id: first[answer].id for row, answer in later}
