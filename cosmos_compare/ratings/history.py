"""What an undo takes back, worked out from the rows alone: no state is kept anywhere else.

The order of rows is the order of time; the second in `created` only tells rows apart. A row without marks, verdict and
notes withdraws all before it, and rows behind it that repeat those but the last put them back. A row like an earlier
one of the same rater, run and pair, and older than the one before it, puts that one back, too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cosmos_compare.ratings.rows import COLUMNS, Table
from cosmos_compare.records.schema import AXES, Rating

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
    newest = max((versions[-1] for versions in standing), key=lambda version: version.at)
    save = [versions for versions in standing if versions[-1].save == newest.save]
    return Undo(
        tuple(versions[-1].rating for versions in save),
        tuple(row for versions in save for row in _without_last([version.rating for version in versions], now)),
    )


def withdrawn(rating: Rating, now: str) -> Rating:
    """The row that takes a first rating back."""
    empty = dict.fromkeys(JUDGEMENT)
    return rating.model_copy(update={**empty, "notes": "", "created": now})


def is_withdrawn(rating: Rating) -> bool:
    return not rating.notes and all(getattr(rating, name) is None for name in JUDGEMENT)


def _without_last(versions: list[Rating], now: str) -> list[Rating]:
    """The rows after which all of these stand but the last one."""
    *before, last = versions
    if before and before[-1].created < last.created:
        return [before[-1]]  # told by its age: nothing is ever saved with an earlier time than what stands
    return [withdrawn(last, now), *before]


class _RowVersion(NamedTuple):
    """A row that an undo could go back to: its place in the file, and that of the first row of its save."""

    at: int
    save: int
    rating: Rating


@dataclass
class _Line:
    """The versions of one run in one pair, oldest first; the last one stands. `taken` are being put back."""

    standing: list[_RowVersion] = field(default_factory=list)
    taken: list[_RowVersion] = field(default_factory=list)

    def undone_by(self, rating: Rating) -> bool:
        """Whether this row is an undo's, and no save; then it is done."""
        same = [depth for depth, other in enumerate(self.standing) if other.rating == rating]
        if is_withdrawn(rating):
            self.standing, self.taken = [], self.standing[:-1]
        elif self.taken and self.taken[0].rating == rating:
            self.standing.append(self.taken.pop(0))
        elif same and rating.created < self.standing[-1].rating.created:
            del self.standing[same[0] + 1 :]
        else:
            return False
        return True


def _versions(table: Table, rater: str) -> list[list[_RowVersion]]:
    """For each run and pair of a rater, the versions that stood and can stand again."""
    lines: dict[tuple[str, str], _Line] = {}
    alone: dict[tuple[str, str], _RowVersion] = {}  # by pair and time: the last row without its other run
    for at, rating in _rows_of(table, rater):
        line = lines.setdefault((rating.run_id, rating.pair_id), _Line())
        if line.undone_by(rating):
            continue
        moment = (rating.pair_id, rating.created)
        partner = alone.pop(moment, None)
        if partner and rating.pair_id and partner.rating.run_id != rating.run_id:
            line.standing.append(_RowVersion(at, partner.save, rating))
        else:
            alone[moment] = _RowVersion(at, at, rating)
            line.standing.append(alone[moment])
    return [line.standing for line in lines.values()]


def _rows_of(table: Table, rater: str) -> Iterator[tuple[int, Rating]]:
    for at, name in enumerate(table.columns["rater"]):
        if name == rater:
            yield at, Rating.model_validate({column: table.columns[column][at] for column in COLUMNS})
