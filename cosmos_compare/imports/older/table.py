"""The table that people kept by hand: a row an answer, marks as ✅ 🟡 ❌, in Markdown or CSV, in English or French."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.imports.older.texts import words_of
from cosmos_compare.ratings.csv_records import DELIMITERS
from cosmos_compare.records.schema import AXES

MARKS = {"✅": 2, "🟡": 1, "❌": 0}
MARK_WORDS = {"2": 2, "1": 1, "0": 0, "": None, "-": None, "–": None, "—": None, "n/a": None, "na": None}
SCENARIO, MODEL, RATER, TIME, NOTES = "scenario", "model", "rater", "time", "notes"
# Names of columns without accents and signs; an axis that has two columns has its mark in the last of them.
COLUMNS = {
    SCENARIO: ("scenario", "scenarios", "clip", "video"),
    MODEL: ("model", "modele"),
    RATER: ("rater", "evaluateur", "annotateur", "juge"),
    TIME: ("temps inf", "temps", "temps dinference", "inference time", "inf time", "time", "time s"),
    NOTES: ("notes principales", "notes", "main notes", "note", "remarques", "remarks", "comments", "commentaires"),
    "objects": ("obj", "objets", "objects", "objet", "object"),
    "spatial": ("spatial", "spat"),
    "temporal": ("temporel", "temporal", "temp"),
    "risk": ("risque", "risk"),
    "fidelity": ("fidelite", "fidelity"),
    "focus": ("focus",),
    "gt_alignment": ("alignement gt", "gt alignment", "alignment gt", "alignement", "alignment", "gt"),
}
LEAST_AXES = 3  # columns of marks by which such a table is known
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-*:?\s*)*")
_CELLS = re.compile(r"(?<!\\)\|")
_DRESS = re.compile(r"\*\*|__|`|\ufe0f")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


class TableRow(NamedTuple):
    """One answer as somebody judged it. `said` are other columns with their names; `line` counts from 1."""

    line: int
    scenario: str
    model: str
    rater: str
    marks: dict[str, int | None]
    notes: str
    said: dict[str, str]


def is_table(path: Path) -> bool:
    """Whether a file holds such a table: a scenario and the names of axes at the top of its columns."""
    if path.suffix.lower() not in {".md", ".markdown", ".csv", ".tsv", ".txt"} or not path.is_file():
        return False
    try:
        return any(_columns(cells) for _, cells in _lines(path))
    except RowError:
        return False


def read_table(path: Path) -> Iterator[TableRow | RowLeftOut]:
    """The rows of all such tables in a file, and why one is left out."""
    for names, columns, lines in _tables(path):
        known = {name: place for name, place in columns.items() if name not in AXES or _holds_marks(place, lines)}
        for line, cells in lines:
            try:
                yield _row(line, cells, names, known)
            except RowError as problem:
                yield RowLeftOut(line, str(problem))


def _tables(path: Path) -> Iterator[tuple[list[str], dict[str, int], list[tuple[int, list[str]]]]]:
    """Each table: the names of its columns, the places of the known ones, and its lines with their numbers."""
    found: list[tuple[list[str], dict[str, int], list[tuple[int, list[str]]]]] = []
    for line, cells in _lines(path):
        if columns := _columns(cells):
            found.append((cells, columns, []))
        elif found and any(cells):
            width = len(found[-1][0])
            found[-1][2].append((line, [*cells, *[""] * (width - len(cells))]))
    yield from found


def _holds_marks(place: int, lines: Sequence[tuple[int, list[str]]]) -> bool:
    """Whether a column holds a mark anywhere: one of an axis's name may hold what the answer says of it."""
    for _, cells in lines:
        with suppress(RowError):
            if _mark(cells[place], "") is not None:
                return True
    return False


def _row(line: int, cells: Sequence[str], names: Sequence[str], columns: dict[str, int]) -> TableRow:
    def cell(name: str) -> str:
        return cells[columns[name]].strip() if name in columns else ""

    marks = {axis: _mark(cell(axis), names[columns[axis]]) for axis in AXES if axis in columns}
    if not cell(SCENARIO):
        raise RowError("it names no scenario")
    if all(mark is None for mark in marks.values()):
        raise RowError("it holds no mark")
    used = {*columns.values()}
    said = {name: cells[n].strip() for n, name in enumerate(names) if n not in used and cells[n].strip()}
    return TableRow(line, cell(SCENARIO), cell(MODEL), cell(RATER), marks, cell(NOTES), said)


def _mark(cell: str, name: str) -> int | None:
    """The mark of a cell, which may hold words beside it. Raises `RowError` for two marks, or none that is known."""
    signs = {sign for sign in MARKS if sign in cell}
    if len(signs) == 1:
        return MARKS[signs.pop()]
    if not signs and cell.strip().lower() in MARK_WORDS:
        return MARK_WORDS[cell.strip().lower()]
    raise RowError(f"{cell[:40]!r} under {name!r} is {'two marks' if signs else 'no mark'}")


def _columns(cells: Sequence[str]) -> dict[str, int] | None:
    """The places of the known columns; None for cells that are not the head of such a table."""
    plain = [_plain(cell) for cell in cells]
    found: dict[str, int] = {}
    for name, known in COLUMNS.items():
        places = [place for place, cell in enumerate(plain) if cell in known]
        if not places and name in AXES:  # `Fidélité (hallucinations)`
            begins = tuple(f"{word} " for word in known if len(word) > 4)
            places = [place for place, cell in enumerate(plain) if cell.startswith(begins)]
        if places:
            found[name] = places[-1] if name in AXES else places[0]
    return found if SCENARIO in found and sum(axis in found for axis in AXES) >= LEAST_AXES else None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file and their lines: cells between bars, or of a CSV by the delimiter that its head shows."""
    lines = words_of(path).splitlines()
    if path.suffix.lower() in {".csv", ".tsv"} or not any(line.lstrip().startswith("|") for line in lines):
        yield from _csv(lines)
        return
    for number, line in enumerate(lines, 1):
        if "|" in line and not _RULE.fullmatch(line):
            cells = _CELLS.split(line.strip().removeprefix("|").removesuffix("|"))
            yield number, [_clean(cell.replace("\\|", "|")) for cell in cells]


def _csv(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, [_clean(cell) for cell in cells]
    except csv.Error as error:
        raise RowError(f"not a table ({error})") from error


def _clean(cell: str) -> str:
    return _DRESS.sub("", _BREAK.sub("\n", cell)).strip()


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(c for c in letters if c.isalnum() or c.isspace() or c in "_-")
    return " ".join(kept.replace("_", " ").replace("-", " ").split())
