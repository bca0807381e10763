"""WTS (AI City Challenge, track 2): questions about phases of an event that several cameras saw."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cosmos_compare.imports.fields import RowError, first, line, listed, mapping, seconds, text
from cosmos_compare.imports.formats.base import Format, Read, each_row, has_keys
from cosmos_compare.imports.item import ItemDraft, RowLeftOut
from cosmos_compare.imports.options import asked, options_of, right_of
from cosmos_compare.imports.rows import Document


def _drafts(number: int, row: Any) -> Read:
    """An item for each camera, phase and question."""
    row = mapping(row)
    videos = _videos(row)
    count = 0
    for phase, conversation in _conversations(row):
        count += 1
        try:
            start, end = seconds(phase.get("start_time"), "start_time"), seconds(phase.get("end_time"), "end_time")
            if start is not None and end is not None and end <= start:
                raise RowError(f"end_time ({end:g} s) is not after start_time ({start:g} s)")
            for camera, video in enumerate(videos, 1):
                yield _draft(number, row, conversation, video, start, end, f"{count}.{camera}", phase)
        except RowError as problem:
            yield RowLeftOut(number, f"question {count}: {problem}")
    if not count:
        raise RowError("no question")


def _draft(
    number: int, row: Any, asks: Any, video: str, start: float | None, end: float | None, part: str, phase: Any
) -> ItemDraft:
    question = text(asks.get("question"), "question")
    options = options_of({key: value for key, value in asks.items() if len(key) == 1 and key.isalpha()})
    correct = first(asks, ("correct", "answer"))
    labels = phase.get("labels")
    return ItemDraft(
        row=number,
        part=part,
        media=video,
        question=asked(question, options),
        options=options,
        right=() if correct is None else right_of(correct, options),
        start=start,
        end=end,
        category=line(", ".join(map(str, labels)) if isinstance(labels, list) else "", "labels"),
        keys={
            "id": text(asks["id"] if asks.get("id") is not None else row.get("id"), "id"),
            "question": part.split(".")[0],
        },
    )


def _videos(row: Any) -> list[str]:
    """The videos of all cameras, in the order of the file."""
    found: list[str] = []
    for name, value in row.items():
        if name.endswith(("videos", "video")) and value:
            found += [text(each, name) for each in ([value] if isinstance(value, str) else listed(value, name))]
    if not found:
        raise RowError("no video is named")
    return list(dict.fromkeys(found))


def _conversations(row: Any) -> Iterator[tuple[Any, Any]]:
    """Each question with its phase; those beside the phases are about the whole clip."""
    for phase in listed(row.get("event_phase") or [], "event_phase"):
        phase = mapping(phase, "a phase")
        for asks in listed(phase.get("conversations") or [], "conversations"):
            yield phase, mapping(asks, "a question")
    for asks in listed(row.get("conversations") or [], "conversations"):
        yield {}, mapping(asks, "a question")


def _read(document: Document) -> Read:
    return each_row(document, _drafts)


def _fits(document: Document) -> bool:
    """`conversations` of LLaVA have turns instead of questions."""
    if has_keys(document, "event_phase"):
        return True
    firsts = [
        value["conversations"][0]
        for value in document.values
        if isinstance(value, dict) and isinstance(value.get("conversations"), list) and value["conversations"]
    ]
    return any(isinstance(own, dict) and "question" in own and "a" in own for own in firsts)


WTS = Format("wts", "WTS (AI City track 2): event_phase with conversations", _fits, _read)
