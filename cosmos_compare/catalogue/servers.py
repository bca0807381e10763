"""Entries of the model list whose weights are on servers: their addresses, and what is known of the model here.

served:
  like: reason1                  # an entry with the same weights: vision, sampling and tokenizer are its own
  source: [http://a:8001/v1, http://b:8001/v1]
  api_key_env: REASON1_KEY       # the name of a variable, never a key
"""

import re
from typing import Any

from cosmos_compare.errors import CompareError
from cosmos_compare.language import Text
from cosmos_compare.records.served import Server

_GIVEN = re.compile(r"(?:(?P<like>[A-Za-z0-9][A-Za-z0-9._-]*)@)?(?P<addresses>https?://.*)", re.IGNORECASE)
_OF_WEIGHTS_HERE = ("source", "gated", "size_bytes", "label", "note")  # what an entry says of its own weights
_WEB = re.compile(r"\s*https?://", re.IGNORECASE)
FORM = "Write it as http://host:8000/v1; several with commas between."

Entry = dict[str, Any]


def is_addresses(source: object) -> bool:
    """Whether the source of an entry is meant as a server's address, or a list of them."""
    return isinstance(source, list) or (isinstance(source, str) and bool(_WEB.match(source)))


def is_served(entry: Entry) -> bool:
    """Whether an entry is one of servers; `like` stands in no other."""
    return is_addresses(entry.get("source")) or "like" in entry


def refuse_unchecked(name: str, entry: Entry) -> None:
    """Raises `CompareError` for a `server` written out as a run has it: nothing would check the addresses in it."""
    if "server" in entry:
        raise CompareError(
            "Model {name!r}: {why}.",
            "Fix its entry in the list.",
            name=name,
            why=Text("{field}: {why}", field="server", why=Text("is no field of it")),
        )


def refuse_secrets(name: str, text: str) -> None:
    """Raises `CompareError` for an address with more in it than a host, a port and a path: what is before an @ or
    behind a question mark may be a key, so it is in no message."""
    if re.search("[@?#]", text.partition("://")[2] or text):
        raise CompareError(
            "Model {name!r}: its address has more in it than host, port and path.",
            "Keys don't belong into an address: put it into an environment variable, and its name into the entry "
            "of models.yaml as api_key_env.",
            name=name,
            field="models",
        )


def entry_of(name: str, source: str, models: dict[str, Entry]) -> Entry | None:
    """The entry that `NAME=http://…/v1`, or `NAME=ENTRY@http://…/v1`, stands for; None for another kind of source."""
    given = _GIVEN.fullmatch(source.strip())
    if given is None:
        return None
    refuse_secrets(name, source)
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
    addresses = {"source": given["addresses"]}
    if is_addresses(models[like].get("source")):  # an entry of servers, asked at other addresses
        return {**models[like], **addresses}
    return {"like": like, "label": models[like].get("label", like) if like == name else name, **addresses}


def expanded(name: str, entry: Entry, models: dict[str, Entry]) -> Entry:
    """An entry of servers with the fields of a `ModelSpec`: what it takes from another entry, and its `server`."""
    entry = dict(entry)
    like = entry.get("like", "")
    if like:
        entry = {**_shared(name, like, models), **entry}
    server = {key: entry.pop(key) for key in Server.model_fields if key in entry and key != "addresses"}
    addresses = _addresses(name, entry.get("source"))
    if "://" in str(server.get("tokenizer", "")):
        raise CompareError(
            "Model {name!r}: its tokenizer is a folder or a Hub id, and no address.",
            "Name the folder or the Hub id of its checkpoint.",
            name=name,
            field="models",
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


def _addresses(name: str, source: object) -> tuple[str, ...]:
    """The addresses of an entry, each once: a list, or text with commas between."""
    given = [each for each in source if each != ""] if isinstance(source, list) else [source]
    for each in given:
        refuse_secrets(name, str(each))
    single = [part for each in given for part in (each.split(",") if isinstance(each, str) else [each])]
    found = dict.fromkeys(_checked(name, each) for each in single if not isinstance(each, str) or each.strip())
    if not found:
        raise CompareError("Model {name!r}: its source names no address of a server.", FORM, name=name, field="models")
    return tuple(found)


def _checked(name: str, address: object) -> str:
    """An address as it is asked. Raises `CompareError`."""
    from httpx2 import URL, InvalidURL  # takes a while, and lists without servers don't need it

    text = str(address).strip().rstrip("/").removesuffix("/chat/completions")
    try:
        url = URL(text)
    except InvalidURL:
        url = URL("")
    port_fits = url.port is None or 0 < url.port < 1 << 16
    if url.scheme not in {"http", "https"} or not url.host or not port_fits or re.search(r"\s", text):
        raise CompareError(
            "Model {name!r}: {text!r:.200} is no address of a server.", FORM, name=name, text=text, field="models"
        )
    return str(url).rstrip("/") if url.path.strip("/") else f"{str(url).rstrip('/')}/v1"
