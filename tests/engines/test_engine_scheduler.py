"""Many answers in the same steps: none depends on its company, and what happens to one is its own affair."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from engine_requests import NAMES, answer, make_request, many_requests

from cosmos_compare.engines.base import Request
from cosmos_compare.engines.local.background import Background
from cosmos_compare.engines.local.decode_eager import EagerDecoder
from cosmos_compare.engines.local.engine import LocalEngine
from cosmos_compare.engines.local.libraries import torch
from cosmos_compare.engines.local.scheduler import Scheduler
from cosmos_compare.engines.local.sequence import Sequence
from cosmos_compare.records.schema import Answer, ModelSpec, Sampling

CLIP = [0.0, 0.5, 1.0, 1.5]


@pytest.fixture(params=NAMES)
def engine(request: pytest.FixtureRequest, specs: dict[str, ModelSpec]) -> Iterator[LocalEngine]:
    spec = specs[request.param]
    engine = LocalEngine(spec, Path(spec.source))
    yield engine
    engine.close()


def all_at_once(engine: LocalEngine, requests: list[Request]) -> list[Answer]:
    with ThreadPoolExecutor(len(requests)) as threads:
        return list(threads.map(lambda request: answer(engine, request), requests))


def test_texts_are_those_of_answers_alone(engine: LocalEngine) -> None:
    requests = many_requests(engine.spec, 13)
    alone = [answer(engine, request) for request in requests]
    together = all_at_once(engine, requests)
    assert [each.raw for each in together] == [each.raw for each in alone]
    assert [each.finish for each in together] == [each.finish for each in alone]
    assert max(each.answers_at_once for each in together) > 4, "they should have met"
    assert all(each.answers_at_once == 1 for each in alone)


@torch.inference_mode()
@pytest.mark.parametrize("company", [*range(1, 16), 23, 38, 63])
def test_logits_are_equal_bit_by_bit_in_every_company(engines: dict[str, LocalEngine], company: int) -> None:
    """Of one sequence alone, and in a random place among so many others; its prefix fresh, and then kept."""
    for engine in (engines["reason1-tiny"], engines["reason2-tiny"]):
        decoder = engine.eager.decoder
        assert isinstance(decoder, EagerDecoder)
        first, *others = many_requests(engine.spec, company + 1)
        engine.kept.clear()
        alone = logits_of(engine, decoder, [first], 0)
        place = random.Random(company).randrange(company + 1)
        beside = logits_of(engine, decoder, [*others[:place], first, *others[place:]], place)
        assert torch.equal(alone, beside), f"{engine.spec.name} beside {company}"


def logits_of(engine: LocalEngine, decoder: EagerDecoder, requests: list[Request], place: int) -> torch.Tensor:
    """The logits of eight steps of one of the requests, (8, vocabulary)."""
    sequences = []
    for request in requests:
        prompt = engine.prefix_cache.tokenize(request)
        sequences.append(Sequence(prompt, engine.end_ids, decoder.prefill(prompt)[0]))
    seen = []
    for _ in range(8):
        decoder.launch(sequences)
        seen.append(sequences[place].state.logits.clone())
    return torch.cat(seen)


def test_where_rows_are_not_independent_answers_step_alone(engine: LocalEngine) -> None:
    """Another processor's library may add up in another order for other numbers of rows."""
    decoder = engine.eager.decoder
    assert isinstance(decoder, EagerDecoder)
    requests = many_requests(engine.spec, 6)
    decoder.together = False
    alone = [answer(engine, request).raw for request in requests]
    assert [each.raw for each in all_at_once(engine, requests)] == alone


