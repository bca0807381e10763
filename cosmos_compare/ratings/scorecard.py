"""The scorecard: ratings on disk, `outputs/scorecard.csv`. Nothing else writes them.

A row is one rater's rating of one run. Rows are only ever appended, so the order of the file is the order of time and
the last row of a rater wins when read (see `standing`). An undo is a row too: the earlier one again, or, where there
was none, one without marks, verdict and notes, which means "withdrawn".

UTF-8 with a byte order mark, every value in quotation marks, line breaks inside notes as they are, formulas
neutralised (`cells`). Hand-edited files are read as they come, and appended to in their own columns and delimiter.
"""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import filelock

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.columns import COLUMNS, REQUIRED, Table, makes_sense, parse, to_cells
from cosmos_compare.ratings.csv_records import (
    Header,
    Records,
    last_record_start,
    read_header,
    read_records,
    to_bytes,
    to_lines,
)
from cosmos_compare.ratings.history import last_save
from cosmos_compare.runs.disk import sync_folder
from cosmos_compare.schema import Rating

NAME = "scorecard.csv"
TORN = "scorecard.torn.txt"
BOM = b"\xef\xbb\xbf"
LONGEST_CELL = 131_000  # characters; Python's CSV reader refuses a field of more than 131,072
WAIT_S = 20
POLL_S = 0.005
# Each holds more than the longest record, and the first nearly always one: a save never reads the whole file.
TAILS = (64 * 1024, 2 * 1024 * 1024)


class Stamp(NamedTuple):
    """Changes whenever the file does: a key for caches."""

    size: int
    mtime_ns: int


def scorecard_file(outputs: Path) -> Path:
    return outputs / NAME


def stamp(outputs: Path) -> Stamp:
    """Size and time of the file; zeros when there is none yet."""
    try:
        found = scorecard_file(outputs).stat()
    except FileNotFoundError:
        return Stamp(0, 0)
    return Stamp(found.st_size, found.st_mtime_ns)


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
        with _locked(path), path.open("a+b", buffering=0) as file:
            _append(file, path, ratings)


def undo(outputs: Path, rater: str, now: str) -> tuple[Rating, ...]:
    """Take back the last save of a rater that still stands; returns its rows, none where nothing is left.

    Undoing again goes one save further back. `now` is the time of the new rows, UTC, ISO 8601.
    """
    undone = last_save(read(outputs), rater, now)
    append(outputs, undone.instead)
    return undone.taken_back


def _append(file: io.FileIO, path: Path, ratings: Sequence[Rating]) -> None:
    head = _at(file, 0, TAILS[0])
    if _is_blank(head):
        file.truncate(0)
        _write(file, _first_bytes() + _rows([to_cells(r, COLUMNS) for r in ratings], ","))
        sync_folder(path.parent)
        return
    header = _header(path, to_lines(head))
    missing = [column for column in COLUMNS if column not in header.columns]
    if missing:
        raise CompareError(
            f"{path.name}: the first line has no column {', '.join(missing)}, so the rating would lose it.",
            "Add it to the first line, or move the file away to start afresh.",
        )
    between = _mend_end(file, path, header)
    rows = _rows([to_cells(rating, header.columns) for rating in ratings], header.delimiter)
    _write(file, between + rows)


def _rows(rows: Sequence[Sequence[str]], delimiter: str) -> bytes:
    if max(len(cell) for row in rows for cell in row) > LONGEST_CELL:
        raise CompareError(f"The notes are longer than {LONGEST_CELL:,} characters.", "Shorten them.", field="notes")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _mend_end(file: io.FileIO, path: Path, header: Header) -> bytes:
    """Move an unfinished last record into a file of its own; returns what must stand before the next row."""
    offset, tail = _last_record(file)
    lines = to_lines(tail)
    start = header.lines if offset == 0 else 0
    damaged = read_records(lines, header, partial(makes_sense, header=header), start).damaged
    if not (damaged and damaged[-1].torn):
        return b"" if tail.endswith(b"\n") else b"\n"
    kept = to_bytes(lines[: damaged[-1].line - 1])
    end = offset + len(kept) + (len(BOM) if tail.startswith(BOM) else 0)
    with (path.parent / TORN).open("ab") as leftovers:
        leftovers.write(_at(file, end, None) + b"\n")
    file.truncate(end)
    return b""


def _last_record(file: io.FileIO) -> tuple[int, bytes]:
    """The end of the file from the start of a record on, and its offset; the whole file where there is no sure one."""
    size = file.seek(0, os.SEEK_END)
    for length in TAILS:
        if length < size:
            tail = _at(file, size - length, None)
            start = last_record_start(tail)
            if start is not None:
                return size - length + start, tail[start:]
    return 0, _at(file, 0, None)


def _write(file: io.FileIO, data: bytes) -> None:
    """All of it or nothing, as far as the disk lets us, and flushed to the disk."""
    end = file.seek(0, os.SEEK_END)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise


def _parse(path: Path, data: bytes) -> tuple[Table, bool]:
    """The rows, and whether the last one is torn."""
    if _is_blank(data):
        return parse(Records([], [], []), Header(COLUMNS, ",", 0)), False
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CompareError(f"{path.name}: saved as UTF-16.", "Save it again as CSV in UTF-8.")
    lines = to_lines(data)
    header = _header(path, lines)
    found = read_records(lines, header, partial(makes_sense, header=header))
    return parse(found, header), bool(found.damaged) and found.damaged[-1].torn


def _header(path: Path, lines: Sequence[str]) -> Header:
    return read_header(lines, path.name, REQUIRED)


def _is_blank(data: bytes) -> bool:
    """Empty, or a header that was never finished: no rating can be in it."""
    return not data.removeprefix(BOM).strip() or _first_bytes().startswith(data)


def _first_bytes() -> bytes:
    return BOM + _rows([COLUMNS], ",")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise CompareError(f"{path}: can't be read ({error.strerror}).", "Check its permissions.") from error


def _at(file: BinaryIO | io.FileIO, offset: int, length: int | None) -> bytes:
    file.seek(offset)
    return file.read(-1 if length is None else length) or b""


def _locked(path: Path) -> filelock.BaseFileLock:
    return filelock.FileLock(f"{path}.lock", timeout=WAIT_S, poll_interval=POLL_S)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what a disk or another program can do to us into sentences."""
    try:
        yield
    except filelock.Timeout as error:
        raise CompareError(
            f"{path.name}: another program has kept it locked for {WAIT_S} s; the rating is not saved.",
            "Close that program, then save again.",
        ) from error
    except OSError as error:
        raise CompareError(
            f"{path}: the rating could not be saved ({error.strerror or error}).",
            "Check free space and permissions, then save again.",
        ) from error
