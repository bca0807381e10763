"""What is yours lies where you say; what came with the program is found behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cosmos_compare.paths import ROOT, outputs_folder, user_model_list
from cosmos_compare.prompts import find_prompts, load_prompt


def test_in_a_checkout_what_is_yours_lies_at_its_top(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "OUTPUTS", "MODELS"):
        monkeypatch.delenv(f"COSMOS_COMPARE_{name}", raising=False)
    assert (outputs_folder(), user_model_list()) == (ROOT / "outputs", ROOT / "models.yaml")


def test_another_home_moves_all_that_is_yours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COSMOS_COMPARE_HOME", str(tmp_path))
    monkeypatch.delenv("COSMOS_COMPARE_OUTPUTS")
    monkeypatch.delenv("COSMOS_COMPARE_MODELS")
    assert (outputs_folder(), user_model_list()) == (tmp_path / "outputs", tmp_path / "models.yaml")


def test_your_prompt_stands_before_the_one_of_its_name_that_came_with_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "driving.yaml").write_text("user_prompt: Mine?\n", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_HOME", str(tmp_path))
    assert load_prompt(Path("driving")).user_prompt == "Mine?"
    names = [path.stem for path in find_prompts()]
    assert names == sorted(names)
    assert names.count("driving") == 1
    assert "risk" in names
