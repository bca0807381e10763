"""A study owns nothing: its matrix is made of the runs on disk that match, and of no other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import write_clip

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.cli import main
from cosmos_compare.cli.study import matrix_now
from cosmos_compare.results.plans import read_plans
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store
from cosmos_compare.studies.matrix import Matrix
from cosmos_compare.studies.plan import resolve
from cosmos_compare.studies.study import load_study

SETTINGS = "{fps: 2, max_new_tokens: 4, temperature: 1.5}"


@pytest.fixture
def study(tmp_path: Path, tiny: dict[str, Path], scenarios: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models, one prompt beside the file, the clip and a blank one, two repeats on three scenarios."""
    names = "".join(f"  {name}: {{family: {family}, source: '{tiny[name]}'}}\n" for name, family in FAMILIES.items())
    (tmp_path / "list.yaml").write_text(f"models:\n{names}", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_MODELS", str(tmp_path / "list.yaml"))
    (tmp_path / "mine.yaml").write_text("user_prompt: What is there?\n", encoding="utf-8")
    path = tmp_path / "study.yaml"
    path.write_text(
        f"scenarios: {scenarios}\nmodels: [{', '.join(FAMILIES)}]\nprompts: [mine.yaml]\nconditions: [clip, blank]\n"
        f"settings: {SETTINGS}\nrepeats: 2\nplanned: 3\n",
        encoding="utf-8",
    )
    return path


FAMILIES = {"reason1-tiny": "qwen2_5_vl", "reason2-tiny": "qwen3_vl"}


def matrix_of(study: Path, outputs: Path) -> Matrix:
    return matrix_now(resolve(load_study(study), study.parent), Store(outputs))


def words(study: Path, outputs: Path, *more: str) -> list[str]:
    return ["study", str(study), "--outputs", str(outputs), *more]


def test_a_study_is_answered_once_shown_as_it_is_and_resumed(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = tmp_path / "outputs"
    assert main(words(study, outputs, "--json")) == 0
    before = json.loads(capsys.readouterr().out)
    assert (before["done"], before["to_do"]) == (0, 24)
    assert [cell["runs"] for cell in before["cells"]] == [[]] * 12

    assert main(words(study, outputs, "--run", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["done"], told["to_do"]) == (24, 0)
    assert len({arm["id"] for arm in told["arms"]}) == 4
    assert [plan.planned for plan in read_plans(outputs)] == [3] * 6  # every two of four arms, before any rating
    by_id = {row.id: row for row in list_runs(outputs)}
    for cell in told["cells"]:
        arm = next(arm for arm in told["arms"] if arm["id"] == cell["arm"])
        rows = [by_id[run] for run in cell["runs"]]
        assert [row.repeat for row in rows] == [0, 1] == [answer["repeat"] for answer in cell["answers"]]
        assert {(row.scenario, row.model, row.condition) for row in rows} == {
            (cell["scenario"], arm["model"], arm["condition"])
        }

    assert main(words(study, outputs, "--run")) == 0
    assert "24 answers, 24 are there." in capsys.readouterr().err
    assert len(list_runs(outputs)) == 24, "nothing is asked twice"


def test_runs_belong_by_what_they_record_wherever_they_were_started(
    study: Path, scenarios: Path, tmp_path: Path
) -> None:
    """`run` and `batch` answer cells of a study; other prompts, settings, clips and models don't."""
    outputs = tmp_path / "outputs"
    flags = ["--fps", "2", "--max-tokens", "4", "--temperature", "1.5", "--outputs", str(outputs)]
    one = [
        "run",
        "--videos",
        str(scenarios / "scene_0"),
        "--models",
        "reason1-tiny",
        "--prompt",
        str(tmp_path / "mine.yaml"),
    ]
    assert main([*one, *flags]) == 0
    assert matrix_of(study, outputs).done == 1
    assert main([*one, *flags, "--condition", "blank"]) == 0
    assert matrix_of(study, outputs).done == 2
    assert main([*one, *flags, "--question", "What else?"]) == 0
    assert main([*one, *flags, "--reasoning"]) == 0
    assert main([*one, *flags, "--top-k", "3"]) == 0
    assert main([*one, *flags, "--condition", "frozen"]) == 0
    # Another clip of the same name answers another question.
    (tmp_path / "elsewhere" / "scene_1").mkdir(parents=True)
    write_clip(tmp_path / "elsewhere" / "scene_1" / "segment.webm", seconds=1)
    assert main(["run", "--videos", str(tmp_path / "elsewhere" / "scene_1"), *one[3:], *flags]) == 0
    assert matrix_of(study, outputs).done == 2
    assert len(list_runs(outputs)) == 7


def test_a_clip_that_can_not_be_read_costs_its_own_cells(
    study: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "clips"
    root.mkdir()
    write_clip(root / "good.webm", seconds=1)
    (root / "bad.mp4").write_bytes(b"<html>404</html>")
    text = study.read_text(encoding="utf-8")
    lines = [f"scenarios: {root}" if line.startswith("scenarios") else line for line in text.splitlines()]
    study.write_text("\n".join(lines).replace("repeats: 2", "repeats: 1"), encoding="utf-8")
    assert main(words(study, tmp_path / "outputs", "--run")) == 1
    said = capsys.readouterr()
    assert "bad: skipped." in said.err
    assert matrix_of(study, tmp_path / "outputs").done == 4


def test_arms_are_named_by_what_differs(study: Path) -> None:
    plan = resolve(load_study(study), study.parent)
    labels = [spec.label for spec in resolve_models(list(FAMILIES))]
    assert [arm.label for arm in plan.arms] == [f"{label} · {what}" for label in labels for what in ("clip", "blank")]


def test_the_study_of_the_docs_works_as_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Written anywhere: what came with the program is found behind what lies beside the file."""
    text = (
        "scenarios: data/raw/scenarios_demo\nmodels: [reason1-demo, reason2-demo]\n"
        "prompts: [prompts/driving.yaml, prompts/risk.yaml]\nconditions: [clip, blank]\nrepeats: 1\nplanned: 8\n"
    )
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    assert main(words(tmp_path / "s.yaml", tmp_path / "outputs", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (len(told["arms"]), len(told["cells"]), told["to_do"]) == (8, 64, 64)
    assert told["cells"][0]["truth"]["risk"] in {"none", "low", "medium", "high"}