@pytest.mark.timeout(60)
def test_a_thread_that_cant_be_had_costs_one_answer(engine: LocalEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory is short no thread can be started; the next answer finds nothing in its way."""
    request = many_requests(engine.spec, 1)[0]
    before = answer(engine, request)

    def no_room(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as short:
        short.setattr(Background, "start", no_room)
        failed = answer(engine, request)
    assert failed.error and (failed.finish, failed.error.type) == ("error", "OutOfMemory")
    assert answer(engine, request).raw == before.raw


class Gate:
    """A reader that stops a request at a chosen moment, and hears what happens."""

    def __init__(self, engine: LocalEngine, request: Request, after: int) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.pieces: list[str] = []
        self.after = after
        self.states: list[str] = []
        self.answer: Answer | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(engine, request))
        self._thread.start()

    def _run(self, engine: LocalEngine, request: Request) -> None:
        try:
            self.answer = engine.answer(request, self._text, self.states.append, lambda: False)
        except ZeroDivisionError as error:
            self.error = error

    def _text(self, piece: str) -> None:
        self.pieces.append(piece)
        if len(self.pieces) == self.after:
            self.reached.set()
            assert self.go.wait(30)

    def join(self) -> None:
        self.go.set()
        self._thread.join(60)
        assert not self._thread.is_alive()


def test_who_waits_gets_the_place_of_a_patient_one_which_starts_again(engine: LocalEngine) -> None:
    """And comes to the same text, which nobody hears twice."""
    decoder = Slow(engine.eager.decoder, slots=2)
    engine.eager = Scheduler(decoder)
    patient = many_requests(engine.spec, 2, tokens=40, patient=True)
    expected = [answer(engine, request).raw for request in patient]
    urgent = make_request(engine.spec, CLIP, question="Now?", sampling=Sampling(max_new_tokens=3))
    decoder.hold()
    batch = [Gate(engine, request, after=10_000) for request in patient]
    decoder.wait_for_company(2)
    waited = Gate(engine, urgent, after=10_000)
    decoder.wait_for_the_waiting(engine.eager)
    decoder.let_go()
    for each in (waited, *batch):
        each.join()
    assert waited.answer and waited.answer.new_tokens == 3
    assert [each.answer.raw for each in batch if each.answer] == expected
    assert [each.states.count("looking") for each in batch].count(2) == 1, "one of them started again"
    assert ["".join(each.pieces) for each in batch] == expected


def test_an_error_and_a_stop_are_the_affair_of_one(engine: LocalEngine) -> None:
    requests = many_requests(engine.spec, 6)
    expected = [answer(engine, request).raw for request in requests]

    def fail(text: str) -> None:
        raise ZeroDivisionError

    def ask(number: int) -> Any:
        quiet: Callable[[str], None] = lambda text: None  # noqa: E731
        if number == 1:
            with pytest.raises(ZeroDivisionError):
                engine.answer(requests[number], fail, quiet, lambda: False)
            return None
        pieces: list[str] = []
        cancelled = (lambda: len(pieces) > 2) if number == 4 else (lambda: False)
        return engine.answer(requests[number], pieces.append, quiet, cancelled)

    with ThreadPoolExecutor(6) as threads:
        results = list(threads.map(ask, range(6)))
    assert results[4].finish == "cancelled" and expected[4].startswith(results[4].raw)
    assert [results[n].raw for n in (0, 2, 3, 5)] == [expected[n] for n in (0, 2, 3, 5)]


def test_when_a_step_lacks_memory_fewer_run_at_once_and_a_note_says_so(engine: LocalEngine) -> None:
    decoder = Slow(engine.eager.decoder, slots=16)
    engine.eager = Scheduler(decoder)
    requests = many_requests(engine.spec, 8, patient=True)
    expected = [answer(engine, request).raw for request in requests]
    decoder.room = 3
    assert [each.raw for each in all_at_once(engine, requests)] == expected
    assert "at once" in engine.note
    decoder.room = 0
    failed = answer(engine, requests[0])
    assert failed.error and failed.error.type == "OutOfMemory"
    decoder.room = 16
    assert answer(engine, requests[0]).raw == expected[0]


class Slow(EagerDecoder):
    """The engine's own decoder with a door before each step, and memory for `room` answers at once."""

    def __init__(self, decoder: Any, slots: int) -> None:
        vars(self).update(vars(decoder))
        self.slots = slots
        self.room = slots
        self._company: list[int] = []
        self._changed = threading.Condition()
        self._open = True

    def launch(self, sequences: list[Sequence]) -> list[int]:
        with self._changed:
            self._company.append(len(sequences))
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._open, 30)
        if len(sequences) > self.room:
            raise torch.OutOfMemoryError("no memory for so many")
        return super().launch(sequences)

    def hold(self) -> None:
        """The next step waits, and the one after."""
        self._open = False
        self._company.clear()

    def wait_for_company(self, count: int) -> None:
        """Let steps pass until so many share one; it waits at the door."""
        with self._changed:
            while not self._company or self._company[-1] < count:
                self._open = True
                self._changed.notify_all()
                assert self._changed.wait(30)
            self._open = False

    def wait_for_the_waiting(self, scheduler: Scheduler) -> None:
        """Until somebody has read a prompt and waits for a place."""
        deadline = time.monotonic() + 30
        while not scheduler._waiting:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def let_go(self) -> None:
        with self._changed:
            self._open = True
            self._changed.notify_all()


def test_random_requests_with_joins_stops_errors_and_little_memory(engine: LocalEngine) -> None:
    """Scaled down; `python benchmarks/engine.py soak` does 1,000."""
    requests = many_requests(engine.spec, 12, tokens=10)
    expected = [answer(engine, request).raw for request in requests]
    engine.kept.max_bytes = 2_000_000
    draw = random.Random(1)
    plans = [(draw.randrange(12), draw.choice(["answer", "answer", "stop", "error"])) for _ in range(60)]

    def ask(plan: tuple[int, str]) -> bool:
        index, kind = plan
        pieces: list[str] = []

        def on_text(text: str) -> None:
            pieces.append(text)
            if kind == "error" and len(pieces) > 2:
                raise ZeroDivisionError

        try:
            result = engine.answer(
                requests[index], on_text, lambda state: None, lambda: kind == "stop" and len(pieces) > 2
            )
        except ZeroDivisionError:
            return kind == "error"
        return expected[index].startswith(result.raw) if kind == "stop" else result.raw == expected[index]

    with ThreadPoolExecutor(6) as threads:
        assert all(threads.map(ask, plans))
    assert engine.kept_bytes <= 2_000_000
