"""A model that is loaded while another one answers changes nothing for that one."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import checkpoints
import pytest
from conftest import ROOT
from engine_requests import answer, make_request

from cosmos_compare.catalogue.checkpoint import trouble_of, weights_bytes
from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.engines.local.building import no_model_is_built
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.loading import load_model, memory_bytes
from cosmos_compare.errors import CompareError

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


def test_of_a_cosmos3_the_reasoner_is_loaded_and_its_generator_is_not(
    tiny: dict[str, Path], successors: dict[str, Path]
) -> None:
    """Made of the same numbers as the other one: names, folders and the generator beside it must change nothing."""
    folder = successors["cosmos3-tiny"]
    ours, plain = load_model(folder, torch.float32, CPU), load_model(tiny["reason2-tiny"], torch.float32, CPU)
    assert type(ours).__qualname__ == "Cosmos3OmniForConditionalGeneration"
    weights = dict(plain.named_parameters())
    assert {name for name, _ in ours.named_parameters()} == set(weights)
    assert all(torch.equal(weights[name], tensor) for name, tensor in ours.named_parameters())
    needed = sum(tensor.numel() * tensor.element_size() for tensor in ours.parameters())
    assert needed <= memory_bytes(folder) < 1.02 * needed  # the files' tables of contents are counted
    assert memory_bytes(folder) < 0.9 * weights_bytes(folder)
    assert memory_bytes(tiny["reason2-tiny"]) == weights_bytes(tiny["reason2-tiny"])


def test_an_architecture_that_the_library_does_not_know_or_that_does_not_see(
    tiny: dict[str, Path], tmp_path: Path
) -> None:
    for kind, words in [("cosmos9", "knows no architecture 'cosmos9'"), ("bert", "does not take pictures")]:
        folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / kind)
        checkpoints.with_json(folder, "config.json", model_type=kind)
        (spec,) = resolve_models([f"mine={folder}"])
        with pytest.raises(CompareError, match=words) as caught:
            LocalEngine(spec, folder)
        assert caught.value.hint


def test_a_closed_engine_forgets_its_model(tiny: dict[str, Path]) -> None:
    (spec,) = resolve_models([f"mine={tiny['reason1-tiny']}"])
    engine = LocalEngine(spec, tiny["reason1-tiny"])
    answer(engine, make_request(spec, [0.0, 0.5]))
    model = weakref.ref(engine.model)
    engine.close()
    assert model() is None


def dropped(names: Callable[[str], bool]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda tensors: {name: tensor for name, tensor in tensors.items() if not names(name)}


NOT_THE_MODELS = {
    "other prefix": (lambda tensors: {f"base_model.model.{n}": t for n, t in tensors.items()}, "not in its files"),
    "a layer missing": (dropped(lambda name: ".layers.1." in name), r"11 weights \(.*layers.1.*\) not in"),
    "one missing": (dropped(lambda name: name.endswith("language_model.norm.weight")), r"1 weight \(.*\) not in"),
    "no embedding": (dropped(lambda name: "embed_tokens" in name), "embed_tokens"),
    "no vision tower": (dropped(lambda name: "visual" in name), "describes a model of .* numbers, and the files hold"),
    "one too many": (lambda t: t | {"model.extra.weight": torch.zeros(2, 2)}, r"1 weight \(model.ex.*t\) in its files"),
    "another shape": (
        lambda tensors: {n: t[:-1] if n.endswith("mlp.up_proj.weight") else t for n, t in tensors.items()},
        "of another shape than the model's",
    ),
    "scales beside them": (
        lambda t: t | {n.replace(".weight", ".weight_scale"): torch.ones(1) for n in t if "mlp.up_proj.weight" in n},
        "weight_scale.* in its files and not in the model",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NOT_THE_MODELS)
def test_weights_that_are_not_the_models_are_refused_by_name_and_number(
    kind: str, tiny: dict[str, Path], tmp_path: Path
) -> None:
    change, words = NOT_THE_MODELS[kind]
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    checkpoints.with_weights(folder, change)
    (spec,) = resolve_models([f"mine={folder}"])
    with pytest.raises(CompareError, match=words):
        LocalEngine(spec, folder)


def test_a_head_that_is_tied_may_be_stored_or_left_out(tiny: dict[str, Path], tmp_path: Path) -> None:
    demo = ROOT / "data" / "demo_models" / "reason2-demo"  # its head is tied
    assert load_model(demo, torch.float32, CPU) is not None
    folder = checkpoints.copy(demo, tmp_path / "mine")
    embedding = "model.language_model.embed_tokens.weight"
    checkpoints.with_weights(folder, lambda tensors: tensors | {"lm_head.weight": tensors[embedding].clone()})
    assert load_model(folder, torch.float32, CPU) is not None


def test_weights_under_the_names_of_older_libraries_are_taken(tiny: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoints.copy(tiny["reason1-tiny"], tmp_path / "mine")
    older = {"model.visual.": "visual.", "model.language_model.": "model."}

    def renamed(tensors: dict[str, Any]) -> dict[str, Any]:
        for new, old in older.items():
            tensors = {name.replace(new, old): tensor for name, tensor in tensors.items()}
        return tensors

    checkpoints.with_weights(folder, renamed)
    ours, plain = load_model(folder, torch.float32, CPU), load_model(tiny["reason1-tiny"], torch.float32, CPU)
    for (_, one), (_, other) in zip(ours.named_parameters(), plain.named_parameters(), strict=True):
        assert torch.equal(one, other)


def test_fp8_by_block_is_unpacked(tiny: dict[str, Path], tmp_path: Path) -> None:
    """The one quantised form that loads: its weights become the plain ones that they stand for."""
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    meant: dict[str, Any] = {}

    def pack(tensors: dict[str, Any]) -> dict[str, Any]:
        packed = dict(tensors)
        for name, tensor in tensors.items():
            if "language_model" in name and "_proj.weight" in name:
                rows, columns = tensor.shape
                blocks = tensor.float().reshape(rows // 8, 8, columns // 8, 8)
                scale = (blocks.abs().amax((1, 3)) / 448).clamp(min=1e-8)
                small = (blocks / scale[:, None, :, None]).to(torch.float8_e4m3fn)
                packed[name], packed[f"{name}_scale_inv"] = small.reshape(rows, columns), scale
                meant[name] = (small.float() * scale[:, None, :, None]).reshape(rows, columns)
        return packed

    checkpoints.with_weights(folder, pack)
    how = {"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [8, 8]}
    checkpoints.with_json(folder, "config.json", quantization_config=how | {"modules_to_not_convert": ["model.visual"]})
    assert trouble_of(folder) is None
    model = load_model(folder, torch.float32, CPU)
    weights = dict(model.named_parameters())
    assert meant and all(torch.equal(weights[name], tensor) for name, tensor in meant.items())


@pytest.mark.parametrize(
    "values",
    [
        {"intermediate_size": 30_000},
        {"vocab_size": 60_000},
        {"rope_parameters": "x"},
        {"rms_norm_eps": "small"},
        {"hidden_act": "dance"},
        {"num_key_value_heads": 3},
    ],
)
def test_a_config_that_lies_is_a_sentence(values: dict[str, Any], tiny: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    checkpoints.with_text_config(folder, **values)
    (spec,) = resolve_models([f"mine={folder}"])
    with pytest.raises(CompareError):
        LocalEngine(spec, folder)


@pytest.mark.parametrize("name", ["generation_config.json", "tokenizer_config.json", "processor_config.json"])
def test_a_file_without_bottom_is_a_sentence(name: str, tiny: dict[str, Path], tmp_path: Path) -> None:
    folder = checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")
    (folder / name).write_text('{"a":' * 200_000 + "1" + "}" * 200_000)
    (spec,) = resolve_models([f"mine={folder}"])
    with pytest.raises(CompareError, match=name):
        LocalEngine(spec, folder)
