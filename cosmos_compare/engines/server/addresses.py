"""Which of several addresses a request goes to: where its clip is warm, else where least is under way.

All of it lives in one event loop, so nothing here is locked.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cosmos_compare.records.served import host_of

WARM = 64  # clips remembered at each address: about what a server's cache of frames holds
# An address where nobody answered, or which has too much to do, is left alone so long while there are others.
DOWN_S, FULL_S = 5.0, 0.5
LONG_AGO_S = 60.0  # an outage that nobody has looked at for so long may be another one by now


@dataclass
class Address:
    """One server: what is under way there, and what was found out about it."""

    url: str
    limit: int
    busy: int = 0
    urgent: int = 0
    taken: int = 0  # requests so far
    failures: int = 0  # one behind the other
    rests_until: float = 0.0
    down_since: float | None = None  # since when nobody is there
    warm: OrderedDict[str, None] = field(default_factory=OrderedDict)
    found: Any = None  # an inspection's outcome, a task while it goes on
    fingerprints: set[str] = field(default_factory=set)  # of the servers behind it that were looked at
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

    def failed(self, now: float, *, unreachable: bool = False, busy: bool = False, after_s: float = 0.0) -> None:
        """It gave no whole answer. It rests where nobody answered (whoever does next may be another program, and has
        kept nothing), where it has too much to do, and behind a second failure; one answer that breaks in a thousand
        is no reason to leave all its slots empty."""
        self.failures += 1
        if not unreachable:
            self.down_since = None
        elif self.down_since is None or now - self.rests_until > LONG_AGO_S:
            self.down_since = now
        rest_s = DOWN_S if unreachable else FULL_S if busy or self.failures > 1 else 0.0
        self.rests_until = now + max(rest_s, after_s)
        if unreachable:
            self.look_anew()
            self.warm.clear()

    def answered(self) -> None:
        """Somebody is there."""
        self.down_since, self.failures = None, 0

    def look_anew(self) -> None:
        """Forget what was found out: the next request begins with an inspection."""
        self.found = None
        self.fingerprints.clear()


class Addresses:
    """The addresses of one model."""

    def __init__(self, urls: Sequence[str], limit: int) -> None:
        self.all = [Address(url, limit) for url in urls]
        # By patience, the longest wait first: a place that becomes free is handed on, so that a thousand who wait are
        # not all woken for it.
        self._waiting: dict[bool, deque[tuple[str, asyncio.Future[Address]]]] = {False: deque(), True: deque()}

    @asynccontextmanager
    async def place(self, clip: str, patient: bool) -> AsyncIterator[Address]:
        """Wait for a place at an address, and hold it."""
        address = await self._taken(clip, patient)
        try:
            yield address
        finally:
            self._give_back(address, patient)

    def down_since(self, now: float) -> float | None:
        """Since when nobody is at any of them; None while one answers, or was not asked just now."""
        since = [each.down_since for each in self.all if each.down_since is not None and each.rests_until > now]
        return max(since) if len(since) == len(self.all) else None

    def rest_s(self, now: float) -> float:
        """Seconds until one of them may be asked again."""
        return max(min(each.rests_until for each in self.all) - now, 0.0)

    async def _taken(self, clip: str, patient: bool) -> Address:
        waiting = self._waiting[patient]
        if not waiting and (address := self._best(clip, patient)):
            self._hold(address, clip, patient)
            return address
        place: asyncio.Future[Address] = asyncio.get_running_loop().create_future()
        waiting.append((clip, place))
        try:
            return await place
        except asyncio.CancelledError:
            if not place.cancelled():  # it was handed over in the same moment
                self._give_back(place.result(), patient)
            raise

    def _hold(self, address: Address, clip: str, patient: bool) -> None:
        address.busy += 1
        address.taken += 1
        address.urgent += not patient
        address.remember(clip)

    def _give_back(self, address: Address, patient: bool) -> None:
        address.busy -= 1
        address.urgent -= not patient
        for kind, waiting in self._waiting.items():
            while waiting:
                clip, place = waiting[0]
                if place.done():  # who waited has left
                    waiting.popleft()
                    continue
                best = self._best(clip, kind)
                if best is None:
                    break
                waiting.popleft()
                self._hold(best, clip, kind)
                place.set_result(best)

    def _best(self, clip: str, patient: bool) -> Address | None:
        """The address to take now; None where the request has to wait."""
        now = asyncio.get_running_loop().time()
        usable = [each for each in self.all if each.refusal is None] or self.all
        rested = [each for each in usable if each.rests_until <= now] or usable
        free = [each for each in rested if each.room(patient)]
        return min(free, key=lambda each: (clip not in each.warm, each.busy, each.taken), default=None)
