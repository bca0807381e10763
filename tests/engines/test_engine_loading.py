"""A model that is loaded while another one answers changes nothing for that one."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

import pytest
from engine_requests import answer, make_request

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import load_model, no_model_is_built

CPU = torch.device("cpu")


@pytest.mark.parametrize("name", ["reason1-tiny", "reason2-tiny"])
def test_reading_while_a_bfloat16_model_is_loaded(name: str, tiny: dict[str, Path]) -> None:
    """Positions and pixels stay those of float32; transformers' default dtype is one for the whole process."""
    (spec,) = resolve_models([f"{name}={tiny[name]}"])
    # At 0.3 s a pair of frames: times which bfloat16 can't hold.
    request = make_request(spec, [index * 0.15 for index in range(64)])
    alone = LocalEngine(spec, tiny[name]).prefix_cache.tokenize(request)
    engine = LocalEngine(spec, tiny[name])
    done = threading.Event()

    def load_again_and_again() -> None:
        while not done.is_set():
            load_model(tiny[name], torch.bfloat16, CPU)

    loading = threading.Thread(target=load_again_and_again)
    loading.start()
    try:
        for _ in range(40):
            engine.kept.clear()
            type(engine.processor.video_processor)._fuse_mean_std_and_rescale_factor.cache_clear()
            beside = engine.prefix_cache.tokenize(request)
            assert torch.equal(beside.positions, alone.positions)
            assert beside.pixels is not None and alone.pixels is not None
            assert torch.equal(beside.pixels, alone.pixels)
    finally:
        done.set()
        loading.join()


def test_the_default_dtype_is_held_while_somebody_reads(tiny: dict[str, Path]) -> None:
    started = threading.Event()

    def load() -> None:
        started.set()
        load_model(tiny["reason1-tiny"], torch.bfloat16, CPU)

    with no_model_is_built():
        loading = threading.Thread(target=load)
        loading.start()
        started.wait()
        loading.join(0.5)
        assert loading.is_alive()
        assert torch.get_default_dtype() == torch.float32
    loading.join()
    assert torch.get_default_dtype() == torch.float32


def test_a_model_is_of_the_librarys_own_class(tiny: dict[str, Path]) -> None:
    model = load_model(tiny["reason2-tiny"], torch.bfloat16, CPU)
    assert type(model).__qualname__ == "Qwen3VLForConditionalGeneration"
    assert next(model.parameters()).dtype == torch.bfloat16
    assert not model.training


def test_a_closed_engine_forgets_its_model(tiny: dict[str, Path]) -> None:
    (spec,) = resolve_models([f"mine={tiny['reason1-tiny']}"])
    engine = LocalEngine(spec, tiny["reason1-tiny"])
    answer(engine, make_request(spec, [0.0, 0.5]))
    model = weakref.ref(engine.model)
    engine.close()
    assert model() is None
