"""A true vLLM answers what the local engine answers, to the letter; and what becomes of it when it is hurt."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from served_support import Shown, ask, at, engine_at
from vllm_support import Vllm, between, needs_vllm, started

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.cli import main
from cosmos_compare.compare import plan_comparison
from cosmos_compare.engines.base import Request, resolve_sampling
from cosmos_compare.engines.load import load_engine
from cosmos_compare.prompts import load_prompt
from cosmos_compare.records.schema import Answer, ModelSpec, Settings
from cosmos_compare.video.frame_cache import FrameCache

pytestmark = pytest.mark.timeout(900)
MODELS = ("reason1-demo", "reason2-demo")
KEY = "sk-of-the-tests"
FRENCH = "Décrivez la scène et le danger."
# Scenario, prompt, question, settings: 2 to 56 frames, trims, three rates, every prompt that comes with the program.
CASES: list[tuple[int, str, str | None, dict[str, Any]]] = [
    (1, "driving", None, {"fps": 4}),
    (2, "report", None, {"fps": 8, "max_frames": 56}),
    (3, "risk", None, {"fps": 2}),
    (4, "timeline", None, {"fps": 4, "start": 1.5}),
    (5, "next_action", None, {"fps": 4, "end": 3.0}),
    (6, "critical_objects", None, {"fps": 4, "start": 2.0, "end": 5.0}),
    (7, "boxes", None, {"fps": 4, "max_frames": 2}),
    (8, "driving", None, {"fps": 1}),
    (1, "driving", FRENCH, {"fps": 4}),
    (2, "driving", "Is anyone crossing?", {"fps": 2, "start": 0.7}),
    (3, "report", None, {"fps": 4, "condition": "reversed"}),
    (4, "driving", None, {"fps": 8, "max_frames": 32}),
    (5, "risk", None, {"fps": 2, "end": 4.4}),
]


@dataclass(frozen=True)
class Known:
    """A question, and what the local engine answers."""

    request: Request
    answer: Answer


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vllm]]:
    """Both demo models, and Reason1's a second time, with a short queue and a key."""
    needs_vllm()
    logs = tmp_path_factory.mktemp("vllm")
    found = {name: Vllm(name, logs / f"{name}.log") for name in MODELS}
    found["second"] = Vllm("reason1-demo", logs / "second.log", "--max-num-queued-reqs", "3", key=KEY)
    with started(*found.values()):
        yield found


@pytest.fixture(scope="module")
def demo() -> dict[str, ModelSpec]:
    return {spec.name: spec for spec in resolve_models(MODELS)}


@pytest.fixture(scope="module")
def known(servers: dict[str, Vllm], demo: dict[str, ModelSpec]) -> dict[str, list[Known]]:
    """What the local engine answers, many at once."""
    cache = FrameCache()
    found = {}
    for name, spec in demo.items():
        requests = [request_of(spec, cache, *case) for case in CASES]
        engine = load_engine(spec, lambda: None)
        with ThreadPoolExecutor(len(requests)) as threads:
            answers = list(threads.map(lambda each, engine=engine: ask(engine, each), requests))
        engine.close()
        found[name] = [Known(request, answer) for request, answer in zip(requests, answers, strict=True)]
    return found


def request_of(
    spec: ModelSpec, cache: FrameCache, scenario: int, prompt: str, question: str | None, values: dict[str, Any]
) -> Request:
    settings = Settings(max_new_tokens=160, **values)
    clip = ROOT / "data" / "raw" / "scenarios_demo" / f"scenario_{scenario:02}" / "segment.webm"
    asked = load_prompt(Path(prompt), question=question)
    comparison = plan_comparison(clip, asked, settings, [spec], f"scenario_{scenario:02}")
    frames = cache.get(comparison.clip, settings, (spec,))
    sampling = resolve_sampling(spec, settings, reasoning=False)
    return Request(comparison.messages(spec), frames.for_model(spec), frames.times, frames.step, sampling)


def same(answers: Sequence[Answer], known: Sequence[Known]) -> None:
    """Every answer is the local engine's, of the same prompt, token for token."""
    facts = [(each.error, each.raw, each.finish, each.prompt_tokens, each.new_tokens) for each in answers]
    local = [each.answer for each in known]
    assert facts == [(None, each.raw, each.finish, each.prompt_tokens, each.new_tokens) for each in local]
    assert {each.server.verified for each in answers if each.server} == {"ids"}
    assert [each.rendered_prompt for each in answers] == [each.rendered_prompt for each in local]


@pytest.mark.parametrize("name", MODELS)
def test_every_answer_is_that_of_the_local_engine(
    servers: dict[str, Vllm], demo: dict[str, ModelSpec], known: dict[str, list[Known]], name: str
) -> None:
    frames = [len(each.request.images) for each in known[name]]
    assert (min(frames), max(frames)) == (2, 56) and len({each.answer.raw for each in known[name]}) > 8
    with engine_at(demo[name], servers[name].url) as engine:
        answers = [ask(engine, each.request) for each in known[name]]
    same(answers, known[name])


