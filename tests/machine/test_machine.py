"""Facts of a machine: what is read from nvidia-smi, what a model needs, how disk space is asked for."""

import os
import stat
import sys
from importlib import metadata
from pathlib import Path

import pytest

from cosmos_compare.catalogue.models import load_models
from cosmos_compare.machine import facts
from cosmos_compare.machine.facts import (
    GB,
    Gpu,
    Machine,
    available_memory,
    fit_together,
    free_bytes,
    installed_versions,
    memory_needed,
    parse_driver_cuda,
    parse_gpus,
    read_machine,
)

TWO_GPUS = """\
0, GPU-aaaa1111-0000-0000-0000-000000000000, NVIDIA H200, 143771, 143000, 9.0
1, GPU-bbbb2222-0000-0000-0000-000000000000, NVIDIA GeForce RTX 4090, 24564, 20000, 8.9
"""


def machine(gpu_gib: float | None = None, ram: int | None = 64 * GB, torch_cuda: str | None = "13.0") -> Machine:
    gpus = () if gpu_gib is None else (Gpu("a GPU", int(gpu_gib * 2**30), None, 9.0),)
    return Machine(python="3.11", gpus=gpus, gpu_error=None, driver_cuda="13.0", torch_cuda=torch_cuda, ram=ram)


def fits(name: str, on: Machine) -> bool:
    spec = load_models()[name]
    assert spec.size_bytes is not None
    assert on.model_memory is not None
    return memory_needed(spec, spec.size_bytes, on) <= on.model_memory


def test_gpus_are_read_from_nvidia_smi() -> None:
    first, second = parse_gpus(TWO_GPUS, visible=None)
    assert first == Gpu("NVIDIA H200", 143771 * 2**20, 143000 * 2**20, 9.0)
    assert second.name == "NVIDIA GeForce RTX 4090"


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", ["NVIDIA GeForce RTX 4090"]),
        ("GPU-aaaa", ["NVIDIA H200"]),
        ("0,1", ["NVIDIA H200", "NVIDIA GeForce RTX 4090"]),
        ("1,0", ["NVIDIA GeForce RTX 4090", "NVIDIA H200"]),
        ("GPU-bbbb, GPU-aaaa", ["NVIDIA GeForce RTX 4090", "NVIDIA H200"]),
        (" 01", ["NVIDIA GeForce RTX 4090"]),
        # What names no card ends the list.
        ("0,7,1", ["NVIDIA H200"]),
        ("1,-1,0", ["NVIDIA GeForce RTX 4090"]),
        ("1,,0", ["NVIDIA GeForce RTX 4090"]),
        ("GPU-", []),
        ("-1", []),
        ("", []),
        ("NoDevFiles", []),
        # A card that is named twice leaves none.
        ("0,0", []),
        ("1,GPU-bbbb", []),
    ],
)
def test_gpus_that_are_hidden_from_cuda_do_not_count(visible: str, names: list[str]) -> None:
    assert [gpu.name for gpu in parse_gpus(TWO_GPUS, visible)] == names


ONE_DIVIDED = """\
GPU 0: NVIDIA H200 (UUID: GPU-aaaa1111-0000-0000-0000-000000000000)
  MIG 3g.71gb     Device  0: (UUID: MIG-11111111-0000-0000-0000-000000000000)
  MIG 1g.18gb     Device  1: (UUID: MIG-22222222-0000-0000-0000-000000000000)
GPU 1: NVIDIA GeForce RTX 4090 (UUID: GPU-bbbb2222-0000-0000-0000-000000000000)
"""


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("MIG-22222222-0000-0000-0000-000000000000", ["NVIDIA H200, MIG 1g.18gb"]),
        ("MIG-2222", ["NVIDIA H200, MIG 1g.18gb"]),
        ("0", ["NVIDIA H200, MIG 3g.71gb"]),
        ("1", ["NVIDIA GeForce RTX 4090"]),
        ("MIG-99999999", []),
        ("MIG-", []),
        ("MIG-2222,MIG-1111", ["NVIDIA H200, MIG 1g.18gb"]),
        ("GPU-aaaa", ["NVIDIA H200, MIG 3g.71gb"]),
        ("1,0", ["NVIDIA GeForce RTX 4090", "NVIDIA H200, MIG 3g.71gb"]),
        (None, ["NVIDIA H200, MIG 3g.71gb"]),
    ],
)
def test_a_slice_of_a_divided_card_counts_as_a_card(visible: str | None, names: list[str]) -> None:
    """Its name in CUDA_VISIBLE_DEVICES was read as no GPU at all."""
    found = parse_gpus(TWO_GPUS, visible, ONE_DIVIDED)
    assert [gpu.name for gpu in found] == names
    assert all(gpu.memory and gpu.compute_capability for gpu in found)
    assert [gpu.memory for gpu in found if gpu.name.endswith("1g.18gb")] in ([], [18 * 2**30])


