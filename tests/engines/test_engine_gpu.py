"""The fast path on a GPU, with graphs, against plain `generate`; skipped on machines without one."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_requests import answer, build_mid_size, make_request, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.forward import EagerForward
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.schema import Sampling

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
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
    assert engine.graphs and engine.graphs.ready, engine.note
    yield engine
    engine.close()


@pytest.mark.parametrize("seconds", [CLIP, [index / 4 for index in range(64)]])
def test_greedy_equals_generate_in_float32(exact: LocalEngine, seconds: list[float]) -> None:
    """The longer prompt crosses a border of buckets."""
    request = make_request(exact.spec, seconds, sampling=Sampling(max_new_tokens=300))
    expected = reference(exact, request)
    fresh, reused = answer(exact, request), answer(exact, request)
    assert fresh.raw == reused.raw == expected.raw
    assert (fresh.reused, reused.reused) == ("none", "prefix")


def test_the_fast_path_is_ready_without_a_fault(exact: LocalEngine, rounded: LocalEngine) -> None:
    for engine in (exact, rounded):
        assert engine.note == ""
        assert engine.graphs and engine.graphs.forward.name == "fast"


@torch.inference_mode()
def test_our_vision_tower_sees_what_the_librarys_sees(exact: LocalEngine, rounded: LocalEngine) -> None:
    """Not farther from float32 than the library's own bfloat16, for frames whose windows are cut at two sides."""
    prompt = exact.prefix_cache.tokenize(make_request(exact.spec, CLIP))
    pixels = prompt.pixels if prompt.pixels is not None else exact.kept.get(("pixels", prompt.frames))
    grid = prompt.inputs.tensors["video_grid_thw"]
    truth, plain = (EagerForward(engine.model).features(pixels, grid) for engine in (exact, rounded))
    graphs = rounded.graphs
    assert graphs
    fast = graphs.forward.features(pixels, grid)
    for ours, theirs, exactly in zip(*([some.tokens, *some.deep] for some in (fast, plain, truth)), strict=True):
        error, allowed = (ours.float() - exactly).norm(), (theirs.float() - exactly).norm()
        assert 0 < error <= allowed * 1.1


def test_seeds_repeat_and_differ(rounded: LocalEngine) -> None:
    texts = [
        answer(rounded, make_request(rounded.spec, CLIP, sampling=sampling)).raw
        for sampling in (warm(1), warm(2), warm(1))
    ]
    assert texts[0] == texts[2] != texts[1]


@torch.inference_mode()
def test_logits_are_as_near_to_float32_as_plain_bfloat16(exact: LocalEngine, rounded: LocalEngine) -> None:
    """Along the same text, token by token."""
    request = make_request(exact.spec, CLIP, sampling=Sampling(max_new_tokens=48))
    ids = torch.tensor([exact.processor.tokenizer.encode(reference(exact, request).raw)], device=exact.device)
    truth, plain = whole(exact, request, ids), whole(rounded, request, ids)
    graphs = rounded.graphs
    assert graphs and graphs.decoder
    prompt = rounded.prefix_cache.tokenize(request)
    rounded.prefix_cache.prefill(prompt, graphs.kv_cache(), graphs.forward)
    decoder = graphs.decoder
    decoder.prefill_question(prompt, graphs._run)
    fast = [decoder.logits.float().clone()]
    for token in ids[0, :-1]:
        decoder.token.fill_(token)
        decoder.fixed.bucket = decoder.buckets[0]
        graphs._run(("step", decoder.buckets[0]), decoder.decode_one_token)
        fast.append(decoder.logits.float().clone())
    error, allowed = (torch.cat(fast) - truth).abs().mean(), (plain - truth).abs().mean()
    assert 0 < error <= allowed * 1.1


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
