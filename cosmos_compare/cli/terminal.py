"""Printing to a terminal: results on stdout, everything else on stderr; model text can't steer the terminal."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

# Control characters but newline and tab: an escape sequence in an answer could repaint or retitle the terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
PIPE_WIDTH = 240


def harmless(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def note(text: str) -> None:
    """A line of progress or a warning, on stderr."""
    print(harmless(text), file=sys.stderr, flush=True)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(harmless(cell) for cell in row))
    # A pipe has no width: there each row keeps its line.
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(markup=False, emoji=False, highlight=False, width=width).print(table)


def seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def rate(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
