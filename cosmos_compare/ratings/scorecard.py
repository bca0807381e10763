"""The scorecard: ratings on disk, `outputs/scorecard.csv`. Nothing else writes them.

A row is one rater's rating of one run. Rows are only ever appended, so the order of the file is the order of time and
the last row of a rater wins when read (see `standing`). An undo is a row too: the earlier one again, or, where there
was none, one without marks, verdict and notes, which means "withdrawn".

UTF-8 with a byte order mark, every value in quotation marks, line breaks inside notes as they are, formulas
neutralised (`cells`). What spreadsheets and editors make of the file is read as it comes (`csv_text`, `csv_records`,
`columns`), and appended to in its own columns and delimiter; a file in another code or without all columns is first
written anew, and kept as it was beside it (`csv_repair`). What can't be read costs its row; where nothing can, the
next save puts the file aside and begins a new one.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import NamedTuple

import filelock

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text, listed
from cosmos_compare.ratings.csv_append import TAILS, add_rows, is_cut, mend_end, read_at
from cosmos_compare.ratings.csv_records import DELIMITERS, Header, Records, read_header, read_records
from cosmos_compare.ratings.csv_repair import put_aside, rewrite
from cosmos_compare.ratings.csv_text import form_of, to_lines
from cosmos_compare.ratings.history import last_save
from cosmos_compare.ratings.rows import (
    COLUMNS,
    LATER,
    MAY_END_BEFORE,
    REQUIRED,
    RowProblem,
    Table,
    makes_sense,
    parse,
    to_cells,
)
from cosmos_compare.records.schema import Rating
from cosmos_compare.runs.disk import sync_folder

NAME = "scorecard.csv"
BOM = b"\xef\xbb\xbf"
LONGEST_CELL = 131_000  # characters; Python's CSV reader refuses a field of more than 131,072
WAIT_S = 20
POLL_S = 0.005


class FileStamp(NamedTuple):
    """Changes whenever the file does: a key for caches."""

    size: int
    mtime_ns: int


def scorecard_file(outputs: Path) -> Path:
    return outputs / NAME


def stamp(outputs: Path) -> FileStamp:
    """Size and time of the file; zeros when there is none yet."""
    try:
        found = scorecard_file(outputs).stat()
    except FileNotFoundError:
        return FileStamp(0, 0)
    return FileStamp(found.st_size, found.st_mtime_ns)


def read(outputs: Path) -> Table:
    """All rows in the order of the file, withdrawn ones too, and a problem for each row that was left out.

    Raises `CompareError` when the file can't be read at all.
    """
    path = scorecard_file(outputs)
    table, torn = _parse(path, _bytes(path))
    if torn:
        # Perhaps somebody is writing that line just now. Where nobody may lock, nobody writes either.
        with suppress(OSError, filelock.Timeout), _locked(path):
            table, _ = _parse(path, _bytes(path))
    return table


def append(outputs: Path, ratings: Sequence[Rating]) -> None:
    """Add rows; they are on the disk when this returns. What a killed process left half-written is moved away.

    Raises `CompareError` when they can't be saved; then none of them is.
    """
    if not ratings:
        return
    path = scorecard_file(outputs)
    with _explained(path):
        outputs.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            _make_ready(path)
            with path.open("a+b", buffering=0) as file:
                _append(path, file, ratings)


def undo(outputs: Path, rater: str, now: str) -> tuple[Rating, ...]:
    """Take back the last save of a rater that still stands; returns its rows, none where nothing is left.

    Undoing again goes one save further back. `now` is the time of the new rows, UTC, ISO 8601.
    """
    undone = last_save(read(outputs), rater, now)
    append(outputs, undone.instead)
    return undone.taken_back


def _make_ready(path: Path) -> None:
    """See to it that a file is UTF-8 and has a first line that names all our columns."""
    if not path.exists():
        return
    with path.open("rb", buffering=0) as file:
        head = read_at(file, 0, TAILS[0])
    form = form_of(head)
    header = None if _is_blank(head) else _header(to_lines(head, form))
    if header is None:
        if not _is_blank(head):
            put_aside(path)
        return
    missing = [column for column in COLUMNS if column not in header.columns]
    if missing or not header.lines or form.foreign:
        rewrite(path, form, header, missing, partial(makes_sense, header=header))


def _append(path: Path, file: io.FileIO, ratings: Sequence[Rating]) -> None:
    head = read_at(file, 0, TAILS[0])
    header = None if _is_blank(head) else _header(to_lines(head, form_of(head)))
    if header is None:
        file.truncate(0)
        add_rows(path, file, _first_bytes() + _rows([to_cells(r, COLUMNS) for r in ratings], ",").encode())
        sync_folder(path.parent)
        return
    between = mend_end(path, file, header, partial(makes_sense, header=header))
    rows = _rows([to_cells(rating, header.columns) for rating in ratings], header.delimiter)
    add_rows(path, file, (between + rows).encode())


def _rows(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    if max(len(cell) for row in rows for cell in row) > LONGEST_CELL:
        raise CompareError(
            "The notes are longer than {longest_cell:,} characters.",
            "Shorten them.",
            longest_cell=LONGEST_CELL,
            field="notes",
        )
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _parse(path: Path, data: bytes) -> tuple[Table, bool]:
    """The rows, and whether the last one is torn."""
    nothing = parse(Records([], [], []), Header(COLUMNS, ",", 0))
    if _is_blank(data):
        return nothing, False
    lines = to_lines(data, form_of(data))
    header = _header(lines)
    if header is None:
        return nothing._replace(problems=[RowProblem(1, _no_header(data))]), False
    found = read_records(lines, header, partial(makes_sense, header=header), cut=is_cut(path, data))
    return parse(found, header), bool(found.damaged) and found.damaged[-1].torn


def _header(lines: Sequence[str]) -> Header | None:
    """The header, also of a file that has lost its first line but not its form; None where nothing can be read."""
    if header := read_header(lines, REQUIRED, COLUMNS):
        own = (name for name in header.columns if name not in COLUMNS)
        return header._replace(may_lack=MAY_END_BEFORE.union(own))
    forms = (COLUMNS, tuple(column for column in COLUMNS if column not in LATER))
    for delimiter, columns in product(DELIMITERS, forms):
        header = Header(columns, delimiter, 0)
        sound = partial(makes_sense, header=header)
        if any(map(sound, read_records(lines[:1], header, sound).rows)):
            return header
    return None


def _no_header(data: bytes) -> str:
    what = Text("it doesn't name the columns {names}", names=listed(sorted(REQUIRED)))
    if data.startswith(b"PK"):
        what = Text("the file is a workbook; save it as CSV")
    return Text("{what}. No row can be read, and the next rating puts the file aside", what=what)


def _is_blank(data: bytes) -> bool:
    """Empty, or a header that was never finished: no rating can be in it."""
    return not data.removeprefix(BOM).strip() or _first_bytes().startswith(data)


def _first_bytes() -> bytes:
    return BOM + _rows([COLUMNS], ",").encode()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({reason}).", "Check its permissions.", path=path, reason=error.strerror
        ) from error


def _locked(path: Path) -> filelock.BaseFileLock:
    return filelock.FileLock(f"{path}.lock", timeout=WAIT_S, poll_interval=POLL_S)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what a disk or another program can do to us into sentences."""
    try:
        yield
    except filelock.Timeout as error:
        raise CompareError(
            "{name}: another program has kept it locked for {wait_s} s; the rating is not saved.",
            "Close that program, then save again.",
            name=path.name,
            wait_s=WAIT_S,
        ) from error
    except OSError as error:
        raise CompareError(
            "{path}: the rating could not be saved ({reason}).",
            "Check free space and permissions, then save again.",
            path=path,
            reason=error.strerror or error,
        ) from error
