"""One model on several cards: its weights in each, and each answer on the one with least to do."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from cosmos_compare.engines.base import Cancelled, Engine, OnState, OnText, Request
from cosmos_compare.records.schema import Answer, ModelSpec

LoadFirst = Callable[[ModelSpec, Callable[[], None]], Engine]
LoadMore = Callable[[ModelSpec, str], Iterable[Engine]]


class Replicas:
    """An `Engine` of engines with the same weights. It begins with one; `add` gives it more while it answers."""

    def __init__(self, first: Engine) -> None:
        self._engines = [first]
        self._busy = [0]
        self._lock = threading.Lock()

    def add(self, engine: Engine) -> None:
        """One more, of the same model."""
        with self._lock:
            self._engines.append(engine)
            self._busy.append(0)

    @property
    def engines(self) -> Sequence[Engine]:
        with self._lock:
            return list(self._engines)

    @property
    def device_name(self) -> str:
        return "; ".join(engine.device_name for engine in self.engines)

    @property
    def capacity(self) -> int:
        return sum(engine.capacity for engine in self.engines)

    @property
    def remote(self) -> bool:
        return all(engine.remote for engine in self.engines)

    @property
    def note(self) -> str:
        return " ".join(dict.fromkeys(engine.note for engine in self.engines if engine.note))

    @property
    def kept_bytes(self) -> int:
        return sum(engine.kept_bytes for engine in self.engines)

    def answer(self, request: Request, on_text: OnText, on_state: OnState, cancelled: Cancelled) -> Answer:
        with self._least_busy() as engine:
            return engine.answer(request, on_text, on_state, cancelled)

    def prepare_fast(self, timeout: float | None = None) -> float | None:
        seconds = [engine.prepare_fast(timeout) for engine in self.engines]
        return max((each for each in seconds if each is not None), default=None)

    def close(self) -> None:
        for engine in self.engines:
            engine.close()

    @contextmanager
    def _least_busy(self) -> Iterator[Engine]:
        with self._lock:
            number = min(range(len(self._engines)), key=self._share)
            self._busy[number] += 1
        try:
            yield self._engines[number]
        finally:
            with self._lock:
                self._busy[number] -= 1

    def _share(self, number: int) -> float:
        return self._busy[number] / self._engines[number].capacity


class Spread:
    """Loads each of `count` models once, and when all have their place, again on every card with room for it."""

    def __init__(self, count: int, load: LoadFirst, load_more: LoadMore) -> None:
        """`load` gives a model's first engine, `load_more` those for the cards that have room for another."""
        self._count, self._load, self._load_more = count, load, load_more
        self._replicas: dict[ModelSpec, Replicas] = {}

    def __call__(self, spec: ModelSpec, make_room: Callable[[], None]) -> Engine:
        """What a `ModelPool` calls, one model at a time."""
        complete = len(self._replicas) >= self._count  # a model that comes again had to make room: there is none
        replicas = self._replicas[spec] = Replicas(self._load(spec, make_room))
        if len(self._replicas) >= self._count and not complete:
            for each, known in self._replicas.items():
                for engine in self._load_more(each, known.device_name):
                    known.add(engine)
        return replicas
