"""The right frames, at the right times, the same for every model."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from videos import ONE, REASON1, TWO, evenly, number_of, sample, spec, write_ten_fps, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.frames import Frames, plan_frames, sample_frames
from cosmos_compare.video.plan import plan
from cosmos_compare.video.timeline import timeline_of


@pytest.fixture(scope="module")
def ten_fps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ten_fps(tmp_path_factory.mktemp("clips"))


def shown(frames: Frames) -> list[int]:
    """The numbers that the pictures show: which frames these really are."""
    return [number_of(image) for image in frames.for_model(TWO)]


@pytest.mark.parametrize(("fps", "count"), [(1, 4), (2, 10), (4, 20), (0.4, 2), (10, 50)])
def test_a_steady_rate_gives_an_even_number_of_frames_at_a_uniform_step(ten_fps: Path, fps: float, count: int) -> None:
    frames = sample(ten_fps, fps=fps)
    assert len(frames.times.indices) == count
    assert frames.step == pytest.approx(1 / fps)
    grid = [k / fps for k in range(count)]
    assert np.abs(np.array(frames.times.seconds) - grid).max() <= 0.05 + 1e-6
    assert frames.times.warnings == ()


def test_each_picture_is_the_frame_that_its_index_names(ten_fps: Path) -> None:
    frames = sample(ten_fps, fps=4)
    assert shown(frames) == list(frames.times.indices)
    assert frames.times.seconds == tuple(index / 10 for index in frames.times.indices)


def test_a_tie_takes_the_later_frame(ten_fps: Path) -> None:
    assert sample(ten_fps, fps=4).times.indices[:4] == (0, 3, 5, 8)


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("clip.webm", "libvpx-vp9", {"cpu-used": "8"}),
        ("clip.mkv", "libx264", {"bf": "3"}),
        ("clip.mov", "mpeg4", {"bf": "2"}),
        ("clip.avi", "mpeg4", {"bf": "2"}),
        ("clip.avi", "libx264", {"bf": "2"}),
        ("clip.avi", "mjpeg", {}),
    ],
)
def test_every_container_keeps_pictures_and_times_together(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    """FFmpeg's timestamps of H.264 in AVI fall: 2, 8, 6 … They were once taken for the truth."""
    video = write_video(tmp_path / name, evenly(40, fps=10), codec=codec, rate=10, options=options)
    frames = sample(video, fps=5)
    assert shown(frames) == list(frames.times.indices) == list(range(0, 40, 2))
    assert frames.times.seconds == pytest.approx([k / 5 for k in range(20)], abs=1e-3)
    assert frames.times.warnings == ()


