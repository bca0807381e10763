"""Files: which may be opened, what state one is in, and results that hold as long as it is in that state."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text

T = TypeVar("T")
# File systems keep times in ticks of up to 10 ms (2 s on FAT): two writes within one tick leave the same times.
SETTLED_NS = 100_000_000


class FileState(NamedTuple):
    """What changes when a file is written to or replaced. `changed_ns` can't be set back by anyone."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    @property
    def settled(self) -> bool:
        """Whether a later write would show: the last one is longer ago than a tick of the file system."""
        return time.time_ns() - max(self.modified_ns, self.changed_ns) > SETTLED_NS


def state_of(path: Path) -> FileState:
    """The state of a regular file. Raises `CompareError` for everything else: a pipe would hang who opens it."""
    try:
        facts = path.stat()
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error
    if not stat.S_ISREG(facts.st_mode):
        kind = Text("a folder") if stat.S_ISDIR(facts.st_mode) else Text("a pipe or device")
        raise CompareError("{path}: {kind}, not a video.", "Name a video file.", path=path, kind=kind)
    return FileState(facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns)


def is_file(path: Path) -> bool:
    """Whether a regular file lies there; also for paths that no file can have."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def state_key(path: Path, version: int) -> str:
    """A name for what is made of a file in its present state, by the rules of `version`; 24 hex digits."""
    try:
        facts = path.stat()
        state = f"{facts.st_size}|{facts.st_mtime_ns}"
    except (OSError, ValueError):
        state = "missing"
    return hashlib.sha256(f"{version}|{path.absolute()}|{state}".encode(errors="replace")).hexdigest()[:24]


def unreadable(path: Path, error: Exception) -> CompareError:
    """The sentence for a path that can't be looked at or opened."""
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOENT, errno.ENOTDIR}:
        return CompareError("{path}: no such file.", "Check the path.", path=path)
    if number == errno.ELOOP:
        return CompareError("{path}: a symbolic link that leads back to itself.", "Name the file itself.", path=path)
    if number == errno.ENAMETOOLONG:
        return CompareError(
            "{path}…: the name is too long for this file system.", "Check the path.", path=str(path)[:60]
        )
    if number in {errno.EACCES, errno.EPERM}:
        return CompareError("{path}: can't be read.", "Check its permissions.", path=path)
    if isinstance(error, ValueError):
        return CompareError("{path!a}: not a path.", "Check the path.", path=str(path))
    return CompareError(
        "{path}: can't be read ({reason}).", "Check the disk.", path=path, reason=os.strerror(number or errno.EIO)
    )


class Remembered(Generic[T]):
    """A function of a file, read again only when the file's state has changed.

    Also an error is remembered. A file that changes while it is read is an error, and what was read of one that
    was written to just now is not kept. `weight` is what a result counts for in `most`; the least recently used go.
    """

    def __init__(self, read: Callable[[Path], T], most: int = 4096, weight: Callable[[T], int] = lambda _: 1) -> None:
        self._read, self._most, self._weight = read, most, weight
        self._kept: OrderedDict[tuple[Path, FileState], tuple[T | None, CompareError | None, int]] = OrderedDict()
        self._total = 0
        self._lock = threading.Lock()

    def __call__(self, path: Path) -> T:
        state = state_of(path)
        settled = state.settled  # asked before reading: a write during it must show in the times
        with self._lock:
            kept = self._kept.get((path, state))
            if kept:
                self._kept.move_to_end((path, state))
        if kept is None:
            kept = self._look(path)
            if state_of(path) != state:
                raise CompareError(
                    "{name}: changes while it is being read.", "Wait until it is complete.", name=path.name
                )
            if settled:
                self._keep((path, state), kept)
        result, error, _ = kept
        if error is not None:
            raise CompareError(error.message, error.hint, field=error.field)
        return result  # type: ignore[return-value]  # no error, so it is the result, which may itself be None

    def _look(self, path: Path) -> tuple[T | None, CompareError | None, int]:
        try:
            result = self._read(path)
        except CompareError as error:
            return None, error, 1
        return result, None, self._weight(result)

    def _keep(self, key: tuple[Path, FileState], outcome: tuple[T | None, CompareError | None, int]) -> None:
        with self._lock:
            self._total += outcome[2] - (self._kept[key][2] if key in self._kept else 0)
            self._kept[key] = outcome
            while self._total > self._most and len(self._kept) > 1:
                _, (_, _, weight) = self._kept.popitem(last=False)
                self._total -= weight


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


sha256_of = Remembered(_digest)
"""SHA-256 of a file, 64 hex digits, read once for each state of it. Raises `CompareError`."""


def hold(path: Path, sha256: str) -> None:
    """Raise `CompareError` unless the file at `path` still has this content."""
    if sha256_of(path) != sha256:
        raise CompareError(
            "{name}: another file than when this was asked: it was replaced or changed meanwhile.",
            "Ask again, so that the answer is about the clip as it is now.",
            name=path.name,
        )
