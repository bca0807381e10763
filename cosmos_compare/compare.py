"""The one orchestration: a clip, a prompt, settings and models become runs on disk.

    form or flags → plan_comparison → start → jobs that decode once, answer, and save

Faces give values and show jobs; engines see frames and text; only the store writes.
"""

import hashlib
import json
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path

import numpy as np

from cosmos_compare import __version__
from cosmos_compare.engines.base import Engine, Request, resolve_sampling
from cosmos_compare.engines.revision import ANSWER_REVISION
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import Job, ModelPool
from cosmos_compare.language import Text
from cosmos_compare.prompts import Messages, check_filled, messages
from cosmos_compare.records.schema import (
    Answer,
    Clip,
    Environment,
    Failure,
    FrameTimes,
    ModelSpec,
    Prompt,
    Run,
    Settings,
)
from cosmos_compare.runs.store import Store
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.frames import Frames, SamplingCancelledError, look_of, plan_frames

OF_FRAMES = ("qwen-vl-utils", "av", "opencv-python-headless", "numpy")
LIBRARIES = ("torch", "transformers", "torchvision", *OF_FRAMES)

NOT_DETERMINING = frozenset(  # fields of a model's entry
    {"label", "note", "demo", "gated", "size_bytes", "memory_bytes", "licence"}
)


@dataclass(frozen=True)
class Comparison:
    """A checked request: the same clip, frames, prompt and settings for each model."""

    clip: Clip
    prompt: Prompt
    settings: Settings
    specs: tuple[ModelSpec, ...]
    planned: FrameTimes
    versions: dict[str, str]

    def messages(self, spec: ModelSpec) -> Messages:
        values = {"scenario": self.clip.scenario, "duration": f"{self.clip.duration:.1f}"}
        return messages(self.prompt, spec, values)

    def repeated(self, number: int) -> "Comparison":
        """The same request as repeat `number`, from 0: a run of its own, with a seed of its own."""
        return replace(self, settings=self.settings.model_copy(update={"repeat": number}))

    def greedy(self) -> list[ModelSpec]:
        """The models that take the likeliest token each time: their repeats can't differ."""
        chosen = ((spec, resolve_sampling(spec, self.settings, self.prompt.reasoning)) for spec in self.specs)
        return [spec for spec, sampling in chosen if sampling.temperature == 0]

    def key(self, spec: ModelSpec) -> str:
        """A hash of what determines the answer of one model: 64 hex digits."""
        parts = {
            # By name as well: two entries with the same weights are compared with each other, not taken for one.
            "scenario": self.clip.scenario,
            "model": _determining(spec),
            "messages": self.messages(spec),
            "reasoning": self.prompt.reasoning,
            "settings": self.settings.determining(),
            "clip": self.clip.sha256,
            "indices": self.planned.indices,
            "versions": {name: self.versions[name] for name in (OF_FRAMES if spec.server else LIBRARIES)},
            "rules": ANSWER_REVISION,
        }
        # What clips of before never had: their keys stay.
        if self.clip.mirrored:
            parts["mirrored"] = True
        if self.planned.shown_from:
            parts["shown_from"] = self.planned.shown_from.sha256
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def plan_comparison(
    video: Path, prompt: Prompt, settings: Settings, specs: Sequence[ModelSpec], scenario: str | None = None
) -> Comparison:
    """Check everything that can be checked without decoding a frame. Raises `CompareError` with the remedy."""
    check_filled(prompt)
    clip = probe(video, scenario)
    times = plan_frames(clip, settings).times
    for spec in specs:
        look_of(spec, clip, len(times.indices), settings)  # a budget too small for these frames is wrong input
    return Comparison(clip, prompt, settings, tuple(specs), times, library_versions())


def start(comparison: Comparison, pool: ModelPool, store: Store, cache: FrameCache) -> list[Job[Run]]:
    """Queue one job a model, in the order of the models. Each ends with a run that is on disk."""
    return [start_one(comparison, spec, pool, store, cache) for spec in comparison.specs]


def start_one(
    comparison: Comparison,
    spec: ModelSpec,
    pool: ModelPool,
    store: Store,
    cache: FrameCache,
    *,
    patient: bool = False,
) -> Job[Run]:
    """Queue the job of one model; a `patient` one lets those go first that somebody waits for."""

    def task(get_engine: Callable[[], Engine], job: Job[Run]) -> Run:
        attempt = _attempt(comparison, spec, get_engine, job, cache, patient)
        images = attempt.frames.for_model(spec) if attempt.frames else np.zeros((0, 1, 1, 3), np.uint8)
        return store.save(_run(comparison, spec, attempt, job), images)

    return pool.submit(spec, task, patient=patient)


