"""What is decoded is the same each time, and is what was hashed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from videos import evenly, spec, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.decode import DamagedError, walk
from cosmos_compare.video.files import Remembered, state_of
from cosmos_compare.video.frame_cache import FrameCache
from cosmos_compare.video.frames import plan_frames, sample_frames
from cosmos_compare.video.timeline import read_timeline

CODECS = {
    "h264": (".mp4", "libx264", {"preset": "veryfast", "g": "30"}),
    "slices": (".ts", "libx264", {"preset": "veryfast", "x264-params": "slices=4"}),
    "hevc": (".mkv", "libx265", {"preset": "ultrafast", "x265-params": "log-level=none"}),
    "mpeg4": (".mov", "mpeg4", {"bf": "2"}),
    "vp8": (".webm", "libvpx", {"cpu-used": "8"}),
    "vp9": (".webm", "libvpx-vp9", {"cpu-used": "8"}),
}


@pytest.fixture(scope="module")
def moving() -> list[np.ndarray]:
    """Pictures that give a decoder something to predict: a texture that drifts."""
    texture = np.random.default_rng(0).integers(0, 255, (300, 500, 3), np.uint8)
    texture = cv2.GaussianBlur(texture, (0, 0), 3)
    return [np.ascontiguousarray(texture[2 * k : 2 * k + 120, 3 * k : 3 * k + 192]) for k in range(60)]


def flipped(video: Path, seed: int, bits: int) -> Path:
    """A copy of a video with some bits of its middle flipped."""
    chance, data = random.Random(f"{video.name} {seed}"), bytearray(video.read_bytes())
    for _ in range(bits):
        data[chance.randrange(len(data) // 10, len(data) * 9 // 10)] ^= 1 << chance.randrange(8)
    damaged = video.with_name(f"damaged_{seed}{video.suffix}")
    damaged.write_bytes(data)
    return damaged


def outcome(video: Path) -> tuple[object, ...]:
    """All there is to tell two decodes of a file apart."""
    try:
        frames = sample_frames(probe(video), Settings(fps=30), [spec()])
    except CompareError as error:
        return ("error", str(error))
    return frames.times, frames.clip, frames.for_model(spec()).tobytes()


@pytest.mark.parametrize("codec", CODECS)
def test_a_damaged_file_gives_the_same_frames_each_time(tmp_path: Path, moving: list[np.ndarray], codec: str) -> None:
    """Threads of a decoder made other pictures of damaged frames from run to run, under one key."""
    suffix, encoder, options = CODECS[codec]
    whole = write_video(
        tmp_path / f"whole{suffix}", evenly(60, 30), codec=encoder, options=options, size=(192, 120), images=moving
    )
    for seed in range(4):
        damaged = flipped(whole, seed, bits=(1, 3, 10)[seed % 3])
        assert len({outcome(damaged) for _ in range(6)}) == 1, damaged.name


@pytest.mark.parametrize("name", ["damaged_0.mp4", "damaged_2.mp4"])
def test_the_cases_decode_the_same_twelve_times(shared: Path, name: str) -> None:
    outcomes = {outcome(shared / "cases/18_damaged" / name) for _ in range(12)}
    assert len(outcomes) == 1
    times = next(iter(outcomes))[0]
    assert "damaged" in times.warnings[0]  # type: ignore[attr-defined]


def test_threads_give_up_on_damage_and_one_goes_on(tmp_path: Path, moving: list[np.ndarray]) -> None:
    suffix, encoder, options = CODECS["h264"]
    whole = write_video(
        tmp_path / f"whole{suffix}", evenly(60, 30), codec=encoder, options=options, size=(192, 120), images=moving
    )
    damaged = flipped(whole, 2, bits=10)
    with pytest.raises(DamagedError):
        list(walk(damaged, read_timeline(damaged)))
    assert list(walk(damaged, read_timeline(damaged), threads=False))
    assert len(list(walk(whole, read_timeline(whole)))) == 60


def two_clips(folder: Path) -> tuple[Path, Path]:
    return tuple(  # type: ignore[return-value]
        write_video(folder / f"{name}.mp4", evenly(count, 10), rate=10) for name, count in (("a", 20), ("b", 40))
    )


def replaced(video: Path, other: Path) -> None:
    other.replace(video)


def rewritten(video: Path, other: Path) -> None:
    """In place, with the old time of change put back, as some copying tools do."""
    facts = video.stat()
    video.write_bytes(other.read_bytes())
    os.utime(video, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def of_equal_size(video: Path, other: Path) -> None:
    """One byte in the middle of the data differs; size and time are as before."""
    facts, data = video.stat(), bytearray(video.read_bytes())
    data[len(data) // 2] ^= 1
    video.write_bytes(data)
    os.utime(video, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def by_a_link(video: Path, other: Path) -> None:
    video.unlink()
    video.symlink_to(other)


@pytest.mark.parametrize("change", [replaced, rewritten, of_equal_size, by_a_link])
def test_a_clip_that_is_replaced_after_planning_is_an_error(
    tmp_path: Path, change: Callable[[Path, Path], None]
) -> None:
    """A run once carried the old clip's hash and key, the new one's frames, and these stayed in the cache."""
    video, other = two_clips(tmp_path)
    clip, settings, cache = probe(video), Settings(), FrameCache()
    plan_frames(clip, settings)
    change(video, other)
    for _ in range(2):
        with pytest.raises(CompareError, match=r"a\.mp4: another file than when this was asked"):
            cache.get(clip, settings, [spec()])
    with pytest.raises(CompareError, match="another file"):
        plan_frames(clip, settings)
    fresh = cache.get(probe(video), settings, [spec()])
    assert fresh.clip.sha256 != clip.sha256


@pytest.mark.parametrize("change", [replaced, rewritten, of_equal_size])
def test_a_clip_that_is_replaced_while_it_is_decoded_is_an_error(
    tmp_path: Path, change: Callable[[Path, Path], None]
) -> None:
    video, other = two_clips(tmp_path)
    clip, asked = probe(video), []

    def cancelled() -> bool:
        asked.append(True)
        if len(asked) == 3:
            change(video, other)
        return False

    with pytest.raises(CompareError, match="another file"):
        sample_frames(clip, Settings(), [spec()], cancelled=cancelled)


def test_a_clip_that_is_copied_over_by_itself_stays_the_same_clip(tmp_path: Path) -> None:
    video, _ = two_clips(tmp_path)
    clip = probe(video)
    video.write_bytes(video.read_bytes())
    assert sample_frames(clip, Settings(), [spec()]).clip == clip


def test_a_file_is_read_once_for_all_questions(tmp_path: Path) -> None:
    """Its packets were once read three times a run: to probe, to plan, to sample."""
    video, _ = two_clips(tmp_path)
    while not state_of(video).settled:
        continue  # a file that was written just now is read again: a second write might not show in its times
    first = read_timeline(video)
    clip = probe(video)
    assert probe(video, "another").model_copy(update={"scenario": clip.scenario}) == clip
    plan_frames(clip, Settings())
    sample_frames(clip, Settings(), [spec()])
    assert read_timeline(video) is first


def test_only_what_a_settled_file_held_is_remembered(tmp_path: Path) -> None:
    read: list[Path] = []
    size_of = Remembered(lambda path: read.append(path) or path.stat().st_size, most=2)
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    size_of(paths[0])
    size_of(paths[0])
    assert len(read) == 2, "it was written just now"
    while not state_of(paths[-1]).settled:
        continue
    for path in (paths[0], paths[0], paths[1], paths[0], paths[2], paths[0]):
        size_of(path)
    assert read[2:] == paths, "the least recently used goes"
    size_of(paths[1])
    assert len(read) == 6


def test_a_file_that_changes_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "growing.mp4"
    path.write_text("a")
    grow = Remembered(lambda file: file.write_text(file.read_text() * 2))
    with pytest.raises(CompareError, match=r"growing\.mp4: changes while it is being read"):
        grow(path)
