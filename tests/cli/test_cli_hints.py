"""`cosmos-compare hints` on real runs, clips with a ground truth, and a scorecard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs_support import IMAGES, make_run

from cosmos_compare.cli import main
from cosmos_compare.records.schema import Prompt
from cosmos_compare.runs.store import Store

TRUTH = """objects: {pedestrian: {present: true}, cyclist: {present: false}}
risk: {level: high, reason: a pedestrian crosses}
expected_action: stop
"""
IDS = ("20261122T120000Z-aaaaaaaa", "20261122T120001Z-bbbbbbbb")


@pytest.fixture
def outputs(tmp_path: Path, clip: Path) -> Path:
    folder = tmp_path / "clips" / "scene"
    folder.mkdir(parents=True)
    (folder / "segment.webm").write_bytes(clip.read_bytes())
    (folder / "ground_truth.yaml").write_text(TRUTH, encoding="utf-8")
    store = Store(tmp_path / "outputs")
    texts = ("A pedestrian crosses. The risk is high; the car should stop.", "A cyclist. The risk is low.")
    for number, (text, model) in enumerate(zip(texts, ("model-a", "model-b"), strict=True)):
        run = make_run(
            model=model,
            raw=text,
            key="ab"[number] * 64,
            created=f"20261122T12000{number}Z",
            prompt=Prompt(name="driving", user_prompt="Name objects, risk and the next action."),
        )
        path = str(folder / "segment.webm")
        store.save(run.model_copy(update={"clip": run.clip.model_copy(update={"path": path})}), IMAGES)
    return store.outputs


def hints(*words: object) -> int:
    return main(["hints", *map(str, words)])


def test_a_row_for_each_answer(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hints("--outputs", outputs) == 0
    out = capsys.readouterr().out
    cells = {line.split()[0]: line.split()[3:] for line in out.splitlines() if line.strip().startswith("2026")}
    assert cells == {IDS[0]: ["2", "2", "2", "2", "–", "2"], IDS[1]: ["0", "0", "0", "0", "–", "2"]}
    assert "not proven: n = 0" in out
    assert "A hint fills no mark" in out


def test_one_answer_with_the_words_that_were_read(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hints(IDS[1], "--outputs", outputs) == 0
    out = capsys.readouterr().out
    assert "risk: 0 says low; true is high" in out and "read: “risk is low”" in out
    assert "unsupported: cyclist is named, and the ground truth says there is none (read: “cyclist”)" in out
    assert "missed: pedestrian is there, and the answer does not name it" in out


def test_json_holds_all_and_people(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["rate", *IDS, "--rater", "anna", "--marks-a", "2,2,2,2,2,2,2", "--marks-b", "0,0,0,0,0,0,0"]
    assert main([*words, "--verdict", "a", "--outputs", str(outputs)]) == 0
    capsys.readouterr()
    assert hints("--json", "--outputs", outputs) == 0
    data = json.loads(capsys.readouterr().out)
    assert [row["run"] for row in data["runs"]] == list(IDS)
    assert {hint["name"] for hint in data["runs"][0]["hints"]} == {
        "objects", "unsupported", "risk", "action", "events", "format",
    }  # fmt: skip
    risk = next(own for own in data["people"] if own["hint"] == "risk")
    assert (risk["answers"], risk["proven"], risk["fails"]["caught"], risk["fails"]["fails"]) == (2, False, 1, 1)


def test_marks_from_before_your_own_words_prove_nothing(
    outputs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["rate", *IDS, "--rater", "anna", "--marks-a", "2,2,2,2,2,2,2", "--marks-b", "0,0,0,0,0,0,0"]
    assert main([*words, "--verdict", "a", "--outputs", str(outputs)]) == 0
    own = tmp_path / "lexicon.yaml"
    own.write_text("objects: {pedestrian: {en: [flaneur]}}\n", encoding="utf-8")
    monkeypatch.setenv("COSMOS_COMPARE_LEXICON", str(own))
    capsys.readouterr()
    assert hints("--json", "--outputs", outputs) == 0
    assert {row["answers"] for row in json.loads(capsys.readouterr().out)["people"]} == {0}


def test_no_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hints("--outputs", tmp_path) == 0
    assert "No answers under" in capsys.readouterr().err
