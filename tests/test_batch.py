"""Batches: resumed after a kill, shared by two processes, honest about failures. Real processes, tiny models."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import write_clip

from cosmos_compare.cli import main
from cosmos_compare.runs.index import list_runs

SHORT = ["--fps", "2", "--max-tokens", "4"]


def batch(scenarios: Path, outputs: Path, flags: list[str], *more: str) -> list[str]:
    return ["batch", "--scenarios", str(scenarios), "--outputs", str(outputs), *flags, *SHORT, *more]


def spawn(words: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cosmos_compare", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_every_scenario_meets_every_model_once(
    scenarios: Path, tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = batch(scenarios, tmp_path, tiny_flags)
    assert main([*words, "--json"]) == 0
    saved = json.loads(capsys.readouterr().out)
    assert len(saved) == 6
    pairs = Counter((run["clip"]["scenario"], run["model"]["name"]) for run in saved)
    assert set(pairs.values()) == {1}
    assert main(words) == 0
    printed = capsys.readouterr()
    assert "6 of 6 are there already" in printed.err
    assert printed.out.count("(saved before)") == 6
    assert len(list_runs(tmp_path)) == 6


def test_repeats_and_force_answer_again(
    scenarios: Path, tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one_model = tiny_flags[:2]
    assert main(batch(scenarios, tmp_path, one_model, "--repeat", "2")) == 0
    assert len(list_runs(tmp_path)) == 6
    assert main(batch(scenarios, tmp_path, one_model, "--force")) == 0
    rows = list_runs(tmp_path)
    assert len(rows) == 9
    assert len({row.key for row in rows}) == 6, "a repeat is a request of its own"
    assert sorted(row.repeat for row in rows) == [0] * 6 + [1] * 3
    texts = {(tmp_path / row.path / "raw_stdout.txt").read_bytes() for row in rows if row.scenario == "scene_0"}
    assert len(texts) == 1, "these models are greedy: the same text whatever the seed"


def test_repeats_differ_where_tokens_are_drawn_and_greedy_ones_are_told_apart(
    scenarios: Path, tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--temperature 1.8 --repeat 3` gave three identical answers: all repeats had the one seed."""
    one_clip = tmp_path / "one"
    one_clip.mkdir()
    (one_clip / "clip.webm").symlink_to(scenarios / "scene_0" / "segment.webm")
    words = batch(one_clip, tmp_path / "outputs", tiny_flags, "--temperature", "1.8", "--repeat", "3")
    assert main(words) == 0
    assert "repeats can't differ" not in capsys.readouterr().err
    rows = list_runs(tmp_path / "outputs")
    for model in {row.model for row in rows}:
        assert len({row.text_key for row in rows if row.model == model}) == 3
    assert main([*words, "--temperature", "0"]) == 0
    assert "reason1-tiny and reason2-tiny: at temperature 0 repeats can't differ" in capsys.readouterr().err


def test_after_a_kill_the_batch_is_resumed_and_nothing_half_there_is_listed(
    scenarios: Path, tiny_flags: list[str], tmp_path: Path
) -> None:
    words = batch(scenarios, tmp_path, tiny_flags, "--repeat", "4")
    process = spawn(words)
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("runs/*/*/[!.]*"))) < 3:
        assert process.poll() is None and time.monotonic() < deadline, process.communicate()
        os.sched_yield()
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    before = list_runs(tmp_path)
    assert 3 <= len(before) < 24, "killed in the middle"
    for row in before:
        folder = tmp_path / row.path
        frames = len(json.loads((folder / "analysis.json").read_text())["frames"]["indices"])
        assert len(list((folder / "artifacts" / "video_0").iterdir())) == frames
    assert main(words) == 0
    after = list_runs(tmp_path)
    assert len(after) == 24
    assert {row.id for row in before} <= {row.id for row in after}


def test_two_batches_at_once_share_the_work(scenarios: Path, tiny_flags: list[str], tmp_path: Path) -> None:
    words = batch(scenarios, tmp_path, tiny_flags, "--repeat", "2")
    processes = [spawn(words), spawn(words)]
    printed = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], printed
    rows = list_runs(tmp_path)
    assert len(rows) == 12
    assert set(Counter(row.key for row in rows).values()) == {1}


def test_a_broken_clip_is_named_and_costs_only_itself(
    tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "scenarios"
    root.mkdir()
    write_clip(root / "good.webm", seconds=1)
    (root / "bad.mp4").write_bytes(b"<html>404</html>")
    outputs = tmp_path / "outputs"
    assert main(batch(root, outputs, tiny_flags[:2])) == 1
    assert "bad: skipped." in capsys.readouterr().err
    assert [row.scenario for row in list_runs(outputs)] == ["good"]


def test_a_range_that_one_clip_does_not_have_costs_only_that_clip(
    scenarios: Path, tiny_flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(batch(scenarios, tmp_path, tiny_flags[:2], "--start", "1.2")) == 1
    assert "scene_0: skipped. start is 1.2 s" in capsys.readouterr().err
    assert {row.scenario for row in list_runs(tmp_path)} == {"scene_1", "scene_2"}
    assert main(batch(scenarios, tmp_path, tiny_flags[:2], "--start", "9")) == 2
    assert "start is 9 s" in capsys.readouterr().err
