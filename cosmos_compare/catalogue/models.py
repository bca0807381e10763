"""The model list: data, never code. Imports the records only.

`data/models.yaml` holds two tables. `families` gives, for each architecture (`model_type` of a checkpoint's
config.json), what its models have in common; `models` gives the entries, each naming its family and what differs.
A user's own file of the same form adds models or overrides them field by field. A family that is `like` another one
has its fields where it names none; checkpoints of an architecture that no family is named after belong to `other`.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cosmos_compare.catalogue import servers
from cosmos_compare.catalogue.checkpoint import NOT_THERE, Trouble, read_json, trouble_of
from cosmos_compare.catalogue.weights import weights_names
from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import Text, clause
from cosmos_compare.paths import MODEL_LIST, ROOT, user_model_list
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.yaml_io import read_mapping

_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
OTHER = "other"
Table = dict[str, dict[str, Any]]


def load_models() -> dict[str, ModelSpec]:
    """All known models by name: the project's list, then the user's."""
    families, models = _tables()
    return {name: _spec(name, entry, families, models) for name, entry in models.items()}


def resolve_models(names: Sequence[str]) -> list[ModelSpec]:
    """Specs for what a person typed: names of the list, `NAME=FOLDER` or `NAME=http://…/v1`."""
    families, models = _tables()
    specs = [_pinned(_resolve(name, families, models)) for name in names]
    if len({spec.name for spec in specs}) < len(specs):
        raise CompareError(
            "Two models have the same name.",
            "Give one of them another name: NAME=FOLDER.",
            field="models",
        )
    return specs


def is_server(spec: ModelSpec) -> bool:
    return spec.server is not None


def accept_unverified(spec: ModelSpec) -> ModelSpec:
    """The same, its servers' answers taken though they can't be verified; each is marked."""
    if spec.server is None:
        return spec
    return spec.model_copy(update={"server": spec.server.model_copy(update={"unverified": True})})


def source_folder(spec: ModelSpec) -> Path | None:
    """The folder of a model that lies on this machine; None for Hub ids and servers."""
    return None if is_server(spec) else folder_of(spec.source)


def folder_of(source: str) -> Path | None:
    """The folder that a source names; None for Hub ids."""
    path = _expanded(source)
    if path.is_absolute():
        return path
    return ROOT / path if (ROOT / path).is_dir() else None


def fingerprint(folder: Path) -> str:
    """A revision for a folder: changes when a config, a tokenizer or the weights change.

    Of each weights file the header and the ends are read, not all the gigabytes.
    """
    digest = hashlib.sha256()
    try:
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            if path.suffix == ".safetensors":
                digest.update(_weights_seen(path))
            elif path.suffix in {".json", ".txt", ".jinja"}:
                digest.update(path.name.encode() + path.read_bytes())
        for name in _weights_below(folder):
            digest.update(name.encode() + _weights_seen(folder / name))
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({reason}).", "Check its permissions.", path=error.filename, reason=error.strerror
        ) from error
    return f"local-{digest.hexdigest()[:12]}"


def _weights_seen(path: Path) -> bytes:
    """What of a weights file goes into a fingerprint: name, size, its first and its last mebibyte."""
    size = path.stat().st_size
    with path.open("rb") as file:
        first = file.read(1 << 20)
        file.seek(-min(1 << 20, size), 2)
        return f"{path.name}:{size}".encode() + first + file.read()


def _weights_below(folder: Path) -> list[str]:
    """Weights in folders below, as the index has them; an index that is none is told when the model is loaded."""
    try:
        names = weights_names(folder)
    except CompareError:
        return []
    return [name for name in names if "/" in name and (folder / name).is_file()]


def _pinned(spec: ModelSpec) -> ModelSpec:
    """The spec with a revision, so that a run says which weights answered: what is not here has none yet, and fails
    when it is loaded."""
    source = spec.server.tokenizer if spec.server else spec.source
    if spec.revision or not source:
        return spec
    folder = folder_of(source)
    revision = _revision_here(source) if folder is None else fingerprint(folder) if folder.is_dir() else None
    return spec.model_copy(update={"revision": revision})


def _revision_here(hub_id: str) -> str | None:
    """The commit of a model of the Hub that was downloaded without a pinned one."""
    from huggingface_hub import try_to_load_from_cache  # takes a quarter of a second, and few need it
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(hub_id, "config.json")
    except HFValidationError:
        return None
    return Path(config).parent.name if isinstance(config, str) else None


def _tables() -> tuple[Table, Table]:
    families, models = _read(MODEL_LIST)
    own = user_model_list()
    if own.exists():
        more_families, more_models = _read(own)
        families = _merge(families, more_families)
        for name in more_models.keys() & models.keys():
            if servers.is_addresses(more_models[name].get("source")):  # the same weights, asked on a server
                more_models[name].setdefault("tokenizer", models[name].get("source", ""))
        models = _merge(models, more_models)
    return families, models


def _read(path: Path) -> tuple[Table, Table]:
    data = read_mapping(path)
    if unknown := set(data) - {"families", "models"}:
        raise CompareError(
            "{name}: unknown key {key!r}.",
            "It has two keys: families and models.",
            name=path.name,
            key=sorted(unknown)[0],
        )
    tables = []
    for key in ("families", "models"):
        table = data.get(key) or {}
        if not isinstance(table, dict) or not all(isinstance(entry, dict) for entry in table.values()):
            raise CompareError(
                "{name}: `{key}` must map names to entries.", "See data/models.yaml.", name=path.name, key=key
            )
        tables.append(table)
    return tables[0], tables[1]


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged


def _spec(name: str, entry: dict[str, Any], families: Table, models: Table) -> ModelSpec:
    servers.refuse_unchecked(name, entry)
    entry = servers.expanded(name, entry, models) if servers.is_served(entry) else dict(entry)
    family = entry.pop("family", None)
    if not isinstance(family, str) or family not in families:
        raise CompareError(
            "Model {name!r}: unknown family {family!r:.60}.",
            "Known families: {families}.",
            name=name,
            family=family,
            families=", ".join(sorted(families)),
        )
    try:
        values = _merge(_family(family, families), entry)
        return ModelSpec.model_validate({"name": name, "label": name, **values})
    except ValidationError as error:
        raise CompareError(
            "Model {name!r}: {why}.", "Fix its entry in the list.", name=name, why=first_problem(error).words
        ) from error


def _family(name: str, families: Table) -> dict[str, Any]:
    """The fields of a family, those of the one that it is like under them."""
    own = dict(families[name])
    like = own.pop("like", None)
    if like is None:
        return own
    if not isinstance(like, str) or "like" in families.get(like, {"like": ""}):
        raise CompareError(
            "Family {name!r}: it can't be like {like!r:.60}.",
            "Name a family that is like no other.",
            name=name,
            like=like,
        )
    return _merge(families[like], own)


def _resolve(text: str, families: Table, models: Table) -> ModelSpec:
    name, equals, source = text.partition("=")
    if "://" in text:
        servers.refuse_secrets(name if equals else "NAME", text)
    if not equals:
        if name not in models:
            raise _not_listed(text, models)
        return _spec(name, models[name], families, models)
    if served := servers.entry_of(name, source, models):
        return _spec(name, served, families, models)
    folder = _expanded(source).resolve()
    trouble = trouble_of(folder)
    if trouble is NOT_THERE and _HUB_ID.fullmatch(source):
        raise CompareError(
            "{name}: {source} is no folder of this machine; it looks like a model's id on the Hub.",
            _from_the_hub(source, models),
            name=name,
            source=source,
            field="models",
        )
    try:
        family = _family_of(read_json(folder / "config.json"), families)
    except CompareError as error:
        what = trouble or Trouble(Text("can't be used: {why}", why=error.message.changed(clause)), error.hint)
        raise CompareError(
            "{name}: {folder} {what}.", what.hint, name=name, folder=folder, what=what.what, field="models"
        ) from error
    # A checkpoint of the list that lies in another place keeps its entry's settings.
    entry = next((e for e in models.values() if source_matches(e, folder)), {"family": family})
    return _spec(name, {**entry, "label": name, "source": str(folder), "revision": None}, families, models)


def _family_of(config: dict[str, Any], families: Table) -> Any:
    """The family of a checkpoint's architecture; `other` for one that sees and that no family is named after."""
    kind = config.get("model_type")
    if isinstance(kind, str) and kind not in families and any("vision" in key for key in config):
        return OTHER
    return kind


