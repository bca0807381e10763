"""Servers that can't be made equal to the local engine are refused, and keys go nowhere but to their server."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path
from typing import Any

import fake_vllm
import pytest
from fake_vllm import FakeVllm
from served_support import SAID, Shown, ask, at, engine_at, question

from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.local.prompt_ids import PromptCounter
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import ModelSpec


@pytest.fixture(params=["reason1-tiny", "reason2-tiny"])
def spec(request: pytest.FixtureRequest, specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs[request.param]


@pytest.fixture
def reason1(specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs["reason1-tiny"]


def drops(*names: str) -> Any:
    return lambda body: {name: value for name, value in body.items() if name not in names}


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"version": "0.30.2", "reads_clock": False}, "0.30.2 is known to be wrong"),
        ({"version": None, "reads_clock": False}, "is not told them"),
        ({"tells_logprobs": False}, "gives no logprobs"),
        ({"change": drops("media_io_kwargs")}, "is not told them"),
        ({"models": ["llama", "qwen"]}, "serves 'llama', 'qwen'"),
        ({"owned_by": "sglang"}, "is SGLang"),
    ],
)
def test_a_server_that_can_not_be_made_equal_is_refused(reason1: ModelSpec, how: dict[str, Any], says: str) -> None:
    with fake_vllm.serve(reason1, **how) as fake, engine_at(reason1, fake.url) as engine:
        answer = ask(engine, question(reason1))
        assert not fake.questions()
    assert answer.finish == "error" and answer.error is not None
    assert answer.error.type == "ServerRefused" and says in answer.error.message and answer.error.hint


def test_times_that_do_not_arrive_are_seen_in_reason2s_prompt(specs: dict[str, ModelSpec]) -> None:
    spec = specs["reason2-tiny"]
    with fake_vllm.serve(spec, change=drops("media_io_kwargs")) as fake, engine_at(spec, fake.url) as engine:
        answer = ask(engine, question(spec))
    assert answer.error is not None and "another prompt" in answer.error.message


def test_frames_that_get_lost_on_the_way_are_seen_in_the_answer(reason1: ModelSpec) -> None:
    """A server that is sound for a few frames and takes 32 of many: no inspection finds that."""

    def at_most_32(body: fake_vllm.Body) -> fake_vllm.Body:
        video = body["media_io_kwargs"]["video"]
        few = len(video["frames_indices"]) <= 32
        return body if few else body | {"media_io_kwargs": {"video": video | {"num_frames": 32}}}

    with fake_vllm.serve(reason1, change=at_most_32) as fake, engine_at(reason1, fake.url) as engine:
        shown = Shown()
        assert ask(engine, question(reason1, 32)).finish == "stop"
        answer = ask(engine, question(reason1, 64), shown)
    assert answer.error is not None and "another prompt" in answer.error.message
    assert shown.text == ""  # nothing of it was shown


def test_unverified_takes_it_and_says_so(reason1: ModelSpec) -> None:
    old = fake_vllm.serve(reason1, version="0.30.0", reads_clock=False)
    with old as fake, engine_at(reason1, fake.url, unverified=True) as engine:
        answer = ask(engine, question(reason1))
    assert answer.finish == "stop" and answer.server is not None
    assert answer.server.verified == "no" and "0.30.0" in answer.server.doubt


def test_without_ids_the_count_is_compared(spec: ModelSpec) -> None:
    with fake_vllm.serve(spec, tells_ids=False) as fake, engine_at(spec, fake.url) as engine:
        answer = ask(engine, question(spec))
    assert answer.server is not None and (answer.server.verified, answer.raw) == ("count", SAID)


def test_without_a_tokenizer_the_answer_is_kept_and_marked(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake:
        entry = at(reason1, fake.url)
        assert entry.server is not None
        entry = entry.model_copy(update={"server": entry.server.model_copy(update={"tokenizer": ""})})
        engine = load_engine(entry, lambda: None)
        try:
            answer = engine.answer(question(reason1), lambda _: None, lambda _: None, lambda: False)
        finally:
            engine.close()
    assert answer.finish == "stop" and answer.server is not None
    assert answer.server.verified == "no" and "names no tokenizer" in answer.server.doubt


def test_the_outer_pair_goes_by_a_template_or_the_server_is_refused(specs: dict[str, ModelSpec]) -> None:
    """A server whose own template keeps the pair: with `chat_template` it makes our prompt, without it never."""
    spec = specs["reason2-tiny"]
    plain = spec.model_copy(update={"vision": spec.vision.model_copy(update={"video_token": "as_rendered"})})
    keeps = PromptCounter(Path(spec.source), plain.vision)

    def prompt(fake: FakeVllm) -> Any:
        sound = fake.prompt
        return lambda body: sound(body) if body.get("chat_template") else keeps.count(fake_vllm.read_request(body)).ids

    for takes in (True, False):
        with fake_vllm.serve(spec, takes_template=takes) as fake, engine_at(spec, fake.url) as engine:
            fake.prompt = prompt(fake)  # type: ignore[method-assign]
            answer = ask(engine, question(spec))
        assert answer.finish == ("stop" if takes else "error")
    assert answer.error is not None and answer.error.type == "ServerRefused"


def test_a_certificate_counts_when_somebody_vouches_for_it(reason1: ModelSpec, tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    key, own = tmp_path / "key.pem", tmp_path / "own.pem"
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*words.split(), "-keyout", key, "-out", own], check=True, capture_output=True)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(own, key)
    with fake_vllm.serve(reason1, tls) as fake:
        with engine_at(reason1, fake.url) as engine:
            stranger = ask(engine, question(reason1))
        with engine_at(reason1, fake.url, verify=str(own)) as engine:
            vouched = ask(engine, question(reason1))
    assert stranger.error is not None and stranger.error.type == "ServerCertificate"
    assert vouched.raw == SAID
    for none in (str(key), str(tmp_path), "/nowhere/ca.pem", "~nobody-of-this-name/ca.pem"):
        with pytest.raises(CompareError, match="no file of certificates"), engine_at(reason1, fake.url, verify=none):
            pass


def test_a_proxy_of_the_environment_is_asked(reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_vllm.serve(reason1) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        with engine_at(reason1, "http://model.invalid:8000/v1") as engine:
            answer = ask(engine, question(reason1))
    assert answer.raw == SAID and answer.server is not None and answer.server.address == "model.invalid:8000"
    assert "http://model.invalid:8000/v1/models" in proxy.paths


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("socks5h://user:secret@127.0.0.1:9", "SOCKS"),
        ("ftp://user:secret@127.0.0.1:9", "a proxy that is none"),
    ],
)
def test_a_proxy_that_can_not_be_used_is_named(
    reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch, proxy: str, says: str
) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    with pytest.raises(CompareError, match=says) as caught, engine_at(reason1, "http://model.invalid:8000/v1"):
        pass
    assert "secret" not in str(caught.value) and caught.value.hint


@pytest.mark.parametrize("key", ["secret\nX: y", "secret\ttab", "secretschlüssel", "secret\x7f"])
def test_a_key_that_is_none_is_said_before_it_is_sent(
    reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("MY_KEY", key)
    with (
        pytest.raises(CompareError, match="MY_KEY") as caught,
        engine_at(reason1, "http://model.invalid:8000/v1", api_key_env="MY_KEY"),
    ):
        pass
    assert "secret" not in str(caught.value)


def test_the_key_is_sent_and_told_to_nobody(reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-very-secret-0123"
    with fake_vllm.serve(reason1, key=key) as fake:
        with pytest.raises(CompareError, match="MY_KEY"), engine_at(reason1, fake.url, api_key_env="MY_KEY"):
            pass
        monkeypatch.setenv("MY_KEY", key)
        with engine_at(reason1, fake.url, api_key_env="MY_KEY") as engine:
            answer = ask(engine, question(reason1))
        assert answer.finish == "stop" and key not in answer.model_dump_json()
        fake.key = "another"
        with engine_at(reason1, fake.url, api_key_env="MY_KEY") as engine:
            answer = ask(engine, question(reason1))
    assert answer.error is not None and answer.error.type == "ServerKey"
    assert key not in answer.model_dump_json()


def test_a_server_that_repeats_the_key_in_an_error(reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-very-secret-0123"
    monkeypatch.setenv("MY_KEY", key)

    def repeats(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.json(400, {"error": {"message": f"bad request by {reply.headers['authorization']}"}})

    def repeats_in_the_stream(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.begin()
        reply.event({"error": {"message": f"by {reply.headers['authorization']}", "code": 400}})

    with fake_vllm.serve(reason1, key=key) as fake, engine_at(reason1, fake.url, api_key_env="MY_KEY") as engine:
        ask(engine, question(reason1))
        fake.acts.extend([repeats, repeats_in_the_stream])
        answers = [ask(engine, question(reason1)) for _ in range(2)]
    for answer in answers:
        assert answer.error is not None and "by Bearer" in answer.error.message
        assert key not in answer.model_dump_json()
