"""What a study names is found: beside its file, by its name, and never something else of a like name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from runs_support import make_spec

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Prompt, Settings
from cosmos_compare.studies import plan as plans
from cosmos_compare.studies.plan import StudyArm, StudyPlan, labelled, resolve
from cosmos_compare.studies.study import Study


def plan_of(beside: Path, **values: Any) -> StudyPlan:
    asked = {"scenarios": "clips", "models": ["reason1-demo"], "prompts": ["driving"], **values}
    return resolve(Study.model_validate(asked), beside)


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with clips that nobody decodes here: two are called alike, one lies alone."""
    for name in ("clips/one/clip.mp4", "clips/two/clip.mp4", "alone/segment.mp4"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(b"clip")
    return tmp_path


def test_clips_that_are_called_alike_have_rows_of_their_own(beside: Path) -> None:
    """They shared one row: the study said two answers to do and had place for one."""
    plan = plan_of(beside, scenarios=["clips/one/clip.mp4", "clips/two/clip.mp4", "clips/one"])
    assert [row.id for row in plan.rows] == ["clip", "clip-2"]
    assert plan.answers == 2


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("clips", ["clip", "clip-2"]),
        ("clips/two/clip.mp4", ["clip"]),
        ("alone", ["alone"]),
        ("alone/segment.mp4", ["alone"]),
        (["clips", "alone"], ["clip", "clip-2", "alone"]),
        ("scenario_02", ["scenario_02"]),
        (["scenario_02", "alone", "scenario_01"], ["scenario_02", "alone", "scenario_01"]),
    ],
)
def test_scenarios_are_paths_or_names(beside: Path, named: Any, found: list[str]) -> None:
    assert [row.id for row in plan_of(beside, scenarios=named).rows] == found


def test_a_scenario_that_is_nowhere_is_named_with_those_there_are(beside: Path) -> None:
    with pytest.raises(
        CompareError, match=r"no clip, folder or scenario .scenario_99.\. Scenarios by name: scenario_01"
    ):
        plan_of(beside, scenarios=["alone", "scenario_99"])


def test_a_prompt_is_its_own_file_or_name_and_no_other(beside: Path) -> None:
    (beside / "driving").mkdir()
    assert plan_of(beside).arms[0].prompt.name == "driving", "a folder of that name is no prompt"
    (beside / "mine.yaml").write_text("user_prompt: What is there?\n")
    assert plan_of(beside, prompts=["mine.yaml"]).arms[0].prompt.user_prompt == "What is there?"
    with pytest.raises(CompareError, match=r"driving\.v2"):
        plan_of(beside, prompts=["driving.v2"])  # was read as driving


def test_a_checkpoint_may_lie_beside_the_study(beside: Path) -> None:
    (beside / "weights").mkdir()
    with pytest.raises(CompareError, match=f"{beside}/weights lacks config.json"):
        plan_of(beside, models=["mine=weights"])


def test_a_study_that_no_page_could_show_is_refused(beside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plans, "MAX_ANSWERS", 7)
    assert plan_of(beside, repeats=3).answers == 6
    with pytest.raises(CompareError, match="asks for 8 answers; up to 7 are taken"):
        plan_of(beside, repeats=4)


def test_every_arm_has_a_name_and_no_two_the_same() -> None:
    """Two models of one label shared a column; an arm without reasoning had none at all."""
    own, prompt = Settings.model_validate({}), Prompt(name="p", user_prompt="What?")
    thinking = prompt.model_copy(update={"reasoning": True})
    one, two = (make_spec(name).model_copy(update={"label": "Mine"}) for name in ("one", "two"))
    arms = [StudyArm(spec, asked, own) for spec in (one, two) for asked in (prompt, thinking)]
    assert [arm.label for arm in labelled(arms)] == [
        "Mine (one) · no reasoning", "Mine (one) · reasoning", "Mine (two) · no reasoning", "Mine (two) · reasoning",
    ]  # fmt: skip
    assert [arm.label for arm in labelled(arms[:2])] == ["no reasoning", "reasoning"]
