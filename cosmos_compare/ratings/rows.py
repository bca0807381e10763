"""Ratings as cells of a CSV row, and back: what people may write into a cell, and what is wrong with it if not that."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from cosmos_compare.language import N_, Text, t
from cosmos_compare.ratings.csv_records import Header, Records
from cosmos_compare.ratings.formulas import neutralise, restore
from cosmos_compare.records.schema import AXES, Rating, Verdict

COLUMNS = tuple(Rating.model_fields)
REQUIRED = {"rater", "run_id"}
LATER = ("aided",)  # columns that older scorecards lack, at the end
MAY_END_BEFORE = frozenset(["verdict", "notes", *LATER])  # spreadsheets leave empty cells at the end of a row out
LONGEST_RATER = 80

# What people and programs write for no value, also in other languages. Text of their own is never taken for it.
_WORDS_FOR_NOTHING = "- \u2013 \u2014 na n/a #n/a #na n.a. nan null none . vide #n/d n/d n.d. nd #nv s.o. s/o"
_NOTHING = frozenset(["", "sans objet", "not applicable", *_WORDS_FOR_NOTHING.split()])
_MARKS = {"2": 2, "1": 1, "0": 0, "✅": 2, "🟡": 1, "❌": 0} | dict.fromkeys("✔✓☑", 2) | dict.fromkeys("✗✘✖", 0)
# Spreadsheets write the words of their own language.
_TRUE = [
    "true",
    "yes",
    "vrai",
    "oui",
    "wahr",
    "ja",
    "verdadero",
    "sí",
    "si",
    "vero",
    "sì",
    "verdadeiro",
    "waar",
    "sant",
    "prawda",
]
_FALSE = ("false", "no", "faux", "non", "falsch", "nein", "falso", "onwaar", "falskt", "fałsz")
_YES_NO = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False), "1": True, "0": False}
_NUMBER = re.compile(r"([0-2])(?:[.,]0*)?(?:e[+-]?0+)?")  # 2, 2.0, 2,0 and 2E+00 are one mark; 1.5 is none
_VERDICTS = {v: v for v in get_args(Verdict)} | {"both bad": "both_bad", "both-bad": "both_bad"}
_CHOICES: dict[str, tuple[Mapping[str, Any], Any, str]] = {
    **dict.fromkeys(AXES, (_MARKS, None, Text("2, 1, 0 or empty"))),
    "side": ({"left": "left", "right": "right"}, "", Text("left, right or empty")),
    "verdict": (_VERDICTS, None, Text("{verdicts} or empty", verdicts=", ".join(get_args(Verdict)))),
    **dict.fromkeys(("blind", "aided"), (_YES_NO, False, Text("true or false"))),
}


class RowProblem(NamedTuple):
    """A row that was left out: where it begins in the file, counted from 1, and why."""

    line: int
    why: str

    def __str__(self) -> str:
        return t("Line {line} is left out: {why}.", line=self.line, why=self.why)


class Table(NamedTuple):
    """Checked values by column, ours first and always all of them, then unknown ones as text; one per row."""

    columns: dict[str, list[Any]]
    lines: list[int]
    problems: list[RowProblem]


class _Wrong(Text):
    """What is wrong with a cell, in place of its value."""


def to_cells(rating: Rating, columns: Sequence[str]) -> list[str]:
    """The row of a rating under a file's own columns; unknown columns stay empty."""
    values = {name: _to_cell(value) for name, value in rating.model_dump().items()}
    return [values.get(column, "") for column in columns]


def parse(found: Records, header: Header) -> Table:
    """Values of all records whose every cell makes sense, in the order of the file."""
    cells = dict(zip(header.columns, zip(*found.rows, strict=True), strict=False))
    columns = {name: _values(name, cells.get(name), len(found.rows)) for name in _all_names(header)}
    wrong = _wrong_rows(columns)
    lines = found.lines
    if wrong:
        columns = {name: [v for at, v in enumerate(col) if at not in wrong] for name, col in columns.items()}
        lines = [line for at, line in enumerate(lines) if at not in wrong]
    problems = [RowProblem(found.lines[at], why) for at, why in wrong.items()]
    problems += [RowProblem(damage.line, damage.why) for damage in found.damaged]
    return Table(columns, lines, sorted(problems))


def makes_sense(values: list[str], header: Header) -> bool:
    """Whether these values are a rating."""
    return bool(parse(Records([values], [1], []), header).lines)


def _all_names(header: Header) -> list[str]:
    return [*COLUMNS, *(name for name in header.columns if name not in COLUMNS)]


def _to_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return neutralise(str(value))


def _values(name: str, cells: Sequence[str] | None, count: int) -> list[Any]:
    """A column's values; each distinct cell is read once. A column that is missing is empty."""
    read = _reader(name)
    if cells is None:
        return [read("")] * count
    meaning = {cell: read(cell) for cell in set(cells)}
    return [meaning[cell] for cell in cells]


def _reader(name: str) -> Callable[[str], Any]:
    return (lambda cell: _choice(name, cell)) if name in _CHOICES else (lambda cell: _text(name, cell))


def _choice(name: str, cell: str) -> Any:
    table, nothing, allowed = _CHOICES[name]
    # An emoji may be followed by a sign that asks for its colours, a number be marked as text by an apostrophe.
    word = unicodedata.normalize("NFKC", restore(cell)).replace("\ufe0f", "").strip().lstrip("'").casefold()
    if word in _NOTHING:
        return nothing
    if number := _NUMBER.fullmatch(word):
        word = number[1]
    return table.get(word, _Wrong(N_("{name} is {cell!r}, not {allowed}"), name=name, cell=cell[:20], allowed=allowed))


def _text(name: str, cell: str) -> str:
    if not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell):
        return _Wrong(N_("{name} holds bytes that are no text; save the file as UTF-8"), name=name)
    text = restore(cell) if name == "notes" else restore(cell).strip()
    if name in REQUIRED and not text:
        return _Wrong(N_("{name} is empty"), name=name)
    if name == "rater" and len(text) > LONGEST_RATER:
        return _Wrong(N_("the rater's name is longer than {longest_rater} characters"), longest_rater=LONGEST_RATER)
    return text


def _wrong_rows(columns: Mapping[str, list[Any]]) -> dict[int, str]:
    """For each row with a bad cell, what is wrong with the first of them."""
    wrong: dict[int, str] = {}
    for values in columns.values():
        if _Wrong in set(map(type, values)):
            for at, value in enumerate(values):
                if isinstance(value, _Wrong):
                    wrong.setdefault(at, str(value))
    return wrong
