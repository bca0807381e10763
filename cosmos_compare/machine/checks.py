"""What is well and what is not on this machine: one small function a question, from facts to a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement
from packaging.version import Version

from cosmos_compare.machine.facts import GB, Machine, keep_bytes
from cosmos_compare.machine.known_faults import faults_of

Status = Literal["ok", "note", "broken"]

SERVERS = ("vllm",)  # not ours, but they may stand in the same environment
NAMED_VERSIONS = ("torch", "transformers", "huggingface-hub", "streamlit")
# The minor version of torchvision that belongs to torch 2.N is N + 15.
TORCHVISION_OFFSET = 15
KNOWN_CARDS = ("H100", "H200")  # whose tiles were measured; see `engines/local/tiles`
LOW_DISK = 5 * GB
LOW_RAM = 8 * 10**9


@dataclass(frozen=True)
class Check:
    """One answer. `broken`: the program can't work rightly; `note`: worth knowing; `next_step` sets it right."""

    name: str
    status: Status
    text: str
    next_step: str = ""


def check_gpu(machine: Machine) -> Check:
    if machine.gpu_error is not None:
        return Check("GPU", "broken", f"nvidia-smi fails: {machine.gpu_error}.", "Fix or reinstall the NVIDIA driver.")
    if not machine.gpus:
        return Check(
            "GPU",
            "note",
            "No NVIDIA GPU to be seen: models run on the CPU, slowly.",
            "Enough for the demo models; for the others use a machine with a GPU.",
        )
    names = ", ".join(f"{gpu.name} ({_gb(gpu.memory)}, {_gb(gpu.free)} free)" for gpu in machine.gpus)
    if machine.torch_cuda is None:
        return Check(
            "GPU", "note", f"{names}, but torch is a CPU build and leaves it idle.", "Install a CUDA build of torch."
        )
    if machine.driver_cuda and Version(machine.driver_cuda).major < Version(machine.torch_cuda).major:
        return Check(
            "GPU",
            "broken",
            f"{names}, but torch needs CUDA {machine.torch_cuda} and the driver ends at {machine.driver_cuda}.",
            "Update the NVIDIA driver, or install a build of torch for that CUDA.",
        )
    old = [gpu.name for gpu in machine.gpus if gpu.compute_capability is not None and gpu.compute_capability < 8]
    if old:
        return Check("GPU", "note", f"{names}. {old[0]} has no bfloat16 of its own.", "Expect slow answers from it.")
    return Check("GPU", "ok", names + ".")


def check_path(machine: Machine, triton: str | None) -> Check | None:
    """By which path answers are decoded here, and what a faster one lacks; None where no GPU is used."""
    if not machine.uses_gpu:
        return None
    name = "decoding"
    if triton is None:
        return Check(name, "note", "Slow path: Triton is missing.", "Install it: pip install triton (Linux).")
    old = [gpu for gpu in machine.gpus if gpu.compute_capability is not None and gpu.compute_capability < 8]
    if old:
        what = f"{old[0].name} (compute capability {old[0].compute_capability}) lacks bfloat16 and takes the slow path."
        return Check(name, "note", what, "A card of compute capability 8.0 or above (Ampere) takes the fast one.")
    early = all((gpu.compute_capability or 0) >= 9 for gpu in machine.gpus)
    several = f" {len(machine.gpus)} cards: each model has its own, and a batch uses all." if machine.gpus[1:] else ""
    how = "kernels start before the one before them ends" if early else "kernels start one after the other"
    known = all(any(word in gpu.name for word in KNOWN_CARDS) for gpu in machine.gpus)
    tiles = "" if known else " The kernels are fitted to the card at its first start, in half a minute, and kept so."
    return Check(name, "ok", f"Fast path: CUDA graphs, up to 16 answers of a model at once; {how}.{tiles}{several}")


def check_ram(ram: int | None) -> Check:
    if ram is None:
        return Check("RAM", "note", "Its size can't be found out on this system.")
    if ram < LOW_RAM:
        return Check("RAM", "note", f"{_gb(ram)}.", "Loading a model may fail; 16 GB or more are comfortable.")
    return Check("RAM", "ok", f"{_gb(ram)}.")


def check_kept(machine: Machine) -> Check:
    """How much a model may keep of the clips in use; how much it does keep stands beside its answers."""
    size = keep_bytes(machine.model_memory if machine.uses_gpu else None)
    where = "GPU memory" if machine.uses_gpu else "memory"
    return Check("reuse", "ok", f"Up to {_gb(size)} of {where} for each model, for the next question on the same clip.")


