"""What a folder holds that is given as a model: a checkpoint that can be loaded, or something else, said by name.

All of it is found before any weights are read; torch and transformers are not needed for it.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from cosmos_compare.catalogue import weights
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text, clause

MAX_JSON = 200_000_000  # bytes; the largest tokenizers have some 30 MB
MAX_DEPTH = 60  # what libraries read recursively
JSON_FILES = (
    *("config.json", "generation_config.json", "processor_config.json", "preprocessor_config.json"),
    *("video_preprocessor_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    *("added_tokens.json", "vocab.json", "chat_template.json"),
)
GIVE_WHOLE = Text("Give a folder with a whole checkpoint.")
PUT_THERE = Text("Put the file itself there, or give the folder that it lies in.")
FETCH_LFS = Text("Fetch the files it stands for: run `git lfs pull` in that folder, or download the model again.")
PLAIN_COPY = Text("Use the original checkpoint (bfloat16, safetensors), or one quantised as `fp8`, which is unpacked.")
# Sizes that a config can give: none is larger than the number of all weights, and a wrong one would fill the memory.
SIZES = frozenset(
    {
        *("num_hidden_layers", "depth", "hidden_size", "intermediate_size", "vocab_size", "out_hidden_size"),
        *("embed_dim", "head_dim", "num_attention_heads", "num_key_value_heads", "num_heads"),
        "num_position_embeddings",
    }
)


class Trouble(NamedTuple):
    """Why a folder can't be loaded, as the rest of a sentence that begins with the folder; and what to do."""

    what: str
    hint: str = GIVE_WHOLE


NOT_THERE = Trouble(Text("is not there"))


def trouble_of(folder: Path) -> Trouble | None:
    """What keeps a folder from being loaded as a model; None for a checkpoint that is whole."""
    try:
        return next(_troubles(folder), None)
    except CompareError as error:
        return Trouble(Text("can't be loaded: {why}", why=error.message.changed(clause)), error.hint)
    except OSError as error:
        return Trouble(Text("can't be read ({reason})", reason=error.strerror), Text("Check its permissions."))


def missing_files(folder: Path) -> list[str]:
    """What a checkpoint folder lacks to be loaded: names, or the alternatives where one of several will do."""
    names = weights.weights_names(folder)
    return missing_small_files(folder) + [name for name in names if not (folder / name).is_file()]


def missing_small_files(folder: Path) -> list[str]:
    """What a folder lacks for a prompt to be made with it, without its weights."""
    alternatives = [
        ("config.json",),
        ("tokenizer.json", "vocab.json", "tokenizer.model"),
        # Without them a processor falls back to another pixel budget and says nothing.
        ("processor_config.json", "preprocessor_config.json"),
    ]
    return [" or ".join(names) for names in alternatives if not any((folder / n).is_file() for n in names)]


def weights_bytes(folder: Path) -> int:
    """What the weights take in memory as bfloat16: the size of their files, twice that where they are unpacked. A
    checkpoint that holds more than the model takes less (`engines/local/loading.py`)."""
    paths = [folder / name for name in weights.weights_names(folder)]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    return size * 2 if quantisation(folder) == "fp8" else size


def quantisation(folder: Path) -> str:
    """How the weights in a folder are quantised: `fp8` where they are unpacked when loaded, empty for plain ones."""
    return _quantisation(read_json(folder / "config.json"))


