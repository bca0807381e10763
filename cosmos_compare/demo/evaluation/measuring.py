"""Everything that is asked about each clip, and the counts that come of it; many processes can share the clips."""

import multiprocessing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo.evaluation.asking import Case, Model, case_of, told
from cosmos_compare.demo.evaluation.marks import Tally, mentions, says
from cosmos_compare.demo.words.asked import Task
from cosmos_compare.demo.words.phrases import ADVICE, RISK, Language
from cosmos_compare.demo.words.questions import ASKED, HELD_OUT, ROUGH

SUMMARY = ASKED["en"]["summary"][0]
BOXES = ASKED["en"]["boxes"][1]
DESCRIBE = ASKED["en"]["describe"][0]
LISTING: tuple[Task, ...] = ("objects", "summary", "describe")  # whose answers name all there is
SHADES = {"black": 0, "grey": 128}
Wordings = Mapping[Language, Mapping[Task, list[str]]]
Question = tuple[Language, Task, str]


@dataclass
class Measured:
    """Counts of one model over some clips, seconds of its answers, and what it described."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    first_token: list[float] = field(default_factory=list)
    summary: list[float] = field(default_factory=list)
    empty: int = 0
    described: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)

    def tally(self, name: str) -> Tally:
        return self.tallies.setdefault(name, Tally())

    def add(self, other: "Measured") -> None:
        for name, tally in other.tallies.items():
            self.tally(name).add(tally)
        self.first_token += other.first_token
        self.summary += other.summary
        self.empty += other.empty
        self.described += other.described
        self.seeds += other.seeds


@dataclass(frozen=True)
class MeasuringJob:
    """Some clips for one process: (folder, place in it) of each, and of the one that stands in for each."""

    names: list[str]
    clips: list[tuple[Path, int]]
    others: list[tuple[Path, int]]
    first: int  # number of the first of them among all
    fps: float


def measure(
    names: list[str], folders: list[Path], fps: float, limit: int | None, processes: int
) -> dict[str, Measured]:
    """The counts of each model over the first `limit` clips of each folder."""
    clips = [(folder, place) for folder in folders for place in range(len(told(folder, limit)))]
    others = clips[-1:] + clips[:-1]  # one that was read before: a clip is new when its summary is asked for
    size = -(-len(clips) // processes)
    starts = range(0, len(clips), size)
    jobs = [MeasuringJob(names, clips[k : k + size], others[k : k + size], k, fps) for k in starts]
    if processes == 1:
        return measure_some(jobs[0])
    total: dict[str, Measured] = {}
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for part in pool.map(_alone, jobs, chunksize=1):
            for name, measured in part.items():
                total.setdefault(name, Measured()).add(measured)
    return total


def _alone(job: MeasuringJob) -> dict[str, Measured]:
    import torch

    torch.set_num_threads(1)
    return measure_some(job)


def measure_some(job: MeasuringJob) -> dict[str, Measured]:
    """The counts of each model over the clips of a job."""
    specs = resolve_models(job.names)
    models = [Model(spec) for spec in specs]
    found = {spec.name: Measured() for spec in specs}
    before: Case | None = None
    for number, (own, other) in enumerate(zip(job.clips, job.others, strict=True), start=job.first):
        before = before or case_of(told(other[0])[other[1]], specs, job.fps)
        case = case_of(told(own[0])[own[1]], specs, job.fps)
        for model in models:
            measure_clip(model, case, before, number, found[model.spec.name])
        before = case
    for model in models:
        found[model.spec.name].empty = model.empty
    return found


def measure_clip(model: Model, case: Case, other: Case, number: int, into: Measured) -> None:
    """All questions about clip `number`: its summary first, as of a new clip, and boxes; in new and rough words; and
    of plain frames and the `other` clip's in its place."""
    into.seeds.append(case.seed)
    into.tally("true").summary(model.ask(case, SUMMARY).raw, case.truth)
    into.first_token.append(model.first_token[-1])
    into.summary.append(model.total[-1])
    into.tally("true").located(model.boxes(model.ask(case, BOXES).raw, case), case.truth)
    _new_words(model, case, number, {"en": HELD_OUT}, into.tally("new_words"))
    _new_words(model, case, number, ROUGH, into.tally("rough_words"))
    into.described.append(model.ask(case, DESCRIBE).raw.strip())
    own, theirs = case.frames.for_model(model.spec), other.frames.for_model(model.spec)
    instead = {name: np.full_like(own, shade) for name, shade in SHADES.items()}
    instead["shuffled"] = theirs[np.minimum(np.arange(len(own)), len(theirs) - 1)]
    for name, images in instead.items():
        into.tally(name).summary(model.ask(case, SUMMARY, images).raw, case.truth)


def _new_words(model: Model, case: Case, number: int, asked: Wordings, tally: Tally) -> None:
    """Two questions in words never trained: what is there, and its risk or what to do."""
    listing, others = mixed(asked, LISTING), mixed(asked, ("risk", "action"))
    _, _, question = listing[number % len(listing)]
    tally.objects(mentions(model.ask(case, question).raw), case.truth)
    language, task, question = others[number % len(others)]
    said = model.ask(case, question).raw
    if task == "risk":
        tally.risk.append(says(said, RISK[language], case.truth.risk))
    else:
        tally.next.append(says(said, ADVICE[language], case.truth.next))


def mixed(asked: Wordings, tasks: Iterable[Task]) -> list[Question]:
    """The wordings of these tasks, well mixed, so that a few clips get some of each."""
    every = [
        (language, task, question)
        for language, table in asked.items()
        for task in tasks
        for question in table.get(task, ())
    ]
    return [every[k] for k in np.random.default_rng(0).permutation(len(every))]


def identical(measured: Iterable[Measured]) -> float:
    """The share of clips on which all describe in the same words."""
    texts = zip(*(one.described for one in measured), strict=True)
    same = [len(set(described)) == 1 for described in texts]
    return round(sum(same) / len(same), 3)
