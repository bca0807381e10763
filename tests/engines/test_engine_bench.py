"""`cosmos-compare bench` on tiny models: it measures what it says, in sane proportions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosmos_compare.cli import main
from cosmos_compare.engines.local.bench import bandwidth, weights_per_token
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch


def test_the_measures_of_two_models(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--frames", "4", "--video-tokens", "300", "--tokens", "8", "--plain-tokens", "4"]
    assert main(["bench", "--video", str(clip), *tiny_flags, *small, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert [speed["model"] for speed in result["models"]] == ["reason1-tiny", "reason2-tiny"]
    for speed in result["models"]:
        assert speed["limit"] == pytest.approx(result["copy_bytes_per_s"] / speed["weights_per_token"])
        assert speed["ratio_to_limit"] == pytest.approx(speed["greedy"] / speed["limit"])
        assert 0 < speed["first_token_new_question"] < speed["first_token_new_clip"]
    assert result["together_s"]["plain"] > 0 and result["together_s"]["fast"] > 0


def test_the_table_for_people(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--frames", "2", "--video-tokens", "200", "--tokens", "4", "--plain-tokens", "4"]
    assert main(["bench", "--video", str(clip), *tiny_flags, *small]) == 0
    shown = capsys.readouterr().out
    assert "reason1-tiny" in shown and "All models at once" in shown


def test_a_server_is_not_this_machine(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--video", str(clip), "--models", "far=http://localhost:1/v1"]) == 2
    assert "server" in capsys.readouterr().err


def test_a_token_reads_the_text_model_and_the_head_but_not_the_embeddings(engines: dict[str, LocalEngine]) -> None:
    model = engines["reason2-tiny"].model
    whole = sum(part.numel() for part in model.parameters())
    vision = sum(part.numel() for part in model.model.visual.parameters())
    table = model.model.language_model.embed_tokens.weight.numel()
    assert weights_per_token(engines["reason2-tiny"]) == 4 * (whole - vision - table)
    assert bandwidth(torch.device("cpu")) > 1e8
