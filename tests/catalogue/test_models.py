"""The model list is data: names, folders, a user's own file."""

import json
from pathlib import Path

import pytest

from cosmos_compare.catalogue.models import fingerprint, load_models, resolve_models
from cosmos_compare.errors import CompareError


def test_the_list_has_upstreams_values() -> None:
    models = load_models()
    one, two = models["reason1"], models["reason2"]
    assert one.revision == "3210bec0495fdc7a8d3dbb8d58da5711eab4b423"
    assert two.revision == "9ce19a195e423419c349abfc86fd07178b230561"
    assert (one.vision.factor, one.vision.max_video_tokens, one.boxes) == (28, 8192, "pixels")
    assert (two.vision.factor, two.vision.max_video_tokens, two.boxes) == (32, 4096, "thousandths")
    assert (two.sampling.temperature, two.sampling.presence_penalty, two.sampling.seed) == (0.7, 1.5, 3407)
    assert two.sampling_reasoning is not None
    assert two.sampling_reasoning.presence_penalty == 0


def test_a_users_file_overrides_field_by_field_and_adds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "models:\n"
        "  reason1: {sampling: {temperature: 0.5}}\n"
        "  mine: {family: qwen3_vl, source: /models/mine, label: Mine}\n"
    )
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    models = load_models()
    assert models["reason1"].sampling.temperature == 0.5
    assert models["reason1"].sampling.seed == 42
    assert models["mine"].vision.clock == "text"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("model: {}\n", "unknown key 'model'"),
        ("models: {x: {family: gpt, source: a}}\n", "unknown family 'gpt'"),
        ("models: {reason1: {vision: {factor: big}}}\n", "vision.factor"),
        ("models: [reason1]\n", "must map names"),
        ("families: {x: {like: y}}\nmodels: {x: {family: x, source: a}}\n", "it can't be like 'y'"),
        ("families: {x: {like: [x]}}\nmodels: {x: {family: x, source: a}}\n", "it can't be like ['x']"),
        ("families: {x: {like: cosmos3_omni}}\nmodels: {x: {family: x, source: a}}\n", "like 'cosmos3_omni'"),
    ],
)
def test_a_bad_list_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, sentence: str
) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(content)
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    with pytest.raises(CompareError) as caught:
        load_models()
    assert sentence in str(caught.value)


def test_a_family_that_is_like_another_has_its_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "families:\n  mine: {like: qwen3_vl, vision: {factor: 64}}\nmodels: {x: {family: mine, source: a}}\n"
    )
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(own))
    models = load_models()
    assert models["cosmos3-nano"].vision == models["reason2"].vision
    assert models["cosmos3-nano"].reasoning_text == models["reason2"].reasoning_text
    assert models["x"].vision == models["reason2"].vision.model_copy(update={"factor": 64})


def test_what_came_later_leaves_the_keys_of_before_as_they_were() -> None:
    """A run of before recorded none of these fields: asked again, it must be found again."""
    entry = load_models()["reason1"].determining()
    assert not {"reasoning_switch", "memory_bytes"} & entry.keys()
    assert not {"temporal_patch", "resized_again"} & entry["vision"].keys()


def test_a_folder_of_another_architecture_that_sees_is_asked_in_the_librarys_way(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "smolvlm", "vision_config": {}}))
    (spec,) = resolve_models([f"x={tmp_path}"])
    assert (spec.vision.clock, spec.vision.resized_again, spec.boxes) == ("unknown", True, "unknown")


def test_a_folder_gets_the_defaults_of_its_architecture(tiny: dict[str, Path]) -> None:
    one, two = resolve_models([f"a={tiny['reason1-tiny']}", f"b={tiny['reason2-tiny']}"])
    assert (one.vision.clock, two.vision.clock) == ("overlay", "text")
    assert one.revision != two.revision
    assert one.revision == f"{fingerprint(tiny['reason1-tiny'])}"


def test_other_weights_are_another_revision(tiny: dict[str, Path], tmp_path: Path) -> None:
    for path in tiny["reason1-tiny"].iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    before = fingerprint(tmp_path)
    assert before == fingerprint(tiny["reason1-tiny"])
    weights = bytearray((tmp_path / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (tmp_path / "model.safetensors").write_bytes(weights)
    assert fingerprint(tmp_path) != before


def test_what_can_not_be_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}))
    for name, sentence in [
        ("nobody", "No model named 'nobody'"),
        ("x=/nowhere", "/nowhere is not there"),
        ("x=http://localhost:1/v1", "which model is behind"),
        (f"x={tmp_path}", "unknown family 'llama'"),
        (f"../x={tmp_path}", "unknown family"),
    ]:
        with pytest.raises(CompareError) as caught:
            resolve_models([name])
        assert sentence in str(caught.value)


def test_a_name_can_not_leave_the_outputs_folder(tiny: dict[str, Path]) -> None:
    with pytest.raises(CompareError, match="name"):
        resolve_models([f"../../x={tiny['reason1-tiny']}"])


def test_two_models_of_one_name_are_refused(tiny: dict[str, Path]) -> None:
    with pytest.raises(CompareError, match="same name"):
        resolve_models([f"a={tiny['reason1-tiny']}", f"a={tiny['reason2-tiny']}"])
