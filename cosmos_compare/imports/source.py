"""Sources: what lies at the path that a user names, and which reader reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cosmos_compare.errors import CompareError
from cosmos_compare.imports.evaluation_config import EvaluationConfig, Part, read_config
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.formats.base import Read
from cosmos_compare.imports.formats.labels import LABELS, label_draft
from cosmos_compare.imports.formats.llava import LLAVA, read_llava
from cosmos_compare.imports.formats.sutd import SUTD
from cosmos_compare.imports.formats.vantage import VANTAGE, read_vantage, task_of
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.imports.recognise import recognise
from cosmos_compare.imports.rows import LINES, Document, read_document
from cosmos_compare.video.clips import MAX_TRUTH_BYTES
from cosmos_compare.video.labels import LABEL, is_label, parsed_label

ROWS = {".json", ".csv", ".tsv", ".parquet", *LINES}
NAMED = 8  # files that an error names


class ImportWishes(NamedTuple):
    """What the user says of an import."""

    format: str = ""
    media: Path | None = None
    name: str = ""
    image_fps: float = 1.0
    task: str = ""


@dataclass(frozen=True)
class Source:
    """What is read: the drafts of a format, how many rows there are, and where clips are looked for unless the user
    says it. `name` tells the data sets of one config apart."""

    format: str
    drafts: Read
    read: int
    media: Path
    task: str = ""
    name: str = ""
    settings: dict[str, float] = field(default_factory=dict)


def open_sources(path: Path, asked: ImportWishes) -> list[Source]:
    """What lies at a path, its format recognised: one source, or one for each data set of an evaluation config.

    Raises `CompareError` for what can't be read or is of no known format.
    """
    if path.is_dir():
        labels = sorted(own for own in path.rglob(f"*{LABEL}") if own.is_file())
        if labels and asked.format in ("", LABELS.name):
            return [Source(LABELS.name, _labels(labels), len(labels), path)]
        path = _only_file(path)
    if config := read_config(path):
        several = len(config.parts) > 1
        return [_configured(part, config, part.name if several else "") for part in config.parts]
    if is_label(path.name) and asked.format in ("", LABELS.name):
        return [Source(LABELS.name, _labels([path]), 1, path.parent)]
    document = read_document(path)
    found, document = recognise(document, asked.format)
    if found is VANTAGE:
        task = task_of(document, asked.task)
        return [Source(found.name, read_vantage(document, task), _count(document), path.parent, task)]
    count = _count(document) - (found is SUTD)  # whose first line is no row
    return [Source(found.name, found.read(document), count, path.parent)]


def _configured(part: Part, config: EvaluationConfig, name: str) -> Source:
    _, document = recognise(read_document(part.rows), LLAVA.name)
    drafts = read_llava(document, config.answer_type, part.system_prompt)
    return Source(LLAVA.name, drafts, _count(document), part.media, config.answer_type, name, config.settings)


def _labels(files: Sequence[Path]) -> Read:
    """An item for each label of a folder."""
    for number, file in enumerate(files, 1):
        try:
            if file.stat().st_size > MAX_TRUTH_BYTES:
                raise RowError(f"{file.name} is larger than {MAX_TRUTH_BYTES:,} bytes")
            yield label_draft(number, file.name, parsed_label(file.read_bytes()))
        except RowError as problem:
            yield RowLeftOut(number, str(problem))
        except (OSError, ValueError, RecursionError):
            yield RowLeftOut(number, f"{file.name} can't be read as JSON")


def _only_file(folder: Path) -> Path:
    """The file of rows that a folder holds, where it is one. Raises `CompareError` that names what there is."""
    try:
        files = sorted(own for own in folder.iterdir() if own.suffix.lower() in ROWS and own.is_file())
    except OSError as error:
        raise CompareError(
            "{path}: can't be listed ({why}).", "Check the path.", path=folder, why=error.strerror
        ) from error
    if len(files) != 1:
        raise CompareError(
            "{path}: a folder with {n} files of rows. {names}",
            "Name one file, or a folder with spike_<model>/<scenario> folders or .label.json files.",
            path=folder,
            n=len(files),
            names=", ".join(ascii(own.name)[1:-1] for own in files[:NAMED]),
        )
    return files[0]


def _count(document: Document) -> int:
    return len(document.rows) + len(document.damaged)
