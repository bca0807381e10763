"""What a browser is given of a clip: the file where every browser plays it, else a copy on the clip's own clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from videos import evenly, number_of, numbered, starting_late, write_video

from cosmos_compare.video import playable
from cosmos_compare.video.clips import probe
from cosmos_compare.video.playable import Playable, PlayableCopies, itself, make_copy

pytestmark = pytest.mark.timeout(120)


def made(copies: PlayableCopies, video: Path) -> Playable:
    """What there is in the end."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = copies.get(video)
        if found.path or found.problem:
            return found
    raise AssertionError("no copy after a minute")


def frames_of(video: Path) -> Iterator[tuple[float, np.ndarray]]:
    with av.open(str(video)) as container:
        for frame in container.decode(video=0):
            yield frame.time, frame.to_ndarray(format="rgb24")


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "libx264"), ("a.mov", "libx264"), ("a.webm", "libvpx"), ("a.webm", "libvpx-vp9"), ("a.m4v", "libx264")],
)
def test_what_browsers_play_is_given_as_it_is(tmp_path: Path, name: str, codec: str) -> None:
    video = write_video(tmp_path / name, evenly(10, 10), codec=codec, rate=10)
    found = PlayableCopies(tmp_path / "copies").get(video)
    assert found.path == video
    assert found.offset == pytest.approx(0, abs=1e-3)
    assert not (tmp_path / "copies").exists()


@pytest.mark.parametrize("late", [0.4, 1.2, 7.0])
@pytest.mark.parametrize(("name", "codec"), [("late.webm", "libvpx"), ("late.mp4", "libx264")])
def test_a_video_that_starts_late_in_its_file_has_its_place_on_the_players_clock(
    tmp_path: Path, late: float, name: str, codec: str
) -> None:
    """Every seek was off by it, so that a rater marked right times wrong."""
    video = starting_late(tmp_path / name, late, codec=codec)
    found = itself(video)
    assert found is not None
    assert found.offset == pytest.approx(late, abs=0.03)


def test_the_case_that_starts_late(shared: Path) -> None:
    video = shared / "cases/03_video_starts_late/late_lum.webm"
    found = itself(video)
    assert found is not None
    assert found.offset == pytest.approx(1.203)


def test_a_file_that_begins_an_hour_late_is_copied_to_begin_at_zero(tmp_path: Path) -> None:
    """Browsers disagree on where such a file begins."""
    video = write_video(tmp_path / "hour.webm", [3600 + k / 10 for k in range(20)], codec="libvpx", rate=10)
    found = made(PlayableCopies(tmp_path / "copies"), video)
    assert found.path is not None
    assert found.path != video
    assert [round(stamp, 2) for stamp, _ in frames_of(found.path)] == evenly(20, 10)


COPIED = {
    "MPEG-TS": ("a.ts", "libx264"),
    "AVCHD": ("a.mts", "libx264"),
    "AVI": ("a.avi", "mpeg4"),
    "AVI of H.264": ("b.avi", "libx264"),
    "HEVC": ("a.mp4", "libx265"),
    "ProRes": ("a.mov", "prores_ks"),
    "3GP": ("a.3gp", "mpeg4"),
    "Matroska of H.264": ("a.mkv", "libx264"),
    "Matroska of VP9": ("b.mkv", "libvpx-vp9"),
}


@pytest.mark.parametrize("kind", COPIED)
def test_what_browsers_cannot_play_gets_a_copy_with_the_same_frames_at_the_same_times(
    tmp_path: Path, kind: str
) -> None:
    name, codec = COPIED[kind]
    video = tmp_path / name
    options = {"x265-params": "log-level=none"} if codec == "libx265" else {"bf": "0"}
    if codec == "prores_ks":
        prores(video)
    else:
        write_video(video, evenly(20, 10), codec=codec, rate=10, options=options)
    assert itself(video) is None
    found = made(PlayableCopies(tmp_path / "copies"), video)
    assert found.path is not None, found.problem
    assert found.offset == 0
    copy = probe(found.path)
    assert copy.codec in {"h264", "vp9"}
    assert itself(found.path) is not None, "a copy must need none itself"
    told = [(round(stamp, 2), number_of(image)) for stamp, image in frames_of(found.path)]
    assert told == [(k / 10, k) for k in range(20)]
    assert made(PlayableCopies(tmp_path / "copies"), video).path == found.path, "made once for all servers"
    assert [path.name for path in (tmp_path / "copies").iterdir()] == [found.path.name]


def prores(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("prores_ks", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv422p10le"
        for k in range(20):
            frame = av.VideoFrame.from_ndarray(numbered(k), format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv422p10le")))
        container.mux(stream.encode())


def test_a_copy_is_on_the_clock_that_the_models_are_told(tmp_path: Path) -> None:
    """Of joined recordings, whose own clock falls."""
    parts = []
    for n in range(2):
        images = [numbered(100 * n + k) for k in range(20)]
        part = write_video(tmp_path / f"{n}.ts", evenly(20, 10), rate=10, images=images, options={"bf": "0"})
        parts.append(part.read_bytes())
    video = tmp_path / "joined.ts"
    video.write_bytes(b"".join(parts))
    found = made(PlayableCopies(tmp_path / "copies"), video)
    assert found.path is not None
    told = [(round(stamp, 1), number_of(image)) for stamp, image in frames_of(found.path)]
    assert told == [(round(k / 10, 1), k if k < 20 else 80 + k) for k in range(40)]


def test_a_copy_is_made_with_progress_and_its_size_is_even(tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", evenly(30, 10), codec="mjpeg", rate=10, size=(101, 67))
    told: list[float] = []
    copy = make_copy(video, tmp_path / "copy", told.append)
    assert told == sorted(told)
    assert told[-1] > 0.9
    assert (probe(copy).width, probe(copy).height) == (100, 68)


def test_what_cannot_be_copied_says_so_and_is_not_tried_for_ever(tmp_path: Path) -> None:
    video = write_video(tmp_path / "a.avi", evenly(10, 10), codec="mjpeg", rate=10)
    (tmp_path / "copies").write_text("a file where the folder should be")
    copies = PlayableCopies(tmp_path / "copies")
    found = made(copies, video)
    assert found.problem.startswith("a.avi: no copy that browsers play could be made (")
    assert copies.get(video) == found
    assert made(copies, tmp_path / "gone.avi").problem


def test_the_copies_looked_at_longest_ago_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = PlayableCopies(tmp_path / "copies")
    paths = []
    for n in range(3):
        video = write_video(tmp_path / f"{n}.ts", evenly(10, 10), rate=10, images=[numbered(n)] * 10)
        path = made(copies, video).path
        assert path is not None
        os.utime(path, (n, n))
        paths.append(path)
    monkeypatch.setattr(playable, "MOST_BYTES", round(2.5 * paths[0].stat().st_size))
    video = write_video(tmp_path / "last.ts", evenly(10, 10), rate=10, images=[numbered(9)] * 10)
    last = made(copies, video).path
    assert last is not None
    assert [path.exists() for path in (*paths, last)] == [False, False, True, True]
