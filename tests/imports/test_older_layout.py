"""Work of before: `spike_<model>/<scenario>/…` becomes runs that say what nobody knows, its table ratings."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from cosmos_compare.board import side_of
from cosmos_compare.cli import main
from cosmos_compare.imports.older.times import seconds_in
from cosmos_compare.ratings import scorecard
from cosmos_compare.runs.index import read_runs
from cosmos_compare.runs.store import Store, export_run
from cosmos_compare.ui.shared import markup

TABLE = """# Notes

| Scénario | Temps Inf. | Objets | Risque | Notes principales | Obj. | Spatial | Temporel | Risque | Fidélité | Focus | Alignement GT |
|---|---|---|---|---|:-:|---|---|---|---|---|---|
| scenario_01 | 71.3 s | car, bus | high | sees **the bus** | ✅ | 🟡 | ❌ | ✅ | 🟡️ | ✅ | - |
| Scénario 2 | 3 s | car | low | | ❌ | ❌ | ❌ | ❌ | ❌ | ❌ | ❌ |
| scenario_09 | | | | | ✅ | ✅ | ✅ | ✅ | ✅ | ✅ | ✅ |
| scenario_01 | | | | torn | ✅❌ | ✅ | ✅ | ✅ | ✅ | ✅ | ✅ |
"""  # noqa: E501


def older(root: Path, model: str, scenario: str, **files: Any) -> Path:
    """A folder of the older layout; values that are mappings become folders."""
    folder = root / f"spike_{model}" / scenario
    for name, content in files.items():
        path = folder / {"analysis": "analysis.json", "metrics": "metrics_time.json", "raw": "raw_stdout.txt"}[name]
        for inner, text in content.items() if isinstance(content, dict) else [("", content)]:
            target = path / inner if inner else path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def taken(tmp_path: Path) -> Store:
    """Two models on two scenarios, in the ways in which their answers lie."""
    root = tmp_path / "old"
    answer = json.dumps({"model": "x", "response": "A bus brakes at 1.5 s.", "prompt": "What happens?"})
    first = older(root, "cosmos_reason1", "scenario_01", analysis=answer, metrics='{"inference_time_sec": 71.3}')
    for number in range(3):
        (first / "artifacts" / "video_0").mkdir(parents=True, exist_ok=True)
        image = np.full((28, 28, 3), 50 * number, np.uint8)
        image[:, :, 0] = 200
        cv2.imwrite(str(first / "artifacts" / "video_0" / f"{number}.png"), image)
    older(root, "cosmos_reason1", "scenario_02", analysis={"sub/output.json": '{"text": "Nothing moves."}'})
    time = "UserWarning: slow\n12.1user 3.2system 1:11.30elapsed 100%CPU (0avgtext)\n"
    answer = json.dumps([{"model_output": "A bus stops.", "question": "What happens?", "usage": {"tokens": 4}}])
    older(root, "cosmos_reason2", "scenario_01", analysis=answer, metrics=time)
    older(root, "cosmos_reason2", "scenario_02", raw="Loading…\nA quiet street.\n")
    older(root, "cosmos_reason2", "scenario_03", metrics="{}")
    assert main(["import", str(root), "--outputs", str(tmp_path / "outputs")]) == 0
    return Store(tmp_path / "outputs")


def test_an_empty_text_is_no_answer_whatever_stands_beside_it(tmp_path: Path) -> None:
    """The JSON as a whole was taken for the answer, and the text beside it left unread."""
    root, empty = tmp_path / "old", json.dumps({"text": " ", "seconds": 3, "note": "stopped"})
    older(root, "m", "scenario_01", analysis=empty, raw="A bus brakes.")
    older(root, "m", "scenario_02", analysis=empty)
    assert main(["import", str(root), "--outputs", str(tmp_path / "outputs")]) == 0
    store = Store(tmp_path / "outputs")
    assert [store.load(row).answer.raw for row in store.rows()] == ["A bus brakes."]


def test_each_folder_with_an_answer_becomes_a_run_that_says_what_is_not_known(
    taken: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {(row.model, row.scenario): row for row in taken.rows()}
    assert set(rows) == {(f"cosmos_reason{m}", f"scenario_0{s}") for m in (1, 2) for s in (1, 2)}
    assert all(row.imported and row.finished for row in rows.values())
    first = taken.load(rows["cosmos_reason1", "scenario_01"])
    assert (first.answer.raw, first.answer.total_s, first.prompt.user_prompt) == (
        "A bus brakes at 1.5 s.", 71.3, "What happens?"
    )  # fmt: skip
    record = json.loads((taken.folder(first) / "analysis.json").read_text())
    assert record["clip"]["sha256"] is record["settings"] is record["model"]["vision"] is None
    assert record["prompt"]["user_prompt"] == "What happens?" and record["prompt"]["system_prompt"] is None
    assert {"clip.sha256", "settings", "model.vision", "frames.seconds"} <= set(record["imported"]["unknown"])
    pictures = taken.frame_files(first)
    assert len(pictures) == 3 and cv2.imread(str(pictures[2]))[0, 0].tolist() == [200, 100, 100]
    assert taken.load(rows["cosmos_reason2", "scenario_01"]).answer.total_s == pytest.approx(71.3)
    mixed = taken.load(rows["cosmos_reason2", "scenario_02"])
    assert mixed.answer.raw.startswith("Loading") and mixed.imported and "not told apart" in mixed.imported.notes[0]


def test_what_holds_no_answer_and_what_is_there_is_counted(
    taken: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tmp_path / "old"), "--outputs", str(taken.outputs), "--json"]) == 0
    out = capsys.readouterr().out
    told = json.loads(out[out.index("{") :])
    assert (told["read"], told["runs"]) == (5, [])
    whys = [own["why"] for own in told["left_out"]]
    assert sum("taken in before" in why for why in whys) == 4
    assert "spike_cosmos_reason2/scenario_03: neither analysis.json nor raw_stdout.txt holds an answer" in whys


def test_runs_that_were_taken_in_stand_in_lists_pairs_pages_and_exports(
    taken: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from cosmos_compare.fairness import model_input
    from cosmos_compare.ratings.pairs import find_pairs
    from cosmos_compare.ui.compare.inputs_panel import of_sides

    for words in (["runs"], ["runs", "--json"], ["results"], ["hints"], ["scorecard"]):
        assert main([*words, "--outputs", str(taken.outputs)]) == 0, words
    assert "imported" in capsys.readouterr().out
    pairs = find_pairs(taken.rows(), ("cosmos_reason1", "cosmos_reason2"))
    assert [pair.scenario for pair in pairs] == ["scenario_01", "scenario_02"]
    side = side_of(taken.load(pairs[0].a))
    assert "imported" in markup.title(side, 0) and side.imported
    assert "Not known of it: clip.path" in markup.unknown(side.imported)
    assert "1.5" in markup.body(side) and "71.30 s" in markup.measures(side)
    assert of_sides([side]) == [] and model_input
    target = export_run(taken, pairs[0].a, tmp_path / "exported")
    assert json.loads((target / "metrics_time.json").read_text())["inference_time_sec"] == 71.3


def test_runs_of_this_program_come_back_as_they_were(taken: Store, tmp_path: Path) -> None:
    for row in taken.rows():
        export_run(taken, row, tmp_path / "exported")
    other = Store(tmp_path / "other")
    assert main(["import", str(tmp_path / "exported"), "--outputs", str(other.outputs)]) == 0
    assert [other.load(row) for row in other.rows()] == [taken.load(row) for row in taken.rows()]
    counts = [sorted(len(store.frame_files(row)) for row in store.rows()) for store in (other, taken)]
    assert counts == [[0, 0, 0, 3]] * 2


def test_a_clip_that_is_found_is_known(tmp_path: Path, scenarios: Path) -> None:
    older(tmp_path, "m", "scene_1", analysis="A square.")
    store = Store(tmp_path / "outputs")
    words = ["import", str(tmp_path / "spike_m"), "--media", str(scenarios), "--outputs", str(store.outputs)]
    assert main(words) == 0
    run = store.load(store.rows()[0])
    assert run.clip.n_frames == 24 and run.clip.path == str((scenarios / "scene_1" / "segment.webm").resolve())
    assert run.imported and not any(name.startswith("clip.") for name in run.imported.unknown)


def test_the_hand_made_table_becomes_ratings(taken: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "evaluation.md"
    table.write_text(TABLE, encoding="utf-8")
    words = ["import", str(table), "--outputs", str(taken.outputs), "--model", "cosmos_reason1"]
    assert main(words) == 2
    assert "does not say who judged" in capsys.readouterr().err
    assert main([*words, "--rater", "Anna"]) == 0
    told = capsys.readouterr()
    assert "4 rows read, 2 ratings taken in, 2 left out" in told.out
    assert "no run of the scenario 'scenario_09' was taken in" in told.err
    assert "'✅❌' under 'Obj.' is two marks" in told.err
    columns = scorecard.read(taken.outputs).columns
    axes = ("objects", "spatial", "temporal", "risk", "fidelity", "gt_alignment")
    marks = [[columns[axis][n] for axis in axes] for n in (0, 1)]
    assert marks == [[2, 1, 0, 2, 1, None], [0, 0, 0, 0, 0, 0]]
    assert columns["scenario"] == ["scenario_01", "scenario_02"] and columns["rater"] == ["Anna", "Anna"]
    assert columns["blind"] == [False, False], "who wrote a table by hand knew the models"
    assert "sees the bus" in columns["notes"][0] and "Objets: car, bus" in columns["notes"][0]
    assert "Risque: high" in columns["notes"][0], "the first Risque is what the answer says"
    assert main([*words, "--rater", "Anna"]) == 0
    assert "0 ratings taken in, 4 left out" in capsys.readouterr().out, "once is enough"
    assert main(["results", "--outputs", str(taken.outputs)]) == 0


@pytest.mark.parametrize(
    "text",
    [
        "Scenario,Model,Rater,Time,Objects,Risk,Main notes,Obj.,Spatial,Temporal,Risk,Fidelity,Focus,GT alignment\r\n"
        'scenario_01,cosmos_reason1,Bo,71,car,high,"two\r\nlines",✅,🟡,❌,✅,🟡,✅,\r\n',
        "\ufeffscénario;modèle;évaluateur;obj;spatial;temporel;risque;fidélité;focus;alignement gt\n"
        "1;spike_cosmos_reason1;Bo;2;1;0;2;1;2;\n",
    ],
)
def test_tables_in_english_and_french_with_commas_and_semicolons(taken: Store, tmp_path: Path, text: str) -> None:
    table = tmp_path / "table.csv"
    table.write_bytes(text.encode())
    assert main(["import", str(table), "--outputs", str(taken.outputs)]) == 0
    columns = scorecard.read(taken.outputs).columns
    assert [columns[axis] for axis in ("objects", "spatial", "temporal", "risk")] == [[2], [1], [0], [2]]
    assert (columns["rater"], columns["model"]) == (["Bo"], ["cosmos_reason1"])


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ('{"inference_time_sec": 71.3}', 71.3),
        ("a warning: 12 s\n{'inference_time': 4,5}", 4.5),
        ("\nreal\t1m11,300s\nuser\t0m3s\nsys\t0m1s\n", 71.3),
        ("real 71.30\nuser 3.00\nsys 1.00\n", 71.3),
        ("12.1user 3.2system 1:11.30elapsed 100%CPU", 71.3),
        ("\tElapsed (wall clock) time (h:mm:ss or m:ss): 1:01:11.5\n\tAverage", 3671.5),
        ("       71.30 real         3.00 user         1.00 sys", 71.3),
        ("python x.py  3.00s user 1.00s system 99% cpu 1:11.300 total", 71.3),
        ("{}", None),
        ("nothing", None),
        ('{"inference_time_sec": null}', None),
        ('{"inference_time_sec":71,"n":3}', 71.0),
        ('{"inference_time_sec": 7.13e1}', 71.3),
        ('{"inference_time_sec": "71.3s"}', 71.3),
        ('{"inference_time_ms": 71300}', None),
        ('{"inference_time_sec": 1e400}', None),
        ("9" * 5000 + ":11.30elapsed", None),
    ],
)
def test_what_time_wrote_is_read(text: str, seconds: float | None) -> None:
    assert seconds_in(text) == (None if seconds is None else pytest.approx(seconds))


def test_links_and_pipes_lead_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    folder = older(tmp_path / "old", "m", "one", metrics="{}")
    (folder / "analysis.json").symlink_to(secret)
    other = older(tmp_path / "old", "m", "two", metrics="{}")
    os.mkfifo(other / "raw_stdout.txt")
    assert main(["import", str(tmp_path / "old"), "--outputs", str(tmp_path / "outputs")]) == 0
    assert read_runs(tmp_path / "outputs").rows == []


@pytest.mark.parametrize(
    ("analysis", "answer"),
    [
        ("A bus.", "A bus."),
        ('"A bus."', "A bus."),
        ('{"answer": "A bus."}', "A bus."),
        ('{"sortie": "Un bus."}', "Un bus."),
        ('{"Model Output": "A bus.", "fps": 4}', "A bus."),
        ('{"whatever": "A bus."}', "A bus."),
        ('{"result": {"text": "A bus."}}', "A bus."),
        ('{"choices": [{"message": {"role": "assistant", "content": "A bus."}}]}', "A bus."),
        ('[{"role": "user", "content": "?"}, {"role": "assistant", "content": "A bus."}]', "A bus."),
        ('{"answer": {"risk": "low"}}', '{"risk": "low"}'),
        ('{"objects": ["bus"], "risk": "low"}', '{"objects": ["bus"], "risk": "low"}'),
        ('{"torn": "A bus', '{"torn": "A bus'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_the_text_is_found_under_varying_keys(tmp_path: Path, analysis: str, answer: str) -> None:
    older(tmp_path, "m", "one", analysis=analysis)
    store = Store(tmp_path / "outputs")
    assert main(["import", str(tmp_path / "spike_m" / "one"), "--outputs", str(store.outputs)]) == 0
    assert store.load(store.rows()[0]).answer.raw == answer


def test_columns_of_an_axis_that_hold_words_are_no_marks(taken: Store, tmp_path: Path) -> None:
    """With one `Risque`, which is what the answer says; and a name with more behind it."""
    table = tmp_path / "table.md"
    head = "| Scénario | Objets | Risque | Spatial | Temporel (ordre) | Fidélité (hallucinations) | Focus |"
    table.write_text(f"{head}\n|---|---|---|---|---|---|---|\n| 1 | bus | élevé | ✅ | 🟡 (late) | ❌ | ✅ |\n")
    words = ["import", str(table), "--model", "cosmos_reason1", "--rater", "Bo", "--outputs", str(taken.outputs)]
    assert main(words) == 0
    columns = scorecard.read(taken.outputs).columns
    marks = {axis: columns[axis] for axis in ("objects", "risk", "spatial", "temporal", "fidelity", "focus")}
    assert marks == {"objects": [None], "risk": [None], "spatial": [2], "temporal": [1], "fidelity": [0], "focus": [2]}
    assert "Risque: élevé" in columns["notes"][0]


def test_a_table_that_is_none_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "table.md"
    table.write_text("nothing | here\n")
    assert main(["import", str(table), "--format", "table", "--outputs", str(tmp_path / "outputs")]) == 2
    assert "no table with a scenario and marks" in capsys.readouterr().err
