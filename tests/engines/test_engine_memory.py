"""Where memory is short fewer answers run at once: none fails for what another will give back, none goes wrong."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from engine_doors import PATIENCE, Asked, Doors, until
from engine_requests import answer, many_requests

from cosmos_compare.engines.local import decode_eager, memory
from cosmos_compare.engines.local.decode_eager import FRAMES_BYTES, EagerDecoder, padded_rows, slots_for
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.memory_queue import MemoryQueue
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.records.schema import ModelSpec


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


def test_steps_that_fail_for_another_reason_say_so(engine: LocalEngine) -> None:
    class Breaks(Doors):
        def launch(self, sequences: list[Sequence]) -> list[int]:
            if len(sequences) > 2:
                raise RuntimeError("three are a crowd")
            return super().launch(sequences)

    requests = many_requests(engine.spec, 5, patient=True)
    expected = [answer(engine, request).raw for request in requests]
    doors = Breaks(engine.eager.decoder)
    engine.eager = Scheduler(doors)
    doors.open.clear()
    asked = [Asked(engine, request) for request in requests]
    until(lambda: len(engine.eager._running) + len(engine.eager._waiting) == 5)
    doors.open.set()
    assert [each.result().raw for each in asked] == expected
    assert "three are a crowd" in engine.note and "Memory" not in engine.note


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
