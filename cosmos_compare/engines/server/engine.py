"""The server engine: a model whose weights are elsewhere, asked over the network at one or several addresses."""

from __future__ import annotations

import os
import queue
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING

from cosmos_compare.engines.base import Cancelled, OnState, OnText, Request
from cosmos_compare.engines.local.chat_template import Stopped
from cosmos_compare.engines.server.addresses import Addresses
from cosmos_compare.engines.server.asking import Asking
from cosmos_compare.engines.server.body import Encoder
from cosmos_compare.engines.server.checked import AnswerSoFar, ServerRequest
from cosmos_compare.engines.server.exchange import client_of
from cosmos_compare.engines.server.faults import FinalError
from cosmos_compare.engines.server.loop import EventLoop
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.records.schema import Answer, Failure, Finish, ModelSpec
from cosmos_compare.texts.reasoning import REASONING_OPENED, opens_reasoning

if TYPE_CHECKING:
    from cosmos_compare.engines.local.prompt_ids import PromptCounter, PromptIds

LOOK_S = 0.1  # how soon a stop is noticed


class ServerEngine:
    """One model at its addresses. Takes no memory here; nothing is sent before the first answer."""

    device_name = "server"
    kept_bytes = 0
    remote = True

    def __init__(self, spec: ModelSpec, counter: PromptCounter | None, doubt: str = "") -> None:
        """`counter` makes the prompt that a server is to have read; None where that can't be made here, which `doubt`
        explains. Raises `CompareError` for an entry that nothing can be asked with."""
        assert spec.server is not None
        self.spec = spec
        self.server = spec.server
        self.counter = counter
        self.doubt = doubt
        self._encoder = Encoder()
        client = client_of(self.server, key_of(spec))
        self.addresses = Addresses(self.server.addresses, self.server.max_parallel)
        self._asking = Asking(spec, client, self.addresses, counter, doubt)
        # Whoever still asks is ended before: an answer that begins anew would open a connection that nobody closes.
        self._loop = EventLoop(last=self._asking.close)

    @property
    def capacity(self) -> int:
        """Twice what the servers take: frames are decoded while others are answered, and `Addresses` holds back the
        rest."""
        return 2 * self.server.places

    @property
    def note(self) -> str:
        refused = [(each.host, each.refusal) for each in self.addresses.all if each.refusal]
        return " ".join(t("{host} is not asked. {why}", host=host, why=why) for host, why in refused)

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        return None

    def close(self) -> None:
        self._loop.close()

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        """Ask until an address answers, or nothing more is to be hoped for. What an answer had said before it broke
        off is dropped: `on_state` says "again"."""
        start = time.perf_counter()
        on_state("looking")
        try:
            ours = self.counter.count(request, cancelled) if self.counter else None
        except Stopped:
            return Answer(finish="cancelled", device=self.device_name)
        except CompareError as error:
            return _failed(request, Failure(type="WrongInput", message=error.message, hint=error.hint), start)
        url, clip = self._encoder.url(request)
        asked = ServerRequest(request, url, clip, ours, time.perf_counter() - start)
        return self._told(asked, start, on_text, on_state, cancelled)

    def _told(
        self, asked: ServerRequest, start: float, on_text: OnText, on_state: OnState, cancelled: Cancelled
    ) -> Answer:
        news: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        listener = _Listener(asked.ours, on_text, on_state)
        told = AnswerSoFar(news.put)
        future = self._loop.start(self._asking.ask(asked, told))
        while not future.done():
            listener.pass_on(news, LOOK_S)
            if cancelled():
                future.cancel()
                break
        listener.pass_on(news, 0)
        failure = None
        if not future.cancelled():
            failure = _failure_of(future)
        return self._answer(asked, told, failure, start)

    def _answer(self, asked: ServerRequest, told: AnswerSoFar, failure: Failure | None, start: float) -> Answer:
        request, heard = asked.request, told.heard
        end = time.perf_counter()
        text = heard.text
        if self.counter and told.by and told.by.verified == "ids" and heard.ids and heard.new_tokens == len(heard.ids):
            # Bytes of a character that the end cut are told apart by ids only; those of another vocabulary say nothing.
            text = self.counter.decode(heard.ids)
        tokens = heard.new_tokens if heard.new_tokens is not None else len(heard.ids or [])
        first = told.first_at
        finish: Finish = "error" if failure else _FINISH.get(heard.finish, "cancelled")
        return Answer(
            raw=text,
            finish=finish,
            error=failure,
            rendered_prompt=asked.ours.rendered if asked.ours else None,
            sampling=request.sampling,
            input_height=request.images.shape[1],
            input_width=request.images.shape[2],
            video_tokens=asked.ours.video_tokens if asked.ours else None,
            prompt_tokens=heard.prompt_tokens or (len(asked.ours.ids) if asked.ours else None),
            new_tokens=tokens,
            preprocess_s=asked.prepared_s,
            first_token_s=first - start if first else None,
            total_s=end - start,
            tokens_per_s=(tokens - 1) / (end - first) if first and tokens > 1 and end > first else None,
            path="server",
            device=self.device_name,
            answers_at_once=told.company,
            server=told.by,
        )


_FINISH: dict[str, Finish] = {"stop": "stop", "length": "length"}


class _Listener:
    """Passes on what an answer says, in the thread that asked."""

    def __init__(self, ours: PromptIds | None, on_text: OnText, on_state: OnState) -> None:
        self._opens = opens_reasoning(ours.rendered) if ours else False
        self._on_text, self._on_state = on_text, on_state
        self._writing = False

    def pass_on(self, news: queue.SimpleQueue[str | None], wait_s: float) -> None:
        """All that has come, after a wait for the first of it. None among it says that the rest begins anew."""
        try:
            piece = news.get(timeout=wait_s) if wait_s else news.get_nowait()
            while True:
                self._one(piece)
                piece = news.get_nowait()
        except queue.Empty:
            return

    def _one(self, piece: str | None) -> None:
        if piece is None:
            if self._writing:
                self._on_state("again")
            self._writing = False
            return
        if not self._writing:
            self._writing = True
            self._on_state("writing")
            if self._opens:
                self._on_text(REASONING_OPENED)
        if piece:
            self._on_text(piece)


def key_of(spec: ModelSpec) -> str:
    """The key of a model's servers, from the environment. Raises `CompareError` where it is not set."""
    assert spec.server is not None
    name = spec.server.api_key_env
    if not name:
        return ""
    key = os.environ.get(name, "").strip()
    if not (key.isascii() and key.isprintable()):  # the error of whoever would send it shows it
        raise CompareError(
            "{model}: the key in the environment variable {name} has characters in it that no key has.",
            "Set it again: one line, without letters beyond ASCII.",
            model=spec.name,
            name=name,
            field="models",
        )
    if not key:
        raise CompareError(
            "{model}: the environment variable {name}, which its entry names for the key, is not set.",
            "Set it where this program is started: export {name}=…",
            model=spec.name,
            name=name,
            field="models",
        )
    return key


def _failure_of(future: Future[None]) -> Failure | None:
    error = future.exception()
    if error is None:
        return None
    if isinstance(error, FinalError):
        return error.failure
    raise error


def _failed(request: Request, failure: Failure, start: float) -> Answer:
    height, width = request.images.shape[1:3]
    return Answer(
        finish="error",
        error=failure,
        sampling=request.sampling,
        input_height=height,
        input_width=width,
        total_s=time.perf_counter() - start,
        device=ServerEngine.device_name,
    )
