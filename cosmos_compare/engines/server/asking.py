"""Asking until there is an answer: the choice of an address, its inspection, the tries, and what each outcome means."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx2
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from cosmos_compare.engines.server import inspection
from cosmos_compare.engines.server.addresses import Address, Addresses
from cosmos_compare.engines.server.body import body_of
from cosmos_compare.engines.server.checked import AnswerSoFar, Checked, ServerRequest
from cosmos_compare.engines.server.exchange import Exchange
from cosmos_compare.engines.server.faults import AgainError, FinalError, RefusedError
from cosmos_compare.engines.server.inspection import Inspected
from cosmos_compare.engines.server.stream import Heard
from cosmos_compare.language import clause
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.records.served import ServedBy

if TYPE_CHECKING:
    from cosmos_compare.engines.local.prompt_ids import PromptCounter

# How long it is tried again: a person waits a moment for a server, a batch for one that is started anew.
PATIENCE_S, PATIENT_S = 30.0, 600.0
REFUSAL_S = 30.0  # so long a refusal holds: somebody may start the server anew, with other flags
# Errors of a server's own (500), one behind the other, after which it is asked again. One may pass; and vLLM 0.32 takes
# frames that its full queue refused for frames that it has, until it has failed with them once ("cache drift").
INNER_ERRORS = 2
# Ends after which it is looked at again what is behind an address before it is asked anything more.
_PERHAPS_ANOTHER = frozenset({"ServerKey", "ServerModel", "ServerMoved", "ServerRefused", "ServerCertificate"})
_BACK_OFF = wait_random_exponential(multiplier=0.3, max=20.0)  # seconds, with jitter


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

    async def close(self) -> None:
        await self.client.aclose()

    async def ask(self, asked: ServerRequest, told: AnswerSoFar) -> None:
        """Try until there is a whole answer in `told`. Raises `FinalError`."""
        began = time.monotonic()

        def enough(state: RetryCallState) -> bool:
            error = state.outcome.exception() if state.outcome else None
            assert isinstance(error, AgainError)
            told.inner_errors = told.inner_errors + 1 if error.inner else 0
            return told.inner_errors > INNER_ERRORS or self._patience_left(asked, told) < 0

        def pause(state: RetryCallState) -> float:
            """No longer than there is patience; where all addresses want to be left alone, until one may be asked."""
            rest = self.addresses.rest_s(asyncio.get_running_loop().time()) if self._all_full(state) else 0.0
            return min(max(_BACK_OFF(state), rest), self._patience_left(asked, told) + 0.1)

        tries = AsyncRetrying(retry=retry_if_exception_type(AgainError), wait=pause, stop=enough, reraise=True)
        try:
            async for attempt in tries:
                with attempt:
                    await self._try(asked, told)
        except AgainError as error:
            raise FinalError(
                "ServerDown" if error.unreachable else "ServerFailed",
                "No whole answer: {why}."
                if told.attempts == 1
                else "No whole answer in {seconds:.0f} s and {tries} tries. The last: {why}.",
                "Check that the server runs and is reached from here: cosmos-compare server {name}",
                seconds=time.monotonic() - began,
                tries=told.attempts,
                why=error.message.changed(clause),
                name=self.spec.name,
            ) from error

    def _patience_left(self, asked: ServerRequest, told: AnswerSoFar) -> float:
        """Seconds, less than none where it is enough: an outage that others waited for is not waited for again."""
        assert told.failing_since is not None
        down = self.addresses.down_since(asyncio.get_running_loop().time())
        since = told.failing_since if down is None else min(told.failing_since, down)
        return (PATIENT_S if asked.request.patient else PATIENCE_S) - (time.monotonic() - since)

    @staticmethod
    def _all_full(state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return isinstance(error, AgainError) and error.after_s > 0

    async def _try(self, asked: ServerRequest, told: AnswerSoFar) -> None:
        async with self.addresses.place(asked.clip, asked.request.patient) as address:
            exchange = Exchange(self.client, self.server, address.url)
            told.attempts += 1
            told.alive_at = time.monotonic()
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
                checked = Checked(asked, told, found, self.server.unverified)
                told.heard = await exchange.stream(body, checked)
                told.by = checked.served_by(told.by, self.doubt)
                self._is_the_same(address, told.heard)
                address.answered()
            except AgainError as error:
                now = asyncio.get_running_loop().time()
                address.failed(now, unreachable=error.unreachable, busy=error.busy, after_s=error.after_s)
                told.failing_since = told.alive_at if told.failing_since is None else told.failing_since
                raise
            except FinalError as error:
                address.answered()
                if error.kind in _PERHAPS_ANOTHER and address.refusal is None:
                    address.look_anew()
                raise

    def _is_the_same(self, address: Address, heard: Heard) -> None:
        """That the answer is of a server that was looked at. One that was started anew between two questions is told
        by nothing else; behind some addresses there are several."""
        if not address.fingerprints or heard.fingerprint in address.fingerprints:
            address.fingerprints.add(heard.fingerprint)
            return
        address.found = None
        address.fingerprints.add(heard.fingerprint)
        raise AgainError("{host} is another server than the one that was looked at", host=address.host)

    async def _inspected(self, address: Address, exchange: Exchange) -> Inspected:
        """What is known of an address; it is looked at once, for all who ask."""
        if address.found is None:
            address.found = asyncio.ensure_future(self._inspect(exchange))
        task = address.found
        try:
            # One who stops waiting does not end it for the others.
            return await asyncio.shield(task)
        except FinalError as error:
            others = any(each.refusal is None for each in self.addresses.all if each is not address)
            if address.found is task and not address.refusal and (others or isinstance(error, RefusedError)):
                address.refusal = error
                self._look_again(address)
            if others:  # which may do
                raise AgainError(error.message) from error
            raise
        finally:
            if address.found is task and address.refusal is None and task.done() and not _went_well(task):
                address.found = None

    async def _inspect(self, exchange: Exchange) -> Inspected:
        try:
            return await inspection.inspect(exchange, self.spec, self.counter)
        except RefusedError as error:
            if not self.server.unverified:
                raise
            return await inspection.as_it_is(exchange, self.spec, error.message)

    def _look_again(self, address: Address) -> None:
        def forget() -> None:
            address.found = address.refusal = None

        asyncio.get_running_loop().call_later(REFUSAL_S, forget)

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


def _went_well(task: asyncio.Future[Inspected]) -> bool:
    return not task.cancelled() and task.exception() is None
