"""Models behind servers: where they are asked, and what a run says of the one that answered. Imports records only."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cosmos_compare.language import N_
from cosmos_compare.records.base import Count, FilePath, Line, Record, Size

Verified = Literal["ids", "count", "no"]


def _names_a_variable(name: str) -> str:
    """Whoever takes the field for the key itself is told so, and the key is not repeated."""
    if name and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,199}", name):
        raise ValueError(N_("it is to be the name of an environment variable that holds the key, never the key"))
    return name


class Server(Record):
    """How a model is asked over the network: an OpenAI-compatible endpoint at one or several addresses.

    What stands here is an entry of the model list, with no key in it: `api_key_env` names the variable that holds it.
    In a run only `like`, `served_name` and `unverified` are kept.
    """

    addresses: tuple[Line, ...] = Field(default=(), description="http(s)://host:port/v1 of each server")
    like: Line = Field(default="", description="the entry of the list whose weights are served")
    tokenizer: FilePath = Field(
        default="", description="Hub id or folder of the small files that the prompt is counted with"
    )
    served_name: Line = Field(default="", description="what the servers call the model, where that is another name")
    api_key_env: Annotated[str, AfterValidator(_names_a_variable)] = Field(
        default="", description="the environment variable that holds the key"
    )
    # Strict: `true` would be one request, and one second.
    max_parallel: Size = Field(
        default=32, strict=True, le=10_000, description="requests under way at each address, at most"
    )
    verify: FilePath = Field(default="", description="a file of certificates to trust beside the system's")
    unverified: bool = Field(
        default=False, strict=True, description="take answers that could not be shown to be to our request"
    )
    connect_s: float = Field(default=5.0, strict=True, gt=0, le=3600, description="seconds to wait for a connection")
    first_token_s: float = Field(
        default=300.0, strict=True, gt=0, le=86_400, description="seconds to wait for the first token"
    )
    silence_s: float = Field(
        default=60.0, strict=True, gt=0, le=86_400, description="seconds of silence between two tokens"
    )

    @property
    def places(self) -> int:
        """How many requests may be under way at once."""
        return self.max_parallel * len(self.addresses)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host and port of each address, which is all that a run says of them."""
        return tuple(host_of(address) for address in self.addresses)


class ServedBy(Record):
    """What a run says of the server that answered. The times of such an answer are those of this program, with the
    network in them."""

    address: Line = Field(description="host and port")
    served_name: Line = Field(description="what the server calls the model")
    version: Line = Field(default="", description="of the server's program, where it says so")
    fingerprint: Line = Field(default="", description="`system_fingerprint`, where the server gives one")
    cached_tokens: Count | None = Field(default=None, description="of the prompt, those the server had kept")
    verified: Verified = Field(
        description="that the prompt was ours: by the ids of its tokens, by their count, or not at all"
    )
    doubt: str = Field(default="", description="why it is not verified")
    clock_read: bool | None = Field(
        default=None, description="whether the server was seen to read the frames' times; none where tokens tell them"
    )
    tries: Count = Field(default=1, description="how often it was asked until it answered whole")


def host_of(address: str) -> str:
    """Host and port of an address."""
    return address.split("://", 1)[-1].split("/", 1)[0]
