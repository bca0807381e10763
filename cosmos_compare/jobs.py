"""Jobs: a worker a model with a queue, text that grows while the model writes, and stop.

Knows nothing of clips, files or pages: a job does what it is given and ends with a result.
"""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from cosmos_compare.engines.base import Engine
from cosmos_compare.records.schema import ModelSpec

State = Literal["queued", "loading", "looking", "writing", "again", "ended"]
T = TypeVar("T")
BEGUN_ANEW = "\n[interrupted and asked again; what was written before is void]\n"


class Job(Generic[T]):
    """One piece of work for one model. Any thread may read it, wait for it or stop it."""

    def __init__(self, spec: ModelSpec) -> None:
        self.spec = spec
        self.state: State = "queued"
        self.text = ""
        self.begun = 1  # how often its text was begun
        self.share = 0.0  # of the work that `state` names, 0 to 1
        self.result: T | None = None
        self.failure: BaseException | None = None
        self.queued_at = time.perf_counter()
        self.started_at: float | None = None
        self.concurrent = False
        self.load_s: float | None = None  # seconds that loading the model took, whichever job it was loaded for
        self._stop = threading.Event()
        self._changed = threading.Condition()

    def stop(self) -> None:
        """End before the next token; a job that has not begun ends when its turn comes."""
        self._stop.set()

    def stopped(self) -> bool:
        return self._stop.is_set()

    def enter(self, state: State) -> None:
        with self._changed:
            self.state, self.share = state, 0.0
            if state == "again":  # what was written is void
                self.text, self.begun = "", self.begun + 1
            self._changed.notify_all()

    def advance(self, share: float) -> None:
        """Say how much is done of what the state says, 0 to 1."""
        self.share = share

    def add_text(self, piece: str) -> None:
        with self._changed:
            self.text += piece
            self._changed.notify_all()

    def finish(self, result: T | None, failure: BaseException | None = None) -> None:
        with self._changed:
            self.result, self.failure, self.state = result, failure, "ended"
            self._changed.notify_all()

    def stream(self) -> Iterator[str]:
        """The text so far, then each new piece until the job ends. Where text that was given turned out void, a line
        says so, and the text begins anew."""
        shown, begun = 0, 1
        while True:
            with self._changed:
                while len(self.text) == shown and begun == self.begun and self.state != "ended":
                    self._changed.wait()
                lost, begun = begun != self.begun and shown > 0, self.begun
                shown = 0 if lost else shown
                piece, ended = self.text[shown:], self.state == "ended"
            shown += len(piece)
            piece = f"{BEGUN_ANEW}{piece}" if lost else piece
            if piece:
                yield piece
            elif ended:
                return

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the end; False when the time (seconds) ran out first."""
        with self._changed:
            return self._changed.wait_for(lambda: self.state == "ended", timeout)

    def outcome(self) -> T:
        """Wait for the result; raises what broke the job."""
        self.wait()
        if self.failure is not None:
            raise self.failure
        assert self.result is not None
        return self.result

    @property
    def queue_s(self) -> float:
        """Seconds between asking and beginning."""
        return (self.started_at or time.perf_counter()) - self.queued_at


LoadEngine = Callable[[ModelSpec, Callable[[], None]], Engine]
Task = Callable[[Callable[[], Engine], Job[T]], T]


class _Queued(NamedTuple):
    job: Job[Any]
    task: Task[Any]
    patient: bool


class Worker:
    """The owner of one model: it loads it on first use and does as many jobs at once as the engine takes.

    A job that somebody waits for never waits behind patient ones: it begins at once, and the engine gives it the place
    of one of them where all are taken.
    """

    def __init__(self, spec: ModelSpec, pool: "ModelPool") -> None:
        self.spec = spec
        self.pool = pool
        self.engine: Engine | None = None
        self.load_s: float | None = None
        self._waiting: list[_Queued] = []
        self._running: list[_Queued] = []
        self._unloading = False
        self._changed = threading.Condition()
        self._loading = threading.Lock()

    @property
    def running(self) -> list[Job[Any]]:
        with self._changed:
            return [queued.job for queued in self._running]

    def put(self, job: Job[Any], task: Task[Any], patient: bool) -> None:
        with self._changed:
            self._waiting.append(_Queued(job, task, patient))
            self._begin()

    def place(self, job: Job[Any]) -> int:
        """How many jobs are before this one, the running ones included; 0 for one that runs or has ended."""
        with self._changed:
            mine = next((queued for queued in self._waiting if queued.job is job), None)
            if mine is None:
                return 0
            earlier = self._waiting[: self._waiting.index(mine)]
            if mine.patient:
                later = self._waiting[self._waiting.index(mine) :]
                return len(self._running) + len(earlier) + sum(not queued.patient for queued in later)
            return sum(not queued.patient for queued in [*self._running, *earlier])

    def stop(self) -> None:
        """Stop all its jobs, the waiting ones too."""
        with self._changed:
            jobs = [queued.job for queued in [*self._waiting, *self._running]]
        for job in jobs:
            job.stop()

    def close(self) -> None:
        """Stop all its jobs, wait for them, and give the model's memory back."""
        self.stop()
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting)
        self.unload()

    def unload(self) -> None:
        """Give the model's memory back once it is idle; the next job loads it again."""
        with self._changed:
            self._changed.wait_for(lambda: not self._unloading)
            self._unloading = True
            self._changed.wait_for(lambda: not self._running)
        try:
            if self.engine is not None:
                self.engine.close()
                self.engine = None
        finally:
            with self._changed:
                self._unloading = False
                self._begin()
                self._changed.notify_all()

    def _begin(self) -> None:
        """Start the jobs for which there is room; `_changed` is held."""
        while not self._unloading and (queued := self._next()) is not None:
            self._waiting.remove(queued)
            self._running.append(queued)
            name = f"model {self.spec.name}"
            threading.Thread(target=self._run, args=(queued,), name=name, daemon=True).start()

    def _next(self) -> _Queued | None:
        """The job whose turn it is, if there is room for it. How many fit is not known before the model is loaded."""
        capacity = self.engine.capacity if self.engine is not None else 1
        urgent = [queued for queued in self._waiting if not queued.patient]
        if urgent:
            before = [queued for queued in self._running if not queued.patient or self.engine is None]
            return urgent[0] if len(before) < capacity else None
        return self._waiting[0] if self._waiting and len(self._running) < capacity else None

    def _get_engine(self, job: Job[Any]) -> Engine:
        with self._loading:
            if self.engine is None:
                self.engine = self.pool.load(self)
            job.load_s = self.load_s
        with self._changed:
            self._begin()  # now it is known how many fit
        return self.engine

    def _run(self, queued: _Queued) -> None:
        job = queued.job
        self.pool.note_concurrency()
        job.started_at = time.perf_counter()
        result, failure = None, None
        try:
            result = queued.task(lambda: self._get_engine(job), job)
        except Exception as error:  # noqa: BLE001  a worker must outlive any job; the asker gets the error
            failure = error
        with self._changed:
            self._running.remove(queued)
            self._begin()
            self._changed.notify_all()
        job.finish(result, failure)


