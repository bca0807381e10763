"""Decoding over fixed addresses, as CUDA graphs hold it, run here without graphs: against plain `generate`."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from engine_requests import build_mid_size, make_request, reference

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.decoder import Decoder
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.logits_processors import logits_processors
from cosmos_compare.engines.local.sampler import Sampler
from cosmos_compare.schema import Sampling

CPU = torch.device("cpu")
CLIP = [0.0, 0.5, 1.0, 1.5]
# Prompts here are 117 to 500 tokens long: answers of 150 cross two borders of buckets or more.
LENGTHS, QUESTIONS = (128, 160, 224, 256, 512, 1024), (32, 64, 128)


@pytest.fixture(scope="module", params=["reason1-tiny", "reason2-tiny"])
def engine(
    request: pytest.FixtureRequest, tiny: dict[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalEngine]:
    folder = tmp_path_factory.mktemp("mid")
    build_mid_size(tiny[request.param], folder)
    (spec,) = resolve_models([f"mid={folder}"])
    engine = LocalEngine(spec, folder)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def decoder(engine: LocalEngine) -> Decoder:
    with torch.inference_mode():
        return Decoder(engine.model, LENGTHS, QUESTIONS)


def at_once(key: Hashable, function: Callable[[], None]) -> None:
    function()


@torch.inference_mode()
def decode(engine: LocalEngine, decoder: Decoder, request: Request, sampler: Sampler | None = None) -> str:
    prompt = engine.prefix_cache.tokenize(request)
    assert decoder.fits(prompt)
    engine.prefix_cache.prefill(prompt, decoder.fixed.kv_cache(), decoder.forward)
    sampler = sampler or Sampler(request.sampling, decoder.logits.shape[1], CPU)
    ids = list(islice(decoder.decode(prompt, sampler, at_once), request.sampling.max_new_tokens))
    end = next((n + 1 for n, token in enumerate(ids) if token in engine.end_ids), len(ids))
    return str(engine.processor.tokenizer.decode(ids[:end], skip_special_tokens=True))


@pytest.mark.parametrize(
    ("seconds", "question"),
    [(CLIP, "What happens?"), ([0.0, 2.0], "Why?" * 20), ([n / 4 for n in range(24)], "And then?")],
)
def test_greedy_equals_generate_across_buckets(
    engine: LocalEngine, decoder: Decoder, seconds: list[float], question: str
) -> None:
    request = make_request(engine.spec, seconds, question=question, sampling=Sampling(max_new_tokens=150))
    assert decode(engine, decoder, request) == reference(engine, request).raw


def test_nothing_of_one_answer_shows_in_the_next(engine: LocalEngine, decoder: Decoder) -> None:
    """Old keys and values lie behind the end of the new ones, and old penalties in the sampler's masks."""
    sampling = Sampling(temperature=0.9, top_k=30, presence_penalty=1.0, repetition_penalty=1.2, max_new_tokens=40)
    long = make_request(engine.spec, [n / 4 for n in range(24)], sampling=sampling)
    short = make_request(engine.spec, CLIP, question="And you?", sampling=sampling)
    sampler = Sampler(sampling, decoder.logits.shape[1], CPU)
    for request in (long, short, long):
        assert decode(engine, decoder, request, sampler) == reference(engine, request).raw


def test_what_does_not_fit_is_known_before(engine: LocalEngine, decoder: Decoder) -> None:
    few, many = Sampling(max_new_tokens=10), Sampling(max_new_tokens=4000)
    read = engine.prefix_cache.tokenize
    assert decoder.fits(read(make_request(engine.spec, CLIP, sampling=few)))
    assert not decoder.fits(read(make_request(engine.spec, CLIP, sampling=many)))
    assert not decoder.fits(read(make_request(engine.spec, CLIP, sampling=few, question="long " * 50)))


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(),
        Sampling(presence_penalty=1.5),
        Sampling(repetition_penalty=1.3, presence_penalty=-0.5),
        Sampling(temperature=1.2, top_k=50, top_p=0.7, seed=1),
        Sampling(temperature=1.2, top_k=400, top_p=0.95, seed=2),
        Sampling(temperature=1.0, top_k=5, seed=3),
        Sampling(temperature=1.0, top_p=0.5, seed=3),
        Sampling(temperature=0.8, top_k=12, top_p=0.9, repetition_penalty=0.8, seed=4),
    ],
)
def test_the_sampler_draws_what_the_librarys_steps_draw(sampling: Sampling) -> None:
    """Also the second time: what the first answer left in masks and generator is gone."""
    prompt = torch.tensor([[3, 3, 17]])
    sampler = Sampler(sampling, 300, CPU)
    for _ in range(2):
        sampler.start(prompt, sampling.seed)
        steps, ids = logits_processors(sampling, 3, CPU), prompt
        generator = torch.Generator().manual_seed(0)
        for _ in range(30):
            logits = (torch.randn((1, 300), generator=generator) * 2).bfloat16()  # with many equal scores
            token = sampler.sample(logits.clone())
            assert torch.equal(token, steps(ids, logits.float()).argmax(-1, keepdim=True))
            ids = torch.cat([ids, token], dim=1)


def test_nothing_depends_on_the_default_dtype(engine: LocalEngine) -> None:
    """Decoders are made in the background, where a model that is built may have changed it for the whole process."""
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.inference_mode():
            made = Decoder(engine.model, LENGTHS, QUESTIONS)
    finally:
        torch.set_default_dtype(torch.float32)
    assert made.logits.dtype == torch.float32
    buffers = [made.fixed.cu_seqlens, made.fixed.used, made.position, made.delta, made.token]
    assert not any(buffer.is_floating_point() for buffer in buffers)
