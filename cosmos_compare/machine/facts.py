"""Facts about this machine: GPUs, memory, disk, installed versions. Judges nothing, and never imports torch.

All sizes are bytes. A fact that can't be found out is None, never a guess.
"""

import csv
import importlib.util
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from cosmos_compare.records.schema import ModelSpec

GB = 10**9
# Beside the weights a model needs room for the key-value cache, the vision tower's activations and the
# CUDA context. Measured values stand in docs/LOG.md; this is the margin a person should plan with.
WORKING_MEMORY = 3 * GB
# What was made of the clips in use is kept for the next question about them, up to this.
KEEP_ON_CPU = 1 << 30
KEEP_ON_GPU = 1 / 16  # of its memory
BYTES_PER_WEIGHT = {"bfloat16": 2, "float16": 2, "float32": 4}

_GPU_FIELDS = "index,uuid,name,memory.total,memory.free,compute_cap"
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
_MEMORY_NOW = Path("/proc/meminfo")


def keep_bytes(gpu_memory: int | None) -> int:
    """How much each model may keep of the clips in use; `gpu_memory` is None where models run on the CPU."""
    return KEEP_ON_CPU if gpu_memory is None else int(gpu_memory * KEEP_ON_GPU)


@dataclass(frozen=True)
class Gpu:
    name: str
    memory: int | None
    free: int | None
    compute_capability: float | None


@dataclass(frozen=True)
class Machine:
    """`torch_cuda` is the CUDA version torch is built for; None means a CPU build, or no torch at all."""

    python: str
    gpus: tuple[Gpu, ...]
    gpu_error: str | None
    driver_cuda: str | None
    torch_cuda: str | None
    ram: int | None

    @property
    def uses_gpu(self) -> bool:
        return bool(self.gpus) and self.torch_cuda is not None

    @property
    def model_memory(self) -> int | None:
        """The memory that holds one model: that of the largest GPU, or RAM where torch can't use a GPU."""
        if not self.uses_gpu:
            return self.ram
        return max((gpu.memory for gpu in self.gpus if gpu.memory is not None), default=None)


def fit_together(needed: Iterable[int], machine: Machine) -> bool:
    """Whether the GPUs hold models of so many bytes at once, each on one card: the largest first."""
    left = [gpu.memory for gpu in machine.gpus if gpu.memory is not None]
    for size in sorted(needed, reverse=True):
        left.sort()
        if not left or left[-1] < size:
            return False
        left[-1] -= size
    return True


def read_machine() -> Machine:
    gpus, driver_cuda, gpu_error = _ask_nvidia_smi()
    return Machine(
        python=platform.python_version(),
        gpus=gpus,
        gpu_error=gpu_error,
        driver_cuda=driver_cuda,
        torch_cuda=_torch_cuda(),
        ram=_ram(),
    )


def memory_needed(spec: ModelSpec, weights: int, machine: Machine) -> int:
    """What a model takes here: its weights (float32 on a CPU) and room to work."""
    if not machine.uses_gpu:
        weights = weights * 4 // BYTES_PER_WEIGHT[spec.dtype]
    return with_room(weights)


def with_room(weights: int) -> int:
    """Bytes of weights and of what is needed to work with them, less of it for small models."""
    return weights + min(weights, WORKING_MEMORY)


def free_bytes(folder: Path) -> int:
    """Free space of the disk that `folder` is on, or would be on once made."""
    return shutil.disk_usage(existing_parent(folder)).free


def existing_parent(folder: Path) -> Path:
    """`folder`, or the nearest folder above it that exists."""
    folder = folder.absolute()
    return next(path for path in (folder, *folder.parents) if path.exists())


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """The version of each named distribution that is installed; one that is not is left out."""
    versions = {}
    for name in names:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def parse_gpus(listing: str, visible: str | None, slices: str = "") -> tuple[Gpu, ...]:
    """GPUs from `nvidia-smi --format=csv,noheader,nounits`, in the order that `CUDA_VISIBLE_DEVICES` (`visible`) gives.

    As CUDA reads it: numbers, or beginnings of UUIDs that fit one card only. What names none ends the list, and a card
    that is named twice leaves none at all. `slices` is what `nvidia-smi -L` prints: of cards that are divided (MIG) a
    process gets one slice, the first that is named.
    """
    rows = [row for row in csv.reader(listing.splitlines(), skipinitialspace=True) if len(row) == 6]
    divided = parse_slices(slices)
    parts: dict[str, Sequence[MigSlice | None]] = {row[1]: divided.get(row[1]) or [None] for row in rows}
    places = [(row, part) for row in rows for part in parts[row[1]]]
    if visible is None:
        found = [next(place for place in places if place[0] is row) for row in rows]
        found = found[:1] if divided else found  # CUDA gives one slice and nothing else
    else:
        found = _named(visible, places)
    first_slice = next((place for place in found if place[1]), None)
    return tuple(_gpu(*place) for place in found if place[1] is None or place is first_slice)


