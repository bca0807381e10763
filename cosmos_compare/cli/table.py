"""Tables in a terminal."""

import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from cosmos_compare.cli.terminal import harmless

PIPE_WIDTH = 240


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(harmless(cell) for cell in row))
    # A pipe has no width: there each row keeps its line.
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    Console(markup=False, emoji=False, highlight=False, width=width).print(table)
