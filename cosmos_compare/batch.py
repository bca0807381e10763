"""Batches: every scenario through every model, skipping what has been answered. Two can share a folder.

A request is claimed by a lock named after its key while it is answered. The lock goes with its process, so after
a kill -9 the next batch takes up what was not finished, and two batches at once share the work.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from filelock import BaseFileLock, FileLock, Timeout

from cosmos_compare.compare import Comparison, start_one
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import Job, ModelPool
from cosmos_compare.records.schema import ModelSpec, Run
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store, writing_to
from cosmos_compare.video.frame_cache import FrameCache

# Answers of a model that are claimed at once; the engine says how many it writes. For servers twice what they take, so
# that the next frames are decoded while they answer.
CLAIMED = 64


@dataclass
class BatchRequest:
    """One request of a batch. `number` counts the repeats, from 0."""

    comparison: Comparison
    spec: ModelSpec
    number: int
    before: RunRow | None = None  # answered by an earlier batch, or by another one meanwhile
    job: Job[Run] | None = None
    run: Run | None = None
    error: CompareError | None = None

    @property
    def key(self) -> str:
        return self.comparison.key(self.spec)

    @property
    def failed(self) -> bool:
        if self.before:
            return False
        return self.run is None or self.run.answer.finish in {"error", "cancelled"}


def items_of(comparisons: Sequence[Comparison], repeat: int) -> list[BatchRequest]:
    """An item for each clip, model and repeat, in this order."""
    return [
        BatchRequest(comparison.repeated(number), spec, number)
        for comparison in comparisons
        for spec in comparison.specs
        for number in range(repeat)
    ]


class Batch:
    """What is to be done: the items that have no finished run yet."""

    def __init__(self, items: Sequence[BatchRequest], store: Store, *, force: bool = False) -> None:
        self.store = store
        self.force = force
        self.items = list(items)
        self.to_do = [item for item in self.items if not self._is_done(item)]
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End what is under way at its next token and begin nothing more; what is saved stays. From any thread."""
        self._stopped.set()
        for item in self.to_do:
            if item.job is not None:
                item.job.stop()

    def stopped(self) -> bool:
        return self._stopped.is_set()

    def work(self, pool: ModelPool, cache: FrameCache, on_item: Callable[[BatchRequest], None]) -> None:
        """Answer what is to do, the models side by side, each as many at once as its engine takes.

        `on_item` is called as each ends, from several threads.
        """
        specs = list(dict.fromkeys(item.spec for item in self.to_do))

        def one_round(spec: ModelSpec, items: list[BatchRequest], wait_s: float) -> list[BatchRequest]:
            """What others are doing now."""
            claimed = max(CLAIMED, 2 * spec.server.places if spec.server else 0)
            with ThreadPoolExecutor(claimed, thread_name_prefix=f"batch {spec.name}") as threads:
                done = threads.map(lambda item: self._attempt(item, wait_s, pool, cache, on_item), items)
                return [item for item, ended in zip(items, done, strict=True) if not ended]

        def one_model(spec: ModelSpec) -> None:
            # First what nobody else is doing; then wait for the rest, and do what the others left.
            waiting = one_round(spec, [item for item in self.to_do if item.spec == spec], 0)
            while waiting and not self.stopped():
                waiting = one_round(spec, waiting, 1)

        with ThreadPoolExecutor(max(1, len(specs))) as threads:
            futures = [threads.submit(one_model, spec) for spec in specs]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self.stop()
                raise

    def _attempt(
        self,
        item: BatchRequest,
        wait_s: float,
        pool: ModelPool,
        cache: FrameCache,
        on_item: Callable[[BatchRequest], None],
    ) -> bool:
        """Answer an item, or see that it has been answered. False: another process is at it now."""
        if self.stopped():
            return True
        try:
            with self._claim(item, wait_s):
                if not self._is_done(item):
                    item.job = start_one(item.comparison, item.spec, pool, self.store, cache, patient=True)
                    if self.stopped():  # it may have come between: a stop reaches every job
                        item.job.stop()
                    item.run = item.job.outcome()
        except Timeout:
            return False
        except CompareError as error:
            item.error = error
        on_item(item)
        return True

    def _claim(self, item: BatchRequest, wait_s: float) -> BaseFileLock:
        folder = self.store.outputs / ".claims"
        with writing_to(folder):
            folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{item.key[:32]}.lock", timeout=wait_s)

    def _is_done(self, item: BatchRequest) -> bool:
        if not self.force:
            rows = self.store.finished(item.comparison.clip.scenario, item.spec.name, item.key)
            item.before = rows[0] if rows else None
        return item.before is not None
