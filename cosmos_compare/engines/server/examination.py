"""One server from end to end, for a person who sets it up: what is sent, what comes back, what differs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.server.body import Body, Encoder, body_of, encoded
from cosmos_compare.engines.server.engine import key_of
from cosmos_compare.engines.server.exchange import Exchange, client_of
from cosmos_compare.engines.server.inspection import (
    Inspected,
    distance,
    first_logprobs,
    inspect,
    prompt_of,
    with_logprobs,
)
from cosmos_compare.records.schema import ModelSpec

if TYPE_CHECKING:
    from cosmos_compare.engines.local.prompt_ids import PromptCounter

EXACT = 1e-3  # logprobs of float32 on both sides are no further apart
URL_SHOWN = 60  # characters of the frames
OfLocal = Callable[[Request], dict[str, float]]


@dataclass(frozen=True)
class ServerFinding:
    """One line: what was looked at, what came out of it, and whether it is as it should be (None: no judgement)."""

    what: str
    found: str
    right: bool | None = None


def examine(
    spec: ModelSpec, address: str, requests: Sequence[Request], counter: PromptCounter | None, local: OfLocal | None
) -> Iterator[ServerFinding]:
    """Look at one address of a model. `local` gives the local engine's logprobs of a request, where the weights are
    here. Raises `CompareError` for a server that is refused or can't be reached."""
    assert spec.server is not None
    with asyncio.Runner() as loop:
        exchange = Exchange(client_of(spec.server, key_of(spec)), spec.server, address)
        try:
            found = loop.run(inspect(exchange, spec, counter))
            yield from _of_inspection(found, counter)
            yield ServerFinding("sent", shortened_body(_body(requests[0], found)))
            for request in requests:
                said = loop.run(exchange.post(with_logprobs(_body(request, found))))
                yield from _of_answer(request, said, counter, local)
        finally:
            loop.run(exchange.client.aclose())


def _of_inspection(found: Inspected, counter: PromptCounter | None) -> Iterator[ServerFinding]:
    yield ServerFinding("model", found.served_name, True)
    yield ServerFinding("version", found.version or "not told", True if found.version else None)
    yield ServerFinding("longest prompt and answer", f"{found.max_tokens:,} tokens" if found.max_tokens else "not told")
    sends = [name for name, sent in (("cap_pixels_per_frame", found.dialect.cap_pixels),) if sent]
    sends += ["chat_template"] if found.dialect.template else []
    yield ServerFinding("takes the frames' times with a request", ", ".join(["yes", *sends]), True)
    if found.clock_read is not None:
        yield ServerFinding("reads the clock", "yes" if found.clock_read else "no", found.clock_read)
    if counter is None:
        yield ServerFinding("prompt", "can't be counted here, for the entry names no tokenizer", False)


def _of_answer(
    request: Request, said: dict[str, Any], counter: PromptCounter | None, local: OfLocal | None
) -> Iterator[ServerFinding]:
    what = f"{len(request.images)} frames, {request.messages.user[:40]!r}"
    theirs = prompt_of(said)
    if counter:
        ours = counter.count(request).ids
        if isinstance(theirs, tuple):
            least = min(len(theirs), len(ours))
            at = next((n for n in range(least) if theirs[n] != ours[n]), least)
            same = theirs == ours
            where = "equal ids" if same else f"{len(theirs):,} ids, ours {len(ours):,}, other from place {at} on"
        else:
            same, told = theirs == len(ours), "no number of" if theirs is None else f"{theirs:,}"
            where = f"{told} tokens, ours {len(ours):,}; it tells no ids"
        yield ServerFinding(f"prompt of {what}", where, same)
    if local:
        apart = distance(first_logprobs(said), local(request))
        yield ServerFinding(f"logprobs of {what}", f"{apart:.1e} from the local engine", apart <= EXACT)


def _body(request: Request, found: Inspected) -> Body:
    return body_of(request, Encoder().url(request)[0], found.served_name, found.dialect)


def shortened_body(body: Body) -> str:
    """A request as it is sent, with most of its frames left out."""
    copy = orjson.loads(encoded(body))
    video = copy["messages"][-1]["content"][0]["video_url"]
    video["url"] = f"{video['url'][:URL_SHOWN]}… ({len(video['url']):,} characters)"
    return orjson.dumps(copy, option=orjson.OPT_INDENT_2).decode()
