"""A server on 127.0.0.1 that speaks as vLLM does, and misbehaves as a test wants: what a true one does rarely.

It reads a request back into what a model would be shown (frames, their times and size, the messages), makes the prompt
of that with the checkpoint's own small files, and answers words that depend on it.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import av
import numpy as np

from cosmos_compare.catalogue.models import folder_of
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.prompt_ids import PromptCounter
from cosmos_compare.prompts import Messages
from cosmos_compare.records.schema import FrameTimes, ModelSpec, Sampling

Body = dict[str, Any]
Act = Callable[["Reply", Body], None]
WORDS = ["A ", "car ", "brakes ", "at ", "2.0 s", "."]


@dataclass
class FakeVllm:
    """How the server behaves, and what it was asked. `acts` are taken one a request, then `always`, then an answer."""

    counter: PromptCounter
    name: str
    version: str | None = "0.32.0"
    fingerprint: str = "fake-1"
    owned_by: str = "vllm"
    key: str = ""
    models: list[str] | None = None
    change: Callable[[Body], Body] = lambda body: body  # what becomes of a request on its way to the model
    tells_ids: bool = True
    tells_logprobs: bool = True
    reads_clock: bool = True
    takes_template: bool = True
    told: dict[str, object] = field(default_factory=dict)  # by path, in place of what it says of itself
    always: Act | None = None
    acts: deque[Act] = field(default_factory=deque)
    asked: list[Body] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)
    busy: int = 0
    most: int = 0
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def questions(self) -> list[Body]:
        """What was asked, without what the inspection asks."""
        return [body for body in self.asked if body.get("stream")]

    def ids_of(self, text: str) -> list[int]:
        return list(self.counter._processor.tokenizer(text, add_special_tokens=False)["input_ids"])

    def prompt(self, body: Body) -> tuple[int, ...]:
        """The ids of the prompt that a request makes."""
        return self.counter.count(read_request(self.change(body))).ids


def read_request(body: Body) -> Request:
    """A request as the engine had it before it was JSON."""
    system = [turn["content"] for turn in body["messages"] if turn["role"] == "system"]
    video, text = body["messages"][-1]["content"]
    frames = [decode_png(base64.b64decode(part)) for part in video["video_url"]["url"].split(",", 1)[1].split(",")]
    clock = body.get("media_io_kwargs", {}).get("video", {})
    if clock.get("num_frames") != -1:
        frames = frames[:: max(1, len(frames) // 32)][:32]
    fps = clock.get("fps", 24.0)
    seconds = [index / fps for index in clock.get("frames_indices", range(len(frames)))][: len(frames)]
    return Request(
        messages=Messages(system[0] if system else "", text["text"]),
        images=np.stack(frames),
        times=FrameTimes(indices=tuple(range(len(frames))), seconds=tuple(seconds)),
        step=clock.get("total_num_frames", len(frames)) / fps / len(frames),
        sampling=Sampling(max_new_tokens=body["max_tokens"]),
        switches=body.get("chat_template_kwargs", {}),
    )


def decode_png(data: bytes) -> Any:
    codec = av.CodecContext.create("png", "r")
    (frame, *_) = codec.decode(av.Packet(data))
    return frame.to_ndarray(format="rgb24")


@contextmanager
def serve(spec: ModelSpec, tls: ssl.SSLContext | None = None, **how: Any) -> Iterator[FakeVllm]:
    folder = folder_of(spec.source)
    assert folder is not None
    fake = FakeVllm(PromptCounter(folder, spec.vision), spec.name, **how)
    with listening(_handler(fake), tls) as port:
        fake.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/v1"
        yield fake


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def _handler(fake: FakeVllm) -> type[BaseHTTPRequestHandler]:
    class Handler(Reply):
        server_of = fake

    return Handler


class Reply(BaseHTTPRequestHandler):
    """One connection."""

    server_of: FakeVllm
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        fake = self.server_of
        fake.paths.append(self.path)
        path = urlsplit(self.path).path  # a proxy is asked for whole addresses
        if fake.key and self.headers.get("authorization") != f"Bearer {fake.key}":
            return self.json(401, {"error": "Unauthorized"})
        if path in fake.told:
            return self.json(200, fake.told[path])
        if path == "/version" and fake.version:
            return self.json(200, {"version": fake.version})
        if path == "/v1/models":
            names = fake.models if fake.models is not None else [fake.name]
            entries = [{"id": name, "owned_by": fake.owned_by, "max_model_len": 8192} for name in names]
            return self.json(200, {"object": "list", "data": entries})
        return self.json(404, {"detail": "Not Found"})

    def do_POST(self) -> None:
        fake = self.server_of
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        fake.headers.append({name.lower(): value for name, value in self.headers.items()})
        if fake.key and self.headers.get("authorization") != f"Bearer {fake.key}":
            return self.json(401, {"error": f"no such key: {self.headers.get('authorization')}"})
        with fake.lock:
            fake.asked.append(body)
            act = fake.always
            if body.get("stream"):
                act = fake.acts.popleft() if fake.acts else act
                fake.busy += 1
                fake.most = max(fake.most, fake.busy)
        try:
            (act or answer)(self, body)
        except (BrokenPipeError, ConnectionResetError):
            fake.left.set()
            self.close_connection = True
        finally:
            if body.get("stream"):
                with fake.lock:
                    fake.busy -= 1

    def json(self, status: int, data: object, **headers: str) -> None:
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def begin(self, **headers: str) -> None:
        """The headers of a stream; it ends with the connection."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, data: object) -> None:
        content = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.wfile.write(b"data: " + content + b"\n\n")
        self.wfile.flush()

    def piece(self, body: Body, text: str, number: int, finish: str | None = None) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        event: Body = {"model": body["model"], "choices": [choice], "system_fingerprint": self.server_of.fingerprint}
        if self.server_of.tells_ids:
            choice["token_ids"] = self.server_of.ids_of(text)
            if number == 0:
                event["prompt_token_ids"] = list(self.server_of.prompt(body))
        self.event(event)

    def end(self, body: Body, tokens: int) -> None:
        usage = {"prompt_tokens": len(self.server_of.prompt(body)), "completion_tokens": tokens}
        usage |= {"prompt_tokens_details": {"cached_tokens": 3}}
        self.event({"model": body["model"], "choices": [], "usage": usage})
        self.event(b"[DONE]")


def answer(reply: Reply, body: Body) -> None:
    """What a sound server says."""
    fake = reply.server_of
    if body.get("chat_template") and not fake.takes_template:
        return reply.json(400, {"error": {"message": "chat_template needs --trust-request-chat-template", "code": 400}})
    if not body.get("stream"):
        ids = fake.prompt(body)
        said: Body = {"choices": [{}], "usage": {"prompt_tokens": len(ids), "completion_tokens": 1}}
        if fake.tells_ids:
            said["prompt_token_ids"] = list(ids)
        if fake.tells_logprobs:
            step = read_request(fake.change(body)).step if fake.reads_clock else 1.0
            tops = [{"token": "token_id:1", "logprob": -1.0 - step / 100}, {"token": "token_id:2", "logprob": -2.0}]
            said["choices"] = [{"logprobs": {"content": [{"top_logprobs": tops}]}}]
        return reply.json(200, said)
    reply.begin()
    for number, word in enumerate(WORDS):
        reply.piece(body, word, number, "stop" if number == len(WORDS) - 1 else None)
    return reply.end(body, sum(len(fake.ids_of(word)) for word in WORDS))
