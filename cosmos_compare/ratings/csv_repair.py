"""What must be done to a hand-made CSV file before rows can be added to it; the file as it was is always kept."""

import csv
import io
import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from cosmos_compare.ratings.csv_records import Check, Header, read_records
from cosmos_compare.ratings.csv_text import UTF_8, Form, to_lines
from cosmos_compare.runs.disk import sync_folder


def put_aside(path: Path) -> None:
    """Give a file of which nothing can be read a name of its own, so that a new one can begin."""
    path.rename(free_name(path, "unreadable"))
    sync_folder(path.parent)


def free_name(path: Path, what: str) -> Path:
    """A name beside `path` that nothing has yet: `scorecard.unreadable-1.csv`."""
    names = (path.with_name(f"{path.stem}.{what}-{number}{path.suffix}") for number in range(1, 10_000))
    return next(name for name in names if not name.exists())


def rewrite(path: Path, form: Form, header: Header, names: Sequence[str], makes_sense: Check) -> None:
    """Write a file anew in UTF-8 with the columns `names` more, empty in all its rows; damaged rows stay damaged."""
    data = path.read_bytes()
    lines = to_lines(data, form)
    found = read_records(lines, header, makes_sense)
    text = io.StringIO(newline="")
    write = csv.writer(text, delimiter=header.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
    write([*header.columns, *names])
    rows: dict[int, list[str]] = dict(zip(found.lines, found.rows, strict=True))
    starts = sorted([*rows, *(damage.line for damage in found.damaged)])
    for start, after in pairwise([*starts, len(lines) + 1]):
        if start in rows:
            write([*rows[start], *("" for _ in names)])
        else:
            text.write("".join(lines[start - 1 : after - 1]).rstrip("\r\n") + "\n")
    free_name(path, "before").write_bytes(data)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    with partial.open("wb") as file:
        # A lone surrogate of UTF-16 has no form in UTF-8; other ones are bytes that stay as they were.
        file.write(UTF_8 + text.getvalue().encode(errors="replace" if "16" in form.encoding else "surrogateescape"))
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_folder(path.parent)
