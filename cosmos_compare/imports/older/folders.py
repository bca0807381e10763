"""Folders of the older layout: where one answer lies, and by which model it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.runs.layout import ANALYSIS, METRICS, RAW
from cosmos_compare.video.clips import scenario_id

SPIKE = "spike_"
PARTS = (ANALYSIS, METRICS, RAW)


class OldFolder(NamedTuple):
    """The folder of one answer, with the names that its path gives."""

    model: str
    scenario: str
    path: Path


def old_folders(path: Path) -> list[OldFolder]:
    """The answers at a path: a folder of `spike_<model>` folders, one of these, or one scenario of it."""
    if path.name.startswith(SPIKE):
        return list(_scenarios(path))
    if path.parent.name.startswith(SPIKE) and _holds_answer(path):
        return [_folder(path)]
    return [own for spike in _below(path) if spike.name.startswith(SPIKE) for own in _scenarios(spike)]


def _scenarios(spike: Path) -> Iterator[OldFolder]:
    for path in _below(spike):
        if _holds_answer(path):
            yield _folder(path)


def _folder(path: Path) -> OldFolder:
    """Names that a folder of ours can have: what no such name holds becomes an underscore."""
    model = re.sub(r"[^A-Za-z0-9._-]+", "_", path.parent.name.removeprefix(SPIKE)).lstrip("._-")[:64]
    return OldFolder(model or "model", scenario_id(Path(f"{path.name}.mp4")), path)


def _holds_answer(path: Path) -> bool:
    return any((path / name).exists() for name in PARTS)


def _below(path: Path) -> list[Path]:
    """The folders right below, by name; links are not followed: they may lead anywhere."""
    try:
        return sorted(own for own in path.iterdir() if own.is_dir() and not own.is_symlink() and own.name[0] != ".")
    except OSError:
        return []