def library_versions() -> dict[str, str]:
    """Versions of this program and of what an answer depends on. Reads package metadata, imports nothing."""
    return {"cosmos-compare": __version__, "python": platform.python_version()} | _installed()


@cache
def _installed() -> dict[str, str]:
    """Read once: it takes tens of milliseconds, and thousands of requests may be planned."""
    return {name: metadata.version(name) for name in LIBRARIES}


@dataclass
class _Attempt:
    """How far one model got."""

    answer: Answer | None = None
    frames: Frames | None = None
    device: str = "none"


def _attempt(
    comparison: Comparison,
    spec: ModelSpec,
    get_engine: Callable[[], Engine],
    job: Job[Run],
    cache: FrameCache,
    patient: bool,
) -> _Attempt:
    """Load, decode, answer. What fails becomes an answer that says so, never an empty one."""
    attempt = _Attempt()
    try:
        if job.stopped():
            raise SamplingCancelledError(Text("Stopped before its turn."))  # no need to load a model for that
        job.enter("loading")
        engine = get_engine()
        attempt.device = engine.device_name
        job.enter("looking")
        asked = comparison.clip, comparison.settings, comparison.specs
        frames = cache.get(*asked, job.stopped, job.advance, patient=patient)
        if frames.times.shown_from != comparison.planned.shown_from:
            raise CompareError("The clips beside this one changed since this was asked.", "Ask again.")
        attempt.frames = frames
        request = Request(
            messages=comparison.messages(spec),
            images=frames.for_model(spec),
            times=frames.times,
            step=frames.step,
            sampling=resolve_sampling(spec, comparison.settings, comparison.prompt.reasoning),
            patient=patient,
            switches={spec.reasoning_switch: comparison.prompt.reasoning} if spec.reasoning_switch else {},
        )
        attempt.answer = engine.answer(request, job.add_text, job.enter, job.stopped)
        attempt.device = attempt.answer.device or attempt.device
    except SamplingCancelledError:
        attempt.answer = Answer(finish="cancelled")
    except CompareError as error:
        failure = Failure(type="CompareError", message=error.message, hint=error.hint)
        attempt.answer = Answer(raw=job.text, finish="error", error=failure)
    except Exception as error:  # noqa: BLE001  one failing side is a run that says so; the other side goes on
        failure = Failure(type=type(error).__name__, message=str(error)[:2000] or type(error).__name__)
        attempt.answer = Answer(raw=job.text, finish="error", error=failure)
    return attempt


def _measured(attempt: _Attempt, job: Job[Run]) -> dict[str, object]:
    """What was measured round the engine."""
    decode_s = attempt.frames.decode_s if attempt.frames else None
    return {"queue_s": job.queue_s, "concurrent": job.concurrent, "load_s": job.load_s, "decode_s": decode_s}


def _run(comparison: Comparison, spec: ModelSpec, attempt: _Attempt, job: Job[Run]) -> Run:
    assert attempt.answer is not None
    now = datetime.now(UTC)
    key = comparison.key(spec)
    return Run(
        id=f"{now:%Y%m%dT%H%M%SZ}-{key[:8]}",
        key=key,
        created=f"{now:%Y-%m-%dT%H:%M:%SZ}",
        # A damaged file turns out shorter when it is decoded than its timestamps promised.
        clip=attempt.frames.clip if attempt.frames else comparison.clip,
        prompt=comparison.prompt,
        settings=comparison.settings,
        model=spec.recorded(),
        frames=attempt.frames.times if attempt.frames else comparison.planned,
        answer=attempt.answer.model_copy(update=_measured(attempt, job)),
        environment=Environment(device=attempt.device, versions=comparison.versions),
        answer_revision=ANSWER_REVISION,
    )


def _determining(spec: ModelSpec) -> dict[str, object]:
    """Of a model's entry what its answers depend on. Where a server stands is no part of it, so that a batch goes on
    at another address; whether its answers are verified is one."""
    fields = {name: value for name, value in spec.determining().items() if name not in NOT_DETERMINING}
    if spec.server is None:
        return fields
    return fields | {"source": "server", "server": {"unverified": spec.server.unverified}}
