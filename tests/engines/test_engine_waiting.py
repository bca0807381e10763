"""Who waits, for a turn or a place, can be stopped, and does not wait for more than it must."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engine_doors import PATIENCE, Asked, Doors, until
from engine_requests import answer, many_requests

from cosmos_compare.engines.local import decode_eager, threads
from cosmos_compare.engines.local.chat_template import Stopped
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.graphs import PREPARING
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.engines.local.turn_lock import TurnLock
from cosmos_compare.records.schema import ModelSpec


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