@pytest.mark.parametrize("name", MODELS)
def test_32_at_once_are_answered_as_each_alone(
    servers: dict[str, Vllm], demo: dict[str, ModelSpec], known: dict[str, list[Known]], name: str
) -> None:
    crowd = list(islice(cycle(known[name]), 32))
    with engine_at(demo[name], servers[name].url) as engine, ThreadPoolExecutor(32) as threads:
        answers = list(threads.map(lambda each: ask(engine, each.request), crowd))
    same(answers, crowd)
    assert max(each.answers_at_once for each in answers) > 8


@pytest.mark.parametrize("name", MODELS)
def test_the_check_of_a_server_finds_the_local_engines_logprobs(
    servers: dict[str, Vllm], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["server", f"{name}={servers[name].url}"]) == 0
    assert capsys.readouterr().out.count("from the local engine") == 3


def test_a_study_of_local_against_served_is_all_equal(
    servers: dict[str, Vllm], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [f"  served-{n}: {{like: {n}, source: '{servers[n].url}', served_name: {n}}}" for n in MODELS]
    (tmp_path / "models.yaml").write_text("\n".join(["models:", *entries]))
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
    names = ", ".join([*MODELS, *(f"served-{name}" for name in MODELS)])
    study = f"scenarios: {ROOT}/data/raw/scenarios_demo\nmodels: [{names}]\nprompts: [driving]\n"
    (tmp_path / "study.yaml").write_text(study)
    assert main(["study", str(tmp_path / "study.yaml"), "--run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["done"] == 32
    runs = [json.loads(path.read_bytes()) for path in (tmp_path / "outputs").rglob("analysis.json")]
    said: dict[tuple[str, str], list[str]] = {}
    for run in runs:
        model = run["model"]["name"].removeprefix("served-")
        said.setdefault((run["clip"]["scenario"], model), []).append(run["answer"]["raw"])
    assert len(said) == 16
    assert all(len(texts) == 2 and texts[0] == texts[1] for texts in said.values())


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {name: value for name, value in body.items() if name not in names}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("fields", [("media_io_kwargs",), ("media_io_kwargs", "mm_processor_kwargs")])
def test_a_server_that_drops_our_fields_is_refused(
    servers: dict[str, Vllm],
    demo: dict[str, ModelSpec],
    known: dict[str, list[Known]],
    name: str,
    fields: tuple[str, ...],
) -> None:
    with between(servers[name].url, without(*fields)) as url, engine_at(demo[name], url) as engine:
        answer = ask(engine, known[name][0].request)
    assert answer.raw == "" and answer.error is not None
    assert answer.error.type == "ServerRefused" and "serve-command" in answer.error.hint


def test_an_answer_that_is_cut_is_asked_again(
    servers: dict[str, Vllm], demo: dict[str, ModelSpec], known: dict[str, list[Known]]
) -> None:
    for name in MODELS:
        with between(servers[name].url, cut_after=8000) as url, engine_at(demo[name], url) as engine:
            shown = Shown()
            answer = ask(engine, known[name][0].request, shown)
        same([answer], known[name][:1])
        assert answer.server is not None and answer.server.tries == 2
        assert shown.text == answer.raw and "again" in shown.states


def test_a_wrong_key_is_said_and_the_right_one_works(
    servers: dict[str, Vllm],
    demo: dict[str, ModelSpec],
    known: dict[str, list[Known]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec, question = demo["reason1-demo"], known["reason1-demo"][0]
    for key in ("sk-wrong", KEY):
        monkeypatch.setenv("TEST_KEY", key)
        with engine_at(spec, servers["second"].url, api_key_env="TEST_KEY") as engine:
            answer = ask(engine, question.request)
        assert key not in answer.model_dump_json()
        if key != KEY:
            assert answer.error is not None and answer.error.type == "ServerKey"
    same([answer], [question])


def test_an_overloaded_server_gets_all_its_answers_out(
    servers: dict[str, Vllm],
    demo: dict[str, ModelSpec],
    known: dict[str, list[Known]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its queue holds three, and sixteen ask at once."""
    monkeypatch.setenv("TEST_KEY", KEY)
    crowd = list(islice(cycle(known["reason1-demo"]), 16))
    url = servers["second"].url
    with engine_at(demo["reason1-demo"], url, api_key_env="TEST_KEY") as engine, ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(lambda each: ask(engine, replace(each.request, patient=True)), crowd))
    same(answers, crowd)
    assert max(each.server.tries for each in answers if each.server) > 1


def test_a_replica_that_is_killed_costs_no_answer(
    servers: dict[str, Vllm],
    demo: dict[str, ModelSpec],
    known: dict[str, list[Known]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    crowd = list(islice(cycle(known["reason1-demo"]), 24))
    urls = servers["reason1-demo"].url, servers["second"].url
    entry = at(demo["reason1-demo"], *urls, api_key_env="TEST_KEY", max_parallel=4)
    engine = load_engine(entry, lambda: None)
    with ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(ask, engine, replace(each.request, patient=True)) for each in crowd]
        for future in asked[:6]:
            future.result()
        servers["second"].kill()
        answers = [future.result() for future in asked]
    engine.close()
    same(answers, crowd)
    hosts = [each.server.address for each in answers if each.server]
    assert len(set(hosts)) == 2