def numbers_of_weights(folder: Path) -> dict[str, int]:
    """How many numbers each tensor of the weights files holds, by its name there."""
    files = weights.weights_names(folder)
    return {name: tensor.numbers for file in files for name, tensor in weights.read_header(folder / file).items()}


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object that a stranger wrote. Raises `CompareError` for one that is none, is too large or too deep."""
    try:
        if path.exists() and not path.is_file():  # a pipe would hang who opens it, a device have no end
            raise CompareError("{name} is not a file.", weights.DOWNLOAD_AGAIN, name=path.name)
        if weights.is_lfs_pointer(path):
            raise CompareError("{name} is a git-lfs pointer.", FETCH_LFS, name=path.name)
        if path.stat().st_size > MAX_JSON:
            raise CompareError(
                "{name} is larger than {most:,} bytes.", weights.DOWNLOAD_AGAIN, name=path.name, most=MAX_JSON
            )
        data = orjson.loads(path.read_bytes())
    except OSError as error:
        raise CompareError(
            "{name} can't be read ({reason}).", "Check the folder.", name=path.name, reason=error.strerror
        ) from error
    except ValueError as error:
        raise CompareError("{name} is not JSON.", weights.DOWNLOAD_AGAIN, name=path.name) from error
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        below = [value.values() if isinstance(value, dict) else value for value in level]
        level = [value for value in chain.from_iterable(below) if isinstance(value, dict | list)]
        if not level:
            break
    if level:
        raise CompareError(
            "{name} is nested more than {most} deep.", weights.DOWNLOAD_AGAIN, name=path.name, most=MAX_DEPTH
        )
    if not isinstance(data, dict):
        raise CompareError("{name} is not a JSON object.", weights.DOWNLOAD_AGAIN, name=path.name)
    return data


def check_json_files(folder: Path) -> None:
    """Raises `CompareError` for a file that a library would parse without limits. Reads whole tokenizers: slow."""
    for name in (*JSON_FILES, weights.INDEX):
        if (folder / name).exists():
            read_json(folder / name)


def _troubles(folder: Path) -> Iterator[Trouble]:
    """The first of these counts: each takes for granted that those before it are not there."""
    if not folder.is_dir():
        yield Trouble(Text("is a file"), Text("Give the folder that holds it.")) if folder.exists() else NOT_THERE
        return
    yield from _another_form(folder)
    names = ["config.json", *weights.weights_names(folder)]
    for name in names:
        what = weights.link_trouble(folder, name)
        if what and (name != "config.json" or not (folder / name).exists()):
            hint = PUT_THERE if "outside" in what else weights.DOWNLOAD_AGAIN
            yield Trouble(Text("can't be loaded: {what}", what=what), hint)
    for name in missing_files(folder):
        others = sorted(path for path in folder.glob("*.safetensors") if path.is_file())
        if others and name == weights.WHOLE:
            yield Trouble(
                Text("holds {name}, but neither model.safetensors nor an index of its weights", name=others[0].name),
                Text("Download model.safetensors.index.json too, or name a whole file model.safetensors."),
            )
        yield Trouble(Text("lacks {name}", name=name))
    for name in JSON_FILES:
        if (folder / name).is_file() and weights.is_lfs_pointer(folder / name):
            yield Trouble(Text("can't be loaded: {name} is a git-lfs pointer", name=name), FETCH_LFS)
    for name in names[1:]:
        if what := weights.file_trouble(folder / name):
            hint = FETCH_LFS if "git-lfs" in what else weights.DOWNLOAD_AGAIN
            yield Trouble(Text("can't be loaded: {what}", what=what), hint)
    yield from _wrong_config(folder, names[1:])


def _another_form(folder: Path) -> Iterator[Trouble]:
    """What people give in place of a checkpoint."""
    if snapshots := sorted((folder / "snapshots").glob("*/config.json")):
        newest = max(snapshots, key=lambda path: path.lstat().st_mtime).parent
        yield Trouble(
            Text("is a model's folder in the Hub's cache, not a checkpoint"),
            Text("Give the one in it: {newest}", newest=newest),
        )
    if sorted(folder.glob("models--*")):
        yield Trouble(
            Text("is the Hub's cache, not a checkpoint"), Text("Give a model by its name in the list, or a snapshot.")
        )
    if (folder / "adapter_config.json").exists() or (folder / "adapter_model.safetensors").exists():
        yield Trouble(
            Text("holds an adapter (LoRA) for {base_of}, not a whole model", base_of=_base_of(folder)),
            Text("Merge it into its base (peft: `merge_and_unload`, then `save_pretrained`) and give that folder."),
        )
    if any(folder.glob("*.safetensors")) or (folder / weights.INDEX).exists():
        return
    if gguf := sorted(folder.glob("*.gguf")):
        yield Trouble(Text("holds {name}, and GGUF files can't be loaded here", name=gguf[0].name), PLAIN_COPY)
    if pickles := sorted(path for end in ("bin", "pt", "pth", "ckpt") for path in folder.glob(f"*.{end}")):
        yield Trouble(
            Text("holds its weights as {name}, which can run code when it is opened", name=pickles[0].name),
            Text("Give a copy in safetensors form (`save_pretrained` of a recent transformers writes one)."),
        )
    if not (folder / "config.json").exists() and (below := sorted(folder.glob("*/config.json"), key=_steps)):
        yield Trouble(
            Text("holds no config.json, but {name} in it does", name=below[-1].parent.name),
            Text("Give {parent}", parent=below[-1].parent),
        )


def _steps(path: Path) -> tuple[int, str]:
    """Orders the folders that training leaves: `checkpoint-1000` is behind `checkpoint-500`."""
    name = path.parent.name
    digits = name[len(name.rstrip("0123456789")) :]
    return int(digits[-18:] or -1), name


def _base_of(folder: Path) -> str:
    try:
        return str(read_json(folder / "adapter_config.json").get("base_model_name_or_path") or Text("another model"))
    except CompareError:
        return Text("another model")


def _wrong_config(folder: Path, names: list[str]) -> Iterator[Trouble]:
    """What the config says that can't be, or that can't be computed with here."""
    config = read_json(folder / "config.json")
    tensors = {name: tensor for file in names for name, tensor in weights.read_header(folder / file).items()}
    method = _quantisation(config)
    if method not in {"", "fp8"}:
        yield Trouble(
            Text("holds quantised weights ({method}), which this program can't compute with", method=method), PLAIN_COPY
        )
    elif not method and (dtype := weights.quantised_type(tensors)):
        yield Trouble(
            Text("holds {dtype} weights, and its config.json does not say how they are quantised", dtype=dtype),
            PLAIN_COPY,
        )
    elif bare := weights.without_scale(tensors):
        yield Trouble(Text("holds {n} fp8 weights without a scale ({bare})", n=len(bare), bare=bare[0]), PLAIN_COPY)
    most = sum(tensor.numbers for tensor in tensors.values())
    for part in _parts(config):
        for key in SIZES & part.keys():
            if isinstance(part[key], bool | str | float) or (isinstance(part[key], int) and not 1 <= part[key] <= most):
                yield Trouble(
                    Text("can't be loaded: {key} is {part!r:.40} in its config.json", key=key, part=part[key])
                )


def _parts(config: dict[str, Any]) -> list[dict[str, Any]]:
    """A config and those in it: of the text model, of the vision tower."""
    return [config, *(value for value in config.values() if isinstance(value, dict))]


def _quantisation(config: dict[str, Any]) -> str:
    """How the weights are quantised: the method by its name, empty when they are not."""
    found = next((part["quantization_config"] for part in _parts(config) if part.get("quantization_config")), None)
    if found is None:
        return ""
    if not isinstance(found, dict):
        return Text("by an unknown method")
    names = [str(found[key]) for key in ("quant_method", "quant_algo", "fmt") if found.get(key)]
    method = " ".join(names[:2]) or Text("by an unknown method")
    return "fp8" if found.get("quant_method") == "fp8" else method[:60]
