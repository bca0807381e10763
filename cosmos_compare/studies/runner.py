"""A study that runs beside the pages: started, watched and stopped from any of them, found again after a reload."""

from __future__ import annotations

import threading
import time

from cosmos_compare.batch import Batch, BatchRequest
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import ModelPool
from cosmos_compare.language import Text
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.plan import StudyPlan
from cosmos_compare.studies.work import batch_of
from cosmos_compare.video.frame_cache import FrameCache


class StudyRun:
    """One batch at work. `ended`, `failed` and `problems` grow; a page only reads them."""

    def __init__(self, plan: StudyPlan, batch: Batch, problems: list[str]) -> None:
        self.plan = plan
        self.batch = batch
        self.problems = problems
        self.ended = 0
        self.failed = 0
        self.started_at = time.monotonic()
        self.done = threading.Event()
        self._lock = threading.Lock()

    @property
    def total(self) -> int:
        return len(self.batch.to_do)

    @property
    def left_s(self) -> float | None:
        """Seconds to go by the pace so far; None before the first answer."""
        return (time.monotonic() - self.started_at) / self.ended * (self.total - self.ended) if self.ended else None

    def stop(self) -> None:
        self.batch.stop()

    def note(self, item: BatchRequest) -> None:
        """Count an item that has ended."""
        with self._lock:
            self.ended += 1
            if item.failed and not self.batch.stopped():
                self.failed += 1
                self.problems.append(_why(item))

    def work(self, pool: ModelPool, cache: FrameCache) -> None:
        try:
            self.batch.work(pool, cache, self.note)
        finally:
            self.done.set()


class StudyRunner:
    """Runs one study at a time over the models that the pages use, too."""

    def __init__(self, pool: ModelPool, store: Store, cache: FrameCache) -> None:
        self._pool, self._store, self._cache = pool, store, cache
        self._lock = threading.Lock()
        self.current: StudyRun | None = None

    def start(self, plan: StudyPlan, matrix: Matrix) -> StudyRun:
        """Answer what is missing in the matrix. Raises `CompareError` while another study runs."""
        with self._lock:
            if self.running:
                raise CompareError("A study is running.", "Stop it first, or wait for its end.")
            batch, errors = batch_of(plan, matrix, self._store)
            self.current = run = StudyRun(plan, batch, [error.text for error in errors])
        threading.Thread(target=run.work, args=(self._pool, self._cache), name="study", daemon=True).start()
        return run

    @property
    def running(self) -> bool:
        return self.current is not None and not self.current.done.is_set()


def _why(item: BatchRequest) -> str:
    error = item.error or (item.run.answer.error if item.run else None)
    said = Text("{message} {hint}", message=error.message, hint=error.hint) if error else Text("no answer")
    return Text("{scenario}, {model}: {why}", scenario=item.comparison.clip.scenario, model=item.spec.label, why=said)
