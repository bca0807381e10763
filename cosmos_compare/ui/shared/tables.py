"""Tables: JSON and facts for reading, as HTML in which every text is escaped. Knows nothing of models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cosmos_compare.html_text import safe as safe
from cosmos_compare.html_text import visible as visible
from cosmos_compare.language import number, t

MAX_ROWS = 300
MAX_DEPTH = 12


Path = tuple[str | int, ...]  # the keys and positions that lead to a value


def plain(key: str, value: Any, path: Path) -> str:
    """A value of a table as escaped text."""
    return safe(scalar(value))


Cell = Callable[[str, Any, Path], str]  # the HTML of a string, number or constant, by its key and the path to it


def grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of short texts, the first column as names of the rows; all escaped."""
    top = "".join(f'<th scope="col">{safe(name)}</th>' for name in head)
    body = "".join(
        f'<tr><th scope="row">{safe(row[0])}</th>{"".join(f"<td>{safe(cell)}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    rows_of = f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="grid" tabindex="0"><table class="json">{rows_of}</table></div>'


def table(data: Any, cell: Cell = plain, key: str = "", path: Path = ()) -> str:
    """JSON for reading: an object as rows, a list of objects as a table, everything else as text. `cell` writes a
    value, and must escape it."""
    if len(path) > MAX_DEPTH:
        return f'<span class="note">{safe(t("nested too deep to show; see the raw text"))}</span>'
    if isinstance(data, dict):
        rows = [
            f"<tr><th>{safe(name)}</th><td>{table(value, cell, name, (*path, name))}</td></tr>"
            for name, value in _some(data.items())
        ]
        return f'<table class="json">{"".join(rows)}{_more(len(data))}</table>' if rows else _empty()
    if isinstance(data, list) and data and all(isinstance(item, dict) for item in data):
        return _records(data, cell, path)
    if isinstance(data, list) and any(isinstance(item, dict | list) for item in data):
        items = [f"<li>{table(item, cell, key, (*path, at))}</li>" for at, item in enumerate(_some(data))]
        return f"<ul>{''.join(items)}{_more(len(data))}</ul>"
    if isinstance(data, list):
        return (
            ", ".join(cell(key, item, (*path, at)) for at, item in enumerate(_some(data))) + _more(len(data))
            if data
            else _empty(t("empty list"))
        )
    return cell(key, data, path) if data not in ("", None) else _empty()


def _records(rows: Sequence[dict[str, Any]], cell: Cell, path: Path) -> str:
    columns = list(dict.fromkeys(key for row in _some(rows) for key in row))[:30]
    head = "".join(f"<th>{safe(column)}</th>" for column in columns)
    lines = [
        "<tr>"
        + "".join(f"<td>{table(row.get(column), cell, column, (*path, at, column))}</td>" for column in columns)
        + "</tr>"
        for at, row in enumerate(_some(rows))
    ]
    return f'<table class="json rows"><tr>{head}</tr>{"".join(lines)}{_more(len(rows))}</table>'


def _some(items: Any) -> list[Any]:
    return list(items)[:MAX_ROWS]


def _more(count: int) -> str:
    words = t("and {n:,} more; see the raw text", n=count - MAX_ROWS)
    return f'<div class="note">{safe(words)}</div>' if count > MAX_ROWS else ""


def _empty(words: str = "–") -> str:
    return f'<span class="nothing">{words}</span>'


def scalar(value: Any) -> str:
    """A JSON value in words."""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, float):
        return number(value, "g")
    return str(value)


def facts_table(facts: dict[str, str]) -> str:
    rows = "".join(f"<tr><th>{safe(name)}</th><td>{safe(value)}</td></tr>" for name, value in facts.items())
    return f'<table class="json">{rows}</table>'
