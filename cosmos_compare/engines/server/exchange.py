"""One request to one address: sent, and its answer read as it comes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson

from cosmos_compare.engines.server import stream
from cosmos_compare.engines.server.body import Body, encoded
from cosmos_compare.engines.server.faults import (
    ABORTED,
    ENDED_EARLY,
    IS_IT_VLLM,
    NO_BEGIN,
    NO_END,
    PARTS_LOST,
    AgainError,
    FinalError,
    lost,
    of_status,
    told,
)
from cosmos_compare.engines.server.stream import Heard
from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_
from cosmos_compare.records.served import Server, host_of

KEEP_ALIVE_S = 3.0  # servers close at five, and a request on its way then would be lost
MAX_REPLY = 4_000_000  # bytes of an answer that does not stream
JSON = {"content-type": "application/json"}


def client_of(server: Server, key: str) -> httpx2.AsyncClient:
    """A client for all addresses of a model. Proxies are those of the environment; certificates are checked against
    the system's store, and the entry's own file. Nothing follows a redirect: the key would go with it.

    Raises `CompareError` for a file of certificates that is none, and for a proxy that can't be used.
    """
    trust = _trusted(server.verify)
    try:
        return httpx2.AsyncClient(
            # Compressed answers may be a thousand times what they seem, so none is asked for and none is taken.
            headers={"accept-encoding": "identity"} | ({"authorization": f"Bearer {key}"} if key else {}),
            verify=trust,
            timeout=httpx2.Timeout(None, connect=server.connect_s),
            limits=httpx2.Limits(max_connections=2 * server.places + 8, keepalive_expiry=KEEP_ALIVE_S),
            follow_redirects=False,
        )
    except ImportError as error:
        raise CompareError(
            "The environment names a SOCKS proxy (all_proxy, http_proxy, https_proxy), for which a package is missing.",
            "pip install socksio; or unset these variables where this program is started.",
        ) from error
    except (ValueError, httpx2.InvalidURL) as error:  # not told: it may hold a password
        raise CompareError(
            "The environment names a proxy that is none (all_proxy, http_proxy or https_proxy).",
            "Write it as http://host:port, or unset it where this program is started.",
        ) from error


def _trusted(verify: str) -> ssl.SSLContext:
    try:
        trust = ssl.create_default_context()
        if verify:
            trust.load_verify_locations(cafile=Path(verify).expanduser())
    except (OSError, RuntimeError) as error:  # an ssl.SSLError is an OSError; there may be no such user's home
        raise CompareError(
            "{file}: no file of certificates ({reason}).",
            "Give a file in PEM form as `verify` in the model's entry.",
            file=verify,
            reason=getattr(error, "strerror", None) or str(error),
        ) from error
    return trust


@dataclass(frozen=True)
class Exchange:
    """What requests to one address have in common."""

    client: httpx2.AsyncClient
    server: Server
    address: str

    @property
    def host(self) -> str:
        return host_of(self.address)

    async def stream(self, body: Body, on_heard: Callable[[Heard, str], None]) -> Heard:
        """Ask, and read the answer to its end. `on_heard` is called after each event with all that was heard, and the
        text that is new. Raises `AgainError` and `FinalError`; ended from outside, it closes the connection, and the
        server stops."""
        heard, events, done = Heard(), 0, False
        most = int(body["max_tokens"]) + stream.MORE_EVENTS
        async with self._open("POST", f"{self.address}/chat/completions", encoded(body)) as response:
            if response.headers.get("content-type", "").startswith("application/json"):
                raise self._in_one_piece(await self._object(response))
            waits = self.server.first_token_s, self.server.silence_s
            async with aclosing(stream.lines(_chunks(response), *waits, self.host)) as lines:
                async for data in lines:
                    if done := data == b"[DONE]":
                        break
                    on_heard(heard, stream.read_event(self._without_key(data), heard, self.address))
                    events += 1
                    if events > most or (heard.new_tokens or 0) > most:
                        raise self._wrong(N_("{host} goes on behind the limit of tokens."))
        self._check_whole(heard, done)
        return heard

    def _in_one_piece(self, said: dict[str, Any]) -> AgainError | FinalError:
        if error := stream.error_in(said):
            return told(error, self.address)
        return self._wrong(N_("{host} answers in one piece, though a stream was asked for."))

    def _check_whole(self, heard: Heard, done: bool) -> None:
        """That nothing of an answer is missing. A server that counts no tokens says by `[DONE]` that it is all."""
        if not heard.finish or (heard.new_tokens is None and not done):
            raise lost(self.host, ENDED_EARLY)
        if heard.finish in {"abort", "error"}:
            raise lost(self.host, ABORTED, inner=True)
        if heard.finish not in {"stop", "length"}:
            raise FinalError(
                "ServerEnded",
                "{host} ended the answer for a reason of its own: {finish!r:.100}.",
                "Ask without what does that there: a filter, a parser of tools, a limit.",
                host=self.host,
                finish=heard.finish,
            )
        if heard.ids is not None and heard.new_tokens is not None and len(heard.ids) != heard.new_tokens:
            raise lost(self.host, PARTS_LOST, inner=True)

    async def post(self, body: Body) -> dict[str, Any]:
        """Ask for an answer in one piece. Raises `AgainError` and `FinalError`."""
        whole = {name: value for name, value in body.items() if name != "stream_options"} | {"stream": False}
        async with self._open("POST", f"{self.address}/chat/completions", encoded(whole)) as response:
            said = await self._object(response)
        if error := stream.error_in(said):
            raise told(error, self.address)
        return said

    async def get(self, url: str) -> dict[str, Any]:
        async with self._open("GET", url, b"") as response:
            return await self._object(response)

    async def _object(self, response: httpx2.Response) -> dict[str, Any]:
        content = await self._read(response)
        try:
            data = orjson.loads(self._without_key(content))
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise self._wrong(N_("{host} answers with what is no JSON object."))
        return data

    def _wrong(self, message: str, **blanks: object) -> FinalError:
        return FinalError("ServerError", message, IS_IT_VLLM, host=self.host, **blanks)

    @property
    def _key(self) -> str:
        return str(self.client.headers.get("authorization", "")).removeprefix("Bearer ")

    def _clean(self, said: str) -> str:
        """What a server says, should it repeat the key: that goes nowhere."""
        return said.replace(self._key, "...") if self._key else said

    def _without_key(self, said: bytes) -> bytes:
        """The same of JSON, in which a key may be written in several ways."""
        escaped = orjson.dumps(self._key).decode()[1:-1]
        for form in {self._key, escaped, escaped.replace("/", "\\/")} - {""}:
            said = said.replace(form.encode(), b"...")
        return said

    def _lost(self, error: httpx2.TransportError) -> AgainError | FinalError:
        """A connection that did not come about, or broke."""
        text = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in text:
            return FinalError(
                "ServerCertificate",
                "{host} shows a certificate that nobody here vouches for.",
                "Name the file with your own authority's certificate as `verify` in the model's entry.",
                host=self.host,
            )
        unreachable = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.ProxyError)
        return lost(self.host, self._clean(text), unreachable=unreachable)

    @asynccontextmanager
    async def _open(self, method: str, url: str, content: bytes) -> AsyncIterator[httpx2.Response]:
        """A response whose headers are there. What goes wrong on the way is worth another try."""
        try:
            async with asyncio.timeout(self.server.connect_s + self.server.first_token_s):
                request = self.client.build_request(method, url, content=content, headers=JSON)
                response = await self.client.send(request, stream=True)
        except TimeoutError:
            raise lost(self.host, NO_BEGIN) from None
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        try:
            if response.headers.get("content-encoding", "").strip().casefold() not in {"", "identity"}:
                raise self._wrong(N_("{host} compresses its answers though nobody asked for that."))
            if response.status_code != 200:
                said = _message(await self._read(response))
                raise of_status(response.status_code, self._clean(said), self.address, response.headers)
            yield response
        except httpx2.TransportError as error:
            raise self._lost(error) from error
        finally:
            await response.aclose()

    async def _read(self, response: httpx2.Response) -> bytes:
        content = b""
        try:
            async with asyncio.timeout(self.server.first_token_s):
                async for chunk in response.aiter_raw():
                    content += chunk
                    if len(content) > MAX_REPLY:
                        raise self._wrong(N_("{host} answers with more than {most:,} bytes."), most=MAX_REPLY)
        except TimeoutError:
            raise lost(self.host, NO_END) from None
        return content


async def _chunks(response: httpx2.Response) -> AsyncGenerator[bytes, None]:
    async for chunk in response.aiter_raw():
        yield chunk


def _message(content: bytes) -> str:
    """The sentence in an error that is JSON; the text itself where it is none."""
    try:
        data = orjson.loads(content)
        found = data.get("error", data)
        return str(found.get("message", found))
    except (ValueError, KeyError, TypeError, AttributeError):
        return content.decode(errors="replace")
