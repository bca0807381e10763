"""Files as rows: JSON, JSON lines, tables with commas, semicolons or tabs, parquet; in any of the usual codes.

A row that can't be read costs itself, and is counted; a file that can't be read is an error that says why.
"""

from __future__ import annotations

import csv
import json
import math
import re
import stat
from pathlib import Path
from typing import Any, Literal, NamedTuple

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.ratings.csv_records import DELIMITERS, Header, read_records
from cosmos_compare.ratings.csv_text import form_of, to_lines
from cosmos_compare.yaml_io import is_text

MAX_BYTES = 1_000_000_000
MAX_ROWS = 2_000_000
HEAD = 1 << 16
LINES = {".jsonl", ".ndjson"}
WRAPPERS = ("data", "annotations", "questions", "rows", "items")  # names under which some put their list
_SEPARATOR = re.compile(r'"?sep=.?"?$')
_PACKED = {b"PK": "a zip archive", b"\x1f\x8b": "a gzip file", b"BZh": "a bzip2 file", b"\xfd7zXZ": "an xz file"}


class Numbered(NamedTuple):
    """A row and its number, from 1: the line of a file of lines, the place in a list, the row of a table."""

    number: int
    value: Any


class Document(NamedTuple):
    """What a file holds. `object`: pairs of key and value. `lines`: a value a line. `table`: texts by column."""

    path: Path
    kind: Literal["list", "object", "lines", "table"]
    rows: list[Numbered]
    damaged: list[RowLeftOut]

    @property
    def values(self) -> list[Any]:
        """The first rows, to know a format by."""
        return [row.value for row in self.rows[:20]]


def read_document(path: Path) -> Document:
    """The rows of a file. Raises `CompareError` where it can't be read at all."""
    data = _bytes(path)
    if data[:4] == b"PAR1":
        return Document(path, "table", *_parquet(path))
    for magic, what in _PACKED.items():
        if data.startswith(magic):
            raise CompareError("{name}: {what}.", "Unpack it first.", name=path.name, what=what)
    lines = _lines(data)
    text = "".join(lines)
    if not text.strip():
        raise CompareError("{name}: the file is empty.", "Is this the right file?", name=path.name)
    if path.suffix.lower() in {".csv", ".tsv"} or not text.lstrip().startswith(("{", "[")):
        return _table(path, lines)
    return _json(path, text, lines)


def _bytes(path: Path) -> bytes:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would hang who opens it
            raise CompareError("{path}: not a file.", "Name a file or a folder.", path=path)
        if facts.st_size > MAX_BYTES:
            raise CompareError("{name}: larger than {most:,} bytes.", "Split it.", name=path.name, most=MAX_BYTES)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise CompareError("{path}: can't be read ({why}).", "Check the path.", path=path, why=reason) from error


def _lines(data: bytes) -> list[str]:
    """Lines of text, whatever the code; bytes that mean nothing in it become question marks."""
    lines = to_lines(data, form_of(data[:HEAD]))
    return [line if line.isascii() or is_text(line) else line.encode(errors="replace").decode() for line in lines]


def _json(path: Path, text: str, lines: list[str]) -> Document:
    try:
        whole = _parsed(text)
    except ValueError as error:
        found = _json_lines(lines)
        if found[0] and (path.suffix.lower() in LINES or len(found[0]) > len(found[1])):
            return Document(path, "lines", *found)
        raise CompareError(
            "{name}: not valid JSON ({why}).", "Is the file whole?", name=path.name, why=error
        ) from error
    if isinstance(whole, dict) and path.suffix.lower() in LINES:  # one row is a file of lines, too
        return Document(path, "lines", [Numbered(1, whole)], [])
    if isinstance(whole, dict):
        inner = [value for name in WRAPPERS if isinstance(value := whole.get(name), list)]
        if len(inner) == 1 and all(isinstance(value, dict) for value in inner[0][:20]):
            whole = inner[0]
    if isinstance(whole, dict):
        return Document(path, "object", _numbered(path, list(whole.items())), [])
    if isinstance(whole, list):
        return Document(path, "list", _numbered(path, whole), [])
    raise CompareError("{name}: holds one value, no rows.", "Is this the right file?", name=path.name)


def _parsed(text: str) -> Any:
    """JSON, also with the NaN and Infinity that Python writes, which are no values. Raises `ValueError`."""
    try:
        return orjson.loads(text.encode(errors="replace"))
    except orjson.JSONDecodeError:
        try:
            return json.loads(text, parse_constant=lambda _: None)
        except RecursionError as error:
            raise ValueError("nested too deep") from error


def _json_lines(lines: list[str]) -> tuple[list[Numbered], list[RowLeftOut]]:
    rows, damaged = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(Numbered(number, _parsed(line)))
        except ValueError:
            damaged.append(RowLeftOut(number, "the line is not valid JSON"))
    return rows, damaged


def _table(path: Path, lines: list[str]) -> Document:
    lines = [line.replace("\0", "") if "\0" in line else line for line in lines]
    first = next(n for n, line in enumerate(lines) if line.strip() and not _SEPARATOR.match(line.strip().lower()))
    delimiter = _delimiter(path, lines[first])
    reader = csv.reader(lines[first:], delimiter=delimiter)
    columns = tuple(name.strip().lower() for name in next(reader))
    header = Header(columns, delimiter, first + reader.line_num)
    found = read_records(lines, header, lambda values: True)
    rows = [
        Numbered(number, dict(zip(columns, values, strict=True)))
        for number, values in zip(found.lines, found.rows, strict=True)
    ]
    return Document(path, "table", _checked(path, rows), [RowLeftOut(own.line, own.why) for own in found.damaged])


def _delimiter(path: Path, head: str) -> str:
    """What separates the names of the columns: a tab in a .tsv, else what makes most columns of the first line."""
    if path.suffix.lower() == ".tsv" and "\t" in head:
        return "\t"
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))


def _parquet(path: Path) -> tuple[list[Numbered], list[RowLeftOut]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_ROWS:
                raise CompareError("{name}: more than {most:,} rows.", "Split it.", name=path.name, most=MAX_ROWS)
            names = [field.name for field in file.schema_arrow if not _is_binary(pa, field.type)]
            table = file.read(columns=names)
    except (pa.ArrowException, OSError, MemoryError) as error:
        raise CompareError(
            "{name}: not a whole parquet file ({why}).", "Copy it again.", name=path.name, why=str(error)[:200]
        ) from error
    rows = [{str(name).strip().lower(): _known(value) for name, value in row.items()} for row in table.to_pylist()]
    return _numbered(path, rows), []


def _known(value: Any) -> Any:
    """A value of a column; NaN stands for none where a table had gaps."""
    return None if isinstance(value, float) and math.isnan(value) else value


def _is_binary(pa: Any, kind: Any) -> bool:
    """Pictures inside a table are no row's text."""
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    if pa.types.is_struct(inner):
        return any(_is_binary(pa, inner.field(n).type) for n in range(inner.num_fields))
    return bool(pa.types.is_binary(inner) or pa.types.is_large_binary(inner))


def _numbered(path: Path, values: list[Any]) -> list[Numbered]:
    return _checked(path, [Numbered(number, value) for number, value in enumerate(values, 1)])


def _checked(path: Path, rows: list[Numbered]) -> list[Numbered]:
    if len(rows) > MAX_ROWS:
        raise CompareError("{name}: more than {most:,} rows.", "Split it.", name=path.name, most=MAX_ROWS)
    return rows
