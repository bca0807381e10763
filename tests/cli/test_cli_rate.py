"""`rate`, `scorecard` and `results` from the command line, on real runs in a real folder."""

import json
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from runs_support import IMAGES, make_run

from cosmos_compare.cli import main
from cosmos_compare.ratings import scorecard
from cosmos_compare.records.schema import AXES, Prompt
from cosmos_compare.runs.store import Store

A, B = "20261122T120000Z-aaaaaaaa", "20261122T120001Z-bbbbbbbb"
MARKS = ["--marks-a", "2,1,2,0,1,1,2", "--marks-b=-,2,2,2,2,2,-"]


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    store = Store(tmp_path / "outputs")
    store.save(make_run(model="model-a", key="a" * 64, created="20261122T120000Z"), IMAGES)
    store.save(make_run(model="model-b", key="b" * 64, created="20261122T120001Z"), IMAGES)
    return store.outputs


def run(*words: object) -> int:
    return main([str(word) for word in words])


def rate(outputs: Path, *more: object, a: str = A, b: str = B, rater: str = "anna", verdict: str = "b") -> int:
    return run("rate", a, b, "--rater", rater, *MARKS, "--verdict", verdict, "--outputs", outputs, *more)


def test_a_rating_lands_in_the_scorecard(outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rate(outputs, "--notes", "=a\nb") == 0
    assert "Saved: anna on scene" in capsys.readouterr().out
    columns = scorecard.read(outputs).columns
    assert columns["run_id"] == [A, B]
    assert columns["pair_id"] == [f"{A}~{B}"] * 2
    assert [columns[axis] for axis in AXES] == [[2, None], [1, 2], [2, 2], [0, 2], [1, 2], [1, 2], [2, None]]
    assert columns["verdict"] == ["worse", "better"]
    assert columns["notes"] == ["=a\nb"] * 2
    assert columns["blind"] == [False, False]
    assert columns["side"] == ["", ""]


def test_ids_by_their_beginning_and_blind(outputs: Path) -> None:
    assert rate(outputs, "--blind", a="20261122T120001", b="20261122T120000") == 0
    columns = scorecard.read(outputs).columns
    assert columns["run_id"] == [B, A]
    assert columns["blind"] == [True, True]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["20261122", B], "2 runs begin with '20261122'"),
        (["nothing", B], "No run begins with 'nothing'"),
        ([A, A], "Both runs are by model-a"),
    ],
)
def test_runs_that_cannot_be_rated(outputs: Path, words: list[str], why: str, capsys) -> None:
    assert rate(outputs, a=words[0], b=words[1]) == 2
    assert why in capsys.readouterr().err
    assert scorecard.read(outputs).lines == []


def test_runs_of_different_prompts(outputs: Path, capsys) -> None:
    other = make_run(model="model-b", key="c" * 64, prompt=Prompt(name="other", user_prompt="Why?"))
    Store(outputs).save(other, IMAGES)
    assert rate(outputs, b=other.id) == 2
    assert "differ in prompt" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("marks", "why"), [("1,1", "2 marks instead of 7"), ("3,1,1,1,1,1,1", "'3' is no mark"), ("", "1 marks")]
)
def test_marks_that_are_none(outputs: Path, marks: str, why: str, capsys) -> None:
    assert rate(outputs, "--marks-a", marks) == 2
    assert why in capsys.readouterr().err


def test_a_rater_without_a_name(outputs: Path, capsys) -> None:
    assert rate(outputs, rater="  ") == 2
    assert "needs the name" in capsys.readouterr().err


