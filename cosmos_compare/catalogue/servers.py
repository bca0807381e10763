"""Entries of the model list whose weights are on servers: their addresses, and what is known of the model here.

served:
  like: reason1                  # an entry with the same weights: vision, sampling and tokenizer are its own
  source: [http://a:8001/v1, http://b:8001/v1]
  api_key_env: REASON1_KEY       # the name of a variable, never a key
"""

import re
from typing import Any
from urllib.parse import urlsplit

from cosmos_compare.errors import CompareError
from cosmos_compare.records.served import Server

_GIVEN = re.compile(r"(?:(?P<like>[A-Za-z0-9][A-Za-z0-9._-]*)@)?(?P<addresses>https?://.*)", re.IGNORECASE)
_OF_WEIGHTS_HERE = ("source", "gated", "size_bytes", "label", "note")  # what an entry says of its own weights
FORM = "Write it as http://host:8000/v1; several with commas between."

Entry = dict[str, Any]


def is_addresses(source: object) -> bool:
    """Whether the source of an entry is a server's address, or a list of them."""
    first = source[0] if isinstance(source, list) and source else source
    return isinstance(first, str) and first.casefold().startswith(("http://", "https://"))


def entry_of(name: str, source: str, models: dict[str, Entry]) -> Entry | None:
    """The entry that `NAME=http://…/v1`, or `NAME=ENTRY@http://…/v1`, stands for; None for another kind of source."""
    given = _GIVEN.fullmatch(source.strip())
    if given is None:
        return None
    like = given["like"] or name
    if like not in models:
        raise CompareError(
            "{name}: which model is behind {source:.200}?",
            "Say which entry of the list has its weights: {name}=reason1@{source:.200}; or write an entry into "
            "models.yaml. The list: cosmos-compare models.",
            name=name,
            source=source,
            field="models",
        )
    addresses = {"source": given["addresses"].split(",")}
    if is_addresses(models[like].get("source")):  # an entry of servers, asked at other addresses
        return {**models[like], **addresses}
    return {"like": like, "label": models[like].get("label", like) if like == name else name, **addresses}


def expanded(name: str, entry: Entry, models: dict[str, Entry]) -> Entry:
    """An entry of servers with the fields of a `ModelSpec`: what it takes from another entry, and its `server`."""
    entry = dict(entry)
    like = entry.get("like", "")
    if like:
        entry = {**_shared(name, like, models), **entry}
    server = {key: entry.pop(key) for key in Server.model_fields if key in entry}
    source = entry["source"]
    addresses = tuple(
        dict.fromkeys(_checked(name, each) for each in (source if isinstance(source, list) else [source]))
    )
    for key in ("gated", "size_bytes"):  # of weights that lie elsewhere
        entry.pop(key, None)
    return entry | {"source": ",".join(addresses), "server": server | {"addresses": addresses}}


def _shared(name: str, like: object, models: dict[str, Entry]) -> Entry:
    """What an entry has in common with the one whose weights it serves."""
    other = models.get(like) if isinstance(like, str) else None
    if other is None or is_addresses(other.get("source")):
        raise CompareError(
            "Model {name!r}: like names {like!r:.60}, which is no entry with weights.",
            "Name an entry of the list that has a folder or a Hub id.",
            name=name,
            like=like,
            field="models",
        )
    shared = {key: value for key, value in other.items() if key not in _OF_WEIGHTS_HERE}
    return shared | {"tokenizer": other["source"]}


def _checked(name: str, address: object) -> str:
    """An address without what does not belong in it. Raises `CompareError`."""
    text = str(address).strip().rstrip("/").removesuffix("/chat/completions")
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in {"http", "https"} or not host or re.search(r"[\s\x00-\x1f]", text):
        raise CompareError(
            "Model {name!r}: {text!r:.200} is no address of a server.", FORM, name=name, text=text, field="models"
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise CompareError(
            "Model {name!r}: the address of {host} has more in it than host, port and path.",
            "Keys don't belong into an address: put it into an environment variable, and its name into the entry "
            "of models.yaml as api_key_env.",
            name=name,
            host=host,
            field="models",
        )
    return text if parts.path else f"{text}/v1"
