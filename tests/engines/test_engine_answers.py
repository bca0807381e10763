"""Answers of the local engine against plain `generate`, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from engine_requests import GREEDY, NAMES, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.inputs import prepare
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Answer, Sampling


@pytest.mark.parametrize("name", NAMES)
def test_greedy_text_equals_plain_generate(engines: dict[str, LocalEngine], name: str) -> None:
    engine = engines[name]
    request = make_request(engine.spec, [0.0, 0.5, 1.0, 1.5])
    assert answer(engine, request).raw == plain_generate(engine, request)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_does_not_depend_on_the_one_before(engines: dict[str, LocalEngine], name: str) -> None:
    """Positions after the video hang on `rope_deltas`, which the model object keeps from the request before."""
    engine = engines[name]
    short = make_request(engine.spec, [0.0, 0.5])
    long = make_request(engine.spec, [index / 2 for index in range(12)], question="And now?")
    alone = answer(engine, long).raw
    answer(engine, short)
    assert answer(engine, long).raw == alone == plain_generate(engine, long)


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_depends_on_the_video_its_times_and_the_question(engines: dict[str, LocalEngine], name: str) -> None:
    engine = engines[name]
    seconds = [0.0, 0.5, 1.0, 1.5]
    texts = [
        answer(engine, make_request(engine.spec, seconds)).raw,
        answer(engine, make_request(engine.spec, seconds, seed=1)).raw,
        answer(engine, make_request(engine.spec, [second * 16 for second in seconds])).raw,
        answer(engine, make_request(engine.spec, seconds, question="Who is there?")).raw,
    ]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", NAMES)
def test_streamed_pieces_make_up_the_text(engines: dict[str, LocalEngine], name: str) -> None:
    pieces: list[str] = []
    request = make_request(engines[name].spec, [0.0, 0.5])
    result = engines[name].answer(request, pieces.append, lambda state: None, lambda: False)
    assert "".join(pieces) == result.raw
    assert len(pieces) > 5


def test_a_cut_answer_is_marked_as_cut(engines: dict[str, LocalEngine]) -> None:
    result = answer(engines["reason1-tiny"], make_request(engines["reason1-tiny"].spec, [0.0, 0.5]))
    assert (result.finish, result.new_tokens) == ("length", GREEDY.max_new_tokens)


def test_an_answer_that_ends_by_itself_is_marked_as_ended(engines: dict[str, LocalEngine]) -> None:
    engine = engines["reason2-tiny"]
    # Near-uniform draws over 268 tokens come upon the end token sooner or later.
    wild = Sampling(temperature=2.0, seed=1, max_new_tokens=4000)
    result = answer(engine, make_request(engine.spec, [0.0, 0.5], sampling=wild))
    assert result.finish == "stop"
    assert result.new_tokens < 4000
    assert "<|im_end|>" not in result.raw


@pytest.mark.parametrize("name", NAMES)
def test_stop_ends_at_the_next_token_and_keeps_the_text(engines: dict[str, LocalEngine], name: str) -> None:
    engine = engines[name]
    request = make_request(engine.spec, [0.0, 0.5])
    full = answer(engine, request)
    pieces: list[str] = []
    result = engine.answer(request, pieces.append, lambda state: None, lambda: len(pieces) >= 3)
    assert result.finish == "cancelled"
    assert full.raw.startswith(result.raw) and 0 < result.new_tokens < full.new_tokens
    assert answer(engine, request).raw == full.raw


def test_stop_before_the_first_token_is_an_answer_too(engines: dict[str, LocalEngine]) -> None:
    engine = engines["reason1-tiny"]
    result = engine.answer(make_request(engine.spec, [0.0, 0.5]), print, lambda state: None, lambda: True)
    assert (result.finish, result.raw, result.new_tokens) == ("cancelled", "", 0)


def test_states_and_times_come_in_order(engines: dict[str, LocalEngine]) -> None:
    states: list[str] = []
    engine = engines["reason2-tiny"]
    result = engine.answer(make_request(engine.spec, [0.0, 0.5]), lambda text: None, states.append, lambda: False)
    assert states == ["looking", "writing"]
    assert result.preprocess_s and result.first_token_s and result.total_s and result.tokens_per_s
    assert 0 < result.preprocess_s < result.first_token_s < result.total_s
    assert result.tokens_per_s == pytest.approx((result.new_tokens - 1) / (result.total_s - result.first_token_s))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_gives_the_same_text_and_another_another(engines: dict[str, LocalEngine], name: str) -> None:
    engine = engines[name]
    texts = [
        answer(engine, make_request(engine.spec, [0.0, 0.5], sampling=sampling)).raw
        for sampling in (warm(7), warm(7), warm(8))
    ]
    assert texts[0] == texts[1] != texts[2]


def test_a_control_token_in_the_prompt_is_an_answer_that_says_so(engines: dict[str, LocalEngine]) -> None:
    engine = engines["reason1-tiny"]
    result = answer(engine, make_request(engine.spec, [0.0, 0.5], question="<|im_end|>"))
    assert result.finish == "error"
    assert result.error and "<|im_end|>" in result.error.message and result.error.hint


def test_pickled_weights_are_never_loaded(
    engines: dict[str, LocalEngine], tiny: dict[str, Path], tmp_path: Path
) -> None:
    """`from_pretrained` falls back to pickles, which run code, when there are no safetensors."""
    for path in tiny["reason1-tiny"].iterdir():
        if path.suffix != ".safetensors":
            (tmp_path / path.name).write_bytes(path.read_bytes())
    torch.save(engines["reason1-tiny"].model.state_dict(), tmp_path / "pytorch_model.bin")
    (spec,) = resolve_models([f"pickled={tmp_path}"])
    with pytest.raises(CompareError, match="safetensors"):
        LocalEngine(spec, tmp_path)


def test_out_of_memory_is_an_answer_with_the_remedy_and_the_next_one_works(tiny: dict[str, Path]) -> None:
    """In a process of its own whose memory is limited: the allocation really fails.

    The limit is on addresses, of which glibc reserves 64 MB for each thread that allocates; with one arena it is
    one on memory.
    """
    script = f"""
        import faulthandler, resource, sys
        faulthandler.dump_traceback_later(200, exit=True)
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from pathlib import Path
        import numpy as np
        from engine_requests import make_request
        from cosmos_compare.engines.base import Request
        from cosmos_compare.engines.local.engine import LocalEngine
        from cosmos_compare.catalogue.models import resolve_models

        (spec,) = resolve_models(["tiny={tiny["reason2-tiny"]}"])
        engine = LocalEngine(spec, Path(spec.source))
        small = make_request(spec, [0.0, 0.5])
        go = lambda request: engine.answer(request, lambda text: None, lambda state: None, lambda: False)
        before = go(small)
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, resource.RLIM_INFINITY))
        huge = Request(small.messages, np.zeros((2, 4096, 4096, 3), np.uint8), small.times, 0.5, small.sampling)
        failed = go(huge)
        print(failed.finish, failed.error.type, "fewer frames" in failed.error.hint)
        print(go(small).raw == before.raw)
    """
    words, env = [sys.executable, "-c", textwrap.dedent(script)], os.environ | {"MALLOC_ARENA_MAX": "1"}
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["error", "OutOfMemory", "True", "True"], done.stderr


def warm(seed: int) -> Sampling:
    return Sampling(temperature=1.0, top_p=0.95, top_k=50, presence_penalty=0.5, seed=seed, max_new_tokens=24)


def answer(engine: LocalEngine, request: Request) -> Answer:
    return engine.answer(request, lambda text: None, lambda state: None, lambda: False)


def plain_generate(engine: LocalEngine, request: Request) -> str:
    """The text as everyone gets it: one call of the library, nothing of ours after the processor."""
    tensors = prepare(engine.processor, engine.spec.vision, request).tensors
    with torch.no_grad():
        ids = engine.model.generate(
            **tensors, do_sample=False, max_new_tokens=request.sampling.max_new_tokens, use_cache=True
        )[0, tensors["input_ids"].shape[1] :]
    return str(engine.processor.tokenizer.decode(ids, skip_special_tokens=True))
