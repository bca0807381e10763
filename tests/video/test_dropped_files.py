"""Files dropped on the page, and thumbnails: broken ones say why and leave nothing behind."""

from __future__ import annotations

import base64
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest

from cosmos_compare.errors import CompareError
from cosmos_compare.video.thumbs import HEIGHT, Thumbs, make_thumb
from cosmos_compare.video.uploads import keep_upload


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


def test_every_nasty_file_is_kept_or_refused_and_gets_a_thumbnail_or_a_reason(shared: Path, tmp_path: Path) -> None:
    refused = []
    for path in (shared / "nasty").iterdir():
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
