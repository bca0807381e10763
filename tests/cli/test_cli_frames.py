"""`cosmos-compare frames` as a person runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import pytest
from videos import evenly, number_of, write_video


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "zebra"
    folder.mkdir()
    write_video(folder / "segment.mp4", evenly(40, fps=10), rate=10)
    return folder


def frames(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cosmos_compare", "frames", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def report(*words: str | Path) -> dict[str, Any]:
    done = frames(*words, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_json_says_what_would_be_sampled(scene: Path) -> None:
    seen = report(scene, "--fps", "5", "--start", "1", "--end", "3", "--models", "reason1", "reason2")
    assert seen["clip"]["scenario"] == "zebra"
    assert seen["frames"]["indices"] == list(range(10, 30, 2))
    assert seen["frames"]["seconds"] == [k / 5 for k in range(5, 15)]
    assert seen["step"] == 0.2
    assert [model["name"] for model in seen["models"]] == ["reason1", "reason2"]
    for model, factor in zip(seen["models"], (28, 32), strict=True):
        assert model["video_tokens"] == 5 * (model["height"] // factor) * (model["width"] // factor)


def test_without_models_every_model_of_the_list_is_shown(scene: Path) -> None:
    assert {"reason1", "reason2"} <= {model["name"] for model in report(scene)["models"]}


def test_the_table_shows_clip_sizes_and_times(scene: Path) -> None:
    done = frames(scene / "segment.mp4", "--max-frames", "4", "--models", "reason1")
    assert done.returncode == 0
    assert "zebra: h264, 128 × 96, 40 frames in 4.00 s (10 a second)" in done.stdout
    assert "4 frames are sampled, one every 1 s" in done.stdout
    assert [line.split() for line in done.stdout.splitlines() if line.strip()][-1] == ["3", "30", "3.000", "s"]


def test_out_writes_each_models_frames(scene: Path, tmp_path: Path) -> None:
    out = tmp_path / "seen"
    seen = report(scene, "--fps", "2", "--timestamp", "--models", "reason1", "reason2", "--out", out)
    for model in seen["models"]:
        files = sorted((out / model["name"]).iterdir(), key=lambda file: int(file.stem))
        assert [file.name for file in files] == [f"{n}.png" for n in range(8)]
        images = [cv2.imread(str(file)) for file in files]
        assert {image.shape for image in images} == {(model["height"], model["width"], 3)}
        assert [number_of(image) for image in images] == seen["frames"]["indices"]


def test_out_refuses_a_folder_with_files_in_it(scene: Path, tmp_path: Path) -> None:
    (tmp_path / "reason1").mkdir()
    (tmp_path / "reason1" / "99.png").touch()
    done = frames(scene, "--models", "reason1", "--out", tmp_path)
    assert done.returncode == 2
    assert "reason1 is not empty. Choose another folder." in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--start", "9"], "start is 9 s, and segment.mp4 ends at 4.00 s"),
        (["--fps", "0"], "--fps"),
        (["--models", "nobody"], "No model named 'nobody'"),
        (["--max-video-tokens", "16"], "max_video_tokens is 16"),
        (["--out", "/dev/null/x"], "can't be written (Not a directory)"),
    ],
)
def test_wrong_input_is_a_sentence_and_exit_code_2(scene: Path, words: list[str], sentence: str) -> None:
    done = frames(scene, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_name_that_begins_with_a_dash_is_a_clip_after_two_dashes(shared: Path) -> None:
    done = frames("--json", "--", "-video-with-dash-.mp4", cwd=shared / "nasty")
    assert done.returncode == 0
    assert json.loads(done.stdout)["clip"]["n_frames"] == 5


def test_a_damaged_file_is_told_from_a_whole_one(shared: Path) -> None:
    done = frames(shared / "nasty" / "corrupted.mp4", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["clip"]["n_frames"] == 28
    assert done.stderr == "corrupted.mp4 ends early or is damaged: 28 of 50 frames can be used, 2.80 of 5.00 s.\n"


def test_neither_torch_nor_transformers_nor_streamlit_is_loaded(scene: Path) -> None:
    code = (
        "import sys; from cosmos_compare.cli import main; "
        f"code = main(['frames', {str(scene)!r}, '--json']); "
        "print(code, sorted({'torch', 'torchvision', 'transformers', 'streamlit', 'pandas'} & set(sys.modules)), "
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"
