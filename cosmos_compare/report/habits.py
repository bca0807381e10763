"""Habits: what a model still claims when it doesn't see the clip, and whether it says the same when asked again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Run
from cosmos_compare.report.material import Material
from cosmos_compare.runs.index import RunRow
from cosmos_compare.stats import Estimate, clustered_mean
from cosmos_compare.studies.controls import claims_of
from cosmos_compare.studies.facts import read_facts

MOST_READ = 200  # pairs of a clip and its control that are opened, for each model and control


class Habit(NamedTuple):
    """The share of a model's claims about clips that it also makes under a control: mean over scenarios, n claims."""

    model: str
    condition: str
    kept: Estimate


class Repeats(NamedTuple):
    """How many requests were answered twice or more, and in how many of them every answer has the same text."""

    asked: int
    alike: int


def habits(told: Material) -> list[Habit]:
    """Of each arm on the clip and each control of it that was answered; n of `kept` counts claims."""
    found = []
    for side, model in enumerate(told.models):
        shown = [run for run in told.runs(side) if run.settings.condition == "clip"]
        controls = _controls_of(told, side)
        for condition in sorted({row.condition for row in controls}):
            by_request = {_request(row): row for row in controls if row.condition == condition}
            pairs = [(run, row) for run in shown if (row := by_request.get(_request_of(told, run))) is not None]
            kept = _kept(told, pairs[:MOST_READ])
            if kept.value is not None:
                found.append(Habit(model, condition, kept))
    return found


def repeats(rows: Iterable[RunRow]) -> Repeats:
    """Of the finished answers of one arm."""
    texts: dict[tuple[object, ...], dict[int, str]] = {}
    for row in rows:
        if row.finished:
            texts.setdefault((*_request(row)[:-1], row.condition), {})[row.repeat] = row.text_key
    repeated = [list(by_repeat.values()) for by_repeat in texts.values() if len(by_repeat) > 1]
    return Repeats(len(repeated), sum(len(set(each)) == 1 for each in repeated))


def _controls_of(told: Material, side: int) -> list[RunRow]:
    arm = told.told.arms[side]
    return [
        row
        for row in told.evidence.runs
        if row.finished and row.condition != "clip" and arm._replace(condition=row.condition).takes(row)
    ]


def _request(row: RunRow) -> tuple[object, ...]:
    """What a clip's answer and a control's must share; the repeat stands last."""
    return (row.scenario, row.clip_sha256, row.prompt_version, row.reasoning, row.arm_settings_key, row.repeat)


def _request_of(told: Material, run: Run) -> tuple[object, ...]:
    row = told.evidence.by_id.get(run.id)
    return _request(row) if row else ()


def _kept(told: Material, pairs: list[tuple[Run, RunRow]]) -> Estimate:
    shares: list[bool] = []
    names: list[str] = []
    for run, row in pairs:
        try:
            unseen = set(claims_of(read_facts(told.store.load(row), None)))
        except CompareError:
            continue  # a damaged record; section 10 names it
        seen = claims_of(read_facts(run, None))
        shares += [claim in unseen for claim in seen]
        names += [run.clip.scenario] * len(seen)
    return clustered_mean(np.array(shares, dtype=float), np.array(names), (0.0, 1.0))
