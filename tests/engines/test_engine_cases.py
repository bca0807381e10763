"""The checkpoints of ../shared/cases, made by their own scripts: each loads or is refused as its script says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.cli import main
from cosmos_compare.engines.load import load_engine
from cosmos_compare.errors import CompareError


def made(shared: Path, case: str, target: Path) -> Path:
    (script,) = (shared / "cases").glob(f"{case}_*/make.py")
    target.mkdir()
    subprocess.run([sys.executable, str(script), str(ROOT), str(target)], check=True)
    return target


def loads(folder: Path) -> str:
    """The device of an engine that could be loaded."""
    (spec,) = resolve_models([f"x={folder}"])
    engine = load_engine(spec, lambda: None)
    engine.close()
    return engine.device_name


def test_weights_that_were_not_loaded(shared: Path, tmp_path: Path) -> None:
    out = made(shared, "01", tmp_path / "out")
    loads(out / "plain")
    for name, words in (
        ("other_prefix", r"151 weights .* not in its files; 150 weights .* in its files and not in the model"),
        ("a_layer_missing", r"11 weights \(model.language_model.layers.1.* not in its files"),
        ("fp8_with_scales", r"quantised weights \(modelopt FP8\)"),
    ):
        with pytest.raises(CompareError, match=words):
            loads(out / name)


def test_a_template_in_tokenizer_config(shared: Path, tmp_path: Path) -> None:
    assert loads(made(shared, "08", tmp_path / "out") / "template_in_tokenizer")


def test_a_dangling_link(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(shared, "09", tmp_path / "out") / "dangling"
    assert main(["run", "--models", f"x={folder}"]) == 2
    told = capsys.readouterr().err
    assert "model.safetensors is a link to ../../blobs/0000, which is not there" in told and told.count("\n") == 1
