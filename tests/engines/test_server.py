"""The server engine against servers that misbehave: what is tried again, what is final, what is never shown."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import fake_vllm
import pytest
from engine_requests import make_request
from fake_vllm import FakeVllm

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.load import load_engine
from cosmos_compare.engines.local.prompt_ids import PromptCounter
from cosmos_compare.engines.server import asking
from cosmos_compare.engines.server.engine import ServerEngine
from cosmos_compare.errors import CompareError
from cosmos_compare.schema import Answer, ModelSpec, Sampling
from cosmos_compare.served import Server

SAID = "".join(fake_vllm.WORDS)
GREEDY = Sampling(max_new_tokens=24)


@pytest.fixture(params=["reason1-tiny", "reason2-tiny"])
def spec(request: pytest.FixtureRequest, specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs[request.param]


@pytest.fixture
def reason1(specs: dict[str, ModelSpec]) -> ModelSpec:
    return specs["reason1-tiny"]


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 3.0)
    monkeypatch.setattr(asking, "PATIENT_S", 3.0)


def at(spec: ModelSpec, *urls: str, **fields: Any) -> ModelSpec:
    server = Server(addresses=urls, tokenizer=spec.source, **fields)
    return spec.model_copy(update={"source": ",".join(urls), "server": server})


@contextmanager
def engine_at(spec: ModelSpec, *urls: str, **fields: Any) -> Iterator[ServerEngine]:
    engine = load_engine(at(spec, *urls, **fields), lambda: None)
    assert isinstance(engine, ServerEngine)
    try:
        yield engine
    finally:
        engine.close()


class Shown:
    """What a page would show."""

    def __init__(self) -> None:
        self.text = ""
        self.states: list[str] = []

    def enter(self, state: str) -> None:
        self.states.append(state)
        if state == "again":
            self.text = ""

    def add(self, piece: str) -> None:
        self.text += piece


def ask(
    engine: ServerEngine, request: Request, shown: Shown | None = None, stop: threading.Event | None = None
) -> Answer:
    shown = shown or Shown()
    return engine.answer(request, shown.add, shown.enter, (stop or threading.Event()).is_set)


def question(spec: ModelSpec, frames: int = 4, seed: int = 0) -> Request:
    return make_request(spec, [number * 0.5 for number in range(frames)], sampling=GREEDY, seed=seed)


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
        fake_vllm.overloaded,
        fake_vllm.overloaded_in_the_stream,
        fake_vllm.cut,
        fake_vllm.error_in_the_middle,
        fake_vllm.silent_in_the_middle,
        fake_vllm.never_beginning,
        fake_vllm.broken_500,
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
    began = act in {fake_vllm.cut, fake_vllm.error_in_the_middle, fake_vllm.silent_in_the_middle}
    assert shown.states == ["looking", "writing", *(["again", "writing"] if began else [])]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (fake_vllm.wrong_request, "ServerError"),
        (fake_vllm.endless, "ServerError"),
        (fake_vllm.huge_line, "ServerError"),
        (fake_vllm.no_json, "ServerError"),
        (fake_vllm.bomb, "ServerError"),
        (fake_vllm.other_model, "ServerRefused"),
        (fake_vllm.taken_apart, "ServerRefused"),
        (fake_vllm.elsewhere, "ServerMoved"),
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


def test_a_500_is_tried_once_more_only(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        ask(engine, question(reason1))
        fake.acts.extend([fake_vllm.broken_500] * 5)
        answer = ask(engine, question(reason1))
        assert len(fake.questions()) == 3
    assert answer.error is not None and "2 tries" in answer.error.message


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
        fake.acts.append(fake_vllm.hanging)
        stop, shown = threading.Event(), Shown()
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(ask, engine, question(reason1), shown, stop)
            while not shown.text:
                assert not future.done()
            stop.set()
            answer = future.result(10)
        assert fake.left.wait(10)
    assert answer.finish == "cancelled" and answer.raw.startswith("word")


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


def test_a_refused_address_leaves_the_work_to_the_others(reason1: ModelSpec) -> None:
    servers = fake_vllm.serve(reason1), fake_vllm.serve(reason1, version="0.30.0")
    with servers[0] as sound, servers[1] as old, engine_at(reason1, old.url, sound.url) as engine:
        answers = [ask(engine, question(reason1, seed=n)) for n in range(4)]
        note = engine.note
    assert [answer.raw for answer in answers] == [SAID] * 4
    assert not old.questions() and old.url.split("/")[2] in note


def test_what_is_longer_than_the_server_takes_is_said_before_it_is_asked(reason1: ModelSpec) -> None:
    with fake_vllm.serve(reason1) as fake, engine_at(reason1, fake.url) as engine:
        answer = ask(engine, replace(question(reason1), sampling=Sampling(max_new_tokens=9000)))
        assert not fake.questions()
    assert answer.error is not None and "8,192" in answer.error.message
