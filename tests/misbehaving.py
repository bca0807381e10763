"""What a true server does rarely: answers of `fake_vllm` that fail, stall, lie or never end."""

from __future__ import annotations

import gzip
import time

from fake_vllm import Body, Reply


def overloaded(reply: Reply, body: Body) -> None:
    reply.json(503, {"error": {"message": "too many requests", "code": 503}})


def overloaded_in_the_stream(reply: Reply, body: Body) -> None:
    reply.begin()
    reply.event({"error": {"message": "queue is full", "type": "ServiceUnavailable", "code": 503}})
    reply.event(b"[DONE]")


def cut(reply: Reply, body: Body) -> None:
    """Two words, and the connection is gone."""
    reply.begin()
    reply.piece(body, "Wrong ", 0)
    reply.piece(body, "start ", 1)


def cut_in_a_line(reply: Reply, body: Body) -> None:
    cut(reply, body)
    reply.wfile.write(b'data: {"model": "x", "choi')


def error_in_the_middle(reply: Reply, body: Body) -> None:
    cut(reply, body)
    reply.event({"error": {"message": "engine died", "code": 500}})


def silent_in_the_middle(reply: Reply, body: Body) -> None:
    cut(reply, body)
    while True:  # comments keep the connection open and say nothing
        reply.wfile.write(b": still here\n\n")
        reply.wfile.flush()
        time.sleep(0.05)


def hanging(reply: Reply, body: Body) -> None:
    """One word a while, until the client leaves."""
    reply.begin()
    for number in range(10_000):
        reply.piece(body, "word ", min(number, 1))
        time.sleep(0.02)


def never_beginning(reply: Reply, body: Body) -> None:
    """One byte of a header a while."""
    reply.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    for _ in range(10_000):
        reply.wfile.write(b"x")
        reply.wfile.flush()
        time.sleep(0.05)


def endless(reply: Reply, body: Body) -> None:
    reply.begin()
    number = 0
    while True:
        reply.piece(body, "", min(number, 1))
        number += 1


def huge_line(reply: Reply, body: Body) -> None:
    reply.begin()
    reply.wfile.write(b"data: ")
    for _ in range(400):
        reply.wfile.write(b"x" * 100_000)


def no_json(reply: Reply, body: Body) -> None:
    reply.begin()
    reply.event(b"<html>hello</html>")


def other_model(reply: Reply, body: Body) -> None:
    reply.begin()
    reply.piece({**body, "model": "somebody-else"}, "Hello", 0)


def elsewhere(reply: Reply, body: Body) -> None:
    reply.json(307, b"", location="http://127.0.0.1:9/v1/chat/completions")


def bomb(reply: Reply, body: Body) -> None:
    """A gigabyte, compressed: told as such, and never to be unpacked."""
    reply.begin(content_encoding="gzip")
    reply.wfile.write(gzip.compress(b"data: " + b" " * 50_000_000))


def broken_500(reply: Reply, body: Body) -> None:
    reply.json(500, {"error": {"message": "internal", "code": 500}})


def wrong_request(reply: Reply, body: Body) -> None:
    reply.json(400, {"error": {"message": "top_k must be -1, 0, or at least 1", "code": 400}})


def taken_apart(reply: Reply, body: Body) -> None:
    reply.begin()
    reply.event({"model": body["model"], "choices": [{"delta": {"reasoning": "hm"}, "finish_reason": None}]})
