"""Models behind servers on the command line: the check of a server, runs that keep no secret, batches that go on."""

from __future__ import annotations

import json
from pathlib import Path

import fake_vllm
import misbehaving
import pytest

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.cli import main
from cosmos_compare.records.schema import ModelSpec

SAID = "".join(fake_vllm.WORDS)


@pytest.fixture
def demo() -> ModelSpec:
    return resolve_models(["reason1-demo"])[0]


def test_the_check_names_what_is_sent_what_came_back_and_what_differs(
    demo: ModelSpec, capsys: pytest.CaptureFixture[str]
) -> None:
    with fake_vllm.serve(demo) as fake:
        assert main(["server", f"reason1-demo={fake.url}"]) == 1  # a server that makes words up
        said = capsys.readouterr().out
        assert main(["server", f"reason1-demo={fake.url}", "--json"]) == 1
        found = json.loads(capsys.readouterr().out)[fake.url]
    assert "✓ reads the clock: yes" in said and '"frames_indices": [' in said
    assert said.count("equal ids") == 3 and said.count("✗ logprobs of") == 3
    assert {each["right"] for each in found} == {True, False, None}


def test_the_check_says_why_a_server_is_refused(demo: ModelSpec, capsys: pytest.CaptureFixture[str]) -> None:
    with fake_vllm.serve(demo, version="0.30.1") as fake:
        assert main(["server", f"reason1-demo={fake.url}"]) == 1
    assert "vllm 0.30.1 is known to be wrong" in capsys.readouterr().out
    assert main(["server", "reason1-demo"]) == 2
    assert "has its weights on this machine" in capsys.readouterr().err


def test_a_run_of_a_server_keeps_no_key_and_no_path(
    demo: ModelSpec, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "sk-very-secret-0123"
    monkeypatch.setenv("MY_KEY", key)
    with fake_vllm.serve(demo, key=key) as fake:
        (tmp_path / "models.yaml").write_text(
            f"models:\n  mine: {{like: reason1-demo, source: '{fake.url}', served_name: reason1-demo, "
            "api_key_env: MY_KEY}\n"
        )
        monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))
        assert main(["run", "--videos", str(clip), "--models", "mine", "reason1-demo", "--json"]) == 0
    mine, local = json.loads(capsys.readouterr().out)
    assert mine["answer"]["raw"] == SAID and local["answer"]["server"] is None
    assert mine["environment"]["device"] == mine["answer"]["device"] == "server"
    assert mine["model"]["source"] == mine["answer"]["server"]["address"] == fake.url.split("/")[2]
    kept = [path for path in (tmp_path / "outputs").rglob("*") if path.is_file()]
    assert kept and not any(key.encode() in path.read_bytes() for path in kept)
    assert not any(b"/v1" in path.read_bytes() for path in kept if path.suffix == ".json")


def test_unverified_is_marked_in_the_run_and_in_the_list(
    demo: ModelSpec, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with fake_vllm.serve(demo, version="0.30.0") as fake:
        words = ["run", "--videos", str(clip), "--models", f"reason1-demo={fake.url}"]
        assert main(words) == 1
        assert "known to be wrong" in capsys.readouterr().err
        assert main([*words, "--unverified"]) == 0
        assert "not verified (" in capsys.readouterr().err
    assert main(["runs"]) == 0
    assert "stop, not verified" in capsys.readouterr().out


def test_a_batch_keeps_its_servers_busy_in_clip_order_and_goes_on_at_another_address(
    demo: ModelSpec, scenarios: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["batch", "--scenarios", str(scenarios), "--repeat", "4", "--temperature", "1", "--models"]
    with fake_vllm.serve(demo) as one, fake_vllm.serve(demo) as two:
        one.acts.extend([misbehaving.overloaded, misbehaving.cut, misbehaving.overloaded_in_the_stream])
        assert main([*words, f"reason1-demo={one.url},{two.url}"]) == 0
        asked = [*one.questions(), *two.questions()]
        assert main([*words, f"reason1-demo={two.url}"]) == 0
        assert len(asked) == 15 and len([*one.questions(), *two.questions()]) == 15
    assert "12 of 12 are there already" in capsys.readouterr().err
    assert {body["seed"] for body in asked} == {42, 43, 44, 45}
