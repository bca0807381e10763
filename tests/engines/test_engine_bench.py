"""`cosmos-compare bench` on tiny models: it measures what it says, in sane proportions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cosmos_compare.cli import main
from cosmos_compare.engines.local import bench
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch

SMALL = ["--tokens", "48", "--plain-tokens", "4", "--answers", "3"]


def test_the_measures_of_two_models(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--video", str(clip), *tiny_flags, *SMALL, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    cases = ["own defaults", "new question, drawn", "24 frames, 3,000 tokens", "3 clips at once", "3 repeats of a clip"]
    named = [(row["model"], row["case"]) for row in result["rows"]]
    assert named == [(name, case) for name in ("reason1-tiny", "reason2-tiny") for case in cases]
    for row in result["rows"]:
        assert row["decode"] > 0 and row["path"] == "eager" and row["device"] == "cpu"
        assert row["share"] == pytest.approx(row["decode"] / row["decode_limit"])
        assert row["answers"] == 1 or row["case"].startswith("3")
        assert (row["generate_decode"] is not None) == (row["case"] in {cases[0], cases[2]})
    clips, repeats = result["rows"][3:5]
    assert clips["decode_limit"] < repeats["decode_limit"], "keys and values that are shared are read once"
    assert result["all_models_s"]["fast"] > 0


def test_the_table_for_people(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--video", str(clip), *tiny_flags, *SMALL, "--short"]) == 0
    shown = capsys.readouterr()
    assert "reason1-tiny" in shown.out and "All models at once" in shown.out
    assert "reason2-tiny, 3 clips at once" in shown.err, "a line as each measurement is done"


def test_a_server_is_not_this_machine(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--video", str(clip), "--models", "far=reason1-demo@http://localhost:1/v1"]) == 2
    assert "server" in capsys.readouterr().err


def test_what_a_step_reads(engines: dict[str, LocalEngine]) -> None:
    """The text model and the LM head but not the embeddings, and the keys and values of all answers."""
    engine = engines["reason2-tiny"]
    model, config = engine.model, engine.model.config.text_config
    whole = sum(part.numel() for part in model.parameters())
    vision = sum(part.numel() for part in model.model.visual.parameters())
    table = model.model.language_model.embed_tokens.weight.numel()
    assert bench.weights_per_token(engine) == 4 * (whole - vision - table)
    numbers = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim
    assert bench.kv_bytes_per_token(engine) == 4 * numbers
    machine = bench.DevicePeak(copy=1e9, products=1e12)
    alone = bench.decode_limit(engine, machine, [100])
    assert alone == pytest.approx(1e9 / (4 * (whole - vision - table) + 100 * 4 * numbers))
    assert bench.decode_limit(engine, machine, [100, 100], shared=100) == pytest.approx(2 * alone)


def test_the_machines_own_rates() -> None:
    machine = bench.machine_of(torch.device("cpu"))
    assert machine.copy > 1e8 and machine.products > 1e8
