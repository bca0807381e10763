"""VRU-Accident: six questions a clip, and dense captions; both are objects with the clip's path as key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmos_compare.imports.fields import RowError, line, mapping, text
from cosmos_compare.imports.formats.base import Format, Read, each_row
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.options import asked, options_of, right_of
from cosmos_compare.imports.rows import Document

CAPTION = (
    "Describe the video in detail: the surroundings, the weather, the road users, what they do, how the accident "
    "comes about, why, and how it could have been avoided."
)


def _questions(number: int, pair: Any) -> Read:
    video, kinds = pair
    kinds = mapping(kinds, "the questions")
    if not kinds:
        raise RowError("it holds no question")
    for kind, value in kinds.items():
        try:
            row = mapping(value, "the question")
            question = text(row.get("question"), "question")
            options = options_of(row.get("options"))
            right = right_of(row.get("GT", row.get("gt")), options)
            own = asked(question, options)
            name = line(kind, "kind")
            yield ItemDraft(number, text(video, "video"), own, name, options, right, category=name)
        except RowError as problem:
            yield RowLeftOut(number, f"{str(kind)[:40]}: {problem}")


def _captions(number: int, pair: Any) -> Iterator[ItemDraft]:
    video, value = pair
    caption = text(mapping(value, "the caption").get("gt"), "gt")
    yield ItemDraft(number, text(video, "video"), CAPTION, references=(caption,), category="dense caption")


def _read_questions(document: Document) -> Read:
    return each_row(document, _questions)


def _read_captions(document: Document) -> Read:
    return each_row(document, _captions)


def _has_questions(document: Document) -> bool:
    return any(
        isinstance(inner, dict) and "options" in inner
        for _, value in _pairs(document)
        if isinstance(value, dict)
        for inner in value.values()
    )


def _has_captions(document: Document) -> bool:
    return any(isinstance(value, dict) and set(value) == {"gt"} for _, value in _pairs(document))


def _pairs(document: Document) -> list[tuple[str, Any]]:
    return document.values if document.kind == "object" else []


VRU_QUESTIONS = Format("vru-accident", "VRU-Accident: questions by clip", _has_questions, _read_questions)
VRU_CAPTIONS = Format("vru-captions", "VRU-Accident: dense captions by clip", _has_captions, _read_captions)
