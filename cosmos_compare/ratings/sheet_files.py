"""The kept table as files: CSV, Excel, and the Markdown that teams paste. A copy: what is edited there changes nothing.

Marks stand as numbers with their sign in the column beside. Whatever people or models wrote is text in each of them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.formulas import neutralise
from cosmos_compare.ratings.kept_table import STATED, headings, sign
from cosmos_compare.ratings.score_sheet import LEADING
from cosmos_compare.records.schema import AXES

LONGEST_CELL = 32_767  # characters, a limit of spreadsheets
CUT = " … (cut here; the whole text is in scorecard.csv)"
PASTED = (*LEADING, *STATED, *AXES, "verdict", "rater")
NUMBERS = (*AXES, "time_s")
# What Markdown would make something of; an underscore between letters it leaves alone, a line break ends the row.
_MARKS = re.compile(r"[\\`*\[\]<>~$|&!#@]|(?<![^\W_])_|_(?![^\W_])")
_ADDRESS = re.compile(r"(?i)(https?|ftp|mailto|www)([:.])")


def to_csv(table: pd.DataFrame) -> bytes:
    """A CSV file that a spreadsheet opens harmlessly: UTF-8 with a byte order mark, formulas neutralised."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    columns = list(_columns(table))
    writer.writerow([neutralise(name) for name, _ in columns])
    for row in zip(*(values for _, values in columns), strict=True):
        writer.writerow([neutralise(value) if isinstance(value, str) else _plain(value) for value in row])
    return text.getvalue().encode("utf-8-sig")


def to_xlsx(table: pd.DataFrame) -> bytes:
    """An Excel file in which every cell is written as text or as a number: nothing is a formula or a link."""
    import xlsxwriter

    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        page = book.add_worksheet("scorecard")
        bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        page.freeze_panes(1, 2)
        for place, (name, values) in enumerate(_columns(table)):
            page.set_column(place, place, 60 if name == "notes" else 5 if name.endswith(" sign") else 14)
            page.write_string(0, place, name, bold)
            for line, value in enumerate(values, start=1):
                if isinstance(value, str) and value:
                    page.write_string(line, place, _fitting(value), wrap)
                elif not isinstance(value, str) and not pd.isna(value):
                    page.write_number(line, place, value)
    return data.getvalue()


def to_markdown(table: pd.DataFrame) -> bytes:
    """A Markdown table with signs for marks; everything in it is shown as it was written and loads nothing."""
    names = [name for name in PASTED if name in table.columns]
    titles = [headings().get(name, name) for name in names]
    lines = ["| " + " | ".join(titles) + " |", "|" + "---|" * len(names)]
    for row in table[names].itertuples(index=False, name=None):
        cells = [_markdown(name, value) for name, value in zip(names, row, strict=True)]
        lines.append("| " + " | ".join(cells) + " |")
    return ("\n".join(lines) + "\n").encode()


def write_file(data: bytes, target: Path, outputs: Path) -> None:
    """Write an exported table. Raises `CompareError` rather than replace the scorecard itself."""
    from cosmos_compare.ratings.scorecard import scorecard_file

    if target.resolve() == scorecard_file(outputs).resolve():
        raise CompareError("{target} is the scorecard itself.", "Give the copy another name.", target=target)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise CompareError(
            "{target}: can't be written ({reason}).", "Check the folder.", target=target, reason=error.strerror
        ) from error


def _columns(table: pd.DataFrame) -> Iterator[tuple[str, list[str | float]]]:
    """Names and values in order, each axis followed by its signs; numbers are floats, NaN for none."""
    for name in table.columns:
        values = table[name].tolist()
        yield str(name), values if name in NUMBERS else [str(value) for value in values]
        if name in AXES:
            yield f"{name} sign", [sign(mark) for mark in values]


def _plain(number: float) -> str:
    return "" if pd.isna(number) else f"{number:g}" if number == int(number) else f"{number:.2f}"


def _markdown(name: str, value: object) -> str:
    if isinstance(value, float):
        return sign(value) if name in AXES else "" if pd.isna(value) else f"{value:.2f}"
    return markdown_text(str(value))


def markdown_text(text: str) -> str:
    """A text in one line of Markdown, shown as it was written: nothing in it is a mark, a cell's end or a link."""
    return _ADDRESS.sub(r"\1\\\2", _MARKS.sub(r"\\\g<0>", " ".join(text.split())))


def _fitting(cell: str) -> str:
    return cell if len(cell) <= LONGEST_CELL else cell[: LONGEST_CELL - len(CUT)] + CUT
