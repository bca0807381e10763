"""The events of an answer as it comes, with limits: on a line, on silence, on how long a stream may go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from cosmos_compare.engines.server.faults import (
    IS_IT_VLLM,
    NO_BEGIN,
    SILENT,
    FinalError,
    lost,
    shortened,
    told,
)
from cosmos_compare.records.served import host_of

MAX_LINE = 16_000_000  # bytes; the ids of a long prompt take one of them
MORE_EVENTS = 64  # beside one for each token
FIELDS = (b"event:", b"id:", b"retry:", b":")  # of a stream of events, beside its data; a comment is the last


@dataclass
class Heard:
    """What an answer has said so far. `ids` are those of its tokens, None where the server does not give them."""

    text: str = ""
    ids: list[int] | None = field(default_factory=list)
    prompt_ids: tuple[int, ...] | None = None
    prompt_tokens: int | None = None
    new_tokens: int | None = None
    cached_tokens: int | None = None
    finish: str = ""
    fingerprint: str = ""
    model: str = ""


async def lines(
    chunks: AsyncIterator[bytes], first_s: float, silence_s: float, host: str
) -> AsyncGenerator[bytes, None]:
    """The lines of a stream that hold data; of an answer that is no stream of events, what it is instead. Raises
    `AgainError` for silence, `FinalError` for a line without end."""
    rest, heard, clock = bytearray(), False, asyncio.get_running_loop()
    until = clock.time() + first_s
    while True:
        try:
            async with asyncio.timeout_at(until):
                chunk = await anext(chunks, None)
        except TimeoutError:
            raise lost(host, SILENT if heard else NO_BEGIN) from None
        if chunk is None:
            if not heard and rest.strip():
                yield bytes(rest)  # no stream of events, but the whole of something else
            return  # what began without an end of its line was cut
        *whole, tail = chunk.split(b"\n")
        for line in whole:
            rest += line
            line, rest = bytes(rest).strip(), bytearray()
            if line.startswith(b"data:"):  # comments keep a connection open, and say nothing
                heard, until = True, clock.time() + silence_s
                yield line[5:].strip()
            elif not heard and line and not line.startswith(FIELDS):
                yield line
        rest += tail
        if len(rest) > MAX_LINE:
            raise FinalError(
                "ServerError", "{host} sends a line of more than {most:,} bytes.", IS_IT_VLLM, host=host, most=MAX_LINE
            )


def read_event(data: bytes, heard: Heard, address: str) -> str:
    """Take in one event; returns the text that is new. Raises for errors in the stream and for what is no event."""
    host = host_of(address)
    try:
        event = orjson.loads(data)
        if not isinstance(event, dict):
            raise ValueError
        if error := error_in(event):
            raise told(error, address)
        if "choices" not in event and "usage" not in event:
            raise ValueError
        return _taken(event, heard)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = shortened(data[:200].decode(errors="replace"))
        raise FinalError(
            "ServerError", "{host} sends what is no answer: {said}", IS_IT_VLLM, host=host, said=said
        ) from error


def error_in(said: dict[str, Any]) -> Any:
    """The error in what a server says; nothing where there is none (`"error": null` is none)."""
    return said.get("error") or (said if said.get("object") == "error" else None)


def _taken(event: dict[str, Any], heard: Heard) -> str:
    heard.model = _text(event.get("model")) or heard.model
    heard.fingerprint = _text(event.get("system_fingerprint"))[:200] or heard.fingerprint
    if event.get("prompt_token_ids") is not None:
        heard.prompt_ids = tuple(_counts(event["prompt_token_ids"]))
    if usage := event.get("usage"):
        heard.prompt_tokens = _told_count(usage.get("prompt_tokens"), heard.prompt_tokens)
        heard.new_tokens = _told_count(usage.get("completion_tokens"), heard.new_tokens)
        details = usage.get("prompt_tokens_details") or {}
        heard.cached_tokens = _told_count(details.get("cached_tokens"), heard.cached_tokens)
    new = ""
    for choice in event.get("choices") or []:
        if choice.get("index", 0) != 0 or "message" in choice:
            raise ValueError  # a second answer, or one that does not stream
        delta = choice.get("delta") or {}
        if delta.get("tool_calls") or delta.get("function_call"):
            raise FinalError(
                "ServerRefused",
                "The server takes calls of tools out of the answer, so the text is not the model's own.",
                "Start it without --tool-call-parser.",
            )
        if delta.get("reasoning_content") or delta.get("reasoning"):
            raise FinalError(
                "ServerRefused",
                "The server takes the reasoning out of the answer, so the text is not the model's own.",
                "Start it without --reasoning-parser.",
            )
        piece = _text(delta.get("content"))
        if choice.get("token_ids") is None:
            heard.ids = None if piece else heard.ids
        elif heard.ids is not None:
            heard.ids += _counts(choice["token_ids"])
        heard.finish = _text(choice.get("finish_reason")) or heard.finish
        new += piece
    heard.text += new
    return new


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _counts(values: Any) -> list[int]:
    return [_count(value) for value in values]


def _told_count(value: Any, before: int | None) -> int | None:
    return before if value is None else _count(value)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 10**12:
        raise TypeError("no count")
    return value
