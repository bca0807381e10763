"""Media: the clip that a row names, below the folder that the user named, and nowhere else."""

from __future__ import annotations

import os
import re
from functools import cached_property
from pathlib import Path, PurePosixPath

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.fields import RowError
from cosmos_compare.video.containers import SUFFIXES

MAX_FILES = 500_000
CAMERA = ".camera_front_wide_120fov"
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})


class Media:
    """The files below one folder. Links that lead out of it are not followed."""

    def __init__(self, root: Path) -> None:
        try:
            self.root = root.resolve(strict=True)
            if not self.root.is_dir():
                raise NotADirectoryError(20, "not a folder")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a path"
            raise CompareError(
                "{path}: can't be searched for clips ({why}).",
                "Name their folder: --media DIR.",
                path=root,
                why=reason,
            ) from error
        self._found: dict[tuple[str, frozenset[str]], Path] = {}

    def find(self, name: str, suffixes: frozenset[str] = frozenset(SUFFIXES)) -> Path:
        """The file of this name, relative to the root. Raises `RowError` where there is none, several, or one outside.

        A name may lack its suffix, and begin with the folders in which the root itself lies. A name without any folder
        is looked for in all folders below the root.
        """
        key = name, suffixes
        if key not in self._found:
            self._found[key] = self._look(parts_of(name), suffixes)
        return self._found[key]

    def _look(self, parts: tuple[str, ...], suffixes: frozenset[str]) -> Path:
        for own in self._below(parts):
            if found := self._at(own, suffixes):
                return found
        if len(parts) == 1 and (named := self._by_name.get(parts[0].casefold()) or self._by_name.get(_stem(parts[0]))):
            if len(named) > 1:
                raise RowError(f"{len(named)} files below the media folder are called {parts[0]}")
            return self._inside(named[0])
        raise RowError(f"{'/'.join(parts)[-120:]} is not below the media folder")

    def _below(self, parts: tuple[str, ...]) -> list[tuple[str, ...]]:
        """The name, and what is left of it where it begins with the last folders of the root."""
        own = self.root.parts
        return [parts, *(parts[n:] for n in range(1, len(parts)) if own[-n:] == parts[:n])]

    def _at(self, parts: tuple[str, ...], suffixes: frozenset[str]) -> Path | None:
        path = self.root.joinpath(*parts)
        # The name itself, else with a suffix, in an order that is always the same; else with that of one camera, which
        # clips of a Reason1 set bear.
        ends = [*sorted(suffixes), CAMERA, f"{CAMERA}.mp4"]
        names = [path, *(path.with_name(f"{path.name}{end}") for end in ends)]
        names += [path.with_name(f"{path.stem}{end}") for end in ends[-2:]]
        found = next((each for each in names if _is_file(each)), None)
        return None if found is None else self._inside(found)

    def _inside(self, path: Path) -> Path:
        """The path relative to the root; refused where a link leads out."""
        try:
            path.resolve(strict=True).relative_to(self.root)
        except (OSError, ValueError) as error:
            raise RowError(f"{path.name} is a link that leads out of the media folder") from error
        return path.relative_to(self.root)

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        """All files by their name, and by their name without the suffix, in small letters."""
        found: dict[str, list[Path]] = {}
        count = 0
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                count += 1
                for key in {name.casefold(), _stem(name)}:
                    found.setdefault(key, []).append(Path(folder, name))
            if count > MAX_FILES:
                raise CompareError(
                    "{path}: more than {most:,} files.",
                    "Name a smaller folder: --media DIR.",
                    path=self.root,
                    most=MAX_FILES,
                )
        return found


def parts_of(name: str) -> tuple[str, ...]:
    """The folders and the file of a relative path. Raises `RowError` for what could lead out of a folder."""
    plain = name.strip().replace("\\", "/")
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", plain):
        raise RowError("the video is an address; nothing is downloaded")
    path = PurePosixPath(plain)
    if path.is_absolute() or re.match(r"[a-zA-Z]:", plain):
        raise RowError(f"{plain[-120:]!r} is an absolute path")
    if ".." in path.parts:
        raise RowError(f"{plain[-120:]!r} leads out of the media folder")
    if not path.parts or "\0" in plain or any(len(part.encode(errors="replace")) > 255 for part in path.parts):
        raise RowError("the name of the video is none")
    return path.parts


def _stem(name: str) -> str:
    """The name without the suffix of a kind of video."""
    stem, dot, suffix = name.rpartition(".")
    return (stem if dot and f".{suffix.lower()}" in SUFFIXES else name).casefold()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
