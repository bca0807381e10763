"""The evaluation config of LLaVA-style sets: where the rows and clips are, how answers are judged, how to sample."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.imports.fields import RowError, text
from cosmos_compare.imports.formats.llava import FREEFORM, LETTER, REASONING
from cosmos_compare.records.schema import Settings
from cosmos_compare.yaml_io import read_mapping

SUFFIXES = {".yaml", ".yml", ".toml", ".json"}
MAX_BYTES = 1_000_000
ANSWER_TYPES = (LETTER, REASONING, FREEFORM)
# Where the config says what a setting of ours is.
SETTINGS = {
    "fps": ("vision", "fps"),
    "max_frames": ("vision", "nframes"),
    "max_new_tokens": ("generation", "max_tokens"),
    "temperature": ("generation", "temperature"),
    "top_p": ("generation", "top_p"),
}


class Part(NamedTuple):
    """One data set of a config."""

    name: str
    rows: Path
    media: Path
    system_prompt: str


class EvaluationConfig(NamedTuple):
    """`answer_type` is letter, reasoning or freeform; `settings` are ours."""

    parts: tuple[Part, ...]
    answer_type: str
    settings: dict[str, float]


def read_config(path: Path) -> EvaluationConfig | None:
    """The config in a file; None for a file that is none. Raises `CompareError` naming what is wrong in it."""
    data = _mapping(path)
    if data is None or not isinstance(data.get("datasets"), dict):
        return None
    answer_type = str((_part(data, "evaluation")).get("answer_type") or LETTER).lower()
    if answer_type not in ANSWER_TYPES:
        raise _wrong(path, f"answer_type is {answer_type[:40]!r}", f"It is one of {', '.join(ANSWER_TYPES)}.")
    try:
        parts = tuple(_dataset(path, str(name), value) for name, value in data["datasets"].items())
    except RowError as problem:
        raise _wrong(path, str(problem), "Correct this field.") from problem
    if not parts:
        raise _wrong(path, "datasets is empty", "Name at least one with its annotation_path.")
    return EvaluationConfig(parts, answer_type, _settings(path, data))


def _dataset(path: Path, name: str, value: Any) -> Part:
    if not isinstance(value, dict):
        raise RowError(f"datasets.{name} is no object")
    rows = text(value.get("annotation_path"), f"datasets.{name}.annotation_path")
    media = text(value.get("media_dir"), f"datasets.{name}.media_dir", empty=True)
    system = text(value.get("system_prompt"), f"datasets.{name}.system_prompt", empty=True)
    beside = path.absolute().parent
    return Part(name, _placed(beside, rows), _placed(beside, media) if media else _placed(beside, rows).parent, system)


def _placed(beside: Path, name: str) -> Path:
    """A path of the config: beside it, or where the program was started, as teams start their evaluation."""
    own = Path(name)
    return next((place for place in (beside / own, own) if place.exists()), beside / own)


def _settings(path: Path, data: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, (part, key) in SETTINGS.items():
        value = _part(data, part).get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _wrong(path, f"{part}.{key} is {str(value)[:40]!r}", "Give a number.")
        found[name] = value
    try:
        Settings.model_validate(found)
    except ValidationError as error:
        problem = first_problem(error)
        raise _wrong(path, f"{'.'.join(SETTINGS[problem.field])}: {problem.why}", "Correct this field.") from error
    return found


def _part(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _mapping(path: Path) -> dict[str, Any] | None:
    """The keys and values of a config; None where the file is too large or no such thing."""
    try:
        if path.suffix.lower() not in SUFFIXES or path.stat().st_size > MAX_BYTES:
            return None
        if path.suffix.lower() in {".yaml", ".yml"}:
            return read_mapping(path)
        words = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(words) if path.suffix.lower() == ".toml" else json.loads(words)
    except tomllib.TOMLDecodeError as error:
        raise CompareError("{name}: not valid TOML ({why}).", "Correct the file.", name=path.name, why=error) from error
    except (OSError, ValueError, RecursionError):
        return None  # rows in JSON that is damaged are looked at as rows
    return data if isinstance(data, dict) else None


def _wrong(path: Path, what: str, hint: str) -> CompareError:
    return CompareError("{name}: {what}.", hint, name=path.name, what=what)
