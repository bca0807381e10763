"""NVIDIA's questions with options: the Reason1 benchmark and PAI-Bench."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmos_compare.imports.fields import Row, RowError, first, line, listed, mapping, text
from cosmos_compare.imports.formats.base import Format, Read, each_row, has_keys
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.options import asked, options_of, right_of, strings_in
from cosmos_compare.imports.rows import Document

ANSWERS = ("correct_answer", "answer")
QUESTION, OPTIONS = "question", "index2ans"


def _pairs(number: int, row: Any) -> Read:
    """A row is a clip with its questions; `qa_pairs` may be one question instead of a list."""
    row = mapping(row)
    video = text(row.get("video"), "video")
    pairs = row.get("qa_pairs")
    pairs = [pairs] if isinstance(pairs, dict) else listed(pairs, "qa_pairs")
    if not pairs:
        raise RowError("qa_pairs is empty")
    for place, pair in enumerate(pairs, 1):
        try:
            yield _question(number, mapping(pair, "a question"), video, f"{place}" if len(pairs) > 1 else "")
        except RowError as problem:
            yield RowLeftOut(number, f"question {place}: {problem}" if len(pairs) > 1 else str(problem))


def _question(number: int, row: Row, video: str, part: str) -> ItemDraft:
    question = text(row.get(QUESTION), QUESTION)
    options = options_of(strings_in(row.get(OPTIONS)))
    return ItemDraft(
        row=number,
        part=part,
        media=video,
        question=asked(question, options),
        options=options,
        right=right_of(first(row, ANSWERS), options),
        category=line(row.get("category"), "category"),
        subcategory=line(row.get("subcategory"), "subcategory"),
    )


def _row(number: int, row: Any) -> Iterator[ItemDraft]:
    row = mapping(row)
    yield _question(number, row, text(first(row, ("video_path", "video")), "video_path"), "")


def _read_pairs(document: Document) -> Read:
    return each_row(document, _pairs)


def _read_rows(document: Document) -> Read:
    return each_row(document, _row)


REASON1 = Format(
    "reason1", "the Reason1 benchmark: clips with qa_pairs", lambda own: has_keys(own, "video", "qa_pairs"), _read_pairs
)
PAI_BENCH = Format(
    "pai-bench",
    "PAI-Bench: rows with video_path, question and index2ans",
    lambda own: has_keys(own, ("video_path", "video"), QUESTION, OPTIONS),
    _read_rows,
)
