"""One request to one address, and what its answer may be: whole, in parts, an error in disguise, or none at all."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx2
import pytest

from cosmos_compare.engines.server.exchange import Exchange
from cosmos_compare.engines.server.faults import AgainError, FinalError, of_status
from cosmos_compare.engines.server.stream import Heard
from cosmos_compare.records.served import Server

ADDRESS = "http://here:8000/v1"
KEY = 'sk/very"secret'
BODY = {"model": "m", "max_tokens": 8}
Event = dict[str, Any]


def exchange(content: bytes, kind: str = "text/event-stream", status: int = 200, **headers: str) -> Exchange:
    """An address where everything is answered in the same way."""
    answer = {"content-type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    replies = httpx2.MockTransport(
        lambda request: httpx2.Response(status, headers=answer, stream=httpx2.ByteStream(content))
    )
    client = httpx2.AsyncClient(transport=replies, headers={"authorization": f"Bearer {KEY}"})
    return Exchange(client, Server(addresses=(ADDRESS,)), ADDRESS)


def events(*data: Event, done: bool = True) -> bytes:
    lines = [f"data: {json.dumps(each)}\n\n" for each in data] + ["data: [DONE]\n\n"] * done
    return "".join(lines).encode()


def piece(text: str, ids: list[int] | None = None, finish: str | None = None, **more: Any) -> Event:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish, "token_ids": ids}
    return {"model": "m", "choices": [choice | more]}


def usage(**counts: Any) -> Event:
    return {"model": "m", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 2} | counts}


TEXT = (piece("A ", [1]), piece("car", [2], "stop"))


def heard(content: bytes, **how: Any) -> Heard:
    return asyncio.run(exchange(content, **how).stream(BODY, lambda heard, new: None))


def failure(content: bytes, **how: Any) -> AgainError | FinalError:
    with pytest.raises((AgainError, FinalError)) as caught:
        heard(content, **how)
    return caught.value  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        (events(*TEXT, usage()), 2),
        (events(*TEXT, usage(), done=False), 2),
        (events(*TEXT), None),  # a server that counts no tokens
        (events(*TEXT, usage(completion_tokens=None, prompt_tokens_details=None)), None),
        (events({"model": "m", "choices": [], "error": None}, *TEXT, usage()), 2),
        (events({"model": "m", "choices": None, "usage": None}, *TEXT, usage()), 2),
        (b": ping\n\nevent: message\nid: 7\nretry: 10\n\n" + events(*TEXT, usage()).replace(b"\n", b"\r\n"), 2),
    ],
)
def test_forms_of_a_whole_answer(content: bytes, tokens: int | None) -> None:
    found = heard(content)
    assert (found.text, found.finish, found.ids, found.new_tokens) == ("A car", "stop", [1, 2], tokens)


def test_an_answer_that_says_it_is_not_compressed() -> None:
    assert heard(events(*TEXT, usage()), content_encoding="Identity").text == "A car"


@pytest.mark.parametrize(
    ("content", "says", "inner"),
    [
        (events(piece("A ", [1]), usage()), "in the middle", False),  # no finish reason
        (events(*TEXT, done=False), "in the middle", False),
        (events(TEXT[0], piece("car", [2], "abort"), usage()), "broke its answer off", True),
        (events(TEXT[0], piece("car", [2], "error"), usage()), "broke its answer off", True),
        (events(TEXT[0], *TEXT, usage()), "fewer or more tokens", True),  # a piece came twice
        (events(TEXT[1], usage()), "fewer or more tokens", True),  # and one did not come
        (events({"error": "boom"}), "tells of an error: boom", False),
        (events({"error": {"message": "full", "code": "503"}}), "answers 503: full", False),
        (events({"object": "error", "message": "died", "code": 500}), "answers 500: died", True),
    ],
)
def test_what_is_not_whole_is_worth_another_try(content: bytes, says: str, inner: bool) -> None:
    error = failure(content)
    assert isinstance(error, AgainError) and says in str(error) and error.inner is inner


@pytest.mark.parametrize(
    ("content", "kind", "says"),
    [
        (events(TEXT[0], piece("car", [2], "content_filter"), usage()), "ServerEnded", "content_filter"),
        (events(TEXT[0], piece("car", [2], "tool_calls"), usage()), "ServerEnded", "tool_calls"),
        (events({"choices": [{"delta": {"tool_calls": [{"function": {}}]}}]}), "ServerRefused", "calls of tools"),
        (events({"choices": [{"delta": {"reasoning_content": "hm"}}]}), "ServerRefused", "takes the reasoning"),
        (events(piece("other", [9], index=1), *TEXT), "ServerError", "no answer"),
        (events(*TEXT, usage(completion_tokens=10**11)), "ServerError", "behind the limit"),
        (events({"choices": [None]}), "ServerError", "no answer"),
        (events({"detail": "what?"}), "ServerError", "no answer"),
        (b'data: {"choices": [{"delta": {"content": "\xff"}}]}\n\n', "ServerError", "no answer"),
        (b'data: {"choices": [{"delta": {"content": "\\ud800"}}]}\n\n', "ServerError", "no answer"),
        (events({"error": {"message": "no", "code": "400"}}), "ServerError", "answers 400: no"),
        (events({"error": {"message": "no", "type": "invalid_request_error"}}), "ServerError", "answers 400: no"),
        (b"<html>\n<title>Log in</title>\n", "ServerError", "<html>"),
        (b"Log in here", "ServerError", "Log in here"),
    ],
)
def test_what_would_be_the_same_again_is_final(content: bytes, kind: str, says: str) -> None:
    error = failure(content)
    assert isinstance(error, FinalError) and error.kind == kind and says in error.message


@pytest.mark.parametrize(
    ("said", "final", "says"),
    [
        ({"error": {"message": "quota", "code": 400}}, True, "answers 400: quota"),
        ({"error": {"message": "full", "code": 503}}, False, "answers 503: full"),
        ({"choices": [{"message": {"content": "hi"}}]}, True, "in one piece"),
    ],
)
def test_an_answer_in_one_piece_where_a_stream_was_asked_for(said: Event, final: bool, says: str) -> None:
    content = json.dumps(said, indent=1).encode()
    error = failure(content, kind="application/json; charset=utf-8")
    assert isinstance(error, FinalError) is final and says in str(error)


def test_an_error_that_a_question_in_one_piece_gets_with_http_200() -> None:
    server = exchange(b'{"error": {"message": "full", "code": 503}}', "application/json")
    with pytest.raises(AgainError, match="answers 503: full"):
        asyncio.run(server.post(BODY))


@pytest.mark.parametrize("written", [KEY, json.dumps(KEY)[1:-1], json.dumps(KEY)[1:-1].replace("/", "\\/")])
def test_a_key_goes_nowhere_however_it_is_written(written: str) -> None:
    told = f'{{"error": {{"message": "bad key {written}", "code": 400}}}}'.encode()
    errors = [failure(told, status=400), failure(b"data: " + told + b"\n\n"), failure(told, kind="application/json")]
    errors.append(failure(f"bad key {KEY}".encode(), status=400))
    listed = asyncio.run(exchange(f'{{"id": "{json.dumps(KEY)[1:-1]}"}}'.encode()).get(ADDRESS))
    assert not any("very" in str(error) for error in errors) and "very" not in str(listed)


def test_a_broken_connection_does_not_tell_the_key() -> None:
    def breaks(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.RemoteProtocolError(f"illegal header {request.headers['authorization']}")

    server = exchange(b"")
    server.client._transport = httpx2.MockTransport(breaks)
    with pytest.raises(AgainError) as caught:
        asyncio.run(server.get(ADDRESS))
    assert "illegal header" in str(caught.value) and "very" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://user:hidden@there:8443/x?token=hidden", "https://there:8443."),
        ("//there/hidden?x", "//there."),
        ("/login?token=hidden", "/login."),
        ("http://[bad", "?."),
        ("", "?."),
    ],
)
def test_a_redirect_is_told_without_secrets(location: str, shown: str) -> None:
    error = failure(b"", status=307, location=location)
    assert isinstance(error, FinalError) and error.kind == "ServerMoved"
    assert error.message.endswith(shown) and "hidden" not in str(error)


def soon(seconds: float) -> str:
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        *[("7", 7, 7), ("-5", 0, 0), ("nan", 0, 0), ("1e400", 60, 60), ("soon", 0, 0), ("", 0, 0)],
        *[(30.0, 20, 30), (9e6, 60, 60), (-50.0, 0, 0), ("Thu, 99 Nov 9999 99:99:99 GMT", 0, 0)],
    ],
)
def test_how_long_a_server_wants_to_be_left_alone(said: str | float, least: float, most: float) -> None:
    """In seconds, or until a moment: so many seconds from now."""
    header = said if isinstance(said, str) else soon(said)
    for status in (429, 503, 529):
        error = of_status(status, "full", ADDRESS, {"retry-after": header})
        assert isinstance(error, AgainError) and least <= error.after_s <= most
