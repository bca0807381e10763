"""What a folder holds is said before anything is loaded: each kind of wrong folder has its sentence."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import checkpoints
import pytest
import torch

from cosmos_compare.catalogue import models
from cosmos_compare.catalogue.checkpoint import trouble_of, weights_bytes
from cosmos_compare.catalogue.hub import access_problem
from cosmos_compare.errors import CompareError

WHOLE = checkpoints.WHOLE
BASE = '{"base_model_name_or_path": "a/b"}'
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 16600000000\n"


@pytest.fixture
def folder(tiny: dict[str, Path], tmp_path: Path) -> Path:
    return checkpoints.copy(tiny["reason2-tiny"], tmp_path / "mine")


def linked(folder: Path, target: str) -> None:
    (folder / WHOLE).unlink()
    (folder / WHOLE).symlink_to(target)


def as_other(folder: Path, name: str, *also: tuple[str, str]) -> None:
    (folder / WHOLE).rename(folder / name)
    for extra, text in also:
        (folder / extra).write_text(text)


def fp8(folder: Path, **config: object) -> None:
    def pack(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {k: v.to(torch.float8_e4m3fn) if "mlp.up_proj.weight" in k else v for k, v in tensors.items()}

    checkpoints.with_weights(folder, pack)
    if config:
        checkpoints.with_json(folder, "config.json", quantization_config=config)


def refused(folder: Path) -> CompareError | None:
    """What a command says of a folder that is given as a model."""
    try:
        (spec,) = models.resolve_models([f"x={folder}"])
    except CompareError as error:
        return error
    return access_problem(spec)


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "git-lfs pointer": (lambda f: (f / WHOLE).write_text(POINTER), "git-lfs pointer"),
    "git-lfs pointer as tokenizer": (
        lambda f: (f / "tokenizer.json").write_text(POINTER),
        "tokenizer.json is a git-lfs pointer",
    ),
    "git-lfs pointer as config": (lambda f: (f / "config.json").write_text(POINTER), "config.json is a git-lfs"),
    "a device as config": (
        lambda f: ((f / "config.json").unlink(), (f / "config.json").symlink_to("/dev/zero")),
        "lacks config.json",
    ),
    "weights of another name": (lambda f: as_other(f, "cosmos.safetensors"), "holds cosmos.safetensors, but neither"),
    "cut": (lambda f: os.truncate(f / WHOLE, 90_000), "is cut: it has 90,000 of"),
    "cut in its header": (lambda f: os.truncate(f / WHOLE, 200), "not even its table of contents"),
    "empty": (lambda f: os.truncate(f / WHOLE, 0), "is no safetensors file"),
    "a page in place of it": (lambda f: (f / WHOLE).write_text("<!DOCTYPE html>" * 99), "is no safetensors file"),
    "header of another kind": (
        lambda f: (f / WHOLE).write_bytes(struct.pack("<Q", 4) + b"[1] "),
        "is no safetensors file",
    ),
    "dangling link": (lambda f: linked(f, "../../blobs/0000"), "a link to ../../blobs/0000, which is not there"),
    "link to itself": (lambda f: linked(f, WHOLE), f"a link to {WHOLE}, which is not there"),
    "link out": (lambda f: linked(f, str(shutil.copy(f / WHOLE, f.parent / WHOLE))), "outside of the folder"),
    "folder in its place": (lambda f: ((f / WHOLE).unlink(), (f / WHOLE).mkdir()), f"lacks {WHOLE}"),
    "pipe in its place": (lambda f: ((f / WHOLE).unlink(), os.mkfifo(f / WHOLE)), f"lacks {WHOLE}"),
    "adapter": (
        lambda f: as_other(f, "adapter_model.safetensors", ("adapter_config.json", BASE)),
        "an adapter (LoRA) for a/b",
    ),
    "adapter beside the weights": (lambda f: (f / "adapter_config.json").write_text("{"), "an adapter (LoRA)"),
    "gguf": (lambda f: as_other(f, "x.Q4_K_M.gguf"), "GGUF files can't be loaded"),
    "pickle": (lambda f: as_other(f, "pytorch_model.bin"), "which can run code"),
    "another pickle": (lambda f: as_other(f, "model.pth"), "which can run code"),
    "no tokenizer": (lambda f: (f / "tokenizer.json").unlink(), "lacks tokenizer.json or"),
    "modelopt": (lambda f: fp8(f, quant_method="modelopt", quant_algo="FP8"), "quantised weights (modelopt FP8)"),
    "gptq": (lambda f: fp8(f, quant_method="gptq", bits=4), "quantised weights (gptq)"),
    "a method without a name": (lambda f: fp8(f, bits=4), "quantised weights (by an unknown method)"),
    "fp8 and no config": (lambda f: fp8(f), "holds F8_E4M3 weights"),
    "fp8 and no scales": (lambda f: fp8(f, quant_method="fp8"), "fp8 weights without a scale"),
    "layers without end": (
        lambda f: checkpoints.with_text_config(f, num_hidden_layers=10**9),
        "num_hidden_layers is 1000",
    ),
    "no layers": (lambda f: checkpoints.with_text_config(f, num_hidden_layers=0), "num_hidden_layers is 0"),
    "a size in words": (lambda f: checkpoints.with_text_config(f, hidden_size="big"), "hidden_size is 'big'"),
    "deep": (lambda f: (f / "config.json").write_text("[" * 200_000 + "]" * 200_000), "config.json is not JSON"),
    "rather deep": (
        lambda f: (f / "config.json").write_text('{"a":' * 500 + "1" + "}" * 500),
        "config.json is nested more than 60 deep",
    ),
    "a list": (lambda f: (f / "config.json").write_text("[]"), "config.json is not a JSON object"),
    "not text": (lambda f: (f / "config.json").write_bytes(b"\xff\xfe{"), "config.json is not JSON"),
    "index out of the folder": (lambda f: checkpoints.sharded(f, "../else/w.bin"), "'../else/w.bin', which is no"),
    "index to a pickle": (lambda f: checkpoints.sharded(f, "w.bin"), "'w.bin', which is no"),
    "index out by a folder of it": (
        lambda f: checkpoints.sharded(f, "transformer/../../w.safetensors"),
        "'transformer/../../w.safetensors', which is no",
    ),
    "index from the root": (lambda f: checkpoints.sharded(f, "/w.safetensors"), "'/w.safetensors', which is no"),
    "index to a hidden folder": (lambda f: checkpoints.sharded(f, ".git/w.safetensors"), "which is no"),
    "index to another disk": (lambda f: checkpoints.sharded(f, "C:w.safetensors"), "'C:w.safetensors', which is no"),
    "index with backslashes": (lambda f: checkpoints.sharded(f, "..\\w.safetensors"), "which is no"),
    "index to a hidden file": (lambda f: checkpoints.sharded(f, ".w.safetensors"), "which is no"),
    "index of numbers": (lambda f: checkpoints.sharded(f, 5), "leads to 5, which is no"),
    "index of lists": (lambda f: checkpoints.sharded(f, ["w"]), "not an index"),
    "index to what is not there": (lambda f: checkpoints.sharded(f, "w.safetensors"), "lacks w.safetensors"),
    "index of nothing": (
        lambda f: as_other(f, "w.safetensors", (f"{WHOLE}.index.json", '{"weight_map": {}}')),
        "it names no weights",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_folder_says_what_it_is_and_what_to_do(kind: str, folder: Path) -> None:
    change, words = KINDS[kind]
    assert trouble_of(folder) is None
    change(folder)
    trouble = trouble_of(folder)
    assert trouble is not None and words in trouble.what and trouble.hint
    refusal = refused(folder)
    assert refusal is not None and refusal.hint and refusal.field == "models"


def test_of_what_training_left_the_last_is_named(folder: Path, tmp_path: Path) -> None:
    for steps in (500, 1000, 90):
        shutil.copytree(folder, tmp_path / "run" / f"checkpoint-{steps}")
    trouble = trouble_of(tmp_path / "run")
    assert trouble is not None and trouble.hint.endswith("checkpoint-1000")


def test_what_is_no_folder_at_all(folder: Path, tmp_path: Path) -> None:
    assert trouble_of(tmp_path / "nothing") == ("is not there", "Give a folder with a whole checkpoint.")
    assert trouble_of(folder / "config.json") == ("is a file", "Give the folder that holds it.")
    outer = checkpoints.copy(folder, tmp_path / "outer" / "checkpoint-500").parent
    trouble = trouble_of(outer)
    assert trouble is not None and "checkpoint-500 in it does" in trouble.what and str(outer) in trouble.hint


def test_a_hub_cache_is_read_through_its_links_and_its_folders_are_named(folder: Path, tmp_path: Path) -> None:
    cache = tmp_path / "hub"
    snapshot = checkpoints.in_hub_cache(folder, cache, "a/b", "abc1")
    assert trouble_of(snapshot) is None
    trouble = trouble_of(snapshot.parents[1])
    assert trouble is not None and trouble.hint == f"Give the one in it: {snapshot}"
    trouble = trouble_of(cache)
    assert trouble is not None and "is the Hub's cache" in trouble.what
    other = checkpoints.in_hub_cache(folder, cache, "c/d", "abc2")
    (snapshot / WHOLE).unlink()
    (snapshot / WHOLE).symlink_to((other / WHOLE).resolve())
    trouble = trouble_of(snapshot)
    assert trouble is not None and "outside of the folder" in trouble.what


def test_shards_in_the_folder_or_below_it_are_weights(folder: Path) -> None:
    size, name = (folder / WHOLE).stat().st_size, "model-00001-of-00001.safetensors"
    checkpoints.sharded(folder, name)
    assert trouble_of(folder) is None
    (folder / "transformer").mkdir()
    (folder / name).rename(folder / "transformer" / name)
    trouble = trouble_of(folder)
    assert trouble is not None and trouble.what == f"lacks {name}"
    index = folder / f"{WHOLE}.index.json"
    index.write_text(index.read_text().replace(name, f"transformer/{name}"))
    assert trouble_of(folder) is None
    assert weights_bytes(folder) == size
    before = models.fingerprint(folder)
    os.truncate(folder / "transformer" / name, size - 1)
    assert models.fingerprint(folder) != before
    trouble = trouble_of(folder)
    assert trouble is not None and "is cut" in trouble.what


@pytest.mark.parametrize(
    ("typed", "words", "hint"),
    [
        ("nvidia/Cosmos-Reason2-2B", "a model's id on the Hub", "it is called reason2: use that name"),
        ("NVIDIA/cosmos-reason1-7b", "a model's id on the Hub", "it is called reason1"),
        ("Qwen/Qwen3-VL-2B-Instruct", "a model's id on the Hub", "hf download Qwen/Qwen3-VL-2B-Instruct"),
        ("x=Qwen/Qwen3-VL-2B-Instruct", "looks like a model's id on the Hub", "hf download"),
        ("./mine", "a folder without a name", "mine=./mine"),
        ("mine", "a folder without a name", "mine=mine"),
        ("~/models/a b", "a folder without a name", "a-b=~/models/a b"),
        ("http://localhost:8000/v1", "has no name", "NAME=http://localhost:8000/v1"),
        ("x=~nouser/x", "no such user", "Write the whole path"),
        ("x=" + "y" * 5000, "can't be read (File name too long)", ""),
        ("reason3", "No model named 'reason3'", "Known: reason1"),
    ],
)
def test_what_people_type_in_place_of_a_name(
    typed: str, words: str, hint: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    with pytest.raises(CompareError) as caught:
        models.resolve_models([typed])
    assert words in caught.value.message and hint in caught.value.hint


def test_a_model_here_at_another_revision_says_so(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    spec = models.load_models()["reason2"]
    problem = access_problem(spec)
    assert problem is not None and "are not on this machine" in problem.message
    checkpoints.in_hub_cache(folder, tmp_path / "hub", spec.source, "deadbeef")
    problem = access_problem(spec)
    assert problem is not None and f"at revision deadbeef, and the list asks for {spec.revision}" in problem.message
    assert "revision: deadbeef" in problem.hint and "models pull reason2" in problem.hint


@pytest.mark.parametrize(
    "entry",
    [
        "family: [a]",
        "family: {a: 1}",
        "family: 1",
        "family: qwen3_vl, source: ~nouser/x",
        "family: qwen3_vl, source: [a]",
    ],
)
def test_a_wrong_entry_of_the_list_is_a_sentence(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(f"models: {{x: {{{entry}}}}}\n")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    with pytest.raises(CompareError, match="x"):
        models.resolve_models(["x"])
