"""`cosmos-compare run` from end to end: tiny models, real files, exit codes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from conftest import write_clip
from safetensors.numpy import load_file, save_file

from cosmos_compare.cli import main
from cosmos_compare.runs.index import list_runs
from cosmos_compare.runs.store import Store

SHORT = ["--fps", "2", "--max-tokens", "6"]


def test_two_models_answer_about_a_clip_and_leave_complete_runs(
    clip: Path, tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, older = tmp_path / "outputs", tmp_path / "older"
    words = ["run", "--videos", str(clip), *tiny_flags, *SHORT, "--outputs", str(outputs), "-o", str(older)]
    assert main([*words, "--question", "Who is there?", "--reasoning"]) == 0
    printed = capsys.readouterr()
    assert re.search(r"^reason1-tiny │ ", printed.out, re.MULTILINE)
    assert re.search(r"^reason2-tiny │ ", printed.out, re.MULTILINE)
    assert printed.err.count("cut at the limit of tokens") == 2
    store = Store(outputs)
    for row in store.rows():
        run = store.load(row.id)
        assert run.clip.scenario == "square"
        assert run.prompt.user_prompt == "Who is there?" and run.prompt.reasoning
        assert run.answer.rendered_prompt and "<think>" in run.answer.rendered_prompt
        assert run.answer.sampling and run.answer.sampling.max_new_tokens == 6
        assert run.environment.device == "cpu"
        assert run.frames.indices == (0, 8, 16, 24)
        assert len(store.frame_files(row.id)) == 4
        assert (older / f"spike_{row.model}" / "square" / "raw_stdout.txt").read_text() == run.answer.raw
    assert {row.model for row in store.rows()} == {"reason1-tiny", "reason2-tiny"}


def test_models_of_other_architectures_say_how_they_answered(
    clip: Path, successors: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flags = ["--models", *(f"{name}={successors[name]}" for name in ("edge-tiny", "llava-tiny"))]
    assert main(["run", "--videos", str(clip), *flags, *SHORT, "--reasoning", "--outputs", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert told.count("slow: This program has no forward pass of its own for") == 2
    assert told.count("What it was told of the time is not known") == 1
    store = Store(tmp_path)
    runs = {row.model: store.load(row.id) for row in store.rows()}
    assert {run.answer.path for run in runs.values()} == {"generate"}
    assert runs["edge-tiny"].answer.rendered_prompt.endswith("<think>\n")  # switched on, and nothing asked for in words
    assert runs["edge-tiny"].model.vision.temporal_patch == 1
    assert runs["llava-tiny"].model.vision.clock == "unknown"


def test_json_is_all_there_is_on_stdout(clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--videos", str(clip), *tiny_flags, *SHORT, "--json"]) == 0
    runs = json.loads(capsys.readouterr().out)
    assert [run["model"]["name"] for run in runs] == ["reason1-tiny", "reason2-tiny"]
    assert all(run["answer"]["finish"] == "length" and run["answer"]["reused"] == "none" for run in runs)
    assert runs[0]["key"] != runs[1]["key"]


def test_a_model_that_can_not_be_loaded_is_a_saved_error_and_the_other_answers(
    clip: Path, tiny: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its tensors have other names, which only loading finds: what a look at the files finds is refused before."""
    broken = tmp_path / "broken"
    shutil.copytree(tiny["reason1-tiny"], broken)
    weights = load_file(broken / "model.safetensors")
    save_file({f"other.{name}": tensor for name, tensor in weights.items()}, broken / "model.safetensors")
    models = ["--models", f"broken={broken}", f"good={tiny['reason2-tiny']}"]
    outputs = tmp_path / "outputs"
    assert main(["run", "--videos", str(clip), *models, *SHORT, "--outputs", str(outputs)]) == 1
    rows = {row.model: row for row in list_runs(outputs)}
    assert rows["good"].finish == "length"
    assert rows["broken"].finish == "error" and "not in its files" in rows["broken"].error
    assert "broken: failed." in capsys.readouterr().err


def test_settings_reach_the_frames_and_the_record(
    clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "--start",
        "0.5",
        "--end",
        "1.5",
        "--max-frames",
        "2",
        "--timestamp",
        "--temperature",
        "0.5",
        "--seed",
        "3",
    ]
    assert main(["run", "--videos", str(clip), *tiny_flags, *SHORT, *words, "--json"]) == 0
    one, two = json.loads(capsys.readouterr().out)
    assert one["settings"]["start"] == 0.5 and one["settings"]["timestamp"] is True
    assert one["frames"]["seconds"] == [0.5, 1.0]
    assert one["answer"]["sampling"]["temperature"] == 0.5 and one["answer"]["sampling"]["seed"] == 3
    assert one["answer"]["input_height"] % 28 == 0 and two["answer"]["input_height"] % 32 == 0
    assert "<0.8 seconds>" in two["answer"]["rendered_prompt"], "trimmed clips keep the times of the clip"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--videos", "nowhere.mp4"], "nowhere.mp4"),
        (["--models", "nobody"], "No model named 'nobody'"),
        (["--models", "x=http://127.0.0.1:1/v1"], "which model is behind"),
        (["--prompt", "nowhere.yaml"], "nowhere.yaml"),
        (["--fps", "0"], "--fps"),
        (["--start", "5"], "start is 5 s"),
        (["--start", "1", "--end", "0.5"], "must be after start"),
        (["--max-frames", "1"], "--max-frames"),
    ],
)
def test_wrong_input_is_a_sentence_and_exit_code_2(
    clip: Path, tiny_flags: list[str], capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    base = ["run", "--videos", str(clip), *tiny_flags]
    assert main([*base, *words]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert "Traceback" not in error and len(error.strip().splitlines()) <= 2


def test_the_name_of_a_clip_never_leaves_the_outputs_folder(tmp_path: Path, tiny_flags: list[str]) -> None:
    folder = tmp_path / "..weird name\nwith;things"
    folder.mkdir()
    write_clip(folder / "segment.mp4", seconds=1)
    outputs = tmp_path / "outputs"
    assert main(["run", "--videos", str(folder), *tiny_flags[:2], *SHORT, "--outputs", str(outputs)]) == 0
    (row,) = list_runs(outputs)
    assert (outputs / row.path).resolve().is_relative_to(outputs.resolve())
    assert "\n" not in row.scenario and not row.scenario.startswith(".")


def test_the_four_real_clips(shared: Path, tiny_flags: list[str], tmp_path: Path) -> None:
    clips = sorted(str(path) for path in (shared / "clips").iterdir())
    outputs = tmp_path / "outputs"
    words = ["--fps", "1", "--max-tokens", "2", "--max-video-tokens", "1024", "--outputs", str(outputs)]
    assert main(["run", "--videos", *clips, *tiny_flags, *words]) == 0
    assert main(["export", str(tmp_path / "older"), "--outputs", str(outputs)]) == 0
    assert len(list_runs(outputs)) == 8
    assert len(list((tmp_path / "older").glob("spike_reason*-tiny/*/analysis.json"))) == 8
