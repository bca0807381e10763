"""Reasoning and answer of a raw text, told apart by think and answer tags. Knows nothing of models.

Models are unreliable about tags, so each rule here says what it makes of a missing or mangled one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from cosmos_compare.texts.lenient_json import ParsedJson, read_json

# `<think\>` is seen for both tags: it closes where something is open or was written before, else it opens.
_THINK = re.compile(r"<\s*(?P<mark>\\?/{1,2}|\\)?\s*think(?:ing)?\s*(?P<after>/|\\)?\s*>", re.IGNORECASE)
REASONING_OPENED = "<think>\n"  # what stands in live text for a block that the prompt opened
_ANSWER = re.compile(r"<\s*answer\s*>", re.IGNORECASE)
_ANSWER_END = re.compile(r"<\s*[/\\]{1,2}\s*answer\s*>|<\s*answer\s*[/\\]\s*>", re.IGNORECASE)
_SPECIAL = re.compile(r"<\|[^|<>\s]{1,60}\|>|\[/INST\]|<start_of_turn>")  # what chat templates put before a turn


class Span(NamedTuple):
    """Where something stands in a raw text: `raw[start:end]`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True)
class Parts:
    """A raw text taken apart. `thinking` is true when the reasoning was begun and never ended: then there is no
    answer, only reasoning that was cut. `spans` says where the answer stands in the raw text, most often in one
    piece."""

    reasoning: str
    answer: str
    thinking: bool = False
    spans: tuple[Span, ...] = ()

    @property
    def json(self) -> ParsedJson:
        return read_json(self.answer)


def opens_reasoning(rendered_prompt: str | None) -> bool:
    """Whether a prompt ends inside a think block that its template opened: then the answer begins with reasoning.

    Only what follows the last special token counts; tags that a question merely names stand before it.
    """
    text = (rendered_prompt or "").rstrip()[-4000:]
    turns = [special.end() for special in _SPECIAL.finditer(text)]
    tags = list(_THINK.finditer(text, turns[-1] if turns else 0))
    if not tags or (not turns and tags[-1].end() != len(text)):
        return False
    return not (tags[-1]["mark"] or tags[-1]["after"])


def split(raw: str, rendered_prompt: str | None = None) -> Parts:
    """Reasoning and answer of a raw text. An unterminated think block is never the answer, whether the model opened
    it or its chat template did at the end of `rendered_prompt`."""
    inside, outside, thinking = _take_reasoning(raw, opens_reasoning(rendered_prompt))
    reasoning = "\n".join(text for span in inside if (text := span.of(raw).strip()))
    if thinking and inside and (given := _answer_in_open_reasoning(raw, inside[-1])):
        reasoning = "\n".join(
            text for span in [*inside[:-1], Span(inside[-1].start, given)] if (text := span.of(raw).strip())
        )
        outside, thinking = [Span(given, inside[-1].end)], False
    spans = _inside_answer_tags(raw, outside)
    answer = "".join(span.of(raw) for span in spans).strip()
    return Parts(reasoning, answer, thinking, tuple(spans))


def _take_reasoning(raw: str, is_open: bool) -> tuple[list[Span], list[Span], bool]:
    """(what stands inside think blocks, what stands outside, whether the last block is still open)."""
    inside: list[Span] = []
    outside: list[Span] = []
    at, written = 0, False
    for tag in _THINK.finditer(raw):
        piece, at = Span(at, tag.start()), tag.end()
        closes = _closes(tag, is_open, written or bool(piece.of(raw).strip()))
        if is_open:
            inside.append(piece)
        elif closes and not inside:
            # Text before a closing tag that nothing opened is reasoning: the opening tag is often in the prompt.
            inside, outside, written = [*outside, piece], [], False
        else:
            outside.append(piece)
            written = written or bool(piece.of(raw).strip())
        is_open = not closes
    (inside if is_open else outside).append(Span(at, len(raw)))
    return inside, outside, is_open


def _closes(tag: re.Match[str], is_open: bool, text_before: bool) -> bool:
    if (tag["mark"] or "").endswith("/"):
        return True
    mangled = bool(tag["mark"] or tag["after"])
    return mangled and (is_open or text_before)


def _answer_in_open_reasoning(raw: str, block: Span) -> int | None:
    """Where the answer begins in reasoning that was never closed: at an answer tag that begins a line, or whose end
    ends the text. Others are the model talking about its tags."""
    tags = list(_ANSWER.finditer(raw, *block))
    if not tags:
        return None
    last = tags[-1].start()
    begins_line = not raw[block.start : last].rpartition("\n")[2].strip()
    ends = list(_ANSWER_END.finditer(raw, *block))
    ends_text = bool(ends) and not raw[ends[-1].end() : block.end].strip()
    return last if begins_line or ends_text else None


def _inside_answer_tags(raw: str, spans: list[Span]) -> list[Span]:
    """What stands in the last answer block; a missing tag of the pair is forgiven; all of it without any."""
    starts = [(n, tag.end()) for n, span in enumerate(spans) for tag in _ANSWER.finditer(raw, *span)]
    if starts:
        number, at = starts[-1]
        spans = [Span(at, spans[number].end), *spans[number + 1 :]]
    for number, span in enumerate(spans):
        if end := _ANSWER_END.search(raw, *span):
            return [*spans[:number], Span(span.start, end.start())]
    return spans
