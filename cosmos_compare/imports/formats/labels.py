"""`<clip>.label.json`: a driving report on one clip, which becomes its ground truth."""

from __future__ import annotations

from typing import Any

from cosmos_compare.imports.fields import RowError, mapping
from cosmos_compare.imports.formats.base import Format, Read
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.rows import Document
from cosmos_compare.video.labels import LABEL, is_label


def _read(document: Document) -> Read:
    """One item without a question: prompts of a study ask about the clip."""
    try:
        label = dict(row.value for row in document.rows) if document.kind == "object" else document.values
        yield label_draft(1, document.path.name, label)
    except RowError as problem:
        yield RowLeftOut(1, str(problem))


def label_draft(row: int, name: str, label: Any) -> ItemDraft:
    """The item of one label; its clip has the name of the file without the ending."""
    if not is_label(name):
        raise RowError(f"a label is called <clip>{LABEL}")
    return ItemDraft(row, name[: -len(LABEL)], truth=mapping(label, "the label"))


LABELS = Format(
    "labels", "<clip>.label.json: a driving report as ground truth", lambda own: is_label(own.path.name), _read
)
