"""An answer as it comes, held against what was asked: what a server says of the prompt is compared with ours before its
text is shown."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.server.faults import RefusedError
from cosmos_compare.engines.server.inspection import Inspected
from cosmos_compare.engines.server.stream import Heard
from cosmos_compare.language import Text
from cosmos_compare.records.served import ServedBy, Verified

if TYPE_CHECKING:
    from cosmos_compare.engines.local.prompt_ids import PromptIds


@dataclass(frozen=True)
class ServerRequest:
    """A request ready to be sent. `ours` is the prompt that the server is to have read, where it can be made here."""

    request: Request
    url: str
    clip: str
    ours: PromptIds | None
    prepared_s: float


@dataclass
class AnswerSoFar:
    """How far the last try came. `on_news` gets each piece of text, and None when what came before is void.

    `attempts` counts all tries, `tries` those that came past the inspection of an address. `alive_at` is the last sign
    of life of the present one (its begin, where there was none), and `failing_since` that of the first that failed:
    an answer that was written for a minute and then cut is asked again, though the minute was long.
    """

    on_news: Callable[[str | None], None]
    heard: Heard = field(default_factory=Heard)
    first_at: float | None = None
    company: int = 1
    by: ServedBy | None = None
    tries: int = 0
    attempts: int = 0
    alive_at: float = 0.0
    failing_since: float | None = None
    inner_errors: int = 0

    def begin(self, company: int) -> None:
        if self.tries:
            self.on_news(None)
        self.heard, self.first_at, self.company = Heard(), None, company
        self.tries += 1


class Checked:
    """Called for each event of an answer. Raises `RefusedError` where it is not to what was asked."""

    def __init__(self, asked: ServerRequest, told: AnswerSoFar, found: Inspected, unverified: bool) -> None:
        self.asked, self.told, self.found, self.unverified = asked, told, found, unverified
        self.verified: Verified = "no"
        self.doubt = found.doubt

    def __call__(self, heard: Heard, new: str) -> None:
        self.told.heard, self.told.alive_at = heard, time.monotonic()
        if heard.model and heard.model != self.found.served_name and not self.doubt:
            self._doubt(
                Text(
                    "The answer is of the model {theirs!r:.100}, and {ours!r} was asked.",
                    theirs=heard.model,
                    ours=self.found.served_name,
                ),
                "Check what is behind the address.",
            )
        if self.verified == "no" and self.asked.ours and not self.doubt:
            self._compare(heard, self.asked.ours)
        if new or heard.ids:
            self.told.first_at = self.told.first_at or time.perf_counter()
            self.told.on_news(new)

    def _compare(self, heard: Heard, ours: PromptIds) -> None:
        if heard.prompt_ids is not None:
            same, self.verified = heard.prompt_ids == ours.ids, "ids"
        elif heard.prompt_tokens is not None:
            same, self.verified = heard.prompt_tokens == len(ours.ids), "count"
        else:
            return
        if same:
            return
        theirs = len(heard.prompt_ids) if heard.prompt_ids is not None else heard.prompt_tokens
        self._doubt(
            Text(
                "The server read another prompt than the one that was meant: {theirs:,} tokens, and ours has {ours:,}.",
                theirs=theirs,
                ours=len(ours.ids),
            ),
            "The frames, or their times, did not reach it as they were sent.",
        )

    def _doubt(self, why: str, hint: str) -> None:
        """The answer is not to what was asked: refused, or marked where that is wanted."""
        if not self.unverified:
            raise RefusedError(why, hint)
        self.doubt = why

    def served_by(self, begun: ServedBy, doubt: str) -> ServedBy:
        """What the run says of it."""
        heard = self.told.heard
        verified: Verified = "no" if self.doubt else self.verified
        reason = self.doubt or doubt or "the server does not say what it read"
        return begun.model_copy(
            update={
                "fingerprint": heard.fingerprint,
                "cached_tokens": heard.cached_tokens,
                "verified": verified,
                "doubt": "" if verified != "no" else reason,
            }
        )
