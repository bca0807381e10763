"""Which of several addresses a request goes to: where its clip is warm, else where least is under way.

All of it lives in one event loop, so nothing here is locked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cosmos_compare.records.served import host_of

WARM = 64  # clips remembered at each address: about what a server's cache of frames holds
# An address where nobody answered, or which has too much to do, is left alone so long while there are others.
DOWN_S, FULL_S = 5.0, 0.5


@dataclass
class Address:
    """One server: what is under way there, and what was found out about it."""

    url: str
    limit: int
    busy: int = 0
    urgent: int = 0
    taken: int = 0  # requests so far
    rests_until: float = 0.0
    warm: OrderedDict[str, None] = field(default_factory=OrderedDict)
    found: Any = None  # an inspection's outcome, a task while it goes on
    refusal: Exception | None = None

    @property
    def host(self) -> str:
        return host_of(self.url)

    def room(self, patient: bool) -> bool:
        """A patient request waits for its place; one that somebody waits for is only held against its like."""
        return self.busy < self.limit if patient else self.urgent < self.limit

    def remember(self, clip: str) -> None:
        self.warm[clip] = None
        self.warm.move_to_end(clip)
        if len(self.warm) > WARM:
            self.warm.popitem(last=False)

    def failed(self, now: float, *, unreachable: bool) -> None:
        """It gave no whole answer. Where nobody answered, whoever answers next may be another program, and has kept
        nothing."""
        self.rests_until = now + (DOWN_S if unreachable else FULL_S)
        if unreachable:
            self.found = None
            self.warm.clear()


class Addresses:
    """The addresses of one model."""

    def __init__(self, urls: Sequence[str], limit: int) -> None:
        self.all = [Address(url, limit) for url in urls]
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def place(self, clip: str, patient: bool) -> AsyncIterator[Address]:
        """Wait for a place at an address, and hold it."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._best(clip, patient) is not None)
            address = self._best(clip, patient)
            assert address is not None
            address.busy += 1
            address.taken += 1
            address.urgent += not patient
            address.remember(clip)
        try:
            yield address
        finally:
            address.busy -= 1
            address.urgent -= not patient
            async with self._changed:
                self._changed.notify_all()

    def _best(self, clip: str, patient: bool) -> Address | None:
        """The address to take now; None where the request has to wait."""
        now = asyncio.get_running_loop().time()
        usable = [each for each in self.all if each.refusal is None] or self.all
        rested = [each for each in usable if each.rests_until <= now] or usable
        free = [each for each in rested if each.room(patient)]
        return min(free, key=lambda each: (clip not in each.warm, each.busy, each.taken), default=None)
