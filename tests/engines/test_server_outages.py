"""Servers that fail, change or disappear: who is asked instead, how long it is tried, and what is said then."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import fake_vllm
import misbehaving
import pytest
from checkpoints import copy
from served_support import SAID, Shown, ask, engine_at, question

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.server import asking
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.texts.reasoning import REASONING_OPENED

NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def reason1(specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs["reason1-tiny"]


def test_an_address_where_nobody_is_leaves_the_work_to_the_other_however_long_it_was_idle(
    reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 0.3)
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, NOBODY, fake.url) as engine:
        time.sleep(0.4)  # longer than the patience: nobody waited for anything meanwhile
        answer = ask(engine, question(reason1))
    assert (answer.raw, answer.error) == (SAID, None)


def test_an_answer_that_is_cut_after_a_long_time_is_asked_again(
    reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 1.0)

    def cut_late(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.begin()
        for number in range(4):
            reply.piece(body, "word ", number)
            time.sleep(0.4)

    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        fake.acts.append(cut_late)
        answer = ask(engine, question(reason1))
    assert (answer.raw, answer.error) == (SAID, None)
    assert answer.server is not None and answer.server.tries == 2


def test_an_outage_tells_how_often_it_was_tried(reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 2.0)
    with engine_at(reason1, NOBODY) as engine:
        first, second = ask(engine, question(reason1)), ask(engine, question(reason1))
    assert first.error is not None and second.error is not None
    tries = int(first.error.message.split(" tries")[0].split()[-1])
    assert tries > 1 and second.error.message.startswith("No whole answer: 127.0.0.1:9")


def test_a_server_that_asks_for_rest_gets_it_from_all_and_nobody_waits_where_another_is_free(
    reason1: ModelSpec,
) -> None:
    def full(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.json(429, {"error": {"message": "later"}}, retry_after="50")

    servers = fake_vllm.serve(reason1), fake_vllm.serve(reason1)
    with servers[0] as one, servers[1] as two, engine_at(reason1, one.url, two.url) as engine:
        ask(engine, question(reason1, seed=1))
        one.always = full
        answers = [ask(engine, question(reason1, seed=1)) for _ in range(4)]
        assert len(one.questions()) == 2
    assert [answer.raw for answer in answers] == [SAID] * 4
    assert max(answer.total_s or 0 for answer in answers) < 20


def test_a_rest_is_no_longer_than_the_patience(reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 1.0)

    def full(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.json(503, {"error": {"message": "later"}}, retry_after="50")

    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.extend([full] * 9)
        answer = ask(engine, question(reason1))
    assert answer.error is not None and "2 tries" in answer.error.message
    assert (answer.total_s or 99) < 20


def test_a_server_that_was_started_anew_meanwhile_is_looked_at_again(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        assert ask(engine, question(reason1)).raw == SAID
        fake.fingerprint = "fake-2"
        answer = ask(engine, question(reason1))
        assert answer.raw == SAID and answer.server is not None
        assert (answer.server.fingerprint, answer.server.tries) == ("fake-2", 2)
        fake.fingerprint = "fake-1"  # two behind one address, both looked at
        again = ask(engine, question(reason1))
        assert again.server is not None and again.server.tries == 1
        fake.fingerprint, fake.version, fake.reads_clock = "old", "0.30.0", False
        refused = ask(engine, question(reason1))
    assert refused.error is not None and "0.30.0 is known to be wrong" in refused.error.message


def test_what_is_behind_an_address_is_looked_at_again_when_it_answers_as_another(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.append(misbehaving.other_model)
        fake.version = "0.30.0"
        errors = [ask(engine, question(reason1)).error for _ in range(2)]
    assert [bool(error) for error in errors] == [True, True]
    assert errors[1] is not None and "0.30.0" in errors[1].message


def test_another_models_name_is_taken_unverified_and_marked(reason1: ModelSpec) -> None:
    def renamed(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        fake_vllm.answer(reply, {**body, "model": "openai/other"})

    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url, unverified=True) as engine:
        fake.acts.append(renamed)
        answer = ask(engine, question(reason1))
    assert answer.raw == SAID and answer.server is not None
    assert answer.server.verified == "no" and "openai/other" in answer.server.doubt


def test_tokens_of_another_vocabulary_are_not_read_with_ours(reason1: ModelSpec) -> None:
    """Unverified, the text is what the server says it is."""

    def foreign(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.begin()
        event = {"model": body["model"], "prompt_token_ids": [1, 2, 3]}
        reply.event(
            event | {"choices": [{"delta": {"content": "A tram."}, "token_ids": [40], "finish_reason": "stop"}]}
        )
        reply.event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}})

    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url, unverified=True) as engine:
        fake.acts.append(foreign)
        answer = ask(engine, question(reason1))
    assert (answer.raw, answer.error) == ("A tram.", None)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/models", {"data": 5}),
        ("/v1/models", {"data": {"a": 1}}),
        ("/v1/models", b"<html>"),
        ("/v1/models", {"data": [{"id": "reason1-tiny", "max_model_len": -1}]}),
        ("/version", {"version": None}),
        ("/version", {"version": 5}),
    ],
)
def test_odd_words_at_the_first_look(reason1: ModelSpec, path: str, said: object) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        fake.told[path] = said
        answer = ask(engine, question(reason1))
    if answer.error is None:
        assert answer.raw == SAID and answer.server is not None and "None" not in answer.server.version
    else:
        assert answer.error.type in {"ServerRefused", "ServerError"} and answer.error.hint


@pytest.mark.parametrize("said", [{"usage": [1]}, {"prompt_token_ids": {"a": 1}}, {"choices": [None]}, {"error": "no"}])
def test_odd_words_in_answer_to_the_probe(
    reason1: ModelSpec, said: fake_vllm.Body, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 0.5)

    def odd(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        reply.json(200, {"choices": [{}], **said})

    with fake_vllm.serve(reason1, always=odd) as fake, engine_at(reason1, fake.url) as engine:
        answers = [ask(engine, question(reason1)) for _ in range(2)]
        assert not fake.questions()
        fake.always = None
    assert all(answer.error is not None and answer.error.hint for answer in answers)


def test_reasoning_is_switched_on_the_server_as_it_is_here(tiny: dict[str, Path], tmp_path: Path) -> None:
    """A template with a variable for it: the prompt differs, and the server's is ours each time."""
    folder = copy(tiny["reason2-tiny"], tmp_path / "model")
    template = folder / "chat_template.jinja"
    opened = "{%- if enable_thinking is defined and enable_thinking %}{{- '<think>\\n' }}{%- endif %}"
    template.write_text(template.read_text(encoding="utf-8") + opened, encoding="utf-8")
    (spec,) = resolve_models([f"thinking={folder}"])
    with fake_vllm.serve(spec) as fake, engine_at(spec, fake.url) as engine:
        shown = Shown()
        thinks = ask(engine, replace(question(spec), switches={"enable_thinking": True}), shown)
        plain = ask(engine, replace(question(spec), switches={"enable_thinking": False}))
        ask(engine, question(spec))
        sent = [body.get("chat_template_kwargs") for body in fake.questions()]
    assert sent == [{"enable_thinking": True}, {"enable_thinking": False}, None]
    assert thinks.rendered_prompt == f"{plain.rendered_prompt}<think>\n"
    assert shown.text == f"{REASONING_OPENED}{SAID}"
    assert [each.server.verified for each in (thinks, plain) if each.server] == ["ids", "ids"]
