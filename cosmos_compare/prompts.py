"""Prompts: load a prompt file, fill its blanks, and place its parts the way each model was taught."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import PROMPTS, own_prompts
from cosmos_compare.records.schema import ModelSpec, Prompt
from cosmos_compare.yaml_io import is_text, read_mapping

OBJECT = "{object_name}"  # what a question is about, where the prompt leaves it open
KEYS = ("system_prompt", "user_prompt")


class Messages(NamedTuple):
    """What is said to a model: the system turn, and the question that follows the video."""

    system: str
    user: str


def load_prompt(path: Path, *, question: str | None = None, reasoning: bool = False) -> Prompt:
    """Read a prompt file: YAML with `system_prompt` and `user_prompt`, both optional, nothing else.

    `question` replaces the file's `user_prompt`. Raises `CompareError` for anything else in the file.
    """
    if not path.exists() and path == Path(path.name):  # `--prompt driving`
        path = next((known for known in find_prompts() if path.name in (known.stem, known.name)), path)
    data = read_mapping(path)
    if unknown := [key for key in data if key not in KEYS]:
        raise CompareError(
            "{name}: unknown key {key!r}.",
            "A prompt file has: {keys}.",
            name=path.name,
            key=unknown[0],
            keys=", ".join(KEYS),
        )
    texts = {key: data.get(key) or "" for key in KEYS}
    for key, text in texts.items():
        if not isinstance(text, str):
            raise CompareError(
                "{name}: {key} is {kind}, not text.",
                "Put it in quotes.",
                name=path.name,
                key=key,
                kind=type(text).__name__,
            )
    if question is not None:
        texts["user_prompt"] = said("question", question)
    if not any(text.strip() for text in texts.values()):
        raise CompareError(
            "{name}: neither a system prompt nor a question.", "Write at least one of them.", name=path.name
        )
    return Prompt(name=path.stem if is_text(path.stem) else ascii(path.stem), reasoning=reasoning, **texts)


def said(field: str, text: str) -> str:
    """A text that somebody typed. Raises `CompareError` for one that is empty, or that no file can hold."""
    if not text.strip():
        raise CompareError("--{what} is empty.", "Write something, or leave --{what} out.", what=field, field=field)
    if not is_text(text):
        raise CompareError(
            "--{what}: {text!a:.60} is no text.", "Type it again, in UTF-8.", what=field, text=text, field=field
        )
    return text


def check_filled(prompt: Prompt) -> None:
    """Raises `CompareError` for a blank that nobody filled: it would go to the model as it stands."""
    if OBJECT in prompt.system_prompt or OBJECT in prompt.user_prompt:
        raise CompareError(
            "The prompt {name} asks about {object}, and nothing says what that is.",
            "Name it: --object car.",
            name=prompt.name,
            object=OBJECT,
            field="object",
        )


def find_prompts(*folders: Path) -> list[Path]:
    """The prompt files of these folders, by name; where two have a name, the first folder's counts.

    Without a folder: the user's own, and those that came with the program.
    """
    found: dict[str, Path] = {}
    for folder in folders or (own_prompts(), PROMPTS):
        for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
            found.setdefault(path.stem, path)
    return [found[name] for name in sorted(found)]


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put `values` where `{name}` stands. Any other brace stays, so JSON in a prompt needs no escaping."""
    if not values:
        return text
    names = "|".join(map(re.escape, values))
    return re.sub(r"\{(" + names + r")\}", lambda match: values[match[1]], text)


def messages(prompt: Prompt, spec: ModelSpec, values: Mapping[str, str]) -> Messages:
    """The two turns for one model: blanks filled, the reasoning block where this model expects it."""
    system = fill(prompt.system_prompt, values).strip() or spec.default_system_prompt
    user = fill(prompt.user_prompt, values).strip()
    if prompt.reasoning and spec.reasoning_text:
        if spec.reasoning_in == "system":
            system = f"{system}\n\n{spec.reasoning_text}".strip()
        else:
            user = f"{user}\n\n{spec.reasoning_text}".strip()
    return Messages(system, user)


def save_prompt(folder: Path, name: str, system_prompt: str, user_prompt: str) -> Path:
    """Write a new prompt file. Raises `CompareError` for a name that is no file name, or that is taken."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise CompareError(
            "{name!r} can't be a prompt's name.", "Use letters, digits, - and _.", name=name, field="name"
        )
    path = folder / f"{name}.yaml"
    texts = {key: _Block(text) for key, text in zip(KEYS, (system_prompt, user_prompt), strict=True) if text.strip()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            yaml.dump(texts, file, Dumper=_PromptDumper, sort_keys=False, allow_unicode=True, width=120)
    except FileExistsError as error:
        raise CompareError(
            "There is a prompt {name!r} already.", "Choose another name.", name=name, field="name"
        ) from error
    except OSError as error:
        raise CompareError(
            "{path}: can't be written ({reason}).", "Check the folder.", path=path, reason=error.strerror
        ) from error
    return path


class _Block(str):
    """A text that is written as it reads, over several lines."""


class _PromptDumper(yaml.SafeDumper):
    pass


_PromptDumper.add_representer(
    _Block, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")
)
