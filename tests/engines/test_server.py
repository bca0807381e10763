"""The server engine against servers that misbehave: what is tried again, what is final, what is never shown."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import fake_vllm
import misbehaving
import pytest
from served_support import SAID, Shown, ask, at, engine_at, question

from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.server import asking
from cosmos_compare.records.schema import ModelSpec, Sampling


@pytest.fixture(params=["reason1-tiny", "reason2-tiny"])
def spec(request: pytest.FixtureRequest, specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs[request.param]


@pytest.fixture
def reason1(specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs["reason1-tiny"]


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 6.0)
    monkeypatch.setattr(asking, "PATIENT_S", 3.0)


def test_an_answer_and_what_a_run_says_of_it(spec: ModelSpec) -> None:
    with fake_vllm.serve(spec) as fake, engine_at(spec, fake.url) as engine:
        shown = Shown()
        answer = ask(engine, question(spec), shown)
        (asked,) = fake.questions()
    assert (answer.finish, answer.error, answer.raw, answer.device) == ("stop", None, SAID, "server")
    assert shown.text == SAID and shown.states == ["looking", "writing"]
    by = answer.server
    assert by is not None and by.address == fake.url.split("/")[2]
    assert (by.version, by.fingerprint, by.cached_tokens, by.verified, by.tries) == ("0.32.0", "fake-1", 3, "ids", 1)
    assert by.clock_read is (True if spec.vision.clock == "overlay" else None)
    assert answer.prompt_tokens == len(fake.prompt(asked)) and answer.first_token_s is not None
    assert answer.total_s is not None and answer.first_token_s <= answer.total_s


def test_every_value_of_the_sampling_is_sent(reason1: ModelSpec) -> None:
    drawn = Sampling(temperature=0.6, top_p=0.95, top_k=20, presence_penalty=1.5, repetition_penalty=1.1, seed=7)
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, replace(question(reason1), sampling=drawn))
        (body,) = fake.questions()
    names = {"max_new_tokens": "max_tokens"}
    assert all(body[names.get(name, name)] == value for name, value in drawn.model_dump().items())
    assert body["frequency_penalty"] == 0 and body["min_p"] == 0 and body["n"] == 1


@pytest.mark.parametrize(
    "act",
    [
        misbehaving.overloaded,
        misbehaving.overloaded_in_the_stream,
        misbehaving.cut,
        misbehaving.cut_in_a_line,
        misbehaving.error_in_the_middle,
        misbehaving.silent_in_the_middle,
        misbehaving.never_beginning,
        misbehaving.broken_500,
    ],
)
def test_what_may_pass_is_tried_again_and_what_was_shown_is_dropped(reason1: ModelSpec, act: fake_vllm.Act) -> None:
    quick = {"connect_s": 0.5, "first_token_s": 0.8, "silence_s": 0.5}
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url, **quick) as engine:
        ask(engine, question(reason1))  # its inspection
        fake.acts.append(act)
        shown = Shown()
        answer = ask(engine, question(reason1), shown)
    assert (answer.finish, shown.text) == ("stop", SAID)
    assert answer.server is not None and answer.server.tries == 2
    began = act.__name__.startswith("cut") or act.__name__.endswith("in_the_middle")
    assert shown.states == ["looking", "writing", *(["again", "writing"] if began else [])]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (misbehaving.wrong_request, "ServerError"),
        (misbehaving.endless, "ServerError"),
        (misbehaving.huge_line, "ServerError"),
        (misbehaving.no_json, "ServerError"),
        (misbehaving.bomb, "ServerError"),
        (misbehaving.other_model, "ServerRefused"),
        (misbehaving.taken_apart, "ServerRefused"),
        (misbehaving.elsewhere, "ServerMoved"),
    ],
)
def test_what_will_not_pass_is_said_at_once(reason1: ModelSpec, act: fake_vllm.Act, kind: str) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.append(act)
        answer = ask(engine, question(reason1))
        assert len(fake.questions()) == 2
    assert answer.finish == "error" and answer.error is not None
    assert (answer.error.type, bool(answer.error.hint)) == (kind, True)


def test_a_500_is_tried_again_a_little_whatever_came_before(
    reason1: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 60.0)  # six pauses, drawn, may take 19 s
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.extend([misbehaving.broken_500, misbehaving.overloaded_in_the_stream] * 3)
        assert ask(engine, question(reason1)).raw == SAID
        fake.acts.extend([misbehaving.broken_500] * 5)
        answer = ask(engine, question(reason1))
    assert answer.error is not None and "3 tries" in answer.error.message


def test_an_outage_is_an_error_with_the_next_step(reason1: ModelSpec) -> None:
    with engine_at(reason1, "http://127.0.0.1:9/v1") as engine:
        answer = ask(engine, question(reason1))
        again = ask(engine, question(reason1))  # the patience is spent: one try
    assert answer.error is not None and answer.error.type == "ServerDown"
    assert "127.0.0.1:9" in answer.error.message and "cosmos-compare server" in answer.error.hint
    assert again.error is not None and (again.total_s or 9) < (answer.total_s or 0)


def test_a_stop_ends_the_request_on_the_server(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.append(misbehaving.hanging)
        stop, shown = threading.Event(), Shown()
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(ask, engine, question(reason1), shown, stop)
            while not shown.text:
                assert not future.done()
            stop.set()
            answer = future.result(10)
        assert fake.left.wait(10)
    assert answer.finish == "cancelled" and answer.raw.startswith("word")


def test_two_addresses_share_the_work_and_a_clip_stays_where_it_is_warm(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as one, fake_vllm.serve(reason1) as two:
        with engine_at(reason1, one.url, two.url, max_parallel=2) as engine:
            for number in range(6):
                ask(engine, question(reason1, seed=number % 2))
            with ThreadPoolExecutor(16) as threads:
                answers = list(threads.map(lambda n: ask(engine, question(reason1, seed=n)), range(2, 26)))
        clips = [
            {body["messages"][-1]["content"][0]["video_url"]["url"] for body in fake.questions()} for fake in (one, two)
        ]
        counts = [len(fake.questions()) for fake in (one, two)]
    assert [(answer.raw, answer.error) for answer in answers] == [(SAID, None)] * 24
    assert sum(counts) == 30 and min(counts) >= 8
    assert not clips[0] & clips[1]
    assert max(one.most, two.most) <= 2


def test_a_patient_crowd_does_not_keep_somebody_waiting(reason1: ModelSpec) -> None:
    gate = threading.Event()

    def held(reply: fake_vllm.Reply, body: fake_vllm.Body) -> None:
        gate.wait(20)
        fake_vllm.answer(reply, body)

    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url, max_parallel=2) as engine:
        ask(engine, question(reason1))
        fake.acts.extend([held, held])
        with ThreadPoolExecutor(8) as threads:
            crowd = [threads.submit(ask, engine, replace(question(reason1, seed=n), patient=True)) for n in range(6)]
            while fake.busy < 2:
                assert not any(future.done() for future in crowd)
            assert ask(engine, question(reason1)).raw == SAID
            assert fake.busy == 2
            gate.set()
            assert all(future.result(20).raw == SAID for future in crowd)


def test_one_address_that_dies_costs_no_answer(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as stays:
        with fake_vllm.serve(reason1) as dies:
            engine = load_engine(at(reason1, stays.url, dies.url, max_parallel=2), lambda: None)
            threads = ThreadPoolExecutor(8)
            asked = [threads.submit(ask, engine, question(reason1, seed=n)) for n in range(24)]  # type: ignore[arg-type]
            while not dies.questions():
                assert not all(future.done() for future in asked)
        answers = [future.result(60) for future in asked]
        engine.close()
        threads.shutdown()
    assert [answer.raw for answer in answers] == [SAID] * 24


@pytest.mark.parametrize(("wrong", "said"), [({"version": "0.30.0"}, "0.30.0"), ({"key": "another"}, "wants a key")])
def test_a_refused_address_leaves_the_work_to_the_others(reason1: ModelSpec, wrong: dict[str, str], said: str) -> None:
    servers = fake_vllm.serve(reason1), fake_vllm.serve(reason1, **wrong)
    with servers[0] as sound, servers[1] as refused, engine_at(reason1, refused.url, sound.url) as engine:
        answers = [ask(engine, question(reason1, seed=n)) for n in range(4)]
        note = engine.note
    assert [answer.raw for answer in answers] == [SAID] * 4
    assert not refused.questions() and refused.url.split("/")[2] in note and said in note


def test_what_is_longer_than_the_server_takes_is_said_before_it_is_asked(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        answer = ask(engine, replace(question(reason1), sampling=Sampling(max_new_tokens=9000)))
        assert not fake.questions()
    assert answer.error is not None and "8,192" in answer.error.message
