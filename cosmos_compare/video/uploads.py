"""Uploads: files dropped on the page, checked before they are kept under outputs/uploads/."""

import hashlib
import re
import secrets
import time
from pathlib import Path
from typing import BinaryIO

from cosmos_compare.errors import CompareError
from cosmos_compare.video.clips import Scenario, list_folder, probe, scenario_id
from cosmos_compare.video.containers import SUFFIXES, USE

FOLDER = "uploads"
_CHUNK = 1 << 20
_PARTIAL = re.compile(r"\..+\.[0-9a-f]{16}\.\w+")
PARTIAL_S = 3600  # a file that is still half copied after this long was left by a server that was killed


def keep_upload(name: str, content: BinaryIO, outputs: Path) -> Path:
    """Keep a dropped file if it is a video that can be decoded; returns where it lies.

    The same content under the same name is kept once. Raises `CompareError` that names the file; nothing is left
    behind then.
    """
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise CompareError("{name}: not a kind of video file.", "{use}.", name=Path(name).name, use=USE)
    folder = outputs / FOLDER
    # The stem alone: a client may send any path as a name, and `segment` would take the folder's name.
    stem = scenario_id(Path(f"{Path(name).stem}_.x" if Path(name).stem.lower() == "segment" else Path(name).name))
    partial = folder / f".{stem}.{secrets.token_hex(8)}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        digest = _copy(content, partial)
        # Probed under the name that the person knows, so that an error names it.
        _check(partial, f"{stem}{suffix}")
        target = folder / f"{stem}_{digest[:8]}{suffix}"
        partial.replace(target)
    except OSError as error:
        raise CompareError(
            "{name}: could not be kept ({reason}).",
            "Check the outputs folder.",
            name=Path(name).name,
            reason=error.strerror,
        ) from error
    finally:
        partial.unlink(missing_ok=True)
    return target


def kept_uploads(outputs: Path) -> list[Scenario]:
    """The dropped files that are there, whatever else lies in the folder; never raises.

    What a killed server left half copied is swept.
    """
    try:
        _sweep(outputs / FOLDER)
        return list_folder(outputs / FOLDER).scenarios
    except (CompareError, OSError):
        return []  # no folder yet, or one that can't be read: the page goes on without it


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if _PARTIAL.fullmatch(path.name) and time.time() - path.lstat().st_mtime > PARTIAL_S:
            path.unlink(missing_ok=True)


def _copy(content: BinaryIO, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as file:
        while piece := content.read(_CHUNK):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _check(path: Path, name: str) -> None:
    try:
        probe(path)
    except CompareError as error:
        raise CompareError(error.message.changed(lambda words: words.replace(path.name, name)), error.hint) from error
