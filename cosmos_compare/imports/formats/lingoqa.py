"""LingoQA: questions about a list of images. Several rows with one question are its references."""

from __future__ import annotations

from typing import Any

from cosmos_compare.imports.fields import RowError, listed, mapping, text
from cosmos_compare.imports.formats.base import Format, Read, has_keys
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.options import strings_in
from cosmos_compare.imports.rows import Document


def read_lingoqa(document: Document) -> Read:
    """An item for each question id, with the answers of all its rows."""
    yield from document.damaged
    found: dict[tuple[str, str], ItemDraft] = {}
    for number, value in document.rows:
        try:
            draft = _draft(number, mapping(value))
            key = draft.keys["question_id"], draft.keys["segment_id"]
            first = found.setdefault(key, draft)
            if (first.question, first.media) != (draft.question, draft.media):
                raise RowError(f"question {key[0][:40]!r} asks something else than in row {first.row}")
            more = tuple(answer for answer in draft.references if answer not in first.references)
            found[key] = ItemDraft(**{**vars(first), "references": first.references + more})
        except RowError as problem:
            yield RowLeftOut(number, str(problem))
    yield from found.values()


def _draft(number: int, row: Any) -> ItemDraft:
    images = strings_in(row.get("images"))
    images = [images] if isinstance(images, str) and images.strip() else listed(images, "images")
    if not images:
        raise RowError("images is empty")
    segment = text(row.get("segment_id"), "segment_id")
    answer = text(row.get("answer"), "answer", empty=True)
    return ItemDraft(
        row=number,
        media=tuple(text(image, "an image") for image in images),
        question=text(row.get("question"), "question"),
        references=(answer,) if answer else (),
        keys={"question_id": text(row.get("question_id"), "question_id"), "segment_id": segment},
        clip_name=segment,
    )


LINGOQA = Format(
    "lingoqa",
    "LingoQA: question_id, segment_id, images, question, answer",
    lambda own: has_keys(own, "question_id", "segment_id", "images", "question"),
    read_lingoqa,
)
