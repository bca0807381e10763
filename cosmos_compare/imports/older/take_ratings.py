"""A hand-made table becomes ratings of the runs that were taken in from the older layout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.imports.older.folders import SPIKE
from cosmos_compare.imports.older.table import TableRow, read_table
from cosmos_compare.ratings import scorecard
from cosmos_compare.ratings.judgement import judge_alone, now
from cosmos_compare.ratings.standing import rating_at, standing, to_frame
from cosmos_compare.records.schema import AXES, Rating
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store


class TakenRatings(NamedTuple):
    """How many rows there were, the ratings that came of them, and what was left out."""

    read: int
    ratings: list[Rating]
    left_out: list[RowLeftOut]


def take_ratings(path: Path, store: Store, model: str, rater: str) -> TakenRatings:
    """Append the ratings of a table to the scorecard. `model` and `rater` stand where its rows do not say them.

    Raises `CompareError` where neither says who judged, and when the ratings can't be saved; then none of them is.
    """
    rows = _rows(path)
    runs = [run for run in store.rows() if run.imported]
    known = _standing(store)
    ratings: list[Rating] = []
    left_out: list[RowLeftOut] = []
    for row in rows:
        if isinstance(row, RowLeftOut):
            left_out.append(row)
            continue
        try:
            rating = _rating(row, runs, model, rater)
            if _content(rating) in known:
                raise RowError("the same rating is there")
            ratings.append(rating)
            known.add(_content(rating))
        except RowError as problem:
            left_out.append(RowLeftOut(row.line, str(problem)))
    scorecard.append(store.outputs, ratings)
    return TakenRatings(len(rows), ratings, left_out)


def _rows(path: Path) -> list[TableRow | RowLeftOut]:
    try:
        rows = list(read_table(path))
    except RowError as problem:
        raise CompareError("{name}: {why}.", "Check the file.", name=path.name, why=problem) from problem
    if not rows:
        raise CompareError(
            "{name}: no table with a scenario and marks in it.",
            "Its first line names the columns: Scenario, Obj., Spatial, Temporal, Risk …",
            name=path.name,
        )
    return rows


def _rating(row: TableRow, runs: Sequence[RunRow], model: str, rater: str) -> Rating:
    if not (row.rater or rater):
        raise CompareError("The table does not say who judged.", "Name them: --rater NAME.", field="rater")
    if not (row.model or model):
        raise CompareError("The table does not say which model answered.", "Name it: --model NAME.", field="model")
    run = _run_of(row.scenario, _of_model(runs, row.model or model))
    notes = "\n".join(filter(None, [row.notes, *(f"{name}: {said}" for name, said in row.said.items())]))
    return judge_alone(run, row.rater or rater, row.marks, notes=notes, created=now())


def _of_model(runs: Iterable[RunRow], name: str) -> list[RunRow]:
    """The runs of a model by the name of its folder, with or without `spike_`, however it is written."""
    wanted = _plain(name.removeprefix(SPIKE))
    found = [run for run in runs if _plain(run.model) == wanted]
    if not found:
        known = ", ".join(sorted({run.model for run in runs})) or "none"
        raise RowError(f"no run that was taken in is by {name!r} (there are: {known})")
    return found


def _run_of(scenario: str, runs: Sequence[RunRow]) -> RunRow:
    """The newest run of a scenario, which may be written otherwise: `Scénario 1` for `scenario_01`."""
    exact = [run for run in runs if _plain(run.scenario) == _plain(scenario)]
    if not exact:
        number = _number(scenario)
        exact = [run for run in runs if number is not None and _number(run.scenario) == number]
        if len({run.scenario for run in exact}) > 1:
            raise RowError(f"several scenarios may be meant by {scenario!r}")
    if not exact:
        raise RowError(f"no run of the scenario {scenario!r} was taken in")
    return max(exact, key=lambda run: (run.created, run.id))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold().replace("é", "e"))


def _number(name: str) -> int | None:
    """The number of a scenario whose name is that and at most the word; None for any other name."""
    found = re.fullmatch(r"(?:scenario|scene|sc|s)?0*(\d{1,6})", _plain(name))
    return int(found[1]) if found else None


def _standing(store: Store) -> set[tuple[object, ...]]:
    rows = standing(to_frame(scorecard.read(store.outputs)))
    return {_content(rating_at(row)) for _, row in rows.iterrows()}


def _content(rating: Rating) -> tuple[object, ...]:
    return (rating.rater, rating.run_id, rating.notes, *(getattr(rating, axis) for axis in AXES))
