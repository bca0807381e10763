"""The Hub: where a model's weights are on this machine, and how they get there. Never loads them.

Everything goes through huggingface_hub, its cache and its login; a token is never read here, only asked for.
"""

import re
import time
from pathlib import Path

from huggingface_hub import constants, get_token, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    HFValidationError,
)

# The client's HTTP library is httpx in version 1 and httpx2 in version 2; this name is there in both.
from huggingface_hub.errors import HTTPError as NetworkError  # type: ignore[attr-defined]
from huggingface_hub.file_download import repo_folder_name

from cosmos_compare.catalogue.checkpoint import missing_files, missing_small_files, trouble_of
from cosmos_compare.catalogue.hub_failures import MORE_SPACE, cache_folder, explained, page, pull_command
from cosmos_compare.catalogue.models import folder_of, is_server, source_folder
from cosmos_compare.catalogue.weights import INDEX, weights_names
from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.machine.facts import GB, free_bytes
from cosmos_compare.records.schema import ModelSpec

# Weights as safetensors only: .bin files are pickles and .py files are code, and both run what a stranger wrote.
WANTED_SUFFIXES = {".safetensors", ".json", ".jinja"}
WANTED_NAMES = {"merges.txt", "vocab.txt", "tokenizer.model"}
# The client gives each download a temporary name of its own, which no later download can use.
_LEFTOVER = re.compile(r"[0-9a-f]+\.[0-9a-f]{8}\.incomplete")
_LEFTOVER_AFTER_S = 3600


def has_token() -> bool:
    return get_token() is not None


def is_offline() -> bool:
    return bool(constants.HF_HUB_OFFLINE)


def local_folder(spec: ModelSpec) -> Path | None:
    """The folder with the whole checkpoint on this machine, or None. Never asks the network.

    A folder source is itself; a Hub id is looked up in the Hub's cache at the spec's revision.
    """
    folder = _folder(spec)
    return folder if folder is not None and trouble_of(folder) is None else None


def access_problem(spec: ModelSpec) -> CompareError | None:
    """Why a model can't be loaded from this machine's disk, and what to do; None when it can."""
    if is_server(spec):
        return None
    folder = _folder(spec)
    trouble = trouble_of(folder) if folder is not None else None
    if folder is not None and trouble is None:
        return None
    if source_folder(spec) is not None:
        assert folder is not None and trouble is not None
        return CompareError(
            "{name}: the folder {folder} {what}.",
            trouble.hint,
            name=spec.name,
            folder=folder,
            what=trouble.what,
            field="models",
        )
    missing = missing_files(folder) if folder is not None else []
    if folder is not None and trouble is not None and not missing:
        return CompareError(
            "{name}: {folder} {what}.", trouble.hint, name=spec.name, folder=folder, what=trouble.what, field="models"
        )
    return _not_here(spec, missing)


def _not_here(spec: ModelSpec, missing: list[str]) -> CompareError:
    """That the weights are not on this machine, or not all of them, and how they get there."""
    first = (
        Text("Ask for access at {page}, log in with `hf auth login`, then: ", page=page(spec))
        if spec.gated
        else Text("Download them: ")
    )
    how_far = (
        Text("only partly on this machine ({missing} is missing)", missing=missing[0])
        if missing
        else Text("not on this machine")
    )
    if not missing and (others := _other_revisions(spec)):
        how_far = Text(
            "on this machine at revision {other}, and the list asks for {revision}",
            other=others[0],
            revision=spec.revision or "main",
        )
        first = Text(
            "Write `revision: {other}` into its entry in models.yaml, or download the other: ", other=others[0]
        )
    return CompareError(
        "{name}: the weights of {source} are {how_far}.",
        Text("{first}{pull_command}", first=first, pull_command=pull_command(spec)),
        name=spec.name,
        source=spec.source,
        how_far=how_far,
        field="models",
    )


def pull(spec: ModelSpec) -> Path:
    """Download a model's checkpoint at its revision into the Hub's cache; returns the folder.

    The client shows its progress bars on stderr. A dropped connection goes on where it was; a download that was
    stopped keeps its finished files. Raises `CompareError` with the next step for whatever stands in the way.
    """
    if is_server(spec) or source_folder(spec) is not None:
        raise CompareError(
            "{name}: {source} is not on the Hub, so there is nothing to download.", name=spec.name, source=spec.source
        )
    if folder := local_folder(spec):
        return folder
    try:
        _remove_leftovers(spec)
        files = _wanted_files(spec)
        _check_space(spec, files)
        # One file at a time and in this thread, so that Ctrl-C stops at once: the client's pool of threads would
        # first finish the gigabytes it has begun. Weights last: whoever has them all has all the rest.
        for name in sorted(files, key=lambda name: (name.endswith(".safetensors"), name)):
            hf_hub_download(spec.source, name, revision=spec.revision)
    except (OSError, NetworkError, EntryNotFoundError, RuntimeError) as error:
        raise explained(error, spec) from error
    folder = _folder(spec)
    missing = missing_files(folder) if folder is not None else ["config.json"]
    if folder is None or missing:
        raise CompareError(
            "{name}: {page} has no {missing}.",
            "Its checkpoint can't be used by this program.",
            name=spec.name,
            page=page(spec),
            missing=missing[0],
        )
    return folder


