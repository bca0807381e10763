"""Records of a CSV file that a program appends to and people edit: line numbers, damage contained, the last line.

Knows nothing of ratings. A damaged record costs itself only: reading goes on at the next line that makes sense.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import NamedTuple

from cosmos_compare.errors import CompareError

DELIMITERS = ",;\t"
NOT_CLOSED = "a quotation mark is not closed"
NOT_COMPLETE = "the line is not complete"

Check = Callable[[list[str]], bool]


class Header(NamedTuple):
    """The first record: column names as written but trimmed and in lower case, and what separates them."""

    columns: tuple[str, ...]
    delimiter: str
    lines: int


class Damage(NamedTuple):
    """A record that can't be read: where it begins, counted from 1, and why. `torn`: the file ends within it."""

    line: int
    why: str
    torn: bool


class Records(NamedTuple):
    """The values of each sound record and the line where it begins, counted from 1; and the damaged ones."""

    rows: list[list[str]]
    lines: list[int]
    damaged: list[Damage]


def to_lines(data: bytes) -> list[str]:
    """Lines with their line breaks. Bytes that are not UTF-8 survive as lone surrogates."""
    text = data.decode("utf-8-sig", errors="surrogateescape")
    return list(io.StringIO(text, newline="\n"))


def to_bytes(lines: Sequence[str]) -> bytes:
    return "".join(lines).encode("utf-8", errors="surrogateescape")


def read_header(lines: Sequence[str], name: str, required: set[str]) -> Header:
    """The header, by whichever delimiter shows the `required` columns. `name` is the file's, for the error."""
    for delimiter in DELIMITERS:
        reader = csv.reader(iter(lines), delimiter=delimiter)
        columns = tuple(column.strip().lower() for column in next(reader, []))
        if required <= set(columns):
            return Header(columns, delimiter, reader.line_num)
    raise CompareError(
        f"{name}: the first line doesn't name the columns {' and '.join(sorted(required))}.",
        "Write the column names into the first line, or move the file away to start afresh.",
    )


def read_records(lines: Sequence[str], header: Header, makes_sense: Check, start: int | None = None) -> Records:
    """The records after the header, or from line index `start`; empty lines are left out."""
    found = Records([], [], [])
    at = header.lines if start is None else start
    while at < len(lines):
        first, after, why = _read_on(lines, header, at, found)
        if not why:
            break
        at = _next_start(lines, first, after, header, makes_sense)
        torn = at == len(lines) and (why in (NOT_CLOSED, NOT_COMPLETE) or not lines[-1].endswith("\n"))
        found.damaged.append(Damage(first + 1, why, torn))
    return found


def _read_on(lines: Sequence[str], header: Header, start: int, found: Records) -> tuple[int, int, str]:
    """Read into `found` until the end or the first damage: its first line, the line after it, and why, or ''."""
    reader = csv.reader(islice(lines, start, None), delimiter=header.delimiter, strict=True)
    first, width, why = start, len(header.columns), ""
    try:
        for values in reader:
            if not any(values):
                pass  # an empty line, or a spreadsheet's row of commas
            elif len(values) == width:
                found.rows.append(values)
                found.lines.append(first + 1)
            else:
                why = f"{len(values)} values where the first line names {width}"
                break
            first = start + reader.line_num
    except csv.Error as error:
        why = NOT_CLOSED if "unexpected end" in str(error) else f"not a CSV record ({error})"
    last = found.lines[-1] - 1 if found.lines else start
    if not why and found.lines and is_unfinished(lines[last], lines[-1], header.delimiter):
        del found.rows[-1], found.lines[-1]
        return last, len(lines), NOT_COMPLETE
    return first, start + reader.line_num, why


def last_record_start(tail: bytes) -> int | None:
    """Where the last record surely starts: a line that opens with a quotation mark and then something else.

    Inside a quoted value every quotation mark is doubled or closes the value, so that can't stand within a record.
    None when there is no such line.
    """
    matches = list(re.finditer(rb'\n"[^",;\t\r\n]', tail))
    return matches[-1].start() + 1 if matches else None


def is_unfinished(first_line: str, last_line: str, delimiter: str) -> bool:
    """Whether the last record lacks its end. We quote every value and end with a line break; people may do neither."""
    return not last_line.endswith("\n") and (first_line.startswith('"') or last_line.endswith(delimiter))


def _next_start(lines: Sequence[str], first: int, after: int, header: Header, makes_sense: Check) -> int:
    """Where to go on after a bad record of lines `first` … `after` − 1: it may have swallowed good ones."""
    for at in range(first + 1, after):
        reader = csv.reader(islice(lines, at, None), delimiter=header.delimiter, strict=True)
        try:
            values = next(reader)
        except csv.Error:
            continue
        if len(values) == len(header.columns) and makes_sense(values):
            return at
    return after
