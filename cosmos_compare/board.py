"""The board: the comparisons that this process runs, found again by any page, reload or browser.

A comparison on the board has one side a model; a side is a job, or a saved run that stays while the other side is
made again. Nothing here is on disk: what has ended is found among the runs.
"""

from __future__ import annotations

import gc
import secrets
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cosmos_compare.compare import Comparison, plan_comparison, start_one
from cosmos_compare.jobs import Job, ModelPool
from cosmos_compare.records.imported import Imported
from cosmos_compare.records.schema import Failure, ModelSpec, Run
from cosmos_compare.runs.store import Store
from cosmos_compare.video.frame_cache import FrameCache

KEPT = 200  # comparisons remembered; those that still run are never forgotten

SideState = Literal["queued", "loading", "looking", "writing", "again", "stop", "length", "cancelled", "error"]


@dataclass(frozen=True)
class Side:
    """One model's part of a comparison: what was asked of it, and a job that runs or has run, or a run from disk."""

    spec: ModelSpec
    comparison: Comparison
    job: Job[Run] | None = None
    saved: Run | None = None

    @property
    def run(self) -> Run | None:
        """The saved run, once there is one."""
        return self.saved or (self.job.result if self.job else None)

    @property
    def imported(self) -> Imported | None:
        """What is not known of a run that this program did not make; None for its own."""
        return self.run.imported if self.run else None

    @property
    def ended(self) -> bool:
        return self.job is None or self.job.state == "ended"

    @property
    def text(self) -> str:
        """The raw text so far."""
        if run := self.run:
            return run.answer.raw
        return self.job.text if self.job else ""

    @property
    def failure(self) -> Failure | None:
        """Why there is no whole answer: the model's failure, or that of saving its run."""
        if run := self.run:
            return run.answer.error
        error = self.job.failure if self.job else None
        if error is None:
            return None
        message, hint = getattr(error, "message", str(error)), getattr(error, "hint", "")
        return Failure(type=type(error).__name__, message=message or type(error).__name__, hint=hint)

    @property
    def state(self) -> SideState:
        if run := self.run:
            return run.answer.finish
        if self.job is None or self.job.state == "ended":
            return "error"
        return self.job.state


def side_of(run: Run) -> Side:
    """The side that shows a saved run."""
    comparison = Comparison(run.clip, run.prompt, run.settings, (run.model,), run.frames, run.environment.versions)
    return Side(run.model, comparison, saved=run)


@dataclass(frozen=True)
class Live:
    """A comparison on the board."""

    id: str
    sides: tuple[Side, ...]

    @property
    def scenario(self) -> str:
        return self.sides[0].comparison.clip.scenario

    @property
    def ended(self) -> bool:
        return all(side.ended for side in self.sides)

    def stop(self) -> None:
        for side in self.sides:
            if side.job:
                side.job.stop()


class Board:
    """Starts comparisons and remembers them. Safe for any number of sessions."""

    def __init__(self, pool: ModelPool, store: Store, cache: FrameCache) -> None:
        self.pool = pool
        self.store = store
        self.cache = cache
        self._lives: OrderedDict[str, Live] = OrderedDict()
        self._warming: dict[ModelSpec, Job[Any]] = {}
        self._lock = threading.Lock()

    def start(self, comparison: Comparison) -> Live:
        """Queue every model of a comparison."""
        return self.show(tuple(self._side(comparison, spec) for spec in comparison.specs))

    def again(self, sides: Sequence[Side], index: int, spec: ModelSpec) -> Live:
        """A new comparison in which one side is made again by `spec` from the same clip, prompt and settings, as the
        next repeat that has no finished run; the others stay as they are. Raises `CompareError` when the clip is
        gone."""
        asked = sides[index].comparison
        fresh = plan_comparison(Path(asked.clip.path), asked.prompt, asked.settings, [spec], asked.clip.scenario)
        renewed = self._side(self._next_repeat(fresh, spec), spec)
        return self.show(tuple(renewed if n == index else side for n, side in enumerate(sides)))

    def _next_repeat(self, comparison: Comparison, spec: ModelSpec) -> Comparison:
        """The request under the first repeat number from its own on that has no finished run."""
        while self.store.finished(comparison.clip.scenario, spec.name, comparison.key(spec)):
            comparison = comparison.repeated(comparison.settings.repeat + 1)
        return comparison

    def show(self, sides: tuple[Side, ...]) -> Live:
        """Put sides on the board, so that any page finds them by the id."""
        live = Live(secrets.token_hex(4), sides)
        with self._lock:
            self._lives[live.id] = live
            ended = [key for key, old in self._lives.items() if old.ended]
            for key in ended[: max(0, len(self._lives) - KEPT)]:
                del self._lives[key]
        return live

    def find(self, live_id: str) -> Live | None:
        with self._lock:
            return self._lives.get(live_id)

    def running(self) -> list[Live]:
        """Those that still run, oldest first."""
        with self._lock:
            lives = list(self._lives.values())
        return [live for live in lives if not live.ended]

    def before(self, side: Side) -> int:
        """How many jobs the model does before this side's; loading a model ahead of time is not one of them."""
        if side.job is None or side.state != "queued":
            return 0
        return self.pool.place(side.job) - self._is_warming(side.spec)

    def warm(self, specs: Sequence[ModelSpec]) -> None:
        """Load models in their workers now, so that the first answer does not wait for it."""
        for spec in specs:
            with self._lock:
                if spec in self._warming:
                    continue
                self._warming[spec] = self.pool.submit(spec, lambda get_engine, job: _load(get_engine))

    def _is_warming(self, spec: ModelSpec) -> bool:
        job = self._warming.get(spec)
        return job is not None and job.state != "ended"

    def _side(self, comparison: Comparison, spec: ModelSpec) -> Side:
        return Side(spec, comparison, job=start_one(comparison, spec, self.pool, self.store, self.cache))


def _load(get_engine: Any) -> None:
    get_engine()
    # What is loaded stays: a collection should not walk through it again.
    gc.freeze()
