"""`cosmos-compare bench` on tiny models: it measures what it says, in sane proportions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_requests import make_request
from runs_support import make_spec

from cosmos_compare.cli import bench as command
from cosmos_compare.cli import main
from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local import bench, placement
from cosmos_compare.engines.local.decode_eager import bytes_per_token
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.placement import Card
from cosmos_compare.engines.local.tensor_cache import TensorCache
from cosmos_compare.records.schema import Answer

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
    assert result["every_gpu"] == {"cards": torch.cuda.device_count(), "clips": 0, "one_s": None, "all_s": None}


def test_the_table_for_people(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "--video", str(clip), *tiny_flags, *SMALL, "--short"]) == 0
    shown = capsys.readouterr()
    assert "reason1-tiny" in shown.out and "All models at once" in shown.out
    assert "Every GPU: there is none here, models run on the processor." in shown.out
    assert "reason2-tiny, 3 clips at once" in shown.err, "a line as each measurement is done"


class OnCard:
    """An engine of a card that is not there: it answers at once, and remembers about how many clips."""

    note, remote, kept_bytes, capacity = "", False, 0, 3

    def __init__(self, name: str, card: int) -> None:
        self.spec, self.device_name = make_spec(name), f"GPU, card {card}"
        self.kept, self.clips, self.closed = TensorCache(0), [], False

    def answer(self, request: Request, on_text: Any, on_state: Any, cancelled: Any) -> Answer:
        self.clips.append(request.images.tobytes())
        return Answer(finish="stop", new_tokens=request.sampling.max_new_tokens)

    def close(self) -> None:
        self.closed = True


def test_a_batch_on_one_card_and_on_every_card(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each model has begun on a card of its own: the time of one card is that of the one which holds both by then."""
    engines, more = [OnCard("a", 0), OnCard("b", 1)], [OnCard("a", 1), OnCard("b", 0)]
    requests = [make_request(engine.spec, [0.0, 0.5]) for engine in engines]
    cards = [Card(torch.device("cuda", number), f"GPU, card {number}", 1, 1) for number in range(2)]
    monkeypatch.setattr(placement, "cards", lambda: cards)
    monkeypatch.setattr(command, "load_more", lambda spec, there: [each for each in more if each.spec == spec])
    found = command._every_gpu(engines, requests, 8)  # type: ignore[arg-type]
    assert found["cards"] == 2 and found["one_s"] > 0 and found["all_s"] > 0
    asked = {engine.device_name + engine.spec.name: len(engine.clips) for engine in [*engines, *more]}
    assert asked["GPU, card 0a"] + asked["GPU, card 1a"] == asked["GPU, card 0b"] + asked["GPU, card 1b"] == 64
    assert asked["GPU, card 0a"] >= 32 and asked["GPU, card 0b"] >= 32, "the first time both were on card 0 alone"
    assert all(len(set(engine.clips)) > 8 for engine in (engines[0], more[1])), "each clip is another one"
    assert [engine.closed for engine in [*engines, *more]] == [False, False, True, True]
    told = command._every_gpu_told({**found, "one_s": 10.0, "all_s": 5.5})
    assert "32 clips through all models take 5.50 s on 2 cards, 10.00 s on one of them (0.55 of the time)." in told
    assert "no card holds all models" in command._every_gpu_told({**found, "one_s": None})
    assert "there is one here" in command._every_gpu_told({"cards": 1, "one_s": None, "all_s": None})


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
    assert bytes_per_token(engine.model) == 4 * numbers
    machine = bench.DevicePeak(copy=1e9, products=1e12)
    alone = bench.decode_limit(engine, machine, [100])
    assert alone == pytest.approx(1e9 / (4 * (whole - vision - table) + 100 * 4 * numbers))
    assert bench.decode_limit(engine, machine, [100, 100], shared=100) == pytest.approx(2 * alone)


def test_the_machines_own_rates() -> None:
    machine = bench.machine_of(torch.device("cpu"))
    assert machine.copy > 1e8 and machine.products > 1e8
