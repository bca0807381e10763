"""Records of a CSV file that a program appends to and people edit: line numbers, damage contained, the last line.

Knows nothing of ratings. A damaged record costs itself only: reading goes on at the next line that makes sense.
"""

import csv
import re
from collections.abc import Callable, Collection, Sequence
from itertools import islice, product
from typing import NamedTuple

from cosmos_compare.language import Text
from cosmos_compare.ratings.csv_text import ends_line

DELIMITERS = ",;\t|"
MOST_BEFORE = 4  # lines before the header
NOT_CLOSED = Text("a quotation mark is not closed")
NOT_COMPLETE = Text("the line is not complete")

Check = Callable[[list[str]], bool]


class Header(NamedTuple):
    """The first record: column names as written but trimmed and in lower case, and what separates them. `may_lack`
    are those that a row may end before."""

    columns: tuple[str, ...]
    delimiter: str
    lines: int
    may_lack: frozenset[str] = frozenset()

    def values_of(self, values: Sequence[str]) -> list[str] | None:
        """A record's values, one for each column; None where there are too many or too few."""
        width = len(self.columns)
        if any(values[width:]) or not self.may_lack.issuperset(self.columns[len(values) :]):
            return None
        return [*values[:width], *("" for _ in self.columns[len(values) :])]


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


def read_header(lines: Sequence[str], required: set[str], known: Collection[str]) -> Header | None:
    """The header, by whichever delimiter shows the `required` columns; None when the file begins with something else.

    A few lines before it are skipped: `sep=;`, which spreadsheets write and hide, empty ones, a title. Blanks and
    hyphens in `known` names count as underscores.
    """
    for skipped, delimiter in product(range(min(len(lines), MOST_BEFORE + 1)), DELIMITERS):
        reader = csv.reader(islice(lines, skipped, None), delimiter=delimiter)
        try:
            columns = tuple(_column(name, known) for name in next(reader, []))
        except csv.Error:
            continue
        if required <= set(columns):
            return Header(columns, delimiter, skipped + reader.line_num)
    return None


def read_records(
    lines: Sequence[str], header: Header, makes_sense: Check, start: int | None = None, *, cut: bool = False
) -> Records:
    """The records after the header, or from line index `start`; empty lines are left out.

    `cut` says that the last line is known to be only the beginning of one. Otherwise it is whole when it has all its
    values: editors drop the last line break.
    """
    found = Records([], [], [])
    at = header.lines if start is None else start
    while at < len(lines):
        first, after, why = _read_on(lines, header, at, found, cut)
        if not why:
            break
        at = _next_start(lines, first, after, header, makes_sense)
        torn = at == len(lines) and (why in (NOT_CLOSED, NOT_COMPLETE) or not ends_line(lines[-1]))
        found.damaged.append(Damage(first + 1, why, torn))
    return found


def _read_on(lines: Sequence[str], header: Header, start: int, found: Records, cut: bool) -> tuple[int, int, str]:
    """Read into `found` until the end or the first damage: its first line, the line after it, and why, or ''."""
    reader = csv.reader(islice(lines, start, None), delimiter=header.delimiter, strict=True)
    first, width, why = start, len(header.columns), ""
    try:
        for values in reader:
            whole = len(values) >= width or ends_line(lines[start + reader.line_num - 1])
            if not any(values):
                pass  # an empty line, or a spreadsheet's row of commas
            elif whole and (row := header.values_of(values)):
                found.rows.append(row)
                found.lines.append(first + 1)
            else:
                why = Text("{n} values where the first line names {width}", n=len(values), width=width)
                break
            first = start + reader.line_num
    except csv.Error as error:
        why = NOT_CLOSED if "unexpected end" in str(error) else f"not a CSV record ({error})"
    last = found.lines[-1] - 1 if found.lines else start
    raw = "".join(lines[last:])
    if not why and found.lines and not ends_line(raw) and (cut or _lacks_last(raw, found.rows[-1], header)):
        del found.rows[-1], found.lines[-1]
        return last, len(lines), NOT_COMPLETE
    return first, start + reader.line_num, why


def last_record_start(tail: bytes) -> int | None:
    """Where the last record surely starts: a line that opens with a quotation mark and then something else.

    Inside a quoted value every quotation mark is doubled or closes the value, so that can't stand within a record.
    None when there is no such line.
    """
    matches = list(re.finditer(rb'[\r\n]"[^",;|\t\r\n]', tail))
    return matches[-1].start() + 1 if matches else None


def _lacks_last(raw: str, values: Sequence[str], header: Header) -> bool:
    """Whether a last record has its values in quotation marks, as we write all of them, but for the last: it is cut."""
    quoted = ('"' + value.replace('"', '""') + '"' for value in values[:-1])
    return not values[-1] and raw == "".join(f"{value}{header.delimiter}" for value in quoted)


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


def _column(name: str, known: Collection[str]) -> str:
    name = name.strip().lower()
    ours = re.sub(r"[\s_-]+", "_", name)
    return ours if ours in known else name