def _named(visible: str, places: list["_Place"]) -> list["_Place"]:
    """Cards and slices that `visible` names, in its order."""
    found: list[_Place] = []
    for word in (part.strip() for part in visible.split(",")):
        fitting = [place for place in places if _names(word, *place)]
        if len({row[1] for row, _ in fitting}) != 1 or (word.startswith("MIG-") and len(fitting) > 1):
            break
        if fitting[0] in found:
            return []
        found.append(fitting[0])
    return found


@dataclass(frozen=True)
class MigSlice:
    """A part of a card as MIG divides it: `3g.20gb` is a profile."""

    profile: str
    uuid: str


_Place = tuple[list[str], MigSlice | None]  # a line of nvidia-smi, and the slice where the card is divided


def parse_slices(text: str) -> dict[str, list[MigSlice]]:
    """The MIG slices of each divided card, by the card's UUID, from what `nvidia-smi -L` prints."""
    found: dict[str, list[MigSlice]] = {}
    card = ""
    for line in text.splitlines():
        if match := re.match(r"GPU \d+:.*\(UUID: (GPU-[^)]+)\)", line):
            card = match[1]
        elif match := re.match(r"\s+MIG (\S+)\s+Device\s+\d+: \(UUID: (MIG-[^)]+)\)", line):
            found.setdefault(card, []).append(MigSlice(match[1], match[2]))
    return found


def _gpu(row: list[str], part: MigSlice | None = None) -> Gpu:
    _, _, name, total, free, capability = row
    if part is None:
        return Gpu(name=name, memory=_mib(total), free=_mib(free), compute_capability=_number(capability))
    size = re.search(r"(\d+)gb", part.profile)
    memory = int(size[1]) * 2**30 if size else None
    return Gpu(name=f"{name}, MIG {part.profile}", memory=memory, free=None, compute_capability=_number(capability))


def parse_driver_cuda(text: str) -> str | None:
    """The newest CUDA version that the driver can run, from what plain `nvidia-smi` prints."""
    match = re.search(r"CUDA[ \w]*Version\s*:\s*(\d+\.\d+)", text)
    return match[1] if match else None


def _ask_nvidia_smi() -> tuple[tuple[Gpu, ...], str | None, str | None]:
    """The GPUs, the driver's CUDA version, and why they could not be listed."""
    if shutil.which("nvidia-smi") is None:
        return (), None, None
    try:
        listing = _run("nvidia-smi", f"--query-gpu={_GPU_FIELDS}", "--format=csv,noheader,nounits")
        return (
            parse_gpus(listing, os.environ.get("CUDA_VISIBLE_DEVICES"), _run("nvidia-smi", "-L")),
            parse_driver_cuda(_run("nvidia-smi")),
            None,
        )
    except subprocess.CalledProcessError as error:
        words = (error.stdout or error.stderr or "").strip().splitlines()
        return (), None, words[0] if words else f"exit code {error.returncode}"
    except (OSError, subprocess.TimeoutExpired) as error:
        return (), None, str(error)


def _run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout


def _names(word: str, row: list[str], part: MigSlice | None) -> bool:
    """Whether a word of `CUDA_VISIBLE_DEVICES` names a card, or its slice."""
    # CUDA accepts the beginning of a UUID.
    if word.startswith("MIG-"):
        return part is not None and part.uuid.startswith(word)
    return (word.isdecimal() and int(word) == int(row[0])) or (word.startswith("GPU-") and row[1].startswith(word))


def _mib(text: str) -> int | None:
    # Boards that share their memory with the CPU print [N/A].
    return int(text) * 2**20 if text.isdigit() else None


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+\.\d+", text) else None


def _torch_cuda() -> str | None:
    """Read from torch's version file: importing torch takes seconds."""
    spec = importlib.util.find_spec("torch")
    if spec is None or not spec.submodule_search_locations:
        return None
    version_file = Path(spec.submodule_search_locations[0]) / "version.py"
    match = re.search(r"^cuda\b.*=\s*['\"]([\d.]+)", version_file.read_text(encoding="utf-8"), re.MULTILINE)
    return match[1] if match else None


def available_memory() -> int | None:
    """Bytes of RAM that a program can still take before others suffer: the machine's, or what a container's limit
    leaves where that is less."""
    if not _MEMORY_NOW.is_file():
        return None
    now = re.search(r"^MemAvailable:\s*(\d+) kB", _MEMORY_NOW.read_text(), re.MULTILINE)
    if now is None:
        return None
    limit = _CGROUP_LIMIT.read_text().strip() if _CGROUP_LIMIT.is_file() else "max"
    if not limit.isdigit():
        return int(now[1]) * 1024
    used = int(_CGROUP_LIMIT.with_name("memory.current").read_text())
    cached = re.search(r"^inactive_file (\d+)", _CGROUP_LIMIT.with_name("memory.stat").read_text(), re.MULTILINE)
    return min(int(now[1]) * 1024, int(limit) - used + int(cached[1] if cached else 0))


def _ram() -> int | None:
    """RAM that this process may use: the machine's, or the container's limit where that is lower."""
    if not hasattr(os, "sysconf"):
        return None
    ram = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = _CGROUP_LIMIT.read_text().strip() if _CGROUP_LIMIT.is_file() else "max"
    return min(ram, int(limit)) if limit.isdigit() else ram