def test_an_unknown_verdict_is_exit_code_2(outputs: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        rate(outputs, verdict="maybe")
    assert caught.value.code == 2


def test_the_scorecard_as_a_table(outputs: Path, capsys) -> None:
    rate(outputs, "--notes", "Late\nbut \x1b[31mseen")
    rate(outputs, rater="bo", verdict="tie")
    capsys.readouterr()
    assert run("scorecard", "--outputs", outputs) == 0
    out = capsys.readouterr().out
    assert "gt alignment" in out
    assert "\x1b" not in out
    row = next(line for line in out.splitlines() if "model-a" in line and "anna" in line)
    assert row.count("✅") == 3
    assert row.count("❌") == 1
    assert "worse" in row
    assert run("scorecard", "--rater", "bo", "--outputs", outputs) == 0
    assert "anna" not in capsys.readouterr().out


def test_the_scorecard_as_json(outputs: Path, capsys) -> None:
    rate(outputs)
    capsys.readouterr()
    assert run("scorecard", "--json", "--outputs", outputs) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert [first[axis] for axis in AXES] == [2, 1, 2, 0, 1, 1, 2]
    assert second["objects"] is None
    assert (first["model"], first["run_id"], first["verdict"], first["rater"]) == ("model-a", A, "worse", "anna")
    assert run("scorecard", "--json", "--scenario", "other", "--outputs", outputs) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_scorecard_as_files(outputs: Path, tmp_path: Path, capsys) -> None:
    rate(outputs, "--notes", "=cmd()")
    assert run("scorecard", "--xlsx", tmp_path / "s.xlsx", "--csv", tmp_path / "s.csv", "--outputs", outputs) == 0
    assert openpyxl.load_workbook(tmp_path / "s.xlsx").active["D2"].value == "=cmd()"
    assert openpyxl.load_workbook(tmp_path / "s.xlsx").active["D2"].data_type == "s"
    assert '"\'=cmd()"' in (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    assert run("scorecard", "--csv", outputs / "scorecard.csv", "--outputs", outputs) == 2
    assert "is the scorecard itself" in capsys.readouterr().err
    assert len(scorecard.read(outputs).lines) == 2


def test_bad_rows_are_named_and_the_rest_is_shown(outputs: Path, capsys) -> None:
    rate(outputs)
    path = outputs / "scorecard.csv"
    path.write_bytes(path.read_bytes() + b"torn,line\n")
    assert run("scorecard", "--outputs", outputs) == 0
    streams = capsys.readouterr()
    assert "Line 4 is left out: 2 values where the first line names 18" in streams.err
    assert "model-b" in streams.out


def test_results_in_words_and_tables(outputs: Path, capsys) -> None:
    rate(outputs)
    capsys.readouterr()
    assert run("results", "--outputs", outputs) == 0
    out = capsys.readouterr().out
    assert "model-a and model-b. Counted are all ratings." in out
    assert "model-b is rated 1.00 higher than model-a" in out
    assert "in the one scenario that is rated, which says nothing about others" in out
    assert "1 pair of answers, 1 scenario, 1 judgement by 1 rater" in out
    assert "spatial" in out
    assert "p = 0" not in out


def test_results_as_json(outputs: Path, capsys) -> None:
    rate(outputs)
    capsys.readouterr()
    assert run("results", "--json", "--models", "model-b", "model-a", "--outputs", outputs) == 0
    data = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert data["models"] == ["model-b", "model-a"]
    assert data["difference"]["value"] == pytest.approx(-1)
    assert data["difference"]["low"] is None
    assert data["matrix"][0]["scenario"] == "scene"
    assert data["matrix"][0]["objects"] is None
    assert data["verdicts"]["a"] == 1
    assert data["coverage"] == [{"scenario": "scene", "pairs": 1, "rated": 1, "twice": 0, "unrated": []}]
    assert data["agreement"]["alpha"]["value"] is None


def test_results_of_a_slice(outputs: Path, capsys) -> None:
    rate(outputs)
    capsys.readouterr()
    assert run("results", "--json", "--blind-only", "--outputs", outputs) == 0
    assert json.loads(capsys.readouterr().out)["ratings"] == 0


def test_results_of_unknown_models(outputs: Path, capsys) -> None:
    assert run("results", "--models", "model-a", "gone", "--outputs", outputs) == 2
    assert "No model 'gone'" in capsys.readouterr().err


def test_nothing_at_all(tmp_path: Path, capsys) -> None:
    for command in ("scorecard", "results"):
        assert run(command, "--outputs", tmp_path) == 0
    streams = capsys.readouterr()
    assert streams.out == ""
    assert "No ratings" in streams.err
    assert "No two models" in streams.err
    assert run("results", "--json", "--outputs", tmp_path) == 0
    assert json.loads(capsys.readouterr().out)["models"] is None


@pytest.mark.parametrize("words", [["rate", "--help"], ["scorecard", "--help"], ["results", "--help"], ["RATE"]])
def test_help_and_rate_wait_for_no_statistics(outputs: Path, words: list[str]) -> None:
    if words == ["RATE"]:
        words = ["rate", A, B, "--rater", "anna", *MARKS, "--verdict", "tie", "--outputs", str(outputs)]
    script = f"""
import sys
from cosmos_compare.cli import main
try:
    main({words!r})
except SystemExit:
    pass
print(*sorted({{"pandas", "scipy", "sklearn", "xlsxwriter", "torch", "streamlit"}} & set(sys.modules)), "loaded")
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.splitlines()[-1] == "loaded"
