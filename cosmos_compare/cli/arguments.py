"""Flags that several commands share, and how they become records."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos_compare.errors import CompareError
from cosmos_compare.paths import outputs_folder

if TYPE_CHECKING:
    from cosmos_compare.schema import ModelSpec, Prompt, Settings

SETTING_FLAGS = {
    "fps": "--fps",
    "max_frames": "--max-frames",
    "start": "--start",
    "end": "--end",
    "max_video_tokens": "--max-video-tokens",
    "timestamp": "--timestamp",
    "max_new_tokens": "--max-tokens",
    "temperature": "--temperature",
    "top_p": "--top-p",
    "top_k": "--top-k",
    "presence_penalty": "--presence-penalty",
    "repetition_penalty": "--repetition-penalty",
    "seed": "--seed",
}
_WHOLE = {"max_frames", "max_video_tokens", "max_new_tokens", "top_k", "seed"}
_FRAMES = ("fps", "max_frames", "start", "end", "max_video_tokens", "timestamp")
_HELP = {
    "fps": "frames per second to sample (default: 4)",
    "max_frames": "at most this many frames, spread evenly",
    "start": "begin at this second of the clip",
    "end": "end at this second of the clip",
    "max_video_tokens": "pixel budget of the whole clip in visual tokens, the same for each model",
    "timestamp": "draw the time in a band under each frame, for models that read no timestamps",
    "max_new_tokens": "cut the answer after this many tokens",
    "temperature": "0 always takes the likeliest token",
    "seed": "seed of the draw",
}


def add_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="MODEL",
        help="names from `cosmos-compare models`, or NAME=FOLDER (default: the two Cosmos models where they are on "
        "this machine and fit, else the demo models)",
    )


def add_prompt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prompt", type=Path, default=Path("driving"), metavar="FILE", help="prompt file (YAML)")
    parser.add_argument("--question", metavar="TEXT", help="ask this instead of the file's user_prompt")
    parser.add_argument("--object", metavar="NAME", help="what {object_name} in the prompt stands for")
    parser.add_argument("--reasoning", action="store_true", help="ask for reasoning before the answer")


def add_settings(parser: argparse.ArgumentParser, *, only_frames: bool = False) -> None:
    for field, flag in SETTING_FLAGS.items():
        if only_frames and field not in _FRAMES:
            continue
        if field == "timestamp":
            parser.add_argument(flag, action="store_true", help=_HELP[field])
            continue
        kind = int if field in _WHOLE else float
        parser.add_argument(flag, dest=field, type=kind, metavar="N" if kind is int else "X", help=_HELP.get(field))


def add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--outputs", type=Path, default=outputs_folder(), metavar="DIR", help="where runs are kept (default: outputs/)"
    )


def settings_of(args: argparse.Namespace) -> "Settings":
    """The settings that the flags give. Raises `CompareError` naming the flag at fault."""
    from pydantic import ValidationError

    from cosmos_compare.schema import Settings

    values = {field: getattr(args, field) for field in SETTING_FLAGS if getattr(args, field, None) is not None}
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else "end"
        raise CompareError(f"{SETTING_FLAGS[field]}: {first['msg']}.", field=field) from error


def prompt_of(args: argparse.Namespace) -> "Prompt":
    from cosmos_compare.prompts import fill, load_prompt

    prompt = load_prompt(args.prompt, question=args.question, reasoning=args.reasoning)
    if args.object is None:
        return prompt
    values = {"object_name": args.object}
    return type(prompt)(
        name=prompt.name,
        system_prompt=fill(prompt.system_prompt, values),
        user_prompt=fill(prompt.user_prompt, values),
        reasoning=prompt.reasoning,
    )


def models_of(names: Sequence[str] | None) -> "list[ModelSpec]":
    from cosmos_compare.catalogue.defaults import default_models
    from cosmos_compare.catalogue.hub import access_problem
    from cosmos_compare.catalogue.models import resolve_models

    specs = resolve_models(names or default_models())
    for spec in specs:
        if problem := access_problem(spec):
            raise problem  # before anything is decoded or loaded
    return specs
