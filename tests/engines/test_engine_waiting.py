"""Who waits, for a turn, a place or memory, can be stopped, and does not wait longer than it must."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_requests import answer, many_requests

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local import decode_eager, memory, threads
from cosmos_compare.engines.local.chat_template import Stopped
from cosmos_compare.engines.local.decode_eager import FRAMES_BYTES, EagerDecoder, padded_rows, slots_for
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.graphs import PREPARING
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory_queue import MemoryQueue
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.engines.local.turn_lock import TurnLock
from cosmos_compare.records.schema import Answer, ModelSpec

PATIENCE = 30  # seconds, of tests that would otherwise hang


@pytest.fixture
def engine(specs: dict[str, ModelSpec]) -> Iterator[LocalEngine]:
    spec = specs["reason2-tiny"]
    engine = LocalEngine(spec, Path(spec.source))
    yield engine
    engine.close()


class Doors(EagerDecoder):
    """The engine's own decoder with a door before each step, and keys and values for `room` answers at most."""

    def __init__(self, decoder: Any, *, room: int = 64) -> None:
        vars(self).update(vars(decoder))
        self.room = room
        self.open = threading.Event()
        self.open.set()
        self.companies: list[list[Request]] = []

    def prefill(self, prompt: Any) -> Any:
        if self._held >= self.room:
            raise torch.OutOfMemoryError("out of memory")
        return super().prefill(prompt)

    def launch(self, sequences: list[Sequence]) -> list[int]:
        assert self.open.wait(PATIENCE)
        self.companies.append([sequence.prompt.request for sequence in sequences])
        return super().launch(sequences)


