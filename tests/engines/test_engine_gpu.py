"""The fast path on a GPU, with graphs, against plain `generate`; skipped on machines without one."""

from __future__ import annotations

import gc
import random
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cosmos_compare.engines.local.libraries import torch

if not torch.cuda.is_available():  # before the imports below: without a GPU there may be no Triton either
    pytest.skip("needs a GPU", allow_module_level=True)

from engine_requests import answer, build_mid_size, make_request, many_requests, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.decode_graphs import GraphDecoder
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.prefill import eager_forward
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.records.schema import Sampling

CLIP = [0.0, 0.5, 1.0, 1.5]


@pytest.fixture(scope="module", params=["reason1-tiny", "reason2-tiny"])
def folder(request: pytest.FixtureRequest, tiny: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mid")
    build_mid_size(tiny[request.param], folder)
    return folder


@pytest.fixture(scope="module")
def exact(folder: Path) -> Iterator[LocalEngine]:
    """In float32, which flash attention does not take. The library's convolution must not round to fewer bits."""
    with torch.backends.cudnn.flags(allow_tf32=False):
        yield from load(folder, "float32")


@pytest.fixture(scope="module")
def rounded(folder: Path) -> Iterator[LocalEngine]:
    """In bfloat16, as the real models run: all by our own kernels and flash attention."""
    yield from load(folder, "bfloat16")


def load(folder: Path, dtype: str) -> Iterator[LocalEngine]:
    (spec,) = resolve_models([f"mid={folder}"])
    engine = LocalEngine(spec.model_copy(update={"dtype": dtype}), folder)
    engine.prepare_fast()
    assert engine.graphs and engine.graphs.scheduler, engine.note
    yield engine
    engine.close()


def decoder_of(engine: LocalEngine) -> GraphDecoder:
    assert engine.graphs and engine.graphs.scheduler
    decoder = engine.graphs.scheduler.decoder
    assert isinstance(decoder, GraphDecoder)
    return decoder


def joined(engine: LocalEngine, requests: list[Request]) -> list[Sequence]:
    """Sequences of these requests in the steps of the engine's decoder."""
    decoder = decoder_of(engine)
    sequences = []
    for request in requests:
        with torch.cuda.stream(engine.stream):
            prompt = engine.prefix_cache.tokenize(request)
            sequences.append(Sequence(prompt, engine.end_ids, decoder.prefill(prompt)[0]))
        decoder.join(sequences[-1])
    return sequences


@pytest.mark.parametrize("seconds", [CLIP, [index / 4 for index in range(64)]])
@pytest.mark.parametrize("question", ["What happens?", "Why? " * 300], ids=["short", "long"])
def test_greedy_equals_generate_in_float32(exact: LocalEngine, seconds: list[float], question: str) -> None:
    """Over borders of pages; the longer question is read in two pieces."""
    exact.kept.clear()
    request = make_request(exact.spec, seconds, question=question, sampling=Sampling(max_new_tokens=300))
    expected = reference(exact, request)
    fresh, reused = answer(exact, request), answer(exact, request)
    assert fresh.raw == reused.raw == expected.raw
    assert (fresh.reused, reused.reused) == ("none", "prefix")
    assert (fresh.path, fresh.path_note) == ("graphs", "")


def test_the_fast_path_is_ready_without_a_fault(exact: LocalEngine, rounded: LocalEngine) -> None:
    for engine in (exact, rounded):
        assert engine.note == ""
        assert engine.capacity == 16


@torch.inference_mode()
def test_our_vision_tower_sees_what_the_librarys_sees(exact: LocalEngine, rounded: LocalEngine) -> None:
    """Not farther from float32 than the library's own bfloat16, for frames whose windows are cut at two sides."""
    prompt = exact.prefix_cache.tokenize(make_request(exact.spec, CLIP))
    pixels = prompt.pixels if prompt.pixels is not None else exact.kept.get(("pixels", prompt.frames))
    grid = prompt.inputs.tensors["video_grid_thw"]
    truth, plain = (eager_forward(engine.model).features(pixels, grid) for engine in (exact, rounded))
    fast = decoder_of(rounded).forward.features(pixels, grid)
    for ours, theirs, exactly in zip(*([some.tokens, *some.deep] for some in (fast, plain, truth)), strict=True):
        error, allowed = (ours.float() - exactly).norm(), (theirs.float() - exactly).norm()
        assert 0 < error <= allowed * 1.1


def test_seeds_repeat_and_differ(rounded: LocalEngine) -> None:
    texts = [
        answer(rounded, make_request(rounded.spec, CLIP, sampling=sampling)).raw
        for sampling in (warm(1), warm(2), warm(1))
    ]
    assert texts[0] == texts[2] != texts[1]


@pytest.mark.parametrize("top_k", [1, 2, 150])
def test_a_narrow_choice_draws_what_generate_draws(exact: LocalEngine, top_k: int) -> None:
    """The likeliest alone for a top-k of one and for a tiny top-p, whichever kernel looks for it."""
    sampling = Sampling(temperature=1.0, top_k=top_k, top_p=1.0 if top_k == 1 else 1e-6, max_new_tokens=40)
    request = make_request(exact.spec, CLIP, sampling=sampling)
    greedy = make_request(exact.spec, CLIP, sampling=Sampling(max_new_tokens=40))
    assert answer(exact, request).raw == answer(exact, greedy).raw


@torch.inference_mode()
def test_logits_are_as_near_to_float32_as_plain_bfloat16(exact: LocalEngine, rounded: LocalEngine) -> None:
    """Along the same text, token by token."""
    request = make_request(exact.spec, CLIP, sampling=Sampling(max_new_tokens=48))
    ids = torch.tensor([exact.processor.tokenizer.encode(reference(exact, request).raw)], device=exact.device)
    truth, plain = whole(exact, request, ids), whole(rounded, request, ids)
    decoder = decoder_of(rounded)
    (sequence,) = joined(rounded, [request])
    with torch.cuda.stream(decoder.stream):
        fast = [decoder.step.logits[:1].clone()]
        for token in ids[0, :-1]:
            decoder._make_room(sequence.state)
            decoder.sampler.tokens[0] = token
            fast.append(decoder.step(1)[:1].clone())
            decoder.step.position[0] += 1
            sequence.state.length += 1
    torch.cuda.synchronize()
    decoder.leave(sequence)
    error, allowed = (torch.cat(fast) - truth).abs().mean(), (plain - truth).abs().mean()
    assert 0 < error <= allowed * 1.1


@torch.inference_mode()
@pytest.mark.parametrize("company", range(1, 16))
def test_logits_are_equal_bit_by_bit_in_every_company(rounded: LocalEngine, company: int) -> None:
    """Of one sequence alone, and in a random place among so many others; its prefix fresh, and then kept."""
    first, *others = many_requests(rounded.spec, company + 1)
    rounded.kept.clear()
    alone = logits_of(rounded, [first], 0)
    place = random.Random(company).randrange(company + 1)
    beside = logits_of(rounded, [*others[:place], first, *others[place:]], place)
    assert torch.equal(alone, beside)


def logits_of(engine: LocalEngine, requests: list[Request], place: int) -> torch.Tensor:
    """The logits of eight steps of one of the requests, (8, vocabulary)."""
    decoder = decoder_of(engine)
    sequences = joined(engine, requests)
    seen = []
    for _ in range(8):
        decoder.collect(decoder.launch(sequences))
        with torch.cuda.stream(decoder.stream):
            seen.append(decoder.step.logits[sequences[place].state.row].clone())
    torch.cuda.synchronize()
    for sequence in sequences:
        decoder.leave(sequence)
    return torch.stack(seen)


def test_texts_are_those_of_answers_alone(rounded: LocalEngine) -> None:
    requests = many_requests(rounded.spec, 24, tokens=400)
    alone = [answer(rounded, request).raw for request in requests]
    with ThreadPoolExecutor(24) as threads:
        together = list(threads.map(lambda request: answer(rounded, request), requests))
    assert [each.raw for each in together] == alone
    assert max(each.answers_at_once for each in together) >= 3, "they should have met"


def test_random_requests_with_joins_stops_errors_and_changing_memory(rounded: LocalEngine) -> None:
    """1,000 of them: no wrong text, and the memory comes back."""
    requests = many_requests(rounded.spec, 40, tokens=16)
    expected = [answer(rounded, request).raw for request in requests]
    draw = random.Random(1)
    plans = [(draw.randrange(40), draw.choice(["answer"] * 4 + ["stop", "error"])) for _ in range(1000)]
    pool = decoder_of(rounded).pool

    def ask(plan: tuple[int, str]) -> bool:
        index, kind = plan
        pieces: list[str] = []
        rounded.kept.max_bytes = random.choice([1 << 20, 8 << 20, 64 << 20])

        def on_text(text: str) -> None:
            pieces.append(text)
            if kind == "error" and len(pieces) > 2:
                raise ZeroDivisionError

        try:
            result = rounded.answer(
                requests[index], on_text, lambda state: None, lambda: kind == "stop" and len(pieces) > 2
            )
        except ZeroDivisionError:
            return kind == "error"
        return expected[index].startswith(result.raw) if kind == "stop" else result.raw == expected[index]

    with ThreadPoolExecutor(20) as threads:
        half = list(threads.map(ask, plans[:500]))
        level = pool.nbytes
        half += list(threads.map(ask, plans[500:]))
    assert half.count(False) == 0
    assert pool.nbytes <= level + (1 << 28)
    rounded.kept.clear()
    assert not pool._holders, "every page is given back"


def test_a_graph_that_fails_leaves_a_slower_right_answer_and_its_reason(folder: Path) -> None:
    (spec,) = resolve_models([f"mid={folder}"])
    engine = LocalEngine(spec.model_copy(update={"dtype": "float32"}), folder)
    engine.prepare_fast()
    request = make_request(spec, CLIP)
    expected = reference(engine, request).raw
    decoder = decoder_of(engine)
    decoder.graphs = dict.fromkeys(decoder.graphs, Broken())
    slower = answer(engine, request)
    assert (slower.raw, slower.path) == (expected, "eager")
    assert "a broken graph" in slower.path_note and "a broken graph" in engine.note
    engine.close()


def test_pages_of_a_prompt_that_nobody_wants_are_free_once_it_was_read(rounded: LocalEngine) -> None:
    """A step of another answer would write to a page that is still being written."""
    decoder = decoder_of(rounded)
    with torch.inference_mode(), torch.cuda.stream(rounded.stream):
        rounded.kept.clear()
        prompt = rounded.prefix_cache.tokenize(make_request(rounded.spec, [index / 4 for index in range(64)]))
        state, _ = decoder.prefill(prompt)
        decoder.release(state)
        assert state.read.query()


class Broken:
    def replay(self) -> Any:
        raise RuntimeError("a broken graph")


def whole(engine: LocalEngine, request: object, ids: torch.Tensor) -> torch.Tensor:
    """The logits of an answer's tokens from one plain forward pass over prompt and answer, (tokens, vocabulary)."""
    from cosmos_compare.engines.local.inputs import prepare

    inputs = prepare(engine.processor, engine.spec.vision, request)  # type: ignore[arg-type]
    tensors = {name: torch.as_tensor(value).to(engine.device) for name, value in inputs.tensors.items()}
    tensors["input_ids"] = torch.cat([tensors["input_ids"], ids], dim=1)
    tensors["mm_token_type_ids"] = torch.nn.functional.pad(tensors["mm_token_type_ids"], (0, ids.shape[1]))
    tensors["pixel_values_videos"] = tensors["pixel_values_videos"].to(engine.model.dtype)
    del tensors["attention_mask"]
    logits = engine.model(**tensors).logits[0]
    return logits[inputs.prompt_tokens - 1 : -1].float()


def warm(seed: int) -> Sampling:
    return Sampling(temperature=1.0, top_p=0.9, top_k=40, presence_penalty=0.5, seed=seed, max_new_tokens=60)


def test_closing_gives_the_memory_back(folder: Path) -> None:
    """Also that of the graphs, and without a collection of garbage, which `gc.freeze` may have made blind."""
    (spec,) = resolve_models([f"mid={folder}"])
    gc.collect()
    gc.disable()
    try:
        engine = LocalEngine(spec, folder)
        engine.prepare_fast()
        answer(engine, make_request(spec, CLIP))
        model = weakref.ref(engine.model)
        engine.close()
        assert model() is None
    finally:
        gc.enable()