@pytest.mark.parametrize(("needed", "fits"), [([20, 8], True), ([20, 20], True), ([20, 8, 20], False), ([25], False)])
def test_models_are_counted_card_by_card(needed: list[int], fits: bool) -> None:
    """Two cards of 24 hold both of 20; one model of 25 fits on neither."""
    two = Machine("3.11", (Gpu("a", 24, None, 8.6), Gpu("b", 24, None, 8.6)), None, "13.0", "13.0", 64)
    assert fit_together(needed, two) is fits


def test_a_gpu_that_shares_the_memory_of_the_cpu_has_no_size() -> None:
    (gpu,) = parse_gpus("0, GPU-cccc, NVIDIA GB10, [N/A], [N/A], 12.1\n", visible=None)
    assert (gpu.memory, gpu.free, gpu.compute_capability) == (None, None, 12.1)


def test_the_cuda_version_of_the_driver_is_read_from_the_banner() -> None:
    banner = "| NVIDIA-SMI 550.54.15    Driver Version: 550.54.15    CUDA Version: 12.4     |"
    assert parse_driver_cuda(banner) == "12.4"
    assert parse_driver_cuda("nothing of the kind") is None


def test_an_nvidia_smi_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an update of the driver without a reboot: no GPU to be seen, and only nvidia-smi knows why."""
    program = tmp_path / "nvidia-smi"
    program.write_text(
        f"#!{sys.executable}\nprint('Failed to initialize NVML: version mismatch')\nraise SystemExit(18)\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    found = read_machine()
    assert found.gpus == ()
    assert found.gpu_error == "Failed to initialize NVML: version mismatch"


@pytest.mark.parametrize(
    ("gib", "reason1", "reason2"), [(80, True, True), (24, True, True), (16, False, True), (6, False, False)]
)
def test_which_models_fit_a_gpu(gib: int, reason1: bool, reason2: bool) -> None:
    assert fits("reason1", machine(gib)) is reason1
    assert fits("reason2", machine(gib)) is reason2


def test_on_a_cpu_the_weights_take_twice_as_much() -> None:
    """bfloat16 on disk becomes float32 in memory: 16.6 GB become 33.2."""
    assert not fits("reason1", machine(ram=32 * GB))
    assert fits("reason1", machine(ram=48 * GB))


def test_a_gpu_that_torch_cannot_use_holds_no_model() -> None:
    assert machine(80, ram=64 * GB, torch_cuda=None).model_memory == 64 * GB


def test_a_small_model_needs_little_room_to_work() -> None:
    tiny = load_models()["reason2"].model_copy(update={"dtype": "float32"})
    assert memory_needed(tiny, 10_000_000, machine()) == 20_000_000


def test_free_space_of_a_folder_that_is_not_made_yet(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.1)


def test_only_what_is_installed_has_a_version() -> None:
    assert installed_versions(["pytest", "no-such-thing"]) == {"pytest": metadata.version("pytest")}


def test_this_machine_has_memory() -> None:
    ram = read_machine().ram
    assert ram is None or ram > GB / 10


@pytest.mark.parametrize(
    ("limit", "current", "inactive", "expected"),
    [
        (None, 0, 0, 8000 * 1024),
        ("max", 0, 0, 8000 * 1024),
        ("6000000", 5_000_000, 1_500_000, 2_500_000),
        ("900000000", 5_000_000, 0, 8000 * 1024),
    ],
)
def test_memory_that_can_be_had_is_the_machines_or_the_containers(
    limit: str | None, current: int, inactive: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a container keeps of files it has read is given back when somebody needs it."""
    (tmp_path / "meminfo").write_text("MemTotal:  9000 kB\nMemFree:   100 kB\nMemAvailable:    8000 kB\n")
    if limit:
        (tmp_path / "memory.max").write_text(f"{limit}\n")
        (tmp_path / "memory.current").write_text(f"{current}\n")
        (tmp_path / "memory.stat").write_text(f"anon 1\ninactive_anon 7\ninactive_file {inactive}\nactive_file 5\n")
    monkeypatch.setattr(facts, "_MEMORY_NOW", tmp_path / "meminfo")
    monkeypatch.setattr(facts, "_CGROUP_LIMIT", tmp_path / "memory.max")
    assert available_memory() == expected
    monkeypatch.setattr(facts, "_MEMORY_NOW", tmp_path / "elsewhere")
    assert available_memory() is None, "another system does not tell"
