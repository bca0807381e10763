"""The clip at the top: a file that was replaced is said, and what a folder holds takes no page down."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from app_support import comparison_of, html, open_page, saved
from conftest import write_clip

from cosmos_compare.paths import outputs_folder
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.runs.store import Store

ANOTHER = "The file is another than when this was answered"


@pytest.fixture
def own_clip(small_app: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clip of this test alone, in the folder that the app lists."""
    folder = tmp_path / "own"
    (folder / "scene").mkdir(parents=True)
    monkeypatch.setenv("COSMOS_COMPARE_SCENARIOS", str(folder))
    return write_clip(folder / "scene" / "segment.webm", seconds=1)


def test_an_answer_about_a_file_that_was_replaced_says_so(own_clip: Path, pair: list[ModelSpec]) -> None:
    """The page showed the new video beside the old one's answers, and times were rated wrong by it."""
    comparison = comparison_of(own_clip, pair[0])
    run = saved(Store(outputs_folder()), comparison, pair[0], "A car.")
    assert ANOTHER not in html(open_page(runs=run.id))
    write_clip(own_clip, seconds=2)
    assert ANOTHER in html(open_page(runs=run.id))
    assert ANOTHER not in html(open_page(scenario="scene"))


def test_stray_files_among_clips_and_dropped_files_take_no_page_down(own_clip: Path) -> None:
    """A half copied file in outputs/uploads made Compare an exception page for ever."""
    uploads = outputs_folder() / "uploads"
    uploads.mkdir(parents=True)
    for folder in (uploads, own_clip.parent.parent):
        (folder / ".DS_Store").write_bytes(b"x")
        (folder / ".half.0123456789abcdef.mp4").write_bytes(b"x")
        (folder / "loop.mp4").symlink_to("loop.mp4")
        (folder / "empty.mp4").write_bytes(b"")
        (folder / "![a](x.invalid).dav").write_bytes(b"x")
        os.mkfifo(folder / "pipe.mp4")
    said = html(open_page(scenario="scene"))
    assert "Left out: " in said
    assert "pipe.mp4" in said
    assert "![a](" not in said