def cached_bytes(spec: ModelSpec) -> int:
    """What the Hub's cache holds of a model, in bytes, files that are only begun included."""
    if is_server(spec) or source_folder(spec) is not None:
        return 0
    blobs = cache_folder() / repo_folder_name(repo_id=spec.source, repo_type="model") / "blobs"
    return sum(path.stat().st_size for path in blobs.glob("*") if path.is_file())


def small_files(spec: ModelSpec) -> Path | None:
    """The folder with the tokenizer of a model behind servers, and what else its prompt is made with.

    A Hub's are downloaded at the first use: some 10 MB, none of them weights. None where the entry names no place for
    them. Raises `CompareError` that says why they can't be had.
    """
    source = spec.server.tokenizer if spec.server else ""
    if not source:
        return None
    here = spec.model_copy(update={"source": source, "server": None})
    folder = _folder(here)
    missing = missing_small_files(folder) if folder is not None else ["config.json"]
    if not missing:
        return folder
    if folder_of(source) is not None:
        raise CompareError(
            "{name}: {folder} lacks {missing}.",
            "Fix `tokenizer` in its entry.",
            name=spec.name,
            folder=folder,
            missing=missing[0],
        )
    try:
        for name in _wanted_files(here):
            if not name.endswith(".safetensors"):
                hf_hub_download(source, name, revision=spec.revision)
    except (OSError, NetworkError, EntryNotFoundError, RuntimeError) as error:
        raise explained(error, here) from error
    return _folder(here)


def _folder(spec: ModelSpec) -> Path | None:
    """Where the checkpoint is or begins to be; None when nothing of it is here."""
    if is_server(spec):
        return None
    if (folder := source_folder(spec)) is not None:
        return folder
    try:
        config = try_to_load_from_cache(spec.source, "config.json", revision=spec.revision)
    except HFValidationError as error:
        raise CompareError(
            "{name}: {source} is neither a folder of this machine nor a Hub id (owner/name).",
            "Fix its source in the model list.",
            name=spec.name,
            source=spec.source,
            field="models",
        ) from error
    return Path(config).parent if isinstance(config, str) else None


def _other_revisions(spec: ModelSpec) -> list[str]:
    """Revisions of the model in the Hub's cache that are whole, but not the one asked for; the newest first."""
    snapshots = cache_folder() / repo_folder_name(repo_id=spec.source, repo_type="model") / "snapshots"
    whole = [path.parent for path in snapshots.glob("*/config.json") if trouble_of(path.parent) is None]
    return [folder.name for folder in sorted(whole, key=lambda folder: -folder.lstat().st_mtime)]


def _wanted_files(spec: ModelSpec) -> dict[str, int]:
    """Names and sizes in bytes of the files to have. Folders inside a repository hold copies in other forms and other
    models, but for the files that the index of the weights leads to."""
    from huggingface_hub import HfApi  # half of what loading the library takes, and only a download needs it

    info = HfApi().model_info(spec.source, revision=spec.revision, files_metadata=True)
    sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
    wanted = {
        name: size
        for name, size in sizes.items()
        if "/" not in name and (Path(name).suffix in WANTED_SUFFIXES or name in WANTED_NAMES)
    }
    if INDEX in wanted and any("/" in name and name.endswith(".safetensors") for name in sizes):
        index = Path(hf_hub_download(spec.source, INDEX, revision=spec.revision))
        wanted |= {name: sizes[name] for name in weights_names(index.parent) if name in sizes}
    return wanted


def _check_space(spec: ModelSpec, files: dict[str, int]) -> None:
    needed = sum(
        size
        for name, size in files.items()
        if not isinstance(try_to_load_from_cache(spec.source, name, revision=spec.revision), str)
    )
    free = free_bytes(cache_folder())
    if needed > free:
        raise CompareError(
            "{name}: the download needs {needed:,.1f} GB and {cache_folder} has {free:,.1f} GB free.",
            MORE_SPACE,
            name=spec.name,
            needed=needed / GB,
            cache_folder=cache_folder(),
            free=free / GB,
        )


def _remove_leftovers(spec: ModelSpec) -> None:
    """Delete what downloads that were killed left behind: each may be gigabytes that nothing will ever use."""
    blobs = cache_folder() / repo_folder_name(repo_id=spec.source, repo_type="model") / "blobs"
    for path in blobs.glob("*.incomplete"):
        if _LEFTOVER.fullmatch(path.name) and path.stat().st_mtime < time.time() - _LEFTOVER_AFTER_S:
            path.unlink(missing_ok=True)