def check_requirements(requirements: Iterable[Requirement], installed: Mapping[str, str]) -> list[Check]:
    """A check for each library that is missing or outside its range, and one for all the others."""
    wanted = list(requirements)
    if not wanted:
        return [Check("libraries", "note", "The program is not installed, only run.", "Install it: pip install -e .")]
    checks = [_check_requirement(requirement, installed.get(requirement.name)) for requirement in wanted]
    bad = [check for check in checks if check.status != "ok"]
    versions = ", ".join(f"{name} {installed[name]}" for name in NAMED_VERSIONS if name in installed)
    return [*bad, Check("libraries", "ok", f"{len(checks) - len(bad)} of {len(checks)} as required. {versions}.")]


def _check_requirement(requirement: Requirement, version: str | None) -> Check:
    name = requirement.name
    fix = f'Install the right one: pip install "{name}{requirement.specifier}"'
    if version is None:
        return Check(name, "broken", "Not installed.", fix)
    known = [fault for fault in faults_of(name, version) if fault.effect != "cured"]
    if known:
        return Check(name, "broken", f"{version} is known to be wrong: {known[0].what}.", fix)
    if requirement.specifier.contains(version, prereleases=True):
        return Check(name, "ok", version)
    floors = [part for part in requirement.specifier if part.operator == ">="]
    if all(part.contains(version, prereleases=True) for part in floors):
        return Check(name, "note", f"{version} is newer than what was tested.", fix)
    return Check(name, "broken", f"{version} is too old.", fix)


def check_known_faults(installed: Mapping[str, str]) -> list[Check]:
    """What is known of installed versions that are as required, or that only a server here would use."""
    found = [(name, fault) for name, version in installed.items() for fault in faults_of(name, version)]
    cured = [Check(name, "ok", f"{installed[name]}: {fault.what}.") for name, fault in found if fault.effect == "cured"]
    serving = [
        Check(name, "note", f"{installed[name]} is known to be wrong: {fault.what}.", fault.next_step)
        for name, fault in found
        if fault.effect == "answers" and name in SERVERS
    ]
    return [*cured, *serving]


def check_torchvision(torch: str | None, torchvision: str | None) -> Check | None:
    """Whether the two were built for each other; None where one is missing, which another check says."""
    if torch is None or torchvision is None:
        return None
    ours, theirs = Version(torch), Version(torchvision)
    if ours.major == 2 and theirs.minor != ours.minor + TORCHVISION_OFFSET:
        wanted = f"0.{ours.minor + TORCHVISION_OFFSET}"
        return Check(
            "torchvision",
            "broken",
            f"{torchvision} does not belong to torch {torch}.",
            f"Install the one that does: pip install torchvision=={wanted}.*",
        )
    if ours.local != theirs.local:
        return Check(
            "torchvision",
            "note",
            f"{torchvision} is built for another kind of torch than {torch}: its own operators are missing.",
            "This program does without them; other programs may not.",
        )
    return Check("torchvision", "ok", f"{torchvision} belongs to torch {torch}.")


def check_opencv(installed: Mapping[str, str]) -> Check | None:
    """None where only the headless one is there, or none at all, which another check says."""
    if "opencv-python" not in installed:
        return None
    return Check(
        "opencv",
        "note",
        "opencv-python is installed beside opencv-python-headless; both write the same cv2 and one breaks the other.",
        "pip uninstall opencv-python opencv-python-headless, then: pip install opencv-python-headless",
    )


def check_hub(has_token: bool, offline: bool) -> Check:
    if offline:
        return Check("Hub", "note", "Offline mode: models can't be downloaded.", "Unset HF_HUB_OFFLINE to download.")
    if not has_token:
        return Check("Hub", "note", "No login: gated models can't be downloaded.", "Log in with `hf auth login`.")
    return Check("Hub", "ok", "There is a token. Whether a model's page grants it access shows in the download.")


def check_disk(name: str, folder: Path, free: int, writable: bool, needed: int = LOW_DISK) -> Check:
    """`free` and `needed` in bytes."""
    if not writable:
        return Check(name, "broken", f"{folder} can't be written.", "Change its rights, or choose another folder.")
    if free < needed:
        return Check(name, "note", f"{_gb(free)} free at {folder}, {_gb(needed)} wanted.", "Free some space.")
    return Check(name, "ok", f"{_gb(free)} free at {folder}.")


def _gb(size: int | None) -> str:
    return "unknown memory" if size is None else f"{size / GB:,.1f} GB"
