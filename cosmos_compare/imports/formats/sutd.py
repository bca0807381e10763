"""SUTD-TrafficQA: JSON lines of lists under a header. Empty option slots keep the numbers of the others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cosmos_compare.imports.fields import RowError, line, listed, text, whole
from cosmos_compare.imports.formats.base import Format, Read, each_row
from cosmos_compare.imports.item import ItemDraft
from cosmos_compare.imports.options import asked, by_letter, options_of, right_at, right_of
from cosmos_compare.imports.rows import Document

KNOWN = {"vid_filename", "q_body", "option0", "option1", "answer"}


def _read(document: Document) -> Read:
    header, rows = _header(document), document.rows
    rows = [row for row in rows if row.value != header]

    def drafts(number: int, values: Any) -> Iterator[ItemDraft]:
        values = listed(values, "the row")
        if len(values) != len(header):
            raise RowError(f"{len(values)} values where the header names {len(header)}")
        yield _draft(number, dict(zip(header, values, strict=True)))

    return each_row(document._replace(rows=rows), drafts)


def _draft(number: int, row: dict[str, Any]) -> ItemDraft:
    slots = by_letter([row.get(f"option{place}") for place in range(26) if f"option{place}" in row])
    options = options_of(slots)
    answer = whole(row["answer"])
    if isinstance(answer, str) and re.fullmatch(r"\s*[0-9]{1,3}\s*", answer):
        answer = int(answer)
    place = isinstance(answer, int) and not isinstance(answer, bool)
    return ItemDraft(
        row=number,
        media=text(row["vid_filename"], "vid_filename"),
        question=asked(text(row["q_body"], "q_body"), options),
        options=options,
        right=right_at(answer, options) if place else right_of(answer, options),
        category=line(row.get("q_type"), "q_type"),
        keys={"record_id": line(row.get("record_id"), "record_id")},
    )


def _header(document: Document) -> list[str]:
    for value in document.values:
        if isinstance(value, list) and set(map(str, value)) >= KNOWN:
            return [str(name) for name in value]
    return []


SUTD = Format("sutd", "SUTD-TrafficQA: JSON lines of lists", lambda own: bool(_header(own)), _read)
