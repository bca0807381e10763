"""LLaVA style: conversations about a clip, as training sets and the cookbook's evaluation have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cosmos_compare.imports.fields import RowError, line, listed, mapping, text
from cosmos_compare.imports.formats.base import Format, Read, each_row, has_keys
from cosmos_compare.imports.item import ItemDraft
from cosmos_compare.imports.options import options_in, options_inside
from cosmos_compare.imports.rows import Document
from cosmos_compare.texts.letters import letter_of
from cosmos_compare.texts.reasoning import split

HUMAN, MODEL, SYSTEM = ("human", "user"), ("gpt", "assistant", "model"), ("system",)
_VIDEO = re.compile(r"[ \t]*<(?:video|image)>[ \t]*\n?")
ANSWERED = "correct_answer"  # the key of an item that holds what its row answers
LETTER, REASONING, FREEFORM = "letter", "reasoning", "freeform"


def read_llava(document: Document, answer_type: str = "", system_prompt: str = "") -> Read:
    """An item for each question and its answer. `answer_type` is the evaluation config's: without it a question is
    scored by letter where it lists options and its answer names one."""

    def drafts(number: int, row: Any) -> Iterator[ItemDraft]:
        return _drafts(number, mapping(row), answer_type, system_prompt)

    return each_row(document, drafts)


def _drafts(number: int, row: Any, answer_type: str, system_prompt: str) -> Iterator[ItemDraft]:
    videos = row.get("video")
    videos = [videos] if isinstance(videos, str) else listed(videos, "video")
    system, turns = _turns(row.get("conversations"))
    several = len(turns) > 1, len(videos) > 1
    for place, (question, answer) in enumerate(turns, 1):
        options, right = _scored(question, answer, answer_type)
        for n, video in enumerate(videos, 1):
            parts = [str(value) for value, many in zip((place, n), several, strict=True) if many]
            yield ItemDraft(
                row=number,
                part=".".join(parts),
                media=text(video, "video"),
                question=question,
                options=options,
                right=right,
                references=() if options or not answer else (answer,),
                system_prompt=system or system_prompt,
                category=line(row.get("type") or row.get("category"), "type"),
                keys={"id": line(row.get("id"), "id"), "prompt": question, ANSWERED: answer},
            )


def _scored(question: str, answer: str, answer_type: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Options and the right one, where answers are to be letters."""
    if answer_type in (REASONING, FREEFORM):
        return {}, ()
    options = options_in(question)
    if not options and re.fullmatch(r"\W*[A-Za-z]\W*", final_answer(answer)):  # a bare letter names one of them
        options = options_inside(question)
    letter = letter_of(answer, options).letter if options else ""
    if answer_type == LETTER and not letter:
        raise RowError(f"the answer {answer[:40]!r} names no option" if options else "the question lists no options")
    return (options, (letter,)) if letter else ({}, ())


def _turns(conversations: Any) -> tuple[str, list[tuple[str, str]]]:
    """The system prompt, and each question with the answer that follows it."""
    system, turns, question = "", [], ""
    for turn in listed(conversations, "conversations"):
        turn = mapping(turn, "a turn")
        who = str(turn.get("from", turn.get("role", ""))).lower()
        said = text(turn.get("value", turn.get("content")), "a turn", empty=True)
        if who in SYSTEM:
            system = said
        elif who in HUMAN:
            question = text(_VIDEO.sub("", said), "the question")
        elif who in MODEL and question:
            turns.append((question, said))
            question = ""
        elif who not in MODEL:
            raise RowError(f"a turn is from {who[:20]!r}")
    if question:
        turns.append((question, ""))
    if not turns:
        raise RowError("the conversation holds no question")
    return system, turns


def final_answer(text: str) -> str:
    """A reference without its reasoning."""
    return split(text).answer or text


LLAVA = Format(
    "llava", "LLaVA style: video and conversations", lambda own: has_keys(own, "video", "conversations"), read_llava
)
