"""Jobs and workers: order, stop, failures, and memory that is too small for two."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from runs_support import make_spec

from cosmos_compare.engines.base import Cancelled, Engine, OnState, OnText, Request
from cosmos_compare.jobs import Job, ModelPool
from cosmos_compare.records.schema import Answer, ModelSpec

GetEngine = Callable[[], Engine]


class Lamp:
    """An engine that only knows whether it is on: what a pool does with engines shows in the log."""

    device_name = "none"
    capacity = 1
    remote = False

    def __init__(self, name: str, log: list[str]) -> None:
        self.name, self.log = name, log
        log.append(f"load {name}")

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        self.log.append(f"close {self.name}")


def make_pool(log: list[str], *, room_for_one: bool = False) -> ModelPool:
    def load(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
        if room_for_one:
            make_room()
        return Lamp(spec.name, log)

    return ModelPool(load)


def test_a_model_is_loaded_once_and_takes_its_jobs_in_order() -> None:
    log: list[str] = []
    pool = make_pool(log)
    spec = make_spec("a")

    def task(number: int) -> Callable[[GetEngine, Job[int]], int]:
        def work(get_engine: GetEngine, job: Job[int]) -> int:
            get_engine()
            log.append(str(number))
            return number

        return work

    jobs = [pool.submit(spec, task(number)) for number in range(4)]
    assert [job.outcome() for job in jobs] == [0, 1, 2, 3]
    assert log == ["load a", "0", "1", "2", "3"]
    pool.close()
    assert log[-1] == "close a"


def test_text_grows_for_everyone_who_looks_also_late() -> None:
    pool, gate = make_pool([]), threading.Event()

    def work(get_engine: GetEngine, job: Job[str]) -> str:
        job.add_text("Once ")
        gate.wait(10)
        job.add_text("upon")
        return "saved"

    job = pool.submit(make_spec(), work)
    early = job.stream()
    assert next(early) == "Once "
    gate.set()
    assert job.outcome() == "saved"
    assert "".join(early) == "upon"
    assert "".join(job.stream()) == "Once upon"


def test_a_queued_job_knows_its_place_and_can_be_stopped_before_its_turn() -> None:
    pool, gate, began = make_pool([]), threading.Event(), threading.Event()

    def first(get_engine: GetEngine, job: Job[bool]) -> bool:
        began.set()
        return gate.wait(10)

    def second(get_engine: GetEngine, job: Job[bool]) -> bool:
        return job.stopped()

    running, waiting, last = (pool.submit(make_spec(), task) for task in (first, second, second))
    assert began.wait(10)
    assert [pool.place(job) for job in (running, waiting, last)] == [0, 1, 2]
    waiting.stop()
    gate.set()
    assert waiting.outcome() is True
    assert last.outcome() is False


def test_a_failing_job_leaves_its_worker_alive() -> None:
    pool = make_pool([])

    def fail(get_engine: GetEngine, job: Job[int]) -> int:
        raise ZeroDivisionError("no")

    with pytest.raises(ZeroDivisionError):
        pool.submit(make_spec(), fail).outcome()
    assert pool.submit(make_spec(), lambda get_engine, job: 5).outcome() == 5


def test_two_models_run_at_the_same_time_and_say_so() -> None:
    pool, meeting = make_pool([]), threading.Barrier(2, timeout=10)

    def work(get_engine: GetEngine, job: Job[bool]) -> bool:
        meeting.wait()
        meeting.wait()
        return True

    jobs = [pool.submit(make_spec(name), work) for name in ("a", "b")]
    assert all(job.outcome() for job in jobs)
    assert all(job.concurrent for job in jobs)
    alone = pool.submit(make_spec("a"), lambda get_engine, job: True)
    assert alone.outcome() and not alone.concurrent


def test_where_only_one_model_fits_the_other_makes_room() -> None:
    """Two models whose queues alternate: each waits until the other is idle, and nobody waits for ever."""
    log: list[str] = []
    pool = make_pool(log, room_for_one=True)

    def work(get_engine: GetEngine, job: Job[str]) -> str:
        get_engine()
        return job.spec.name

    jobs = [pool.submit(make_spec(name), work) for name in "abababab"]
    assert all(job.wait(timeout=20) for job in jobs)
    assert [job.outcome() for job in jobs] == list("abababab")
    loaded = 0
    for line in log:
        loaded += 1 if line.startswith("load") else -1
        assert loaded <= 1
    assert len(pool.loaded()) == 1
