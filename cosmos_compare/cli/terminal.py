"""Printing to a terminal: results on stdout, everything else on stderr; model text can't steer the terminal."""

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

import orjson

# Control characters but newline and tab: an escape sequence in an answer could repaint or retitle the terminal.
FEW = 3  # problems that are printed
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def print_json_rows(rows: Sequence[dict[str, Any]]) -> None:
    """A JSON list of many rows, written at once: ten thousand of them cost no time."""
    sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())


def note(text: str) -> None:
    """A line of progress or a warning, on stderr."""
    print(harmless(text), file=sys.stderr, flush=True)


def note_some(problems: Sequence[str]) -> None:
    """The first problems, and how many there are: ten thousand lines help nobody."""
    for problem in problems[:FEW]:
        note(problem)
    if len(problems) > FEW:
        note(f"And {len(problems) - FEW:,} more of this kind; {len(problems):,} in all.")


def seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


def rate(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"
