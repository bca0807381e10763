"""What is kept between requests: it saves work, and never shows in an answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_requests import NAMES, answer, build_mid_size, make_request, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.inputs import join, look, prepare, render
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.prefix_cache import PrefixCache
from cosmos_compare.engines.local.tensor_cache import TensorCache, size_of
from cosmos_compare.records.schema import Answer, ModelSpec, Sampling

WARM = Sampling(temperature=1.0, top_p=0.9, top_k=40, presence_penalty=0.5, seed=3, max_new_tokens=16)
CLIP = [0.0, 0.5, 1.0, 1.5]


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, specs: dict[str, ModelSpec]) -> Iterator[LocalEngine]:
    """An engine that has seen nothing yet."""
    spec = specs[request.param]
    engine = LocalEngine(spec, Path(spec.source))
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["reason1-tiny", "reason2-tiny"])
def mid_size(
    request: pytest.FixtureRequest, tiny: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalEngine]:
    folder = tmp_path_factory.mktemp("mid")
    build_mid_size(tiny[request.param], folder)
    (spec,) = resolve_models([f"mid={folder}"])
    engine = LocalEngine(spec, folder)
    yield engine
    engine.close()


def logits_and_answer(engine: LocalEngine, request: Request) -> tuple[torch.Tensor, Answer]:
    """All logits that the answer was drawn from, (tokens, vocabulary), as the model gave them."""
    seen: list[torch.Tensor] = []
    hook = engine.model.lm_head.register_forward_hook(lambda module, args, output: seen.append(output[0].clone()))
    result = answer(engine, request)
    hook.remove()
    return torch.stack(seen), result


@pytest.mark.parametrize("sampling", [Sampling(max_new_tokens=16), WARM], ids=["greedy", "sampled"])
def test_fresh_and_reused_are_bitwise_equal(engine: LocalEngine, sampling: Sampling) -> None:
    request = make_request(engine.spec, CLIP, sampling=sampling)
    fresh_logits, fresh = logits_and_answer(engine, request)
    reused_logits, reused = logits_and_answer(engine, request)
    assert (fresh.reused, reused.reused) == ("none", "prefix")
    assert torch.equal(fresh_logits, reused_logits)
    assert fresh.raw == reused.raw


def test_a_prefix_serves_any_question(engine: LocalEngine) -> None:
    answer(engine, make_request(engine.spec, CLIP, question="What happens?"))
    other = make_request(engine.spec, CLIP, question="Who is there, and where do they go? Say it in one sentence.")
    logits, reused = logits_and_answer(engine, other)
    engine.kept.clear()
    fresh_logits, fresh = logits_and_answer(engine, other)
    assert (reused.reused, fresh.reused) == ("prefix", "none")
    assert torch.equal(logits, fresh_logits)
    assert reused.raw == fresh.raw == reference(engine, other).raw


def test_a_stop_in_the_middle_leaves_no_trace(engine: LocalEngine) -> None:
    request = make_request(engine.spec, CLIP)
    fresh = answer(engine, request)
    pieces: list[str] = []
    stopped = engine.answer(request, pieces.append, lambda state: None, lambda: len(pieces) >= 3)
    again = answer(engine, request)
    assert stopped.finish == "cancelled"
    assert (again.raw, again.reused) == (fresh.raw, "prefix")


def test_an_exception_leaves_no_trace_and_nothing_kept(engine: LocalEngine) -> None:
    request = make_request(engine.spec, CLIP)
    fresh = answer(engine, request)

    def fail(text: str) -> None:
        raise OSError("the reader is gone")

    with pytest.raises(OSError, match="the reader is gone"):
        engine.answer(request, fail, lambda state: None, lambda: False)
    assert engine.kept_bytes == 0
    again = answer(engine, request)
    assert (again.raw, again.reused) == (fresh.raw, "none")


def test_another_clip_in_between_leaves_no_trace(engine: LocalEngine) -> None:
    request, other = make_request(engine.spec, CLIP), make_request(engine.spec, [0.0, 1.0], seed=1)
    fresh = answer(engine, request)
    answer(engine, other)
    again = answer(engine, request)
    assert (again.raw, again.reused) == (fresh.raw, "prefix")


def test_an_answer_does_not_read_the_models_own_state(engine: LocalEngine) -> None:
    """Wrong `rope_deltas`, left by whoever used the model object before, give wrong positions in `generate`."""
    request = make_request(engine.spec, CLIP)
    fresh = answer(engine, request)
    engine.model.model.rope_deltas = torch.tensor([[1000]])
    assert answer(engine, request).raw == fresh.raw
    engine.kept.clear()
    engine.model.model.rope_deltas = torch.tensor([[1000]])
    assert answer(engine, request).raw == fresh.raw


@pytest.mark.parametrize("seconds", [CLIP, [0.0, 2.0], [index / 4 for index in range(24)]])
def test_greedy_equals_generate_in_one_piece(mid_size: LocalEngine, seconds: list[float]) -> None:
    """Over a growth of the buffers (256 spare tokens), and with times that outrun the text positions of Reason1."""
    request = make_request(mid_size.spec, seconds, sampling=Sampling(max_new_tokens=300))
    expected = reference(mid_size, request)
    fresh, reused = answer(mid_size, request), answer(mid_size, request)
    assert fresh.raw == reused.raw == expected.raw
    assert (fresh.new_tokens, fresh.finish) == (expected.new_tokens, expected.finish)


@pytest.mark.parametrize(
    "sampling",
    [
        WARM,
        Sampling(temperature=1.3, repetition_penalty=1.4, seed=9, max_new_tokens=40),
        Sampling(repetition_penalty=1.2, presence_penalty=-0.7, max_new_tokens=40),
    ],
)
def test_sampled_text_equals_generates_with_the_same_steps(mid_size: LocalEngine, sampling: Sampling) -> None:
    request = make_request(mid_size.spec, CLIP, sampling=sampling)
    assert answer(mid_size, request).raw == reference(mid_size, request).raw


def test_what_is_reused_is_said(engine: LocalEngine) -> None:
    spec = engine.spec
    request = make_request(spec, CLIP)
    stages = [answer(engine, request).reused]
    stages.append(answer(engine, make_request(spec, CLIP, question="And now?")).reused)
    stages.append(answer(engine, make_request(spec, CLIP, system="You watch a river.")).reused)
    # A stop after the pixels: the vision tower has not run.
    before = len(engine.kept)
    other = make_request(spec, CLIP, seed=5)
    engine.answer(other, lambda text: None, lambda state: None, lambda: len(engine.kept) > before)
    stages.append(answer(engine, other).reused)
    assert stages == ["none", "prefix", "features", "pixels"]


def test_other_times_of_the_same_frames_are_another_prompt(engine: LocalEngine) -> None:
    request = make_request(engine.spec, CLIP)
    slow = make_request(engine.spec, [second * 16 for second in CLIP])
    texts = {answer(engine, request).raw, answer(engine, slow).raw}
    engine.kept.clear()
    assert {answer(engine, slow).raw, answer(engine, request).raw} == texts
    assert len(texts) == 2


def test_the_kept_bytes_stay_below_the_limit(specs: dict[str, ModelSpec]) -> None:
    spec = specs["reason1-tiny"]
    engine = LocalEngine(spec, Path(spec.source), keep_bytes=2_000_000)
    for seed in range(4):
        answer(engine, make_request(spec, CLIP, seed=seed))
        assert 0 < engine.kept_bytes <= 2_000_000
    assert answer(engine, make_request(spec, CLIP, seed=3)).reused == "prefix"
    engine.close()
    assert engine.kept_bytes == 0


def test_an_engine_that_keeps_nothing_answers_the_same(engine: LocalEngine) -> None:
    forgetful = LocalEngine(engine.spec, Path(engine.spec.source), keep_bytes=0)
    request = make_request(engine.spec, CLIP)
    first, second = answer(forgetful, request), answer(forgetful, request)
    assert (first.reused, second.reused, forgetful.kept_bytes) == ("none", "none", 0)
    assert first.raw == second.raw == answer(engine, request).raw


def test_random_requests_with_stops_errors_and_little_memory(engine: LocalEngine) -> None:
    """Scaled down; `python benchmarks/engine.py soak` does 1,000 over 20 clips."""
    forgetful = LocalEngine(engine.spec, Path(engine.spec.source), keep_bytes=0)
    draw = random.Random(0)
    requests = [
        make_request(engine.spec, CLIP, seed=clip, question=question, sampling=Sampling(max_new_tokens=8))
        for clip in range(4)
        for question in ("What happens?", "Where?")
    ]
    expected = [answer(forgetful, request).raw for request in requests]
    engine.kept.max_bytes = 3_000_000
    for _ in range(40):
        index = draw.randrange(len(requests))
        kind = draw.choice(["answer", "answer", "stop", "error"])
        if kind == "answer":
            assert answer(engine, requests[index]).raw == expected[index]
        elif kind == "stop":
            left = draw.randrange(1, 6)
            pieces: list[str] = []
            engine.answer(requests[index], pieces.append, lambda state: None, lambda: len(pieces) >= left)  # noqa: B023
        else:
            with pytest.raises(ZeroDivisionError):
                engine.answer(requests[index], lambda text: 1 // 0, lambda state: None, lambda: False)
        assert engine.kept_bytes <= 3_000_000


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("video_token", ["as_rendered", "bare"])
def test_a_prompt_in_two_parts_has_the_ids_of_the_whole(
    engines: dict[str, LocalEngine], name: str, video_token: str
) -> None:
    engine = engines[name]
    vision = engine.spec.vision.model_copy(update={"video_token": video_token})
    request = make_request(engine.spec, CLIP, question="  What\nhappens é?")
    text = render(engine.processor, vision, request)
    whole = look(engine.processor, vision, request, type(text)(text.prefix + text.question, ""))
    parts = prepare(engine.processor, vision, request)
    assert set(parts.tensors) == set(whole.tensors)
    for key, value in whole.tensors.items():
        assert torch.equal(torch.as_tensor(parts.tensors[key]), torch.as_tensor(value)), key
    assert parts.rendered_prompt == whole.rendered
    assert parts.video_tokens == whole.video_tokens
    last = engine.processor.tokenizer.convert_ids_to_tokens(int(parts.tensors["input_ids"][0, parts.prefix_tokens - 1]))
    assert last in {"<|vision_end|>", "<|video_pad|>"}


def test_joining_leaves_the_kept_prefix_as_it_was(engines: dict[str, LocalEngine]) -> None:
    engine = engines["reason2-tiny"]
    request = make_request(engine.spec, CLIP)
    text = render(engine.processor, engine.spec.vision, request)
    prefix = look(engine.processor, engine.spec.vision, request, text)
    before = {key: value.clone() for key, value in prefix.tensors.items()}
    join(engine.processor, prefix, text)
    assert all(torch.equal(prefix.tensors[key], value) for key, value in before.items())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("video_token", ["as_rendered", "bare"])
@pytest.mark.parametrize("seconds", [CLIP, [0.0, 2.0], [float(index) for index in range(24)]])
def test_positions_are_those_of_the_library(
    engines: dict[str, LocalEngine], name: str, video_token: str, seconds: list[float]
) -> None:
    """They are worked out for the prefix and continued behind it, also where the prefix is kept, and where the times of
    Reason1 outrun the text."""
    engine = engines[name]
    vision = engine.spec.vision.model_copy(update={"video_token": video_token})
    prefix_cache = PrefixCache(engine.model, engine.processor, vision, TensorCache(1 << 30))
    for question in ("What happens?", "And then, in many more words than before?"):
        prompt = prefix_cache.tokenize(make_request(engine.spec, seconds, question=question))
        tensors = prompt.inputs.tensors
        names = ("input_ids", "mm_token_type_ids", "video_grid_thw", "second_per_grid_ts")
        positions, delta = engine.model.model.get_rope_index(**{key: tensors[key] for key in names if key in tensors})
        assert torch.equal(prompt.positions, positions)
        assert prompt.delta == int(delta)


def test_the_least_recently_used_goes_first() -> None:
    kept = TensorCache(max_bytes=80)
    for name in "ab":
        kept.put(name, [torch.zeros(10)])
    kept.get("a")
    kept.put("c", torch.zeros(10))
    assert [name for name in "abc" if kept.get(name) is not None] == ["a", "c"]
    kept.put("large", torch.zeros(1000))
    assert kept.get("large") is None
    assert kept.get("a") is not None and kept.get("c") is not None, "what has no room itself takes none from others"
    assert kept.nbytes == 80
    kept.drop("a")
    kept.put("c", torch.zeros(5))
    assert kept.nbytes == 20
    assert size_of({"x": (torch.zeros(3, dtype=torch.uint8), [torch.zeros(2)]), "y": "text"}) == 11
