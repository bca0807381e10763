"""What a format is: a name, the files it knows, and a reader of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.rows import Document

Read = Iterator[ItemDraft | RowLeftOut]


@dataclass(frozen=True)
class Format:
    """`fits` looks at the first rows; `read` gives drafts, and for each row that can't be one a reason. `files` says in
    a few words what the format is."""

    name: str
    files: str
    fits: Callable[[Document], bool]
    read: Callable[[Document], Read]


def each_row(document: Document, drafts: Callable[[int, Any], Read]) -> Read:
    """The drafts of all rows; one that raises `RowError` is left out, its other drafts stay. A row of several questions
    gives a reason for each that is left out."""
    yield from document.damaged
    for number, value in document.rows:
        try:
            yield from drafts(number, value)
        except RowError as problem:
            yield RowLeftOut(number, str(problem))


def has_keys(document: Document, *names: str | tuple[str, ...]) -> bool:
    """Whether a row among the first has all of these keys; of several in a tuple, one."""
    return any(
        isinstance(value, dict)
        and all(any(name in value for name in ((own,) if isinstance(own, str) else own)) for own in names)
        for value in document.values
    )
