"""A study beside the pages: it counts, it stops without losing what is saved, and it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.cli.study import matrix_now
from cosmos_compare.engines.load import load_engine
from cosmos_compare.errors import CompareError
from cosmos_compare.jobs import ModelPool
from cosmos_compare.records.schema import Prompt, Settings
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.plan import StudyArm, StudyPlan, labelled
from cosmos_compare.studies.runner import StudyRunner
from cosmos_compare.studies.work import cost_of
from cosmos_compare.video.clips import find_scenarios
from cosmos_compare.video.frame_cache import FrameCache


@pytest.fixture
def pool() -> Iterator[ModelPool]:
    pool = ModelPool(load_engine)
    yield pool
    pool.close()


def plan_of(tiny: dict[str, Path], scenarios: Path, tokens: int, repeats: int) -> StudyPlan:
    specs = resolve_models([f"{name}={folder}" for name, folder in tiny.items()])
    settings = Settings.model_validate({"fps": 2, "max_new_tokens": tokens, "temperature": 1.5})
    arms = [StudyArm(spec, Prompt(name="p", user_prompt="What is there?"), settings) for spec in specs]
    return StudyPlan(tuple(find_scenarios(scenarios)), tuple(labelled(arms)), repeats)


def test_a_study_runs_to_its_end_and_is_counted(
    tiny: dict[str, Path], scenarios: Path, tmp_path: Path, pool: ModelPool
) -> None:
    store, plan = Store(tmp_path), plan_of(tiny, scenarios, 4, 2)
    runner = StudyRunner(pool, store, FrameCache())
    run = runner.start(plan, matrix_now(plan, store))
    assert run.done.wait(120)
    assert (run.total, run.ended, run.failed, run.problems) == (12, 12, 0, [])
    matrix = matrix_now(plan, store)
    assert (matrix.done, matrix.to_do) == (12, 0)
    more = plan_of(tiny, scenarios, 4, 3)
    cost = cost_of(matrix_now(more, store), store.rows(), store)
    assert (cost.answers, cost.there) == (18, 12)
    assert cost.seconds is not None and cost.seconds > 0
    assert cost.bytes is not None and cost.bytes > 1000


def test_a_stopped_study_keeps_what_it_has_and_goes_on_later(
    tiny: dict[str, Path], scenarios: Path, tmp_path: Path, pool: ModelPool
) -> None:
    store, plan = Store(tmp_path), plan_of(tiny, scenarios, 2000, 4)
    runner = StudyRunner(pool, store, FrameCache())
    run = runner.start(plan, matrix_now(plan, store))
    with pytest.raises(CompareError, match="A study is running"):
        runner.start(plan, matrix_now(plan, store))
    run.stop()
    assert run.done.wait(120)
    assert not runner.running
    assert run.failed == 0, "what was stopped did not fail"
    there = matrix_now(plan, store).done
    short = plan_of(tiny, scenarios, 4, 1)
    again = runner.start(short, matrix_now(short, store))
    assert again.done.wait(120)
    assert matrix_now(short, store).to_do == 0
    assert matrix_now(plan, store).done == there
