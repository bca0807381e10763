"""Adding rows to the end of a CSV file that people edit: whole or not at all, behind what others left there.

Before rows are written they are put into a file beside it, the journal, which goes once they are on the disk. So the
beginning of a row that a killed process left is told from a last line whose line break an editor has dropped.
"""

import io
import os
from contextlib import suppress
from pathlib import Path

from cosmos_compare.ratings.csv_records import Check, Header, last_record_start, read_records
from cosmos_compare.ratings.csv_text import Form, ends_line, size_of, to_lines

TORN = "scorecard.torn.txt"
# Each holds more than the longest record, and the first nearly always one: a save never reads the whole file.
TAILS = (64 * 1024, 2 * 1024 * 1024)


def journal_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.journal")


def is_cut(path: Path, data: bytes, start: int = 0) -> bool:
    """Whether the file ends in the beginning of rows that were never written to their end. `data` is the file from
    byte `start` on."""
    try:
        offset, rows = journal_of(path).read_bytes().split(b"\n", 1)
        begun = data[max(0, int(offset) - start) :]
    except (OSError, ValueError):  # there is no journal, or not even that was written
        return False
    return bool(begun) and begun != rows.rstrip(b"\r\n\0") and begun != rows and rows.startswith(begun)


def add_rows(path: Path, file: io.FileIO, rows: bytes) -> None:
    """Append rows; they are on the disk when this returns. Raises `OSError`, and leaves nothing of them then."""
    end = file.seek(0, os.SEEK_END)
    journal_of(path).write_bytes(b"%d\n" % end + rows)
    try:
        rest = memoryview(rows)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            file.truncate(end)
        raise
    journal_of(path).unlink(missing_ok=True)


def mend_end(path: Path, file: io.FileIO, header: Header, makes_sense: Check) -> str:
    """Move an unfinished last record into a file of its own; returns what must stand before the next row."""
    offset, tail = _last_record(file)
    lines = to_lines(tail, Form())
    start = header.lines if offset == 0 else 0
    found = read_records(lines, header, makes_sense, start, cut=is_cut(path, tail, offset))
    if not (found.damaged and found.damaged[-1].torn):
        return "" if not lines or ends_line(lines[-1]) else "\n"
    end = offset + size_of(tail, found.damaged[-1].line - 1)
    with (path.parent / TORN).open("ab") as leftovers:
        leftovers.write(read_at(file, end) + b"\n")
    file.truncate(end)
    return ""


def read_at(file: io.FileIO, offset: int, length: int = -1) -> bytes:
    file.seek(offset)
    return file.read(length) or b""


def _last_record(file: io.FileIO) -> tuple[int, bytes]:
    """The end of the file from the start of a record on, and its offset; the whole file where there is no sure one."""
    size = file.seek(0, os.SEEK_END)
    for length in TAILS:
        if length < size:
            tail = read_at(file, size - length)
            start = last_record_start(tail)
            if start is not None:
                return size - length + start, tail[start:]
    return 0, read_at(file, 0)
