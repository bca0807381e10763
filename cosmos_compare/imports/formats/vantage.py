"""VANTAGE-Bench: tables of questions about fixed cameras. Its truth is withheld, so only results come of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError, first, line, mapping, text
from cosmos_compare.imports.formats.base import Format, Read, each_row, has_keys
from cosmos_compare.imports.item import ItemDraft
from cosmos_compare.imports.options import asked, options_of
from cosmos_compare.imports.rows import Document

# Tasks with the mark in their ids, and words by which the name of a file tells them.
TASKS = {
    "video_qa": ("q", ("video_qa", "videoqa", "vqa", "_qa", "mcq")),
    "event_verification": ("ev", ("event_verification", "verification", "_ev")),
    "temporal_grounding": ("tg", ("temporal_grounding", "temporal_localization", "grounding", "_tg")),
    "dense_video_captioning": ("dvc", ("dense_video_captioning", "dense_caption", "caption", "dvc")),
}


def task_of(document: Document, named: str = "") -> str:
    """The task of a file: the one that is named, else by its options or its file's name. Raises `CompareError`."""
    if named:
        if named not in TASKS:
            raise CompareError(
                "{name!r} is no task of VANTAGE-Bench.",
                "Tasks: {known}.",
                field="task",
                name=named,
                known=", ".join(TASKS),
            )
        return named
    if has_keys(document, "options"):
        return "video_qa"
    name = re.sub(r"[\s-]+", "_", document.path.stem.lower())
    found = [task for task, (_, words) in TASKS.items() if any(word in name for word in words)]
    if len(found) != 1:
        raise CompareError(
            "{name}: rows without options, and the name does not tell the task.",
            "Name it: --task {known}.",
            field="task",
            name=document.path.name,
            known=" | ".join(list(TASKS)[1:]),
        )
    return found[0]


def read_vantage(document: Document, task: str = "") -> Read:
    """An item a row; with options it is scored once the truth is known, which is elsewhere."""
    known = task_of(document, task)

    def drafts(number: int, row: Any) -> Iterator[ItemDraft]:
        yield _draft(number, mapping(row), known)

    return each_row(document, drafts)


def _draft(number: int, row: Any, task: str) -> ItemDraft:
    index = text(row.get("index"), "index")
    if not re.fullmatch(r"\d{1,12}(\.0+)?", index):
        raise RowError(f"index {index[:20]!r} is no number")
    question = text(row.get("question"), "question")
    options = options_of(row.get("options")) if task == "video_qa" else {}
    return ItemDraft(
        row=number,
        media=text(first(row, ("video", "video_path")), "video"),
        question=asked(question, options) if options else question,
        options=options,
        system_prompt=text(row.get("system_prompt"), "system_prompt", empty=True),
        category=line(row.get("category"), "category"),
        keys={"index": str(int(float(index))), "task": task},
    )


VANTAGE = Format(
    "vantage",
    "VANTAGE-Bench: tables with index, video and question",
    lambda own: own.kind == "table" and has_keys(own, "index", ("video", "video_path"), "question"),
    read_vantage,
)
