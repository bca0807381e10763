"""What an undo takes back, worked out from the rows alone: no state is kept anywhere else.

A row like an earlier one of the same rater, run and pair, its time included, puts that one back. A row without marks,
verdict and notes withdraws all before it.
"""

from typing import NamedTuple

from cosmos_compare.ratings.columns import COLUMNS, Table
from cosmos_compare.schema import AXES, Rating

JUDGEMENT = (*AXES, "verdict")


class Undo(NamedTuple):
    """The rows that no longer count, and the rows to append so that they don't."""

    taken_back: tuple[Rating, ...]
    instead: tuple[Rating, ...]


def last_save(table: Table, rater: str, now: str) -> Undo:
    """The newest save of a rater that still stands: both rows of a pair, or one row that was edited alone."""
    standing = [versions for versions in _versions(table, rater) if versions]
    if not standing:
        return Undo((), ())
    newest = max((versions[-1] for versions in standing), key=lambda version: version.at).rating
    save = [versions for versions in standing if _saved_together(versions[-1].rating, newest)]
    return Undo(
        tuple(versions[-1].rating for versions in save),
        tuple(versions[-2].rating if len(versions) > 1 else withdrawn(versions[-1].rating, now) for versions in save),
    )


def withdrawn(rating: Rating, now: str) -> Rating:
    """The row that takes a first rating back."""
    empty = dict.fromkeys(JUDGEMENT)
    return rating.model_copy(update={**empty, "notes": "", "created": now})


def is_withdrawn(rating: Rating) -> bool:
    return not rating.notes and all(getattr(rating, name) is None for name in JUDGEMENT)


class _Version(NamedTuple):
    at: int
    rating: Rating


def _versions(table: Table, rater: str) -> list[list[_Version]]:
    """For each run and pair, the versions that an undo could go back to, oldest first; the last one stands."""
    versions: dict[tuple[str, str], list[_Version]] = {}
    for at, name in enumerate(table.columns["rater"]):
        if name != rater:
            continue
        rating = Rating.model_validate({column: table.columns[column][at] for column in COLUMNS})
        before = versions.setdefault((rating.run_id, rating.pair_id), [])
        same = [depth for depth, version in enumerate(before) if version.rating == rating]
        if is_withdrawn(rating):
            before.clear()
        elif same:
            del before[same[0] + 1 :]
        else:
            before.append(_Version(at, rating))
    return list(versions.values())


def _saved_together(one: Rating, other: Rating) -> bool:
    if not other.pair_id:
        return one.run_id == other.run_id and not one.pair_id
    return (one.pair_id, one.created) == (other.pair_id, other.created)
