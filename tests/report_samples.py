"""Studies that are answered and judged, for tests of the report: real clips, records as a model would leave them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from app_support import saved
from rating_pages import rate

from cosmos_compare.ratings.arms import ArmChoice
from cosmos_compare.ratings.pairs import find_pairs
from cosmos_compare.report.choice import choose
from cosmos_compare.report.material import Imprint, Material, gather
from cosmos_compare.results.evidence import Slice, load
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.plan import requests, resolve
from cosmos_compare.studies.study import load_study

MODELS = ("reason1", "reason2")
IMPRINT = Imprint("2026-11-26", "cosmos-compare report out.html")
TRUTH = """scene: a street
objects: {pedestrian: {present: true}}
events: [{label: a pedestrian steps out, start: 0.4, end: 0.9, critical: true}]
risk: {level: high, reason: it is near}
expected_action: stop
"""


def write_study(
    folder: Path, scenarios: Path, name: str = "pilot", conditions: str = "[clip]", prompt: str = "ask"
) -> Path:
    """A study of both Cosmos models on these clips."""
    (folder / f"{prompt}.yaml").write_text(f"user_prompt: What is there ({prompt})?\n", encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(
        f"scenarios: {scenarios}\nmodels: [{', '.join(MODELS)}]\nprompts: [{prompt}.yaml]\nconditions: {conditions}\n",
        encoding="utf-8",
    )
    return path


def answer_study(study: Path, outputs: Path, said: Callable[[str, str], str] | None = None) -> None:
    """Save an answer to each request of a study; `said` gives its text from the model and the scenario."""
    asked, problems = requests(resolve(load_study(study), study.parent), lambda *cell: True)
    assert not problems
    for each in asked:
        text = said or (lambda model, scenario: f"A car brakes at 0.5 s, says {model} of {scenario}.")
        saved(Store(outputs), each.comparison, each.spec, text(each.spec.name, each.comparison.clip.scenario))


def judge_all(
    outputs: Path,
    raters: Sequence[str] = ("anna", "bert"),
    a: int = 1,
    b: int = 1,
    arms: Sequence[str | ArmChoice] = MODELS,
    notes: str = "",
) -> None:
    """Every rater gives every pair of two arms these marks on all axes."""
    for pair in find_pairs(list_runs(outputs), arms):
        for rater in raters:
            rate(outputs, pair, rater, [a] * 7, [b] * 7, "a" if a > b else "b" if b > a else "tie", notes=notes)


def material(
    outputs: Path,
    study: Path | None = None,
    arms: Sequence[ArmChoice] = (),
    part: Slice | None = None,
    imprint: Imprint = IMPRINT,
) -> Material:
    """What `cosmos-compare report` gathers."""
    found = load(outputs)
    chosen = choose(outputs, found, arms, part or Slice(), study)
    return gather(Store(outputs), found, chosen, imprint)
