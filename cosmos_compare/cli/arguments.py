"""Flags that several commands share, and how they become records."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.paths import outputs_folder
from cosmos_compare.records.setting_fields import BY_NAME, FIELDS

if TYPE_CHECKING:
    from cosmos_compare.records.schema import ModelSpec, Prompt, Settings

PROMPT = Path("driving")  # where none is named
NO_FLAG = {"repeat"}  # commands count the repeats themselves


def add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="MODEL",
        help="names from `cosmos-compare models`, NAME=FOLDER, or NAME=http://HOST:PORT/v1 (default: the two Cosmos "
        "models where they are on this machine and fit, else the demo models)",
    )
    add_unverified(parser)


def add_unverified(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unverified",
        action="store_true",
        help="take answers of servers that can't be shown to read the same frames and prompt; each is marked",
    )


def add_prompt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prompt", type=Path, default=PROMPT, metavar="FILE", help="prompt file (YAML)")
    parser.add_argument("--question", metavar="TEXT", help="ask this instead of the file's user_prompt")
    parser.add_argument("--object", metavar="NAME", help="what {object_name} in the prompt stands for")
    parser.add_argument("--reasoning", action="store_true", help="ask for reasoning before the answer")


def add_settings(parser: argparse.ArgumentParser, *, only_frames: bool = False) -> None:
    for field in FIELDS:
        if field.name in NO_FLAG or (only_frames and not field.frames):
            continue
        if field.kind == "switch":
            parser.add_argument(field.flag, dest=field.name, action="store_true", help=field.help)
        elif field.kind == "choice":
            parser.add_argument(field.flag, dest=field.name, choices=field.choices, help=field.help)
        else:
            kind, letter = (int, "N") if field.kind == "whole" else (float, "X")
            parser.add_argument(field.flag, dest=field.name, type=kind, metavar=letter, help=field.help)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outputs", type=Path, default=outputs_folder(), metavar="DIR", help="where runs are kept (default: outputs/)"
    )


def settings_of(args: argparse.Namespace) -> "Settings":
    """The settings that the flags give. Raises `CompareError` naming the flag at fault."""
    from pydantic import ValidationError

    from cosmos_compare.records.schema import Settings

    values = {name: value for name in BY_NAME.keys() - NO_FLAG if (value := getattr(args, name, None)) is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        problem = first_problem(error)
        field = problem.field or "end"
        raise CompareError("{flag}: {why}.", flag=BY_NAME[field].flag, why=problem.why, field=field) from error


def prompt_of(args: argparse.Namespace) -> "Prompt":
    from cosmos_compare.prompts import check_filled, fill, load_prompt, said

    prompt = load_prompt(args.prompt, question=args.question, reasoning=args.reasoning)
    if args.object is not None:
        values = {"object_name": said("object", args.object)}
        prompt = type(prompt)(
            name=prompt.name,
            system_prompt=fill(prompt.system_prompt, values),
            user_prompt=fill(prompt.user_prompt, values),
            reasoning=prompt.reasoning,
        )
    check_filled(prompt)
    return prompt


def models_of(names: Sequence[str] | None, *, unverified: bool = False) -> "list[ModelSpec]":
    from cosmos_compare.catalogue.defaults import default_models
    from cosmos_compare.catalogue.hub import access_problem
    from cosmos_compare.catalogue.models import accept_unverified, resolve_models

    specs = resolve_models(names or default_models())
    if unverified:
        specs = [accept_unverified(spec) for spec in specs]
    for spec in specs:
        if problem := access_problem(spec):
            raise problem  # before anything is decoded or loaded
    return specs
