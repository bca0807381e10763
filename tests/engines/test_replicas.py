"""One model on several cards: each answer on the one with least to do, and no card before all models have one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from runs_support import make_spec

from cosmos_compare.engines.base import Cancelled, Engine, OnState, OnText, Request
from cosmos_compare.engines.replicas import Replicas, Spread
from cosmos_compare.records.schema import Answer, ModelSpec


class Card:
    """An engine that answers with its name, when `meeting` lets it."""

    note = ""
    kept_bytes = 1
    remote = False

    def __init__(self, device_name: str, capacity: int = 2, meeting: threading.Barrier | None = None) -> None:
        self.device_name, self.capacity, self.meeting = device_name, capacity, meeting
        self.closed = False

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        if self.meeting:
            self.meeting.wait(10)
        return Answer(raw=self.device_name, finish="stop")

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        return None

    def close(self) -> None:
        self.closed = True


def ask(engine: Engine) -> str:
    return engine.answer(None, print, print, lambda: False).raw  # type: ignore[arg-type]


def test_answers_go_where_least_is_to_do() -> None:
    meeting = threading.Barrier(6)
    replicas = Replicas(Card("card 0", 4, meeting))
    replicas.add(Card("card 1", 2, meeting))
    assert (replicas.capacity, replicas.device_name, replicas.kept_bytes) == (6, "card 0; card 1", 2)
    with ThreadPoolExecutor(6) as threads:
        names = sorted(threads.map(ask, [replicas] * 6))
    assert names == ["card 0"] * 4 + ["card 1"] * 2
    replicas.close()
    assert all(engine.closed for engine in replicas.engines if isinstance(engine, Card))


def test_other_cards_are_used_when_every_model_has_its_first_place() -> None:
    """Or the first model would take the room of the second on both cards."""
    log: list[str] = []

    def load(spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
        log.append(f"{spec.name} first")
        return Card(f"first of {spec.name}")

    def more(spec: ModelSpec, there: str) -> Iterator[Engine]:
        assert there == f"first of {spec.name}"
        log.append(f"{spec.name} again")
        yield Card(f"second of {spec.name}")

    spread = Spread(2, load, more)
    engines = [spread(make_spec(name), lambda: None) for name in "ab"]
    assert log == ["a first", "b first", "a again", "b again"]
    assert [engine.capacity for engine in engines] == [4, 4]
    spread(make_spec("a"), lambda: None)
    assert log[4:] == ["a first"], "a model that had to make room is not loaded twice"
