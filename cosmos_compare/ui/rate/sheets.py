"""Laying out a sheet: a pair as one rater sees it now, from what is on disk; and who has been shown which names."""

from __future__ import annotations

from dataclasses import replace

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.blind_pair import Sheet, saved_by
from cosmos_compare.ratings.names_shown import aid_of, given_away, known_by_rating
from cosmos_compare.ratings.pairs import Pair, left_run
from cosmos_compare.records.schema import Run
from cosmos_compare.runs.index import RunRow
from cosmos_compare.ui.shared import rater_here, rating_data, resources


def blind_sheet(pair: Pair, rater: str, named: bool) -> Sheet:
    """The sheet of the Rate page, sides by lot; `named` shows the names, which is noted first.

    Raises `CompareError` when a run can't be read, or the note can't be saved.
    """
    rows = sorted((pair.a, pair.b), key=lambda row: row.id != left_run(rater, pair))
    runs = (_run(rows[0]), _run(rows[1]))
    if named:
        rater_here.names_shown(rater, given_away(pair))
    return as_of_now(Sheet(pair, runs, rater, named))


def as_of_now(sheet: Sheet) -> Sheet:
    """The same with what this rater has saved by now, in any window, and what has been shown by now."""
    found = rating_data.found()
    own = saved_by(found.ratings, sheet.pair, sheet.rater, sheet.runs[0].id)
    aided = rater_here.knows_any(sheet.rater, [aid_of(sheet.pair.id)])
    return replace(sheet, own=own, seen=_knows(sheet.rater, sheet.pair), aided=aided)


def with_aids(sheet: Sheet) -> Sheet:
    """The sheet that shows where its answers agree and differ, which is noted first: from now on its rater knows.

    Raises `CompareError` when the note can't be saved.
    """
    rater_here.names_shown(sheet.rater, [aid_of(sheet.pair.id)])
    return replace(sheet, aided=True)


def _knows(rater: str, pair: Pair) -> bool:
    """Told in this program, or rated once with the names shown: this pair or another of these models."""
    found, tells = rating_data.found(), {*given_away(pair), pair.id}
    return rater_here.knows_any(rater, tells) or not known_by_rating(found.every, rater, found.by_id).isdisjoint(tells)


def _run(row: RunRow) -> Run:
    try:
        return resources.saved_run(row)
    except CompareError as error:
        # Its folder carries the model's name, which must not stand here.
        raise CompareError(
            t("An answer of this pair can't be read."), t("Skip it; `cosmos-compare runs` names it.")
        ) from error
