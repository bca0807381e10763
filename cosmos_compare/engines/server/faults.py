"""What may go wrong between here and a server: worth another try, or final, each with a sentence and the next step."""

from __future__ import annotations

import re
import time
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from cosmos_compare.errors import CompareError
from cosmos_compare.language import N_, Text
from cosmos_compare.records.schema import Failure
from cosmos_compare.records.served import host_of

AGAIN = frozenset({408, 425, 429, 502, 503, 504, 529})  # overload, and what gateways say of one that is not there
REST_S = 60.0  # a server that wants to be left alone for longer is asked after so long all the same
SHOWN = 400  # characters of what a server says
IS_IT_VLLM = N_("Check that the address is that of a vLLM, or of what passes requests on to one.")
_FIELDS = ("mm_processor_kwargs", "media_io_kwargs", "trust-request", "trust_request")


class AgainError(CompareError):
    """The same request may go well in a moment, here or at another address."""

    unreachable = False  # nobody took it
    busy = False  # it has too much to do
    inner = False  # an error of the server's own: a time or two more is enough
    after_s = 0.0  # the server asks to be left alone for so long


class FinalError(CompareError):
    """Another try would end in the same way. `kind` tells such ends apart for programs."""

    def __init__(self, kind: str, message: str, hint: str = "", **blanks: Any) -> None:
        super().__init__(message, hint, **blanks)
        self.kind = kind

    @property
    def failure(self) -> Failure:
        return Failure(type=self.kind, message=self.message, hint=self.hint)


class RefusedError(FinalError):
    """The server can't be shown the same as the local engine, or does not show that it can."""

    def __init__(self, message: str, hint: str = "", **blanks: Any) -> None:
        super().__init__("ServerRefused", message, hint, **blanks)


def of_status(status: int, said: str, address: str, headers: Any = None) -> AgainError | FinalError:
    """What an HTTP status means, or the code of an error in a stream; `said` is the server's own text."""
    blanks: dict[str, Any] = {"host": host_of(address), "status": status, "said": shortened(said)}
    if status in AGAIN or status == 500:
        error = AgainError("{host} answers {status}: {said}", **blanks)
        error.inner, error.busy, error.after_s = status == 500, status != 500, _retry_after(headers)
        return error
    if 300 <= status < 400:
        where = _host_in(str((headers or {}).get("location", "")))
        return FinalError(
            "ServerMoved",
            "{host} sends us on to {where}.",
            "Nothing was sent there. If that is the right server, give its address.",
            where=where,
            **blanks,
        )
    message, hint = _FINAL.get(status, _OTHER)
    if status not in _FINAL and any(field in said for field in _FIELDS):
        hint = _MM_KWARGS
    return FinalError(_KINDS.get(status, "ServerError"), message, hint, **blanks)


_KEY = (
    N_("{host} answers {status}: it wants a key, or another one."),
    N_("Name the environment variable that holds the key as api_key_env in the model's entry, and set it."),
)
_FINAL = {
    401: _KEY,
    403: _KEY,
    404: (
        N_("{host} answers {status}: {said}"),
        N_("Check the address (…/v1), and served_name in the model's entry."),
    ),
    413: (N_("{host} takes no request of this size."), N_("Raise the limit of its gateway, or take fewer frames.")),
}
_KINDS = {401: "ServerKey", 403: "ServerKey", 404: "ServerModel", 413: "TooLarge"}
_OTHER = (N_("{host} answers {status}: {said}"), N_("The log of the server says more."))
_MM_KWARGS = N_(
    "Start it so that it takes the times of frames with a request: vllm serve with --trust-request-mm-kwargs."
)


def told(error: Any, address: str) -> AgainError | FinalError:
    """An error that a server tells though its answer began with HTTP 200."""
    said = error if isinstance(error, dict) else {"message": error}
    text, code, kind = str(said.get("message", "")), str(said.get("code", "")), str(said.get("type", ""))
    if re.fullmatch(r"[45]\d\d", code):
        return of_status(int(code), text, address)
    if re.search(r"bad.?request|invalid.?request", kind, re.IGNORECASE):
        return of_status(400, text, address)
    return AgainError("{host} tells of an error: {said}", host=host_of(address), said=shortened(text))


def lost(host: str, what: str, *, unreachable: bool = False, inner: bool = False) -> AgainError:
    """A connection that broke, or that did not come about; an answer that is not whole."""
    error = AgainError("{host}: {what}", host=host, what=Text(what) if what in _WORDS else shortened(what))
    error.unreachable, error.busy, error.inner = unreachable, what in {NO_BEGIN, NO_END, SILENT}, inner
    return error


NO_BEGIN = N_("it does not begin to answer")
NO_END = N_("it does not end its answer")
ENDED_EARLY = N_("it ended its answer in the middle")
SILENT = N_("it fell silent in the middle of an answer")
ABORTED = N_("it broke its answer off")
PARTS_LOST = N_("fewer or more tokens came than it says that it wrote")
_WORDS = frozenset({NO_BEGIN, NO_END, ENDED_EARLY, SILENT, ABORTED, PARTS_LOST})


def shortened(text: str) -> str:
    """What a server says, in one line of bounded length."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", text).split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def _retry_after(headers: Any) -> float:
    """Seconds that a server wants to be left alone: a number, or until a moment."""
    said = str((headers or {}).get("retry-after", "0"))
    try:
        seconds = float(said)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(said).timestamp() - time.time()
        except (ValueError, OverflowError):
            return 0.0
    return min(max(seconds, 0.0), REST_S) if seconds == seconds else 0.0  # nan is no number


def _host_in(location: str) -> str:
    """Where a redirect leads, without what may be a secret in it."""
    try:
        parts = urlsplit(location)
        where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else parts.path
    except ValueError:
        where = ""
    return shortened(where) or "?"
