"""Sets of items on disk: `outputs/imports/<name>/`, written whole or not at all. Records, no copies of clips.

set.json      what was taken in, from where, and what was left out
items.jsonl   an item a line
clips/        only clips that were made here, from images
truths/       only labels that were brought
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import ImportedItem, SetFacts
from cosmos_compare.imports.media import parts_of
from cosmos_compare.video.clips import Scenario

FOLDER = "imports"
FACTS, ITEMS = "set.json", "items.jsonl"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class ItemSet(NamedTuple):
    """A set of items and the folder where it lies."""

    facts: SetFacts
    items: tuple[ImportedItem, ...]
    folder: Path

    def scenarios(self) -> dict[tuple[str, str], Scenario]:
        """The clip of each item by its name and its ground truth, each looked up once. Raises `CompareError`."""
        firsts = {(item.scenario, item.truth): item for item in reversed(self.items)}
        return {key: self.scenario(item) for key, item in firsts.items()}

    def scenario(self, item: ImportedItem) -> Scenario:
        """The clip of an item. Raises `CompareError` for one that lies outside the media folder."""
        base = self.folder if item.made else Path(self.facts.media)
        try:
            video = Path(base, *parts_of(item.video))
            if not video.resolve().is_relative_to(base.resolve()):
                raise RowError(f"{item.video} is a link that leads out of the media folder")
            truth = Path(self.folder, *parts_of(item.truth)) if item.truth else None
        except RowError as problem:
            raise CompareError("{name}: {why}.", "Take the file in again.", name=item.id, why=problem) from problem
        return Scenario(item.scenario, video, truth)


def set_names(outputs: Path) -> list[str]:
    """The names of the sets that were taken in."""
    return sorted(path.parent.name for path in (outputs / FOLDER).glob(f"[!.]*/{FACTS}"))


def checked_name(name: str) -> str:
    """A name for a set. Raises `CompareError` for what is none."""
    if not _NAME.fullmatch(name):
        raise CompareError("{name!r} can't be a set's name.", "Use letters, digits, - and _.", field="name", name=name)
    return name


def load_set(outputs: Path, name: str) -> ItemSet:
    """A set by its name. Raises `CompareError` where there is none, or it can't be read."""
    folder = outputs / FOLDER / checked_name(name)
    try:
        facts = SetFacts.model_validate_json((folder / FACTS).read_bytes())
        with (folder / ITEMS).open("rb") as lines:
            items = tuple(ImportedItem.model_validate_json(line) for line in lines)
    except FileNotFoundError as error:
        known = ", ".join(set_names(outputs)) or "none yet"
        raise CompareError(
            "There is no imported set {name!r}.", "There are: {known}.", field="questions", name=name, known=known
        ) from error
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({why}).", "Check the folder.", path=folder, why=error.strerror
        ) from error
    except ValidationError as error:
        raise CompareError(
            "{path}: {why}.", "Take the file in again.", path=folder, why=first_problem(error).words
        ) from error
    return ItemSet(facts, items, folder)


@contextmanager
def new_set(outputs: Path, name: str, source: Path) -> Iterator[Path]:
    """A folder to write a set into, which takes its place when the block ends well.

    One of the same source is replaced. Raises `CompareError` where another source has this name.
    """
    folder = outputs / FOLDER / checked_name(name)
    if folder.exists() and not _is_of(folder, source):
        raise CompareError(
            "There is an imported set {name!r} of another file.",
            "Give this one a name: --name NAME.",
            field="name",
            name=name,
        )
    partial, old = (folder.with_name(f".{name}.{os.getpid()}.{kind}") for kind in ("partial", "old"))
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
    except OSError as error:
        raise CompareError(
            "{path}: can't be written ({why}).", "Check free space.", path=folder, why=error.strerror
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def write_set(folder: Path, facts: SetFacts, items: Sequence[ImportedItem]) -> None:
    """Write both files of a set."""
    with (folder / ITEMS).open("wb") as lines:
        for item in items:
            lines.write(item.model_dump_json(exclude_defaults=True).encode() + b"\n")
    (folder / FACTS).write_text(facts.model_dump_json(indent=2), encoding="utf-8")


def _is_of(folder: Path, source: Path) -> bool:
    try:
        return SetFacts.model_validate_json((folder / FACTS).read_bytes()).source == str(source)
    except (OSError, ValidationError):
        return False
