"""Which address is asked, who waits for it, and how long: without a server, in a loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from cosmos_compare.engines.server.addresses import DOWN_S, LONG_AGO_S, Addresses


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 10))


def urls(number: int) -> list[str]:
    return [f"http://{n}:8000/v1" for n in range(number)]


def test_a_place_that_becomes_free_goes_to_who_waited_longest() -> None:
    async def work() -> None:
        addresses, order = Addresses(urls(2), 1), list[int]()

        async def ask(number: int) -> None:
            async with addresses.place(str(number), patient=True):
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(ask(number) for number in range(50)))
        assert order == list(range(50)) and [each.busy for each in addresses.all] == [0, 0]
        assert min(each.taken for each in addresses.all) > 15

    run(work())


def test_who_waits_is_woken_for_a_place_of_its_own_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand who wait cost each place that becomes free a look or two, not a thousand."""

    async def work() -> None:
        addresses, looks = Addresses(urls(4), 2), 0
        best = addresses._best

        def counted(clip: str, patient: bool) -> Any:
            nonlocal looks
            looks += 1
            return best(clip, patient)

        monkeypatch.setattr(addresses, "_best", counted)

        async def ask(number: int) -> None:
            async with addresses.place(str(number), patient=True):
                await asyncio.sleep(0)

        await asyncio.gather(*(ask(number) for number in range(1000)))
        assert looks < 4000

    run(work())


def test_who_leaves_while_waiting_keeps_no_place() -> None:
    async def work() -> None:
        addresses, held = Addresses(urls(1), 1), asyncio.Event()

        async def hold() -> None:
            async with addresses.place("a", patient=True):
                await held.wait()

        first, second, third, fourth = (asyncio.ensure_future(hold()) for _ in range(4))
        await asyncio.sleep(0)
        second.cancel()  # while it waits
        await asyncio.sleep(0)
        first.cancel()  # its place is handed to the third, which leaves before it takes it
        await asyncio.gather(first, return_exceptions=True)
        third.cancel()
        await asyncio.gather(second, third, return_exceptions=True)
        await asyncio.sleep(0)
        assert addresses.all[0].busy == 1 and not fourth.done()
        held.set()
        await fourth
        assert addresses.all[0].busy == 0

    run(work())


def test_somebody_who_waits_in_person_goes_before_the_patient() -> None:
    async def work() -> None:
        addresses, order = Addresses(urls(1), 1), list[str]()

        async def ask(name: str, patient: bool) -> None:
            async with addresses.place(name, patient):
                order.append(name)
                await asyncio.sleep(0)

        tasks = [asyncio.ensure_future(ask(name, name.startswith("p"))) for name in ("u1", "p1", "p2", "u2")]
        await asyncio.gather(*tasks)
        assert order[:2] == ["u1", "u2"]

    run(work())


def test_since_when_nobody_is_there() -> None:
    async def work() -> None:
        addresses = Addresses(urls(2), 1)
        one, other = addresses.all
        one.failed(100.0, unreachable=True)
        assert addresses.down_since(101.0) is None  # the other was not asked
        other.failed(102.0, unreachable=True)
        assert addresses.down_since(103.0) == 102.0
        one.failed(106.0, unreachable=True)
        assert addresses.down_since(106.5) == 102.0
        assert addresses.down_since(102.0 + DOWN_S) is None  # the other may be back
        other.failed(108.0, unreachable=False)  # it is
        assert addresses.down_since(108.1) is None
        one.failed(200.0 + LONG_AGO_S, unreachable=True)
        other.failed(200.0 + LONG_AGO_S, unreachable=True)
        assert addresses.down_since(201.0 + LONG_AGO_S) == 200.0 + LONG_AGO_S  # another outage

    run(work())


def test_one_answer_that_breaks_leaves_no_slot_empty_and_a_second_one_does() -> None:
    async def work() -> None:
        (only,) = Addresses(urls(1), 4).all
        only.failed(100.0)
        assert only.rests_until <= 100.0
        only.failed(101.0)
        assert only.rests_until > 101.0
        only.answered()
        only.failed(103.0)
        assert only.rests_until <= 103.0
        only.failed(104.0, busy=True)
        assert only.rests_until > 104.0

    run(work())


def test_an_address_that_wants_to_be_left_alone_is_while_there_are_others() -> None:
    async def work() -> None:
        addresses = Addresses(urls(2), 4)
        now = asyncio.get_running_loop().time()
        addresses.all[0].failed(now, unreachable=False, after_s=50)
        for number in range(4):
            async with addresses.place(str(number), patient=True) as address:
                assert address is addresses.all[1]
        assert addresses.rest_s(now) == 0
        addresses.all[1].failed(now, unreachable=False, after_s=20)
        assert addresses.rest_s(now) == pytest.approx(20)

    run(work())
