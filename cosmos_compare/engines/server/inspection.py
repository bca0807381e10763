"""What is found out at the first use of an address, so that no answer comes from a server that was shown something
else: which model, which version, which form of request; and whether Reason1's clock is read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.server.body import Body, Dialect, Encoder, body_of
from cosmos_compare.engines.server.exchange import Exchange
from cosmos_compare.engines.server.faults import FinalError, RefusedError, shortened
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.machine.known_faults import refuse_wrong_version
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import FrameTimes, ModelSpec, Sampling

if TYPE_CHECKING:  # its tokenizer brings in heavy libraries
    from cosmos_compare.engines.local.prompt_ids import PromptCounter

OTHERS = {"sglang": "SGLang", "llamacpp": "llama.cpp"}  # `owned_by` of servers that take no frames with their times
FRAMES = 4
QUICK, SLOW = 0.25, 8.0  # seconds between the frames of the probe
SAME = 1e-4  # logprobs that differ by less are equal


PLAIN = Dialect()


@dataclass(frozen=True)
class Inspected:
    """What is known of an address. `max_tokens` is the longest prompt and answer together, where it says so."""

    served_name: str
    version: str = ""
    max_tokens: int | None = None
    dialect: Dialect = PLAIN
    clock_read: bool | None = None
    doubt: str = ""  # why nothing that it says is verified; only where that is allowed


async def inspect(exchange: Exchange, spec: ModelSpec, counter: PromptCounter | None) -> Inspected:
    """Look at an address before it is asked anything. Raises `RefusedError` and what an `Exchange` raises."""
    name, max_tokens = await _model(exchange, spec)
    version = await _version(exchange)
    try:
        refuse_wrong_version("vllm", version, spec)
    except CompareError as error:
        raise RefusedError(error.message, error.hint) from error
    clocked = spec.vision.clock == "overlay"  # the others are told the time in tokens, which every answer shows
    dialect = await _dialect(exchange, spec, name, counter)
    read = await _reads_the_clock(exchange, spec, name, dialect) if clocked else None
    if clocked and read is None:
        raise RefusedError(
            "{host} gives no logprobs, so that nobody knows whether it reads the times of the frames.",
            started_right(spec),
            host=exchange.host,
        )
    if read is False:
        raise RefusedError(
            "{host} gives the same answer whatever the times of the frames: {label} is not told them.",
            started_right(spec),
            host=exchange.host,
            label=spec.label,
        )
    return Inspected(name, version, max_tokens, dialect, read)


async def as_it_is(exchange: Exchange, spec: ModelSpec, doubt: str) -> Inspected:
    """An address that was refused, for those who want its answers all the same. Raises what an `Exchange` raises."""
    name, max_tokens = await _model(exchange, spec)
    version = await _version(exchange)
    for dialect in (Dialect(), Dialect(cap_pixels=False)):
        try:
            await exchange.post(_probe_body(probe_request(spec, QUICK), name, dialect))
        except FinalError:
            continue
        return Inspected(name, version, max_tokens, dialect, doubt=doubt)
    raise RefusedError("{host} takes no request with frames at all.", started_right(spec), host=exchange.host)


def started_right(spec: ModelSpec) -> str:
    """How a server is started that can be asked as the local engine is."""
    assert spec.server is not None
    return Text(
        "How to start it so that it can be compared: cosmos-compare serve-command {name}. Or --unverified takes its "
        "answers as they are, each of them marked.",
        name=spec.server.like or spec.name,
    )


async def _model(exchange: Exchange, spec: ModelSpec) -> tuple[str, int | None]:
    """What the server calls the model, and how many tokens it takes."""
    listed = await exchange.get(f"{exchange.address}/models")
    data = listed.get("data")
    entries = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
    server = exchange.server
    wanted = [server.served_name] if server.served_name else [spec.name, server.like, server.tokenizer]
    found = next((each for name in wanted if name for each in entries if each.get("id") == name), None)
    if found is None:
        names = ", ".join(repr(shortened(str(each.get("id")))[:80]) for each in entries[:5]) or "–"
        raise RefusedError(
            "{host} serves {names}, and not {wanted!r}.",
            "Start it with --served-model-name {wanted}, or write what it is called into the model's entry as "
            "served_name.",
            host=exchange.host,
            names=names,
            wanted=wanted[0],
        )
    if other := OTHERS.get(str(found.get("owned_by")).casefold()):
        raise RefusedError(
            "{host} is {other}, which takes no frames with their times.",
            started_right(spec),
            host=exchange.host,
            other=other,
        )
    longest = found.get("max_model_len")
    known = isinstance(longest, int) and not isinstance(longest, bool) and longest > 0
    return str(found["id"]), longest if known else None


async def _version(exchange: Exchange) -> str:
    """vLLM's version; empty behind what does not pass the question on."""
    try:
        said = await exchange.get(f"{exchange.address.removesuffix('/v1')}/version")
    except FinalError:
        return ""
    version = said.get("version")
    return shortened(version)[:100] if isinstance(version, str) else ""


