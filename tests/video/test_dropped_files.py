"""Files dropped on the page, and thumbnails: broken ones say why and leave nothing behind."""

from __future__ import annotations

import base64
import os
import threading
import time
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from broken_videos import make
from videos import evenly, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.video.thumbs import HEIGHT, WIDTH, Thumb, Thumbs, make_thumb
from cosmos_compare.video.uploads import keep_upload, kept_uploads


def test_a_dropped_video_is_kept_once_under_a_safe_name(clip: Path, tmp_path: Path) -> None:
    content = clip.read_bytes()
    kept = keep_upload("../../etc/my clip?.webm", BytesIO(content), tmp_path)
    assert kept.parent == tmp_path / "uploads"
    assert kept.name.startswith("my_clip_")
    assert kept.read_bytes() == content
    assert keep_upload("my clip?.webm", BytesIO(content), tmp_path) == kept
    assert list(kept.parent.iterdir()) == [kept]


def test_a_file_named_segment_does_not_take_the_name_of_its_folder(clip: Path, tmp_path: Path) -> None:
    assert keep_upload("segment.webm", BytesIO(clip.read_bytes()), tmp_path).name.startswith("segment_")


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.mp4", b"<html>404</html>", "page.mp4: can't be opened as a video"),
        ("empty.webm", b"", "empty.webm"),
        ("notes.txt", b"hello", "notes.txt: not a kind of video file"),
        ("noname", b"hello", "noname: not a kind of video file"),
    ],
)
def test_what_is_no_video_is_refused_by_its_name(name: str, content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(CompareError, match=words):
        keep_upload(name, BytesIO(content), tmp_path)
    assert not list(tmp_path.rglob("*.*"))


def test_every_broken_file_is_kept_or_refused_and_gets_a_thumbnail_or_a_reason(tmp_path: Path) -> None:
    refused = []
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in make(broken).iterdir():
        thumb = make_thumb(path)
        assert bool(thumb.jpeg) != bool(thumb.problem), path.name
        try:
            kept = keep_upload(path.name, BytesIO(path.read_bytes()), tmp_path)
        except CompareError as error:
            refused.append(error.message)
        else:
            assert kept.is_file()
    assert any(message.startswith("audio_only.mp4: no video stream") for message in refused)
    assert not list(tmp_path.rglob(".*"))  # nothing half-written stays


def test_whatever_lies_among_the_dropped_files_they_are_listed(clip: Path, tmp_path: Path) -> None:
    """One stray file in outputs/uploads once made Compare an exception page for ever."""
    assert kept_uploads(tmp_path) == []
    folder = tmp_path / "uploads"
    folder.mkdir()
    assert kept_uploads(tmp_path) == []
    for name in (".DS_Store", "notes.txt", "Thumbs.db", ".clip.0123456789abcdef.mp4", "half.part"):
        (folder / name).write_bytes(b"x")
    (folder / "folder").mkdir()
    (folder / "loop.mp4").symlink_to("loop.mp4")
    os.mkfifo(folder / "pipe.mp4")
    assert kept_uploads(tmp_path) == []
    kept = keep_upload("drive.webm", BytesIO(clip.read_bytes()), tmp_path)
    assert [scenario.video for scenario in kept_uploads(tmp_path)] == [kept]


def test_what_a_killed_server_left_half_copied_is_swept_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "uploads"
    folder.mkdir()
    old, new, own = ".drive.0123456789abcdef.mp4", ".drive.fedcba9876543210.mp4", ".my.notes.mp4"
    for name in (old, new, own):
        (folder / name).write_bytes(b"x")
    for name in (old, own):
        os.utime(folder / name, (0, 0))
    kept_uploads(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == sorted([new, own])


def test_uploads_that_are_a_file_or_closed_cost_no_page(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("not a folder")
    assert kept_uploads(tmp_path) == []


@pytest.mark.parametrize(("width", "height"), [(2048, 2), (4, 2048), (4000, 2), (16, 16)])
def test_a_clip_of_any_shape_gets_a_thumbnail(tmp_path: Path, width: int, height: int) -> None:
    """A picture wider than a JPEG may be killed the thread, and no clip got a picture any more."""
    video = write_video(tmp_path / "odd.mkv", evenly(4, 4), codec="ffv1", size=(width, height))
    thumb = make_thumb(video)
    image = cv2.imdecode(np.frombuffer(base64.b64decode(thumb.jpeg), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[0] <= HEIGHT
    assert image.shape[1] <= WIDTH


def test_a_failing_thumbnail_costs_itself(clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is: here a full disk breaks in an unforeseen way at the first picture."""
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    thumbs = Thumbs(tmp_path / "thumbs")
    kept = thumbs._keep

    def breaks_once(key: str, thumb: Thumb) -> None:
        thumbs._keep = kept  # type: ignore[method-assign]
        raise RuntimeError("unforeseen")

    thumbs._keep = breaks_once  # type: ignore[method-assign]
    other = tmp_path / "other.webm"
    other.write_bytes(clip.read_bytes())
    made: dict[Path, Thumb] = {}
    deadline = time.monotonic() + 30
    while (len(made) < 2 or thumbs.pending) and time.monotonic() < deadline:
        made |= {video: thumb for video in (clip, other) if (thumb := thumbs.get(video))}
    assert made[other].jpeg
    assert thumbs.pending == 0
    assert len(failed) == 1


def test_a_thumbnail_stands_upright_and_comes_from_the_disk_the_next_time(clip: Path, tmp_path: Path) -> None:
    thumbs = Thumbs(tmp_path)
    assert thumbs.get(clip) is None
    while thumbs.pending:
        pass
    thumb = thumbs.get(clip)
    assert thumb is not None
    assert thumb.seconds == 2.0
    image = cv2.imdecode(np.frombuffer(base64.b64decode(thumb.jpeg), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape[:2] == (HEIGHT, 160)
    assert Thumbs(tmp_path).get(clip) == thumb
