"""Asking until there is an answer: the choice of an address, its inspection, the tries, and what each outcome means."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.server import inspection
from cosmos_compare.engines.server.addresses import Address, Addresses
from cosmos_compare.engines.server.body import body_of
from cosmos_compare.engines.server.exchange import Exchange
from cosmos_compare.engines.server.faults import AgainError, FinalError, RefusedError
from cosmos_compare.engines.server.inspection import Inspected
from cosmos_compare.engines.server.stream import Heard
from cosmos_compare.language import Text, clause
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.records.served import ServedBy, Verified

if TYPE_CHECKING:
    from cosmos_compare.engines.local.prompt_ids import PromptCounter, PromptIds

# How long it is tried again: a person waits a moment for a server, a batch for one that is started anew.
PATIENCE_S, PATIENT_S = 30.0, 600.0
REFUSAL_S = 30.0  # so long a refusal holds: somebody may start the server anew, with other flags
# Errors of a server's own (500), one behind the other, after which it is asked again. One may pass; and vLLM 0.32 takes
# frames that its full queue refused for frames that it has, until it has failed with them once ("cache drift").
INNER_ERRORS = 2
_BACK_OFF = wait_random_exponential(multiplier=0.3, max=20.0)  # seconds, with jitter


@dataclass(frozen=True)
class ServerRequest:
    """A request ready to be sent. `ours` is the prompt that the server is to have read, where it can be made here."""

    request: Request
    url: str
    clip: str
    ours: PromptIds | None
    prepared_s: float


@dataclass
class AnswerSoFar:
    """How far the last try came. `on_news` gets each piece of text, and None when what came before is void."""

    on_news: Callable[[str | None], None]
    heard: Heard = field(default_factory=Heard)
    first_at: float | None = None
    company: int = 1
    by: ServedBy | None = None
    tries: int = 0
    inner_errors: int = 0

    def begin(self, company: int) -> None:
        if self.tries:
            self.on_news(None)
        self.heard, self.first_at, self.company = Heard(), None, company
        self.tries += 1


class Asking:
    """All requests of one model. Its methods run in one event loop."""

    def __init__(
        self,
        spec: ModelSpec,
        client: httpx2.AsyncClient,
        addresses: Addresses,
        counter: PromptCounter | None,
        doubt: str,
    ) -> None:
        assert spec.server is not None
        self.spec, self.server = spec, spec.server
        self.client, self.addresses = client, addresses
        self.counter, self.doubt = counter, doubt
        self._reached = time.monotonic()  # when an address last answered, or asking began

    async def close(self) -> None:
        await self.client.aclose()

    async def ask(self, asked: ServerRequest, told: AnswerSoFar) -> None:
        """Try until there is a whole answer in `told`. Raises `FinalError`."""
        began = time.monotonic()
        patience = PATIENT_S if asked.request.patient else PATIENCE_S

        def enough(state: RetryCallState) -> bool:
            """Whether to give up: at once where all the patience went by without any address that answers."""
            error = state.outcome.exception() if state.outcome else None
            assert isinstance(error, AgainError)
            since = min(began, self._reached) if error.unreachable else began
            told.inner_errors = told.inner_errors + 1 if error.inner else 0
            return told.inner_errors > INNER_ERRORS or time.monotonic() - since > patience

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            return max(_BACK_OFF(state), error.after_s if isinstance(error, AgainError) else 0.0)

        tries = AsyncRetrying(retry=retry_if_exception_type(AgainError), wait=pause, stop=enough, reraise=True)
        try:
            async for attempt in tries:
                with attempt:
                    await self._try(asked, told)
        except AgainError as error:
            raise FinalError(
                "ServerDown" if error.unreachable else "ServerFailed",
                "No whole answer in {seconds:.0f} s and {tries} tries. The last: {why}.",
                "Check that the server runs and is reached from here: cosmos-compare server {name}",
                seconds=time.monotonic() - began,
                tries=max(told.tries, 1),
                why=error.message.changed(clause),
                name=self.spec.name,
            ) from error

    async def _try(self, asked: ServerRequest, told: AnswerSoFar) -> None:
        async with self.addresses.place(asked.clip, asked.request.patient) as address:
            exchange = Exchange(self.client, self.server, address.url)
            try:
                found = await self._inspected(address, exchange)
                told.begin(address.busy)
                self._check_length(asked, found)
                told.by = ServedBy(
                    address=address.host,
                    served_name=found.served_name,
                    version=found.version,
                    verified="no",
                    clock_read=found.clock_read,
                    tries=told.tries,
                )
                body = body_of(asked.request, asked.url, found.served_name, found.dialect)
                checked = _Checked(asked, told, found, self.server.unverified)
                told.heard = await exchange.stream(body, checked)
                told.by = checked.served_by(told.by, self.doubt)
            except AgainError as error:
                address.failed(asyncio.get_running_loop().time(), unreachable=error.unreachable)
                raise
            self._reached = time.monotonic()

    async def _inspected(self, address: Address, exchange: Exchange) -> Inspected:
        """What is known of an address; it is looked at once, for all who ask."""
        if address.found is None:
            address.found = asyncio.ensure_future(self._inspect(exchange))
        task = address.found
        try:
            # One who stops waiting does not end it for the others.
            return await asyncio.shield(task)
        except FinalError as error:
            refused = isinstance(error, RefusedError)
            if address.found is task and not address.refusal:
                address.refusal = error if refused else None
                self._look_again(address, REFUSAL_S if refused else 0.0)
            if refused and any(each.refusal is None for each in self.addresses.all):
                raise AgainError(error.message) from error  # others may do
            raise
        except AgainError:
            if address.found is task:
                address.found = None
            raise

    async def _inspect(self, exchange: Exchange) -> Inspected:
        try:
            return await inspection.inspect(exchange, self.spec, self.counter)
        except RefusedError as error:
            if not self.server.unverified:
                raise
            return await inspection.as_it_is(exchange, self.spec, error.message)

    def _look_again(self, address: Address, after_s: float) -> None:
        def forget() -> None:
            address.found = address.refusal = None

        asyncio.get_running_loop().call_later(after_s, forget)

    def _check_length(self, asked: ServerRequest, found: Inspected) -> None:
        if not asked.ours or not found.max_tokens:
            return
        prompt, answer = len(asked.ours.ids), asked.request.sampling.max_new_tokens
        if prompt + answer > found.max_tokens:
            raise FinalError(
                "TooLong",
                "The prompt has {prompt:,} tokens and the answer may have {answer:,}: together more than the {most:,} "
                "of the server.",
                "Take fewer frames or a lower limit of tokens, or start it with a larger --max-model-len.",
                prompt=prompt,
                answer=answer,
                most=found.max_tokens,
            )


class _Checked:
    """Called for each event of an answer: what a server says of the prompt is held against ours before its text is
    shown."""

    def __init__(self, asked: ServerRequest, told: AnswerSoFar, found: Inspected, unverified: bool) -> None:
        self.asked, self.told, self.found, self.unverified = asked, told, found, unverified
        self.verified: Verified = "no"
        self.doubt = found.doubt

    def __call__(self, heard: Heard, new: str) -> None:
        self.told.heard = heard
        if heard.model and heard.model != self.found.served_name:
            raise RefusedError(
                "The answer is of the model {theirs!r:.100}, and {ours!r} was asked.",
                "Check what is behind the address.",
                theirs=heard.model,
                ours=self.found.served_name,
            )
        if self.verified == "no" and self.asked.ours and not self.doubt:
            self._compare(heard, self.asked.ours)
        if new or heard.ids:
            self.told.first_at = self.told.first_at or time.perf_counter()
            self.told.on_news(new)

    def _compare(self, heard: Heard, ours: PromptIds) -> None:
        if heard.prompt_ids is not None:
            same, self.verified = heard.prompt_ids == ours.ids, "ids"
        elif heard.prompt_tokens is not None:
            same, self.verified = heard.prompt_tokens == len(ours.ids), "count"
        else:
            return
        if same:
            return
        theirs = len(heard.prompt_ids) if heard.prompt_ids is not None else heard.prompt_tokens
        message = Text(
            "The server read another prompt than the one that was meant: {theirs:,} tokens, and ours has {ours:,}.",
            theirs=theirs,
            ours=len(ours.ids),
        )
        if not self.unverified:
            raise RefusedError(message, "The frames, or their times, did not reach it as they were sent.")
        self.doubt = message

    def served_by(self, begun: ServedBy, doubt: str) -> ServedBy:
        """What the run says of it."""
        heard = self.told.heard
        verified: Verified = "no" if self.doubt else self.verified
        reason = self.doubt or doubt or "the server does not say what it read"
        return begun.model_copy(
            update={
                "fingerprint": heard.fingerprint,
                "cached_tokens": heard.cached_tokens,
                "verified": verified,
                "doubt": "" if verified != "no" else reason,
            }
        )
