"""The weights files of a checkpoint folder, judged by their names, links and headers: nothing is loaded."""

import struct
from math import prod
from pathlib import Path
from typing import NamedTuple

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
MOST_PARTS = 3  # of a name in an index: folders and the file
MAX_HEADER = 100_000_000  # bytes, safetensors' own limit
LFS = b"version https://git-lfs.github.com/spec/"
PLAIN = frozenset({"F64", "F32", "F16", "BF16", "BOOL", "I64"})
DOWNLOAD_AGAIN = Text("Delete it and download the model again.")


class Tensor(NamedTuple):
    """What a safetensors file says of a tensor: its type (BF16, F8_E4M3 …) and how many numbers it has."""

    dtype: str
    numbers: int


def weights_names(folder: Path) -> list[str]:
    """The files that the weights are read from, relative to `folder`: those of the index, or the one that needs none.

    Some lie in folders below: Cosmos3 keeps its text model in `transformer/`, its vision tower in `vision_encoder/`.
    Raises `CompareError` for an index that is none, or that leads to anything but safetensors files of this folder:
    others run code when opened.
    """
    index = folder / INDEX
    if (folder / WHOLE).is_file() or not index.is_file():  # transformers looks in this order, too
        return [WHOLE]
    try:
        names = sorted({*orjson.loads(index.read_bytes())["weight_map"].values()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CompareError("{index}: not an index of weights.", DOWNLOAD_AGAIN, index=index) from error
    for name in names:
        if not isinstance(name, str) or not _is_plain(name):
            raise CompareError(
                "{index}: it leads to {name!r:.80}, which is no safetensors file of this folder.",
                "Other files can run code when they are opened, so the model is not loaded.",
                index=index,
                name=name,
            )
    if not names:
        raise CompareError("{index}: it names no weights.", DOWNLOAD_AGAIN, index=index)
    return names


def link_trouble(folder: Path, name: str) -> str:
    """What is wrong with where a file of a checkpoint really lies; empty when it lies in the folder, or in the same
    Hub cache's blobs where a snapshot's links lead, or is not there at all."""
    path = folder / name
    try:
        real, home = path.resolve(strict=True), folder.resolve()
    except (OSError, RuntimeError):  # RuntimeError: a loop of links, before Python 3.13
        return (
            Text("{name} is a link to {readlink}, which is not there", name=name, readlink=path.readlink())
            if path.is_symlink()
            else ""
        )
    if real.is_relative_to(home) or (home.parent.name == "snapshots" and real.parent == home.parents[1] / "blobs"):
        return ""
    return Text("{name} is a link to {real}, outside of the folder", name=name, real=real)


def file_trouble(path: Path) -> str:
    """What is wrong with a weights file by its first bytes and its length; empty for a sound one."""
    try:
        if is_lfs_pointer(path):
            return Text("{name} is a git-lfs pointer, not the weights", name=path.name)
        read_header(path)
    except OSError as error:
        return Text("{name} can't be read ({reason})", name=path.name, reason=error.strerror)
    except ValueError as error:
        return f"{path.name} {error}"
    return ""


def is_lfs_pointer(path: Path) -> bool:
    """Whether a file only stands for one that git-lfs keeps elsewhere. Raises `OSError`."""
    with path.open("rb") as file:
        return file.read(len(LFS)) == LFS


def read_header(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name. Raises `ValueError` that says how the file is damaged, `OSError`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= MAX_HEADER:
            raise ValueError(Text("is no safetensors file"))
        text = file.read(length)
    if len(text) < length:
        raise ValueError(Text("is cut: {size:,} bytes are not even its table of contents", size=size))
    try:
        entries = {name: entry for name, entry in orjson.loads(text).items() if name != "__metadata__"}
        end = max((int(entry["data_offsets"][1]) for entry in entries.values()), default=0)
        found = {name: Tensor(str(e["dtype"]), prod(map(int, e["shape"]))) for name, e in entries.items()}
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(Text("is no safetensors file")) from error
    if size < 8 + length + end:
        raise ValueError(Text("is cut: it has {size:,} of {needed:,} bytes", size=size, needed=8 + length + end))
    return found


def _is_plain(name: str) -> bool:
    """A file of the folder or of one below, not hidden, nor another form under a borrowed name; backslashes are
    separators on Windows."""
    parts = name.split("/")
    sound = all(part and not part.startswith(".") for part in parts) and len(parts) <= MOST_PARTS
    return sound and name.endswith(".safetensors") and not {"\\", ":", "\0"} & set(name)


def quantised_type(tensors: dict[str, Tensor]) -> str:
    """The type of packed or 8-bit numbers among the weights, empty when all are plain floats."""
    return next((dtype for dtype in sorted({tensor.dtype for tensor in tensors.values()}) if dtype not in PLAIN), "")


def without_scale(tensors: dict[str, Tensor]) -> list[str]:
    """8-bit weights that nothing says the scale of."""
    eight = [name for name, tensor in tensors.items() if tensor.dtype.startswith("F8") and name.endswith("weight")]
    return [name for name in eight if f"{name}_scale_inv" not in tensors]
