"""Entries of models behind servers: what an address may be, and where the rest of the model comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosmos_compare.catalogue.hub import access_problem, small_files
from cosmos_compare.catalogue.models import accept_unverified, is_server, load_models, resolve_models
from cosmos_compare.engines.load import load_engine
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import ModelSpec


def one(text: str) -> ModelSpec:
    return resolve_models([text])[0]


def test_a_name_of_the_list_at_an_address_keeps_all_but_its_weights() -> None:
    local, served = one("reason1"), one("reason1=http://a:8001/v1,http://b:8001/v1/")
    assert is_server(served) and served.server is not None and not is_server(local)
    assert served.server.addresses == ("http://a:8001/v1", "http://b:8001/v1")
    assert (served.vision, served.sampling, served.revision) == (local.vision, local.sampling, local.revision)
    assert served.server.tokenizer == local.source
    assert access_problem(served) is None and served.size_bytes is None and not served.gated


def test_another_name_says_whose_weights_it_serves() -> None:
    served = one("mine=reason2-demo@https://host/team/v1")
    demo = one("reason2-demo")
    assert (served.name, served.label) == ("mine", "mine")
    assert served.vision == demo.vision and served.demo
    assert served.revision == demo.revision  # of the small files and weights that lie here
    assert small_files(served) is not None


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("http://host:8000", ["http://host:8000/v1"]),
        ("http://host:8000//", ["http://host:8000/v1"]),
        ("http://host:8000/v1/chat/completions/", ["http://host:8000/v1"]),
        ("HTTP://Host:8000/v1,http://host:8000/v1/, http://b", ["http://host:8000/v1", "http://b/v1"]),
        ("http://a/v1,", ["http://a/v1"]),
        ("http://[::1]:8000", ["http://[::1]:8000/v1"]),
        ("http://host:/v1", ["http://host/v1"]),
    ],
)
def test_forms_of_an_address(given: str, asked: list[str]) -> None:
    served = one(f"reason1={given}").server
    assert served is not None and list(served.addresses) == asked
    assert all(host.count(":") in {0, 1, 3} and not host.endswith(":") for host in served.hosts)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("reason1=http://user:secret@host/v1", "more in it than host, port and path"),
        ("reason1=http://host/v1?key=secret", "more in it than host, port and path"),
        ("reason1=http://host:99999/v1?key=secret", "more in it than host, port and path"),
        ("reason1=http://user:secret@host:99999/v1", "more in it than host, port and path"),
        ("reason1=http://user:secret@/v1", "more in it than host, port and path"),
        ("reason1=http://user:sec/secret@host/v1", "more in it than host, port and path"),
        ("reason1=http://user:secret,secret@host/v1", "more in it than host, port and path"),
        ("reason1=http://user:#secret@host/v1", "more in it than host, port and path"),
        ("reason1=http://a/v1, http://user:secret x@b/v1", "more in it than host, port and path"),
        ("unheard=http://user:secret@host/v1", "more in it than host, port and path"),
        ("x=unheard@http://user:secret@host/v1", "more in it than host, port and path"),
        ("reason1@http://user:secret@host/v1", "more in it than host, port and path"),
        ("reason1=ftp://user:secret@host/v1", "more in it than host, port and path"),
        ("http://user:secret@host/v1", "more in it than host, port and path"),
        ("reason1=http://\u2603.net/v1", "no address"),
        ("reason1=http://256.1.1.1/v1", "no address"),
        ("reason1=http://host:0/v1", "no address"),
        ("reason1=http://host/v1\x7f", "no address"),
        ("reason1=http://::1:8000/v1", "no address"),
        ("reason1=http://,,", "no address"),
        ("reason1=http://host:99999/v1", "no address"),
        ("reason1=http:///v1", "no address"),
        ("reason1=http://ho st/v1", "no address"),
        ("reason1=http://a/v1,ftp://b/v1", "no address"),
        ("unheard=http://a/v1", "which model is behind"),
        ("x=unheard@http://a/v1", "which model is behind"),
        ("http://a/v1", "has no name"),
    ],
)
def test_what_is_no_address_is_named(text: str, says: str) -> None:
    with pytest.raises(CompareError) as caught:
        resolve_models([text])
    assert says in str(caught.value)
    assert "secret" not in str(caught.value)


OWN = """
models:
  reason1:
    source: [http://a:8001/v1, http://b:8001/v1]
    api_key_env: MY_KEY
    max_parallel: 7
  fast:
    like: reason2-demo
    source: http://c/v1
    served_name: r2
  bare:
    family: qwen3_vl
    source: http://d/v1
"""


def test_entries_of_a_list_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.yaml").write_text(OWN)
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    models = load_models()
    reason1, fast, bare = (models[name].server for name in ("reason1", "fast", "bare"))
    assert reason1 is not None and fast is not None and bare is not None
    assert (reason1.api_key_env, reason1.max_parallel, len(reason1.addresses)) == ("MY_KEY", 7, 2)
    assert reason1.tokenizer == "nvidia/Cosmos-Reason1-7B"
    assert (fast.served_name, fast.tokenizer) == ("r2", "data/demo_models/reason2-demo")
    assert bare.tokenizer == "" and small_files(models["bare"]) is None
    assert one("fast=http://elsewhere/v1").server == fast.model_copy(update={"addresses": ("http://elsewhere/v1",)})


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("{like: nobody, source: http://a/v1}", "like names 'nobody'"),
        ("{like: reason1, source: http://a/v1, api_key: secret}", "api_key: is no field of it"),
        ("{like: reason1, source: http://a/v1, max_parallel: 0}", "max_parallel"),
        ("{like: reason1, source: http://a/v1, max_parallel: -1}", "max_parallel"),
        ("{like: reason1, source: http://a/v1, max_parallel: true}", "max_parallel: True should be a valid integer"),
        ("{like: reason1, source: http://a/v1, unverified: 'no'}", "unverified: 'no' should be a valid boolean"),
        ("{like: reason1, source: http://a/v1, silence_s: true}", "silence_s: True should be a valid number"),
        ("{like: reason1, source: http://a/v1, verify: false}", "verify: False should be a valid string"),
        ("{like: reason1, source: http://a/v1, api_key_env: sk-secret-0}", "never the key"),
        ("{like: reason1, source: http://a/v1, api_key_env: Bearer secret}", "never the key"),
        ("{like: reason1, source: http://a/v1, addresses: [http://b/v1]}", "addresses: is no field of it"),
        ("{like: reason1, source: http://a/v1, server: {api_key_env: secret}}", "server: is no field of it"),
        ("{family: qwen3_vl, source: ./f, server: {addresses: ['http://u:secret@b']}}", "server: is no field of it"),
        ("{family: qwen3_vl, source: http://a/v1, tokenizer: 'http://u:secret@b'}", "tokenizer is a folder"),
        ("{like: reason1, source: ['http://a/v1', 'u:secret@b']}", "more in it than host, port and path"),
        ("{like: reason1, source: []}", "names no address"),
        ("{like: reason1, source: [7, http://a/v1]}", "no address"),
        ("{like: reason1, source: [http://a/v1, {b: http://b/v1}]}", "no address"),
        ("{like: reason1, source: {a: http://a/v1}}", "no address"),
        ("{like: reason1}", "no address"),
        ("{like: reason1, source: [http://a/v1, 7]}", "no address"),
        ("{family: qwen3_vl, source: ./folder, max_parallel: 2}", "max_parallel: is no field of it"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, says: str) -> None:
    (tmp_path / "models.yaml").write_text(f"models:\n  mine: {entry}\n")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    with pytest.raises(CompareError) as caught:
        resolve_models(["mine"])
    assert says in str(caught.value) and "secret" not in str(caught.value)


def test_text_with_commas_in_an_entry_is_a_list_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.yaml").write_text("models:\n  mine: {like: reason1, source: ' http://a/v1, http://b/v1'}\n")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    served = one("mine").server
    assert served is not None and served.addresses == ("http://a/v1", "http://b/v1")


def test_a_model_whose_processor_makes_its_own_frames_is_refused_behind_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.yaml").write_text("models:\n  mine: {family: other, source: http://a/v1}\n")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    with pytest.raises(CompareError, match="can't be asked for over the network") as caught:
        load_engine(one("mine"), lambda: None)
    assert "--unverified" in caught.value.hint
    load_engine(accept_unverified(one("mine")), lambda: None).close()


def test_a_run_keeps_host_and_port_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models.yaml").write_text(
        "models:\n  mine: {like: reason1, source: https://host:8443/secret-path/v1, api_key_env: K, verify: /ca.pem}\n"
    )
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    kept = one("mine").recorded().model_dump_json()
    assert '"host:8443"' in kept
    assert not any(word in kept for word in ("secret-path", "ca.pem", '"K"'))
