"""Model lists and config.json of strangers: every field is given every wrong value, and it is a sentence or a model."""

from __future__ import annotations

import json
import math
from pathlib import Path

import checkpoints
import pytest
import yaml
from wrong_values import WRONG, as_yaml, changed, places, without

from cosmos_compare.catalogue.checkpoint import trouble_of
from cosmos_compare.catalogue.hub import access_problem
from cosmos_compare.catalogue.models import load_models, resolve_models
from cosmos_compare.cli import main
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import MODEL_LIST
from cosmos_compare.records.schema import ModelSpec

LIST = yaml.safe_load(MODEL_LIST.read_text(encoding="utf-8"))
SMALL = {
    "families": {"mine": LIST["families"]["qwen3_vl"]},
    "models": {"x": {"family": "mine", "source": "/nowhere", "label": "X", "sampling": {"temperature": 0.5}}},
}
LIST_PLACES = sorted(places(SMALL), key=str)


def is_sound(spec: ModelSpec) -> bool:
    """What pages compute with these numbers stays small and finite."""
    numbers = [spec.vision.factor, spec.vision.max_video_tokens, spec.sampling.temperature, spec.sampling.top_p]
    return all(math.isfinite(number) and 0 <= number < 1e10 for number in numbers) and spec.vision.factor > 0


@pytest.mark.parametrize("at", LIST_PLACES, ids=lambda at: ".".join(map(str, at)))
def test_a_list_with_any_field_of_any_value(
    at: tuple[str | int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.yaml"
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    for data in [*(changed(SMALL, at, value) for value in WRONG), without(SMALL, at)]:
        own.write_text(as_yaml(data), encoding="utf-8")
        try:
            specs = [spec for name, spec in load_models().items() if name not in LIST["models"]]
            problems = [access_problem(spec) for spec in specs]
        except CompareError as error:
            problems = [error]
            specs = []
        assert all(map(is_sound, specs)) and all(problem is None or len(str(problem)) < 6000 for problem in problems)


def test_a_wrong_list_is_a_sentence_of_every_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own.yaml"
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    for text in (
        "models: {x: {family: [a]}}",
        "models: {x: {family: qwen3_vl, source: a, vision: {factor: 0}}}",
        "- a",
    ):
        own.write_text(text)
        for words in (["models"], ["models", "--json"], ["run", "--models", "x"], ["models", "pull", "x"]):
            assert main(words) == 2
            assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["reason1-tiny", "reason2-tiny"])
def test_a_config_with_any_field_of_any_value(name: str, tiny: dict[str, Path], tmp_path: Path) -> None:
    """Judged without loading; what is taken goes on to the loader (test_engine_loading)."""
    folder = checkpoints.copy(tiny[name], tmp_path / "mine")
    config = json.loads((folder / "config.json").read_text())
    for at in places(config):
        for data in [*(changed(config, at, value) for value in WRONG[::3]), without(config, at)]:
            (folder / "config.json").write_text(json.dumps(data))
            assert len(said(folder)) < 6000


def said(folder: Path) -> str:
    """What a command says of a folder; empty where it is taken."""
    trouble = trouble_of(folder)
    try:
        return str(access_problem(resolve_models([f"x={folder}"])[0]) or trouble or "")
    except CompareError as error:
        return str(error)
