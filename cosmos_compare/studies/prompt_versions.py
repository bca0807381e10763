"""Versions of prompts: files and edits on the page are the same thing, told apart by their text.

Texts come from the files of `prompts/` and from the records of runs; notes and parents, which neither holds, stand in
`outputs/prompt_versions.yaml`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import own_prompts
from cosmos_compare.prompts import find_prompts, load_prompt, save_prompt
from cosmos_compare.records.schema import Prompt
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store
from cosmos_compare.yaml_io import read_mapping

NAME = "prompt_versions.yaml"
SOON = 2000  # pieces of a text; the time to compare grows with their square, .4 s at worst


@dataclass(frozen=True)
class Version:
    """One text of a prompt. `first` and `last` are when runs with it were made; empty for a file that was never run."""

    prompt: Prompt
    runs: int
    first: str
    last: str
    file: Path | None
    note: str = ""
    parent: str = ""

    @property
    def label(self) -> str:
        return f"{self.prompt.name} {self.prompt.version[:6]}"


class DiffPiece(NamedTuple):
    """A stretch of a difference of two texts: in both, only in the old, or only in the new."""

    kind: str
    text: str


def versions(rows: Sequence[RunRow], store: Store, outputs: Path) -> list[Version]:
    """Every version there is, the most recently used first; files that were never run last.

    A version whose run can't be read any more and that has no file is left out: nobody knows its text.
    """
    notes = _notes(outputs)
    files = {prompt.version: (path, prompt) for path, prompt in _files()}
    by_name = {prompt.name: prompt.version for _, prompt in files.values()}
    groups: dict[str, list[RunRow]] = {}
    for row in rows:
        groups.setdefault(row.prompt_version, []).append(row)
    found = []
    for version in [*groups, *(version for version in files if version not in groups)]:
        own = groups.get(version, [])
        path, prompt = files.get(version) or (None, _text_of(own, store))
        if prompt is None:
            continue
        told = notes.get(version, {})
        dates = sorted(row.created for row in own)
        first, last = (dates[0], dates[-1]) if dates else ("", "")
        # An edit that was run under the name of a file was made from that file, unless somebody says otherwise.
        implied = by_name.get(prompt.name, "")
        parent = told.get("parent", implied if implied != version else "")
        found.append(Version(prompt, len(own), first, last, path, told.get("note", ""), parent))
    return sorted(found, key=lambda each: each.last, reverse=True)


def note_version(outputs: Path, version: str, *, note: str | None = None, parent: str | None = None) -> None:
    """Keep a note of a version, or which one it was made from. Raises `CompareError` when it can't be written."""
    notes = _notes(outputs)
    entry = dict(notes.get(version, {}))
    entry |= {key: value for key, value in (("note", note), ("parent", parent)) if value is not None}
    path = outputs / NAME
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        replace_file(path, yaml.safe_dump(notes | {version: entry}, allow_unicode=True).encode())
    except OSError as error:
        raise CompareError(
            "{path}: can't be written ({reason}).", "Check the folder.", path=path, reason=error.strerror
        ) from error


def listed_name(version: Version) -> str:
    """The name by which a study asks for this version: its file's. An edit that has none is saved as one first.

    Raises `CompareError` when it can't be written.
    """
    if version.file is not None:
        return version.file.stem
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", version.prompt.name).strip("_-")[:40] or "prompt"
    own = f"{name}_{version.prompt.version[:6]}"
    return save_prompt(own_prompts(), own, version.prompt.system_prompt, version.prompt.user_prompt).stem


def answered_both(rows: Iterable[RunRow], old: str, new: str) -> list[tuple[RunRow, RunRow]]:
    """The answers that two versions of a prompt got from one model about one clip, repeats by number; the newest of
    each, those with other texts first."""
    found: tuple[dict[tuple[object, ...], RunRow], dict[tuple[object, ...], RunRow]] = ({}, {})
    for row in rows:  # from old to new
        if row.finished and row.prompt_version in (old, new):
            asked = row.scenario, row.clip_sha256, row.model, row.reasoning, row.settings_key
            found[row.prompt_version == new][asked] = row
    pairs = [(row, found[1][asked]) for asked, row in found[0].items() if asked in found[1]]
    return sorted(pairs, key=lambda two: (two[0].text_key == two[1].text_key, two[0].scenario, two[0].model))


def difference(old: str, new: str) -> list[DiffPiece]:
    """Two texts word by word: what stays, what goes, what comes. Long ones line by line, and very long ones as wholes:
    a text that says the same again and again would take minutes."""
    one, two = _words(old), _words(new)
    if max(len(one), len(two)) > SOON:
        one, two = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if max(len(one), len(two)) > SOON:
        one, two = [old], [new]
    pieces: list[DiffPiece] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, one, two, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(DiffPiece("both", "".join(one[a:b])))
            continue
        if a < b:
            pieces.append(DiffPiece("old", "".join(one[a:b])))
        if c < d:
            pieces.append(DiffPiece("new", "".join(two[c:d])))
    return pieces


def _words(text: str) -> list[str]:
    words, current = [], ""
    for letter in text:
        if letter.isspace() != current[-1:].isspace() and current:
            words.append(current)
            current = ""
        current += letter
    return [*words, current] if current else words


def _files() -> Iterable[tuple[Path, Prompt]]:
    for path in find_prompts():
        try:
            yield path, load_prompt(path)
        except CompareError:
            continue  # the editor says what is wrong with it


def _text_of(rows: Sequence[RunRow], store: Store) -> Prompt | None:
    for row in reversed(rows):
        try:
            return store.load(row).prompt
        except CompareError:
            continue
    return None


def _notes(outputs: Path) -> dict[str, dict[str, Any]]:
    path = outputs / NAME
    if not path.is_file():
        return {}
    return {str(version): entry for version, entry in read_mapping(path).items() if isinstance(entry, dict)}
