"""Frames in detail: the band of the time, stopping, progress, and the same pictures as another reader."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from videos import ONE, TWO, evenly, sample, write_ten_fps, write_video

from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import find_scenarios, probe
from cosmos_compare.video.frames import SamplingCancelledError, sample_frames


@pytest.fixture(scope="module")
def ten_fps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ten_fps(tmp_path_factory.mktemp("clips"))


def test_the_timestamp_is_a_band_below_the_picture_and_only_where_a_model_needs_it(ten_fps: Path) -> None:
    plain, timed = sample(ten_fps), sample(ten_fps, timestamp=True)
    height, width = plain.size_for(ONE)
    assert timed.size_for(ONE) == (height + 28, width)
    assert (timed.for_model(ONE)[:, :height] == plain.for_model(ONE)).all()
    band = timed.for_model(ONE)[:, height:]
    assert band.min() == 0
    assert band.max() == 255
    assert band[:, [0, -1]].max() == 0, "the text touches an edge"
    assert len({image.tobytes() for image in band}) == 20, "each time reads differently"
    assert (timed.for_model(TWO) == plain.for_model(TWO)).all()


def test_the_band_shows_the_time_of_the_frame_and_not_of_the_grid(tmp_path: Path) -> None:
    steady = sample(write_video(tmp_path / "steady.mp4", evenly(8, fps=4), rate=4), timestamp=True)
    late = sample(write_video(tmp_path / "late.mp4", [0, 0.3, *evenly(8, fps=4)[2:]], rate=4), timestamp=True)
    assert late.times.seconds[1] == pytest.approx(0.3)
    same = [(a[-28:] == b[-28:]).all() for a, b in zip(steady.for_model(ONE), late.for_model(ONE), strict=True)]
    assert same == [True, False, *[True] * 6]


def test_stopping_stops_at_the_next_frame(ten_fps: Path) -> None:
    answers = iter([False] * 7 + [True])
    with pytest.raises(SamplingCancelledError):
        sample(ten_fps, cancelled=lambda: next(answers))
    assert list(answers) == []


def test_decoding_ends_with_the_last_frame_that_is_needed(ten_fps: Path) -> None:
    asked: list[bool] = []
    sample(ten_fps, fps=4, end=1, cancelled=lambda: bool(asked.append(True)))
    assert len(asked) == 9  # frames 0 to 8: the last point is 0.75 s


def test_progress_rises_to_one(ten_fps: Path) -> None:
    seen: list[float] = []
    sample_frames(probe(ten_fps), Settings(), [TWO], on_progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_opencv_reads_the_same_pictures(shared: Path) -> None:
    for scenario in find_scenarios(shared / "clips"):
        frames = sample_frames(probe(scenario.video), Settings(fps=2), [TWO])
        reader = cv2.VideoCapture(str(scenario.video))
        decoded = {index: reader.read()[1] for index in range(frames.times.indices[-1] + 1)}
        height, width = frames.size_for(TWO)
        for index, image in zip(frames.times.indices, frames.for_model(TWO), strict=True):
            rgb = cv2.cvtColor(decoded[index], cv2.COLOR_BGR2RGB)
            theirs = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
            assert np.abs(theirs.astype(int) - image).mean() < 1.5, (scenario.id, index)


@pytest.mark.parametrize("fps", [1, 2, 4])
def test_the_real_clips_are_sampled_at_their_true_times(shared: Path, fps: int) -> None:
    for scenario in find_scenarios(shared / "clips"):
        clip = probe(scenario.video)
        frames = sample_frames(clip, Settings(fps=fps), [ONE, TWO])
        count = int(clip.duration * fps) // 2 * 2
        assert len(frames.times.indices) == count
        grid = np.arange(count) / fps
        assert np.abs(np.array(frames.times.seconds) - grid).max() <= 0.5 / clip.fps + 1e-6
        assert frames.times.warnings == ()
