"""Folders that are almost checkpoints, made from a tiny one."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

WHOLE = "model.safetensors"


def copy(source: Path, target: Path) -> Path:
    """A copy of a checkpoint folder that may be changed."""
    return Path(shutil.copytree(source, target))


def with_weights(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Path:
    tensors = change(load_file(folder / WHOLE))
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / WHOLE, {"format": "pt"})
    return folder


def with_json(folder: Path, name: str, **values: Any) -> Path:
    path = folder / name
    data = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(data | values))
    return folder


def with_text_config(folder: Path, **values: Any) -> Path:
    config = json.loads((folder / "config.json").read_text())
    return with_json(folder, "config.json", text_config=config["text_config"] | values)


def sharded(folder: Path, name: object) -> Path:
    """The weights in a file of another name, and an index that says `name`."""
    names = list(load_file(folder / WHOLE))
    (folder / WHOLE).rename(folder / "model-00001-of-00001.safetensors")
    index = {"metadata": {}, "weight_map": dict.fromkeys(names, name)}
    (folder / f"{WHOLE}.index.json").write_text(json.dumps(index))
    return folder


def in_hub_cache(source: Path, cache: Path, repo: str, revision: str) -> Path:
    """A snapshot as the Hub's client keeps it: links to blobs."""
    home = cache / f"models--{repo.replace('/', '--')}"
    snapshot = home / "snapshots" / revision
    snapshot.mkdir(parents=True)
    (home / "blobs").mkdir(exist_ok=True)
    for number, path in enumerate(sorted(source.iterdir())):
        blob = home / "blobs" / f"{revision[:4]}{number:04x}"
        shutil.copy(path, blob)
        (snapshot / path.name).symlink_to(f"../../blobs/{blob.name}")
    return snapshot


def weights(content: bytes | int = 0) -> bytes:
    """A sound safetensors file with some content: one tensor of bfloat16."""
    data = content if isinstance(content, bytes) else bytes(64 + 2 * content)
    header = json.dumps({"w": {"dtype": "BF16", "shape": [len(data) // 2], "data_offsets": [0, len(data)]}}).encode()
    return struct.pack("<Q", len(header)) + header + data
