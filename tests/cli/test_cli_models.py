"""`models` and `doctor` as they are called, and what the list says of a machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from checkpoints import weights

from cosmos_compare.catalogue.models import load_models, resolve_models
from cosmos_compare.cli import main
from cosmos_compare.cli.models import ModelRow, model_row, pairs_too_large
from cosmos_compare.machine.facts import GB, Gpu, Machine

HEAVY = {"torch", "torchvision", "transformers", "streamlit"}


@pytest.fixture(autouse=True)
def own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's list with a folder of weights, one that lacks its tokenizer, and one that is not there."""
    for name in ("whole", "partial"):
        folder = tmp_path / name
        folder.mkdir()
        for file in ("config.json", "processor_config.json", "tokenizer.json"):
            (folder / file).write_text("{}")
        (folder / "model.safetensors").write_bytes(weights(bytes(2_000_000)))
    (tmp_path / "partial" / "tokenizer.json").unlink()
    entries = "".join(
        f"  {name}: {{family: qwen3_vl, source: '{tmp_path / name}', label: '{name} [bold]', demo: true}}\n"
        for name in ("whole", "partial", "absent")
    )
    (tmp_path / "models.yaml").write_text(f"models:\n{entries}")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "models.yaml"))


def gpu_machine(gib: int) -> Machine:
    gpu = Gpu("a GPU", gib * 2**30, None, 9.0)
    return Machine(python="3.11", gpus=(gpu,), gpu_error=None, driver_cuda="13.0", torch_cuda="13.0", ram=64 * GB)


def rows_of(machine: Machine, *names: str) -> list[ModelRow]:
    return [model_row(load_models()[name], machine) for name in names]


def test_the_list_says_what_is_here(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["models", "--json"]) == 0
    listed = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert listed["reason1"]["gated"]
    assert listed["reason1"]["size"] == 16_600_000_000
    assert listed["whole"]["folder"] == str(tmp_path / "whole")
    assert 2_000_000 < listed["whole"]["size"] < 2_001_000  # and a header
    assert listed["whole"]["fits"]
    assert listed["partial"]["folder"] is None
    assert listed["absent"]["folder"] is None


def test_a_person_reads_a_table(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["models"]) == 0
    out = capsys.readouterr().out
    assert "nvidia/Cosmos-Reason1-7B" in out
    # Square brackets are markup for rich; a label is only text.
    assert "whole [bold] (demo)" in out


@pytest.mark.parametrize(("gib", "one_at_a_time"), [(80, False), (32, False), (24, True)])
def test_two_models_that_fit_only_one_at_a_time_are_said(gib: int, one_at_a_time: bool) -> None:
    """Both resident take 21.5 GB before activations: 32 GB is enough, 24 GB is not."""
    machine = gpu_machine(gib)
    said = pairs_too_large(rows_of(machine, "reason1", "reason2"), machine)
    assert bool(said) is one_at_a_time
    if said:
        assert said == [
            "reason1 and reason2 together need about 27.5 GB; here are 25.8 GB of GPU memory: run them one at a time."
        ]


def test_a_model_that_never_fits_is_in_no_pair() -> None:
    machine = gpu_machine(16)
    assert pairs_too_large(rows_of(machine, "reason1", "reason2"), machine) == []


def test_a_server_needs_no_memory_here() -> None:
    (spec,) = resolve_models(["reason1=http://127.0.0.1:8000/v1"])
    row = model_row(spec, gpu_machine(80))
    assert (row.server, row.folder, row.needs, row.fits) == (True, None, None, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["pull"], "no model named"),
        (["pull", "no-such"], "No model named 'no-such'"),
        (["pull", "whole"], "is not on the Hub"),
    ],
)
def test_what_cannot_be_pulled(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_source_that_is_neither_folder_nor_hub_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "models.yaml").write_text("models:\n  lost: {family: qwen3_vl, source: data/models/lost}\n")
    assert main(["models"]) == 2
    assert "lost: data/models/lost is neither a folder of this machine nor a Hub id" in capsys.readouterr().err


def test_the_doctor_finds_nothing_broken_where_the_tests_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert {"Python", "GPU", "RAM", "libraries", "Hub", "outputs", "Hub cache"} <= found.keys()


def test_the_doctor_ends_with_1_when_something_is_broken(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COSMOS_COMPARE_OUTPUTS", str(tmp_path / "file" / "outputs"))
    assert main(["doctor"]) == 1
    assert f"✗ outputs: {tmp_path}/file/outputs can't be written." in capsys.readouterr().out


def test_the_doctor_never_shows_the_token(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secretsecret")
    main(["doctor"])
    out = capsys.readouterr().out
    assert "✓ Hub: There is a token." in out
    assert "secret" not in out


@pytest.mark.parametrize("command", ["models", "doctor"])
def test_neither_command_loads_a_heavy_library(command: str) -> None:
    program = f"import sys; from cosmos_compare.cli import main; main(['{command}']); print(*sys.modules, sep=chr(10))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.splitlines())