async def _dialect(exchange: Exchange, spec: ModelSpec, name: str, counter: PromptCounter | None) -> Dialect:
    """The form of request that shows the server the prompt that is meant."""
    dialects = [Dialect(), Dialect(cap_pixels=False)]
    request = probe_request(spec, QUICK)
    ours = counter.count(request).ids if counter else None
    if counter and (bare := counter.bare_template()):
        dialects += [Dialect(template=bare), Dialect(cap_pixels=False, template=bare)]
    refusal: RefusedError | None = None
    for dialect in dialects:
        try:
            said = await exchange.post(_probe_body(request, name, dialect))
        except FinalError as error:
            if error.kind != "ServerError":
                raise
            refusal = RefusedError(error.message, started_right(spec))
            continue
        theirs = prompt_of(said)
        if ours is None or theirs is None or theirs in (ours, len(ours)):
            return dialect
        count = theirs if isinstance(theirs, int) else len(theirs)
        refusal = RefusedError(
            "{host} makes another prompt of the same request: {theirs:,} tokens, and ours has {ours:,}.",
            started_right(spec),
            host=exchange.host,
            theirs=count,
            ours=len(ours),
        )
    assert refusal is not None
    raise refusal


async def _reads_the_clock(exchange: Exchange, spec: ModelSpec, name: str, dialect: Dialect) -> bool | None:
    """Whether the same frames at other times are answered otherwise; None where the server tells no probabilities.

    The first question is put twice: what differs then is the noise of the server's arithmetic, not the clock.
    """
    bodies = [_probe_body(probe_request(spec, step), name, dialect) for step in (QUICK, QUICK, SLOW)]
    quick, same, slow = [first_logprobs(await exchange.post(body)) for body in bodies]
    if not (quick and same and slow):
        return None
    return distance(quick, slow) > max(SAME, 3 * distance(quick, same))


def probe_request(spec: ModelSpec, step: float) -> Request:
    """A few frames of noise, `step` seconds apart."""
    height, width = spec.vision.frame or (4 * spec.vision.factor, 7 * spec.vision.factor)
    images = np.random.default_rng(0).integers(0, 256, (FRAMES, height, width, 3), dtype=np.uint8)
    times = FrameTimes(indices=tuple(range(FRAMES)), seconds=tuple(number * step for number in range(FRAMES)))
    return Request(
        Messages(spec.default_system_prompt, "What happens?"), images, times, step, Sampling(max_new_tokens=1)
    )


def first_logprobs(said: dict[str, Any]) -> dict[str, float]:
    """The likeliest first tokens of an answer with their logprobs; empty where it tells none."""
    try:
        first = said["choices"][0]["logprobs"]["content"][0]["top_logprobs"]
        found = {str(each["token"]): float(each["logprob"]) for each in first}
    except (KeyError, IndexError, TypeError, ValueError):
        return {}
    return found if all(map(math.isfinite, found.values())) else {}


def distance(one: dict[str, float], other: dict[str, float]) -> float:
    """How far two sets of logprobs are apart, at most; infinite where no token is in both."""
    return max((abs(one[token] - other[token]) for token in one.keys() & other.keys()), default=float("inf"))


def with_logprobs(body: Body) -> Body:
    """The same question, asked for the probabilities of the first token."""
    return body | {"max_tokens": 1, "logprobs": True, "top_logprobs": 5, "return_tokens_as_token_ids": True}


def _probe_body(request: Request, name: str, dialect: Dialect) -> Body:
    return with_logprobs(body_of(request, Encoder().url(request)[0], name, dialect))


def prompt_of(said: dict[str, Any]) -> tuple[int, ...] | int | None:
    """The ids of the prompt as the server made it, or their count; None where it tells neither."""
    ids = said.get("prompt_token_ids")
    if isinstance(ids, list):
        return tuple(ids)
    usage = said.get("usage")
    count = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return count if isinstance(count, int) else None