def with_hidden_frames(video: Path) -> Path:
    """A copy of a VP8 file in which every tenth frame comes once more, hidden, as two-pass encoders do it."""
    copy = video.with_name("hidden.webm")
    with av.open(str(video)) as source, av.open(str(copy), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(p for p in source.demux(video=0) if p.size):
            data = bytes(packet)
            hidden = [bytes([data[0] & ~0x10]) + data[1:]] if number % 10 == 5 else []
            for content in [*hidden, data]:
                new = av.Packet(content)
                new.pts = new.dts = packet.pts
                new.time_base, new.stream, new.is_keyframe = packet.time_base, stream, packet.is_keyframe
                target.mux(new)
    return copy


def test_hidden_frames_of_vp8_are_not_counted(tmp_path: Path) -> None:
    """VP8 stores frames that are only referred to in packets of their own; they shifted every index after them."""
    video = with_hidden_frames(write_video(tmp_path / "clip.webm", evenly(40, fps=10), codec="libvpx", rate=10))
    with av.open(str(video)) as container:
        assert sum(packet.size > 0 for packet in container.demux(video=0)) == 44
    assert probe(video).n_frames == 40
    frames = sample(video, fps=5)
    assert frames.times.indices == tuple(range(0, 40, 2))
    assert frames.times.warnings == ()


@pytest.mark.parametrize(("start", "end", "first", "count"), [(1.0, 3.0, 10, 8), (None, 1.0, 0, 4), (4.5, None, 45, 2)])
def test_a_trim_keeps_the_times_of_the_whole_clip(
    ten_fps: Path, start: float | None, end: float | None, first: int, count: int
) -> None:
    frames = sample(ten_fps, fps=4, start=start, end=end)
    assert (frames.times.indices[0], len(frames.times.indices)) == (first, count)
    assert frames.times.seconds[0] == first / 10
    assert shown(frames) == list(frames.times.indices)


@pytest.mark.parametrize(("field", "fields"), [("start", {"start": 5}), ("end", {"start": 1, "end": 5.2})])
def test_a_range_outside_the_clip_is_an_error_of_its_field(ten_fps: Path, field: str, fields: dict[str, float]) -> None:
    with pytest.raises(CompareError, match=rf"{field} is .* s, and ten\.mp4 ends at 5\.00 s") as caught:
        plan_frames(probe(ten_fps), Settings(**fields))
    assert caught.value.field == field


def test_an_end_that_is_only_rounded_up_is_the_end(ten_fps: Path) -> None:
    assert len(sample(ten_fps, end=5.04).times.indices) == 20


@pytest.mark.parametrize(("most", "count"), [(2, 2), (7, 6), (10, 10), (20, 20), (500, 20)])
def test_a_cap_spreads_fewer_frames_over_the_same_range(ten_fps: Path, most: int, count: int) -> None:
    frames = sample(ten_fps, max_frames=most)
    assert len(frames.times.indices) == count
    assert frames.step == pytest.approx(5 / count)
    assert np.abs(np.diff(frames.times.seconds) - frames.step).max() <= 0.1


def test_without_a_cap_a_long_clip_stops_at_upstreams_ceiling_and_says_so(tmp_path: Path) -> None:
    video = write_video(tmp_path / "long.mp4", evenly(100, fps=5), rate=5, size=(16, 16))
    plan = plan_frames(probe(video), Settings(fps=60))
    assert len(plan.times.indices) == 768
    assert plan.step == pytest.approx(20 / 768)
    assert any("1,200; 768 are taken" in warning for warning in plan.times.warnings)


def test_one_frame_is_shown_twice(tmp_path: Path) -> None:
    frames = sample(write_video(tmp_path / "one.mp4", [0.0]))
    assert frames.times.indices == (0, 0)
    assert frames.times.warnings == ("The clip is one frame; it is shown twice.",)
    assert (frames.for_model(ONE)[0] == frames.for_model(ONE)[1]).all()


def test_a_gap_repeats_the_nearest_frame_and_says_so(tmp_path: Path) -> None:
    """Models that read no timestamps have only the uniform step: leaving the gap out would speed up time."""
    stamps = [0.0, 0.25, 0.5, 2.5, 2.75, 3.0]
    frames = sample(write_video(tmp_path / "gap.mp4", stamps, rate=4), fps=4)
    assert frames.times.indices == (0, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4)
    assert frames.step == 0.25
    assert shown(frames) == list(frames.times.indices)
    assert frames.times.warnings == (
        "7 of 12 sampling points show a frame again, because no other is nearer: "
        "the clip's frames lie up to 2.00 s apart.",
    )


@pytest.mark.parametrize(("seconds", "fps", "times"), [(10, 2, 20), (10, 4, 40), (3, 1, 2), (0.5, 4, 2)])
def test_a_still_says_how_long_and_how_often_it_is_shown(seconds: float, fps: float, times: int) -> None:
    """One frame of 10 s "is shown twice" stood under twenty pictures."""
    found = plan(timeline_of([0.0], seconds), "still.mp4", Settings(fps=fps)).times
    assert len(found.indices) == times
    what = f"one picture for {seconds:g} s; it is shown {times} times" if times > 2 else "one frame; it is shown twice"
    assert found.warnings == (f"The clip is {what}.",)


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (1.0, 1.01, "The 0.01 s looked at hold one frame, that of 0.00 s; it is shown twice."),
        (0.5, 2.5, "The 2 s looked at hold one frame, that of 0.00 s; it is shown 8 times."),
        (
            None,
            None,
            " of 32 sampling points show a frame again, because no other is nearer: the clip's frames lie up to ",
        ),
        (6.0, 8.0, ""),
    ],
)
def test_what_is_said_of_repeats_is_true_of_the_range(start: float | None, end: float | None, words: str) -> None:
    """A window of 10 ms "lies up to 6.00 s apart" was said of frames outside it."""
    stamps = [0.0, *(5.5 + number / 10 for number in range(25))]
    found = plan(timeline_of(stamps, 0.1), "clip.mp4", Settings(start=start, end=end)).times
    told = " ".join(found.warnings)
    assert (words in told) if words else (told == "")
    if start is None:
        assert "up to 5.50 s apart." in told


