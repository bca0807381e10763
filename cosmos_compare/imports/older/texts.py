"""What an older folder says: the answer's text, wherever it stands, and the prompt where it is written beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from cosmos_compare.imports.fields import RowError
from cosmos_compare.ratings.csv_text import form_of, to_lines
from cosmos_compare.runs.layout import ANALYSIS, RAW

MAX_BYTES = 20_000_000
MAX_FILES = 200
TEXTS = {".json", ".jsonl", ".txt", ".md", ".log", ".out", ""}
# Names under which programs put what a model said; exact ones first, then what a name may contain.
NAMES = (
    *("answer", "response", "output", "generated_text", "text", "completion", "prediction", "raw", "content"),
    *("message", "assistant", "analysis", "result", "caption", "reasoning", "description"),
    *("reponse", "réponse", "sortie", "texte", "resultat", "résultat"),
)
AT_LEAST = 9  # of the names: empty under one of these, nothing was said, whatever else stands there
INSIDE = ("answer", "response", "output", "completion", "generated", "reponse", "réponse")
QUESTIONS = ("user_prompt", "prompt", "question", "user")
SYSTEMS = ("system_prompt", "system")
MIXED = "logs and the answer stand in one text and are not told apart"


class OldText(NamedTuple):
    """The raw text of an answer; the prompt's texts, None where they are not told; and what was not clear."""

    raw: str
    system: str | None = None
    question: str | None = None
    notes: tuple[str, ...] = ()


def text_of(folder: Path) -> OldText:
    """The answer in a folder. Raises `RowError` where there is none, or several."""
    analysis, raw = folder / ANALYSIS, folder / RAW
    for path in (analysis, raw):
        if not path.resolve().is_relative_to(folder.resolve()):
            raise RowError(f"{path.name} is a link that leads out of the folder")
    if analysis.is_dir():
        found = _in_folder(analysis)
    elif analysis.is_file():
        found = _read(analysis)
    else:
        found = None
    if found is not None and found.raw.strip():
        return found
    if raw.is_file() and (text := words_of(raw)).strip():
        return OldText(text, notes=(MIXED,))
    raise RowError(f"neither {ANALYSIS} nor {RAW} holds an answer")


def words_of(path: Path) -> str:
    """The text of a file in whatever code. Raises `RowError` for one that can't be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RowError(f"{path.name} is larger than {MAX_BYTES:,} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise RowError(f"{path.name} can't be read ({error.strerror})") from error
    text = "".join(to_lines(data, form_of(data[:65_536])))
    return text.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _in_folder(folder: Path) -> OldText | None:
    """The one text that a folder holds; of several the one whose name says that it is the output."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in TEXTS and _is_own(path))[:MAX_FILES]
    found = {path: own for path in files if (own := _read(path)).raw.strip()}
    if len(found) > 1:
        named = {path: own for path, own in found.items() if any(word in path.stem.lower() for word in INSIDE)}
        if len(named) != 1:
            names = ", ".join(path.name for path in list(found)[:5])
            raise RowError(f"{ANALYSIS} is a folder with {len(found)} texts ({names}); which is the answer?")
        found = named
    return next(iter(found.values()), None)


def _is_own(path: Path) -> bool:
    """Whether a file lies here itself: a link may lead anywhere, a pipe would hang who opens it."""
    return path.is_file() and not path.is_symlink()


def _read(path: Path) -> OldText:
    """The answer of a file: the text that JSON holds under one of many names, else all of it."""
    text = words_of(path)
    try:
        data = orjson.loads(text)
    except orjson.JSONDecodeError:
        return OldText(text)
    said = answer_in(data)
    if said is None and isinstance(data, dict) and len(data) == 1:  # one text under a name that nobody knows
        said = next((value for value in data.values() if isinstance(value, str) and " " in value.strip()), None)
    one = data[0] if isinstance(data, list) and len(data) == 1 else data
    prompts = one if isinstance(one, dict) else {}
    return OldText(text if said is None else said, _first_text(prompts, SYSTEMS), _first_text(prompts, QUESTIONS))


def answer_in(data: Any) -> str | None:
    """The text of an answer in parsed JSON; None where the JSON itself is the answer."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        spoken = [own for own in data if isinstance(own, dict) and own.get("role", own.get("from")) in _MODEL]
        if spoken:
            return answer_in(spoken[-1])
        return answer_in(data[0]) if len(data) == 1 else None
    if not isinstance(data, dict):
        return None
    if isinstance(data.get("choices"), list):  # as OpenAI's servers answer
        return answer_in(data["choices"])
    if (name := _named(data)) is None:
        return "" if any(isinstance(data.get(key), str) for key in NAMES[:AT_LEAST]) else None
    value = data[name]
    inner = answer_in(value)
    return json.dumps(value, ensure_ascii=False) if inner is None and value else inner


_MODEL = ("assistant", "gpt", "model")


def _named(data: Mapping[str, Any]) -> str | None:
    """The name under which an answer stands: a known one, else one that contains such a word."""
    plain = {key.strip().lower().replace("-", "_").replace(" ", "_"): key for key in data if data[key]}
    exact = (plain[name] for name in (*NAMES, "value") if name in plain)
    inside = (key for name, key in plain.items() if any(word in name for word in INSIDE) and _is_said(data[key]))
    return next(exact, None) or next(inside, None)


def _is_said(value: Any) -> bool:
    return isinstance(value, str | list | dict)


def _first_text(data: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((data[name] for name in names if isinstance(data.get(name), str) and data[name].strip()), None)