def until(truth: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not truth():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Asked:
    """A request in a thread of its own that can be stopped."""

    def __init__(self, engine: LocalEngine, request: Request) -> None:
        self.stop = threading.Event()
        self.texts: list[str] = []
        self.states: list[str] = []
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(
            engine.answer, request, self.texts.append, self.states.append, self.stop.is_set
        )

    def result(self) -> Answer:
        with self._pool:
            return self._future.result(PATIENCE)


def test_a_stop_reaches_an_answer_that_waits_for_a_place(engine: LocalEngine) -> None:
    """While the steps of others stand still."""
    doors = Doors(engine.eager.decoder)
    engine.eager = Scheduler(doors)
    engine.eager.room = 1
    first, second = many_requests(engine.spec, 2)
    expected = answer(engine, first).raw
    doors.open.clear()
    running = Asked(engine, first)
    until(lambda: len(engine.eager._running) == 1)
    waiting = Asked(engine, second)
    until(lambda: engine.eager._waiting)
    waiting.stop.set()
    assert (waiting.result().finish, waiting.result().new_tokens) == ("cancelled", 0)
    doors.open.set()
    assert running.result().raw == expected
    engine.eager.wait_until_idle()
    assert doors._held == 0, "its keys and values are given back"


def test_a_stop_reaches_an_answer_that_waits_to_look(engine: LocalEngine) -> None:
    with engine._reading.take(False, lambda: False):
        waiting = Asked(engine, many_requests(engine.spec, 1)[0])
        until(lambda: waiting.states)
        waiting.stop.set()
        assert waiting.result().finish == "cancelled"
    assert answer(engine, many_requests(engine.spec, 1)[0]).finish != "cancelled"


@pytest.mark.parametrize("broken", ["looking", "writing", "text"])
def test_a_reader_that_breaks_anywhere_leaves_no_keys_and_values_behind(engine: LocalEngine, broken: str) -> None:
    def heard(what: str) -> None:
        if broken in (what, "text" if what not in ("looking", "writing") else ""):
            raise ZeroDivisionError

    request = many_requests(engine.spec, 1)[0]
    with pytest.raises(ZeroDivisionError):
        engine.answer(request, heard, heard, lambda: False)
    engine.eager.wait_until_idle()
    assert engine.eager.decoder._held == 0  # type: ignore[attr-defined]
    assert answer(engine, request).raw


def test_a_turn_that_nobody_wants_any_more_lets_the_patient_go_on() -> None:
    lock, order = TurnLock(), []

    def patient() -> None:
        with lock.take(True, lambda: False):
            order.append("patient")

    with lock.take(False, lambda: False):
        late = threading.Thread(target=patient)
        late.start()
        assert not lock.wanted
        with pytest.raises(Stopped), lock.take(False, lambda: lock.wanted):
            order.append("never")
    late.join(PATIENCE)
    assert order == ["patient"]


def test_a_stop_reaches_an_answer_that_waits_for_memory(engine: LocalEngine) -> None:
    """It was stopped, not short of memory."""
    doors = Doors(engine.eager.decoder, room=1)
    engine.eager = Scheduler(doors)
    first, second = many_requests(engine.spec, 2)
    expected = [answer(engine, request).raw for request in (first, second)]
    doors.open.clear()
    running = Asked(engine, first)
    until(lambda: engine.eager._running)
    waiting = Asked(engine, second)
    until(lambda: engine._memory.waiting)
    assert "1 waiting for another answer to end" in engine.note
    waiting.stop.set()
    assert (waiting.result().finish, waiting.result().error) == ("cancelled", None)
    assert engine.note == ""
    doors.open.set()
    assert running.result().raw == expected[0]
    assert answer(engine, second).raw == expected[1]


def test_all_get_their_turn_where_memory_holds_few(engine: LocalEngine) -> None:
    """None fails for lack of memory that another one is about to give back."""
    requests = many_requests(engine.spec, 7, tokens=8)
    expected = [answer(engine, request).raw for request in requests]
    engine.eager = Scheduler(Doors(engine.eager.decoder, room=2))
    with ThreadPoolExecutor(7) as pool:
        assert [each.raw for each in pool.map(lambda request: answer(engine, request), requests)] == expected


def test_somebody_who_waits_gets_the_memory_of_a_patient_one_which_comes_to_the_same_text(engine: LocalEngine) -> None:
    """Not once the batch's answer has ended: at the next step."""
    requests = many_requests(engine.spec, 3, tokens=40)
    batch, now = [replace(each, patient=True) for each in requests[:2]], requests[2]
    expected = [answer(engine, request).raw for request in [*batch, now]]
    doors = Doors(engine.eager.decoder, room=2)
    engine.eager = Scheduler(doors)
    doors.open.clear()
    patient = [Asked(engine, request) for request in batch]
    until(lambda: len(engine.eager._running) + len(engine.eager._waiting) == 2)
    urgent = Asked(engine, now)
    until(lambda: engine._memory.waiting)
    doors.open.set()
    assert urgent.result().raw == expected[2]
    assert [each.result().raw for each in patient] == expected[:2]
    assert sorted(each.states.count("looking") for each in patient) == [1, 2], "one was started again"


def test_beside_a_batch_somebody_who_waits_has_steps_of_few(engine: LocalEngine) -> None:
    """Each answer more makes a step on a processor slower: those of the batch pause meanwhile."""
    requests = many_requests(engine.spec, 8, tokens=30)
    batch, now = [replace(each, patient=True) for each in requests[:7]], requests[7]
    expected = [answer(engine, request).raw for request in [*batch, now]]
    doors = Doors(engine.eager.decoder)
    engine.eager = Scheduler(doors)
    doors.open.clear()
    patient = [Asked(engine, request) for request in batch]
    until(lambda: len(engine.eager._running) + len(engine.eager._waiting) == 7)
    urgent = Asked(engine, now)
    until(lambda: len(engine.eager._running) + len(engine.eager._waiting) == 8)
    doors.open.set()
    assert urgent.result().raw == expected[7]
    assert [each.result().raw for each in patient] == expected[:7]
    beside = {len(company) for company in doors.companies if any(request is now for request in company)}
    assert beside == {4}


def test_an_answer_alone_that_lacks_memory_fails_at_once(engine: LocalEngine) -> None:
    engine.eager = Scheduler(Doors(engine.eager.decoder, room=0))
    failed = answer(engine, many_requests(engine.spec, 1)[0])
    assert failed.error and failed.error.type == "OutOfMemory"


def test_whoever_waits_for_memory_tries_when_others_end_and_the_urgent_first() -> None:
    waits, log, ends = MemoryQueue(), [], threading.Event()

    def ask(name: str, patient: bool) -> None:
        with waits.answering():
            assert waits.wait(patient, lambda: False)
            log.append(name)
            ends.wait(PATIENCE)

    with ThreadPoolExecutor(2) as pool:
        with waits.answering() as alone:
            assert alone
            pool.submit(ask, "patient", True)
            until(lambda: waits.waiting == 1)
            pool.submit(ask, "urgent", False)
            until(lambda: waits.waiting == 2)
        until(lambda: log)
        assert (log, waits.waiting) == (["urgent"], 1), "one for each that ends"
        ends.set()
    assert log == ["urgent", "patient"]
    with waits.answering():
        assert not waits.wait(False, lambda: False), "nobody is there who could give memory back"


def test_keys_and_values_are_taken_while_there_is_room(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without memory ends the program: another answer waits before it comes to that."""
    requests = many_requests(engine.spec, 5)
    expected = [answer(engine, request).raw for request in requests]
    monkeypatch.setattr(memory, "room_on", lambda device: decode_eager.SPARE_BYTES)
    with ThreadPoolExecutor(5) as pool:
        together = list(pool.map(lambda request: answer(engine, request), requests))
    assert [each.raw for each in together] == expected
    assert {each.answers_at_once for each in together} == {1}
    engine.eager.wait_until_idle()
    assert engine.eager.decoder._held == 0  # type: ignore[attr-defined]


def test_buffers_that_grow_in_company_need_room_too(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_eager, "SPARE_TOKENS", 4)
    requests = many_requests(engine.spec, 4, tokens=30)
    expected = [answer(engine, request).raw for request in requests]
    decoder = engine.eager.decoder
    assert isinstance(decoder, EagerDecoder)
    sequences = [Sequence(engine.prefix_cache.tokenize(each), (), None) for each in requests]
    for each in sequences:
        each.state, _ = decoder.prefill(each.prompt)
    monkeypatch.setattr(memory, "room_on", lambda device: 0)
    steps = iter(lambda: decoder.launch(sequences), None)
    with pytest.raises(torch.OutOfMemoryError):
        list(itertools.islice(steps, 8))
    for each in sequences:
        decoder.leave(each)
    together = [answer(engine, request).raw for request in requests]
    assert together == expected, "alone each may try"


@pytest.mark.parametrize(
    ("room", "token_bytes", "slots"),
    [
        (1 << 62, 2000, 64),
        (0, 2000, 1),
        (16_000_000_000, 229_376, 7),
        (2 * 20 * (4096 * 1000 + FRAMES_BYTES), 1000, 20),
    ],
)
def test_memory_decides_how_many_are_written_at_once(room: int, token_bytes: int, slots: int) -> None:
    """229,376 bytes are those of Reason2 in float32."""
    assert slots_for(room, token_bytes) == slots
    assert [padded_rows(count) for count in (1, 4, 5, 16, 17, 33, 64)] == [4, 4, 8, 16, 24, 48, 64]


def test_the_engine_takes_as_many_as_memory_allows(
    specs: dict[str, ModelSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = specs["reason2-tiny"]
    for room, slots in ((1 << 40, 64), (1_000_000_000, 7)):
        monkeypatch.setattr(memory, "room_on", lambda device, room=room: room)
        engine = LocalEngine(spec, Path(spec.source))
        assert engine.capacity == slots
        engine.close()


def test_a_graph_that_fails_in_the_middle_makes_the_text_so_far_void(engine: LocalEngine) -> None:
    """The slower path has other last bits, so what was read of the answer is begun anew, and says so."""
    request = many_requests(engine.spec, 1)[0]
    expected = answer(engine, request).raw

    class Breaks(Doors):
        def launch(self, sequences: list[Sequence]) -> list[int]:
            if sequences[0].count == 5:
                raise RuntimeError("a broken graph")
            return super().launch(sequences)

    class Graphs:
        note = PREPARING

        def __init__(self, scheduler: Scheduler) -> None:
            self.scheduler: Scheduler | None = scheduler

        def give_up(self, why: str) -> None:
            self.scheduler, self.note = None, why

        def close(self) -> None: ...

    engine.graphs = Graphs(Scheduler(Breaks(engine.eager.decoder)))  # type: ignore[assignment]
    asked = Asked(engine, request)
    result = asked.result()
    assert (result.raw, result.path) == (expected, "eager")
    assert "a broken graph" in result.path_note
    assert asked.states == ["looking", "writing", "again", "looking", "writing"]
    engine.graphs = None


def test_one_models_threads_are_not_those_of_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new thread of torch begins with what was set last, wherever that was."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    class Model:
        def __init__(self, weights: int) -> None:
            self.weights = weights

        def parameters(self) -> list[Any]:
            return [torch.empty(self.weights, device="meta")]

    found: list[int] = []

    def small_then_large() -> None:
        torch.set_num_threads(threads.for_model(Model(6_000_000)))
        later = threading.Thread(target=lambda: found.append(threads.for_model(Model(2_000_000_000))))
        later.start()
        later.join()

    monkeypatch.setattr(threads, "ALL", 7)
    before = torch.get_num_threads()
    thread = threading.Thread(target=small_then_large)
    thread.start()
    thread.join()
    torch.set_num_threads(before)
    assert found == [7]


def test_products_are_tried_with_the_threads_that_steps_take(
    specs: dict[str, ModelSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another number of threads may add up in another order."""
    seen: list[int] = []
    monkeypatch.setattr(threads, "for_model", lambda model: 3)
    monkeypatch.setattr(decode_eager, "rows_are_independent", lambda *args: seen.append(torch.get_num_threads()))
    spec = specs["reason2-tiny"]
    before = torch.get_num_threads()
    LocalEngine(spec, Path(spec.source)).close()
    torch.set_num_threads(before)
    assert seen == [3]