def _not_listed(text: str, models: Table) -> CompareError:
    """What somebody typed in place of a name of the list, and what to type."""
    if servers.is_addresses(text):
        return CompareError("{text} has no name.", "Give it one: NAME={text}", text=text, field="models")
    if text.startswith((".", "~")) or Path(text).is_absolute() or trouble_of(Path(text)) is not NOT_THERE:
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(text).absolute().name).strip(".-") or "mine"
        return CompareError(
            "{text} is a folder without a name.", "Give it one: {name}={text}", text=text, name=name, field="models"
        )
    if _HUB_ID.fullmatch(text):
        return CompareError(
            "{text} is a model's id on the Hub, and no name of the list.",
            _from_the_hub(text, models),
            text=text,
            field="models",
        )
    known = Text("Known: {names}. Or give one as NAME=FOLDER.", names=", ".join(map(str, models)))
    return CompareError("No model named {text!r}.", known, text=text, field="models")


def _from_the_hub(hub_id: str, models: Table) -> str:
    """How to use a model of the Hub."""
    if listed := [name for name, entry in models.items() if str(entry.get("source")).casefold() == hub_id.casefold()]:
        return Text("In the list it is called {listed}: use that name.", listed=listed[0])
    name = hub_id.split("/")[1]
    return Text(
        "Download it, then name the folder: hf download {hub_id} --local-dir {name}; then {name}=./{name}",
        hub_id=hub_id,
        name=name,
    )


def _expanded(text: str) -> Path:
    """A path with `~` filled in."""
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise CompareError(
            "{text}: there is no such user on this machine.", "Write the whole path.", text=text
        ) from error


def source_matches(entry: dict[str, Any], folder: Path) -> bool:
    """Whether an entry of the list describes the checkpoint in `folder`."""
    return (ROOT / str(entry.get("source", ""))).resolve() == folder
