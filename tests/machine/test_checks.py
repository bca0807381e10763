"""What the doctor says, from facts alone."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from cosmos_compare.machine import checks
from cosmos_compare.machine.checks import Check
from cosmos_compare.machine.facts import GB, Gpu, Machine

H100 = Gpu("NVIDIA H100", 80 * 2**30, 79 * 2**30, 9.0)
REQUIREMENTS = [Requirement("torch>=2.11,<2.14"), Requirement("transformers>=5.18,<6"), Requirement("av>=14")]
GOOD = {"torch": "2.13.0+cpu", "transformers": "5.23.0", "av": "18.1.0"}


def machine_with(
    *gpus: Gpu, error: str | None = None, torch_cuda: str | None = "13.0", driver_cuda: str | None = "13.0"
) -> Machine:
    return Machine(
        python="3.11", gpus=gpus, gpu_error=error, driver_cuda=driver_cuda, torch_cuda=torch_cuda, ram=64 * GB
    )


def gpu_check(*gpus: Gpu, **facts: str | None) -> Check:
    return checks.check_gpu(machine_with(*gpus, **facts))


def library_check(**installed: str | None) -> Check:
    """What is said first when these versions replace good ones; None takes one away."""
    versions = {name: version for name, version in {**GOOD, **installed}.items() if version is not None}
    return checks.check_requirements(REQUIREMENTS, versions)[0]


def test_a_gpu_that_torch_can_use_is_well() -> None:
    check = gpu_check(H100)
    assert check.status == "ok"
    assert "85.9 GB, 84.8 GB free" in check.text


def test_no_gpu_is_no_fault() -> None:
    assert gpu_check().status == "note"


@pytest.mark.parametrize(
    ("facts", "status", "word"),
    [
        ({"torch_cuda": None}, "note", "CPU build"),
        ({"driver_cuda": "12.4"}, "broken", "the driver ends at 12.4"),
        ({"driver_cuda": "13.2"}, "ok", "H100"),
        ({"driver_cuda": None}, "ok", "H100"),
        ({"error": "No devices were found"}, "broken", "No devices were found"),
    ],
)
def test_a_gpu_that_torch_cannot_use_is_said(facts: dict[str, str | None], status: str, word: str) -> None:
    check = gpu_check(H100, **facts)
    assert check.status == status
    assert word in check.text


def test_a_gpu_without_bfloat16_is_said() -> None:
    assert "no bfloat16" in gpu_check(Gpu("Tesla T4", 15 * 2**30, None, 7.5)).text


def test_libraries_as_required_are_one_line() -> None:
    (check,) = checks.check_requirements(REQUIREMENTS, GOOD)
    assert check.status == "ok"
    assert check.text == "3 of 3 as required. torch 2.13.0+cpu, transformers 5.23.0."


@pytest.mark.parametrize("version", ["2.9.0", "2.9.1+cu130"])
def test_torch_2_9_is_known_to_be_slow(version: str) -> None:
    check = library_check(torch=version)
    assert check.status == "broken"
    assert "10 to 20 times slower" in check.text
    assert check.next_step == 'Install the right one: pip install "torch<2.14,>=2.11"'


def test_transformers_that_loses_the_clock_is_named() -> None:
    check = library_check(transformers="5.17.0")
    assert check.status == "broken"
    assert "Reason1's clock" in check.text


def test_old_new_and_missing_libraries() -> None:
    assert library_check(av="13.0").status == "broken"
    assert library_check(transformers="6.0.0").status == "note"
    assert library_check(av=None).text == "Not installed."


def test_a_program_that_is_not_installed_is_no_fault() -> None:
    (check,) = checks.check_requirements([], {})
    assert check.status == "note"
    assert check.next_step == "Install it: pip install -e ."


@pytest.mark.parametrize(
    ("torch", "torchvision", "status"),
    [
        ("2.13.0", "0.28.0", "ok"),
        ("2.11.1+cu130", "0.26.1+cu130", "ok"),
        ("2.13.0", "0.27.0", "broken"),
        ("2.13.0+cpu", "0.28.0", "note"),
    ],
)
def test_torchvision_belongs_to_one_torch(torch: str, torchvision: str, status: str) -> None:
    check = checks.check_torchvision(torch, torchvision)
    assert check is not None
    assert check.status == status


def test_torchvision_without_torch_is_another_check() -> None:
    assert checks.check_torchvision(None, "0.28.0") is None


def test_two_opencvs_are_one_too_many() -> None:
    headless = {"opencv-python-headless": "5.0.0.93"}
    assert checks.check_opencv(headless) is None
    both = checks.check_opencv({**headless, "opencv-python": "5.0.0.93"})
    assert both is not None
    assert "uninstall opencv-python" in both.next_step


@pytest.mark.parametrize(
    ("has_token", "offline", "next_step"),
    [
        (True, False, ""),
        (False, False, "Log in with `hf auth login`."),
        (True, True, "Unset HF_HUB_OFFLINE to download."),
    ],
)
def test_the_hub(has_token: bool, offline: bool, next_step: str) -> None:
    assert checks.check_hub(has_token, offline).next_step == next_step


def test_disk_space() -> None:
    folder = Path("/data/outputs")
    assert checks.check_disk("outputs", folder, 100 * GB, writable=True).status == "ok"
    assert checks.check_disk("outputs", folder, 1 * GB, writable=True).status == "note"
    assert checks.check_disk("outputs", folder, 100 * GB, writable=False).status == "broken"
    tight = checks.check_disk("Hub cache", folder, 20 * GB, writable=True, needed=22 * GB)
    assert tight.text == "20.0 GB free at /data/outputs, 22.0 GB wanted."


def test_memory() -> None:
    assert checks.check_ram(64 * GB).status == "ok"
    assert checks.check_ram(4 * GB).status == "note"
    assert checks.check_ram(None).status == "note"


def test_what_may_be_kept_is_said() -> None:
    assert "Up to 5.4 GB of GPU memory" in checks.check_kept(machine_with(H100)).text
    assert "Up to 1.1 GB of memory" in checks.check_kept(machine_with(H100, torch_cuda=None)).text