class ModelPool:
    """Takes jobs for any number of models. Workers start when first needed and stay with their model loaded.

    `load_engine(spec, make_room)` loads a model; it may call `make_room` to have the other models unloaded first.
    """

    def __init__(self, load_engine: LoadEngine) -> None:
        self._load_engine = load_engine
        self._workers: dict[ModelSpec, Worker] = {}
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def submit(self, spec: ModelSpec, task: Task[T], *, patient: bool = False) -> Job[T]:
        """Queue a task for a model. It is called in a thread of its own with a function that gives the loaded engine,
        and the job. A `patient` one lets those go first that somebody waits for."""
        job: Job[T] = Job(spec)
        with self._lock:
            worker = self._workers.get(spec)
            if worker is None:
                worker = self._workers[spec] = Worker(spec, self)
        worker.put(job, task, patient)
        return job

    def place(self, job: Job[T]) -> int:
        """How many jobs the model does before this one."""
        return self._workers[job.spec].place(job)

    def engine(self, spec: ModelSpec) -> Engine | None:
        """A model's engine, if it is loaded now."""
        with self._lock:
            worker = self._workers.get(spec)
        return worker.engine if worker else None

    def loaded(self) -> list[ModelSpec]:
        """The models in memory now."""
        return [worker.spec for worker in self._all() if worker.engine is not None]

    def load(self, worker: Worker) -> Engine:
        """Load a worker's model; one at a time, for two would both count the same free memory."""
        with self._loading:
            start = time.perf_counter()
            engine = self._load_engine(worker.spec, lambda: self._unload_others(worker))
            worker.load_s = time.perf_counter() - start
            return engine

    def _unload_others(self, loading: Worker) -> None:
        """Give back the memory of all other models, each once it is idle."""
        for worker in self._all():
            # A worker without an engine may be waiting for its turn to load: to wait for it would be for ever.
            if worker is not loading and worker.engine is not None and not worker.engine.remote:
                worker.unload()

    def note_concurrency(self) -> None:
        """Mark all running jobs when two or more run: their times are not those of a model alone."""
        running = [job for worker in self._all() for job in worker.running]
        if len(running) > 1:
            for job in running:
                job.concurrent = True

    def stop(self) -> None:
        """Stop all jobs, the waiting ones too."""
        for worker in self._all():
            worker.stop()

    def close(self) -> None:
        """Stop everything and give all memory back."""
        for worker in self._all():
            worker.close()

    def _all(self) -> list[Worker]:
        with self._lock:
            return list(self._workers.values())