def test_a_last_frame_that_stands_for_long_is_said_to() -> None:
    """Two frames 0.1 s apart and then an hour: "the clip's frames lie up to 0.10 s apart" stood under the pictures."""
    (words, *_) = plan(timeline_of([0.0, 0.1], 60.0), "clip.mp4", Settings(fps=2)).times.warnings
    assert "the clip's last frame stands for 60.00 s." in words
    (words,) = plan(timeline_of([0.0, 5.0, 5.1], 60.0), "clip.mp4", Settings(fps=2, end=5.05)).times.warnings
    assert "lie up to 5.00 s apart" in words


def test_clip_time_begins_at_the_first_frame(tmp_path: Path) -> None:
    frames = sample(write_video(tmp_path / "late.mkv", [7 + k / 10 for k in range(20)], rate=10), fps=5)
    assert frames.times.seconds[:3] == pytest.approx((0.0, 0.2, 0.4))


@hypothesis_settings(max_examples=40, deadline=None)
@given(
    fps=st.floats(0.1, 60),
    start=st.floats(0, 4.9),
    length=st.floats(0.01, 5),
    most=st.none() | st.integers(2, 900),
)
def test_any_plan_is_even_in_order_and_near_its_grid(
    ten_fps: Path, fps: float, start: float, length: float, most: int | None
) -> None:
    end = min(start + length, 5.0)
    plan = plan_frames(probe(ten_fps), Settings(fps=fps, start=start, end=end, max_frames=most))
    seconds, count = plan.times.seconds, len(plan.times.indices)
    assert count >= 2
    assert count % 2 == 0
    assert count <= (most or 768)
    assert all(before <= after for before, after in pairwise(plan.times.indices))
    # No frame is further from its point than half the clip's step; the last point may lie in the last frame.
    grid = np.array([start + k * plan.step for k in range(count)])
    assert np.abs(np.array(seconds) - grid)[grid <= 4.9].max(initial=0) <= 0.05 + 1e-6
    assert grid[-1] < end + 1e-9


def test_the_plan_is_what_the_sampling_does(ten_fps: Path) -> None:
    settings = Settings(fps=3, start=0.5, end=4)
    frames = sample_frames(probe(ten_fps), settings, [TWO])
    plan = plan_frames(probe(ten_fps), settings)
    assert (plan.times, plan.step) == (frames.times, frames.step)


def test_models_of_equal_size_share_one_array(ten_fps: Path) -> None:
    frames = sample_frames(probe(ten_fps), Settings(), [ONE, spec("other", REASON1), TWO])
    assert frames.for_model(ONE) is frames.for_model(spec("other", REASON1))
    assert frames.for_model(ONE) is not frames.for_model(TWO)
    for model in (ONE, TWO):
        array = frames.for_model(model)
        assert (array.dtype, array.flags.c_contiguous) == (np.uint8, True)
        assert array.shape == (20, *frames.size_for(model), 3)
    with pytest.raises(KeyError):
        frames.for_model(spec("coarse", REASON1.model_copy(update={"factor": 56})))


def test_the_pictures_of_one_model_do_not_depend_on_the_others(ten_fps: Path) -> None:
    alone = sample_frames(probe(ten_fps), Settings(), [TWO]).for_model(TWO)
    assert (alone == sample(ten_fps).for_model(TWO)).all()
