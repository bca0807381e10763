"""Video files that break video programs: the right frames, or one sentence that names the file and the reason."""

from __future__ import annotations

import random
from pathlib import Path
from typing import NamedTuple

import av
import pytest
from broken_videos import MAKERS, make
from videos import evenly, number_of, spec, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe, scenario_of
from cosmos_compare.video.frames import Frames, sample_frames

pytestmark = pytest.mark.timeout(60)


class Works(NamedTuple):
    """What comes of a file: frames that it holds, upright width × height, seconds, and those sampled at 4 fps."""

    n_frames: int
    size: tuple[int, int]
    duration: float
    sampled: int
    warning: str = ""


WORKS = {
    "truncated_faststart.mp4": Works(11, (952, 532), 2.75, 10, "11 of 32 frames can be used, 2.75 of 8.00 s"),
    "corrupted.mp4": Works(28, (1280, 720), 2.8, 10, "28 of 50 frames can be used, 2.80 of 5.00 s"),
    "no_duration.webm": Works(74, (1280, 720), 4.938, 18),
    "-video-with-dash-.mp4": Works(5, (1, 1), 5.0, 20, "15 of 20 sampling points"),
    "av1_video.mkv": Works(125, (640, 360), 5.0, 20),
    "rotated_by_matrix.mp4": Works(10, (1008, 560), 2.5, 10),
    "video_270.mov": Works(3, (320, 568), 0.1, 2),
    "vfr_dropped_frames.mp4": Works(21, (952, 532), 8.0, 32, "up to 2.25 s apart"),
    "start_time_1h.mp4": Works(10, (1008, 560), 2.5, 10),
    "single_frame.mp4": Works(1, (1008, 560), 0.25, 2, "one frame; it is shown twice"),
}
FAILS = {
    "truncated_moov_last.mp4": "can't be opened as a video",
    "html_404.mp4": "can't be opened as a video",
    "result.webm": "the file is empty",
    "png_named.mp4": "a still image, not a video",
    "audio_only.mp4": "no video stream (audio only)",
    "bipbop_480wp_1001kbps-cenc-video-key1-init.mp4": "not one frame of it can be decoded",
    "zero_empty_stsc.mp4": "not one frame of it can be decoded",
}


def sample(video: Path, fps: float = 4) -> Frames:
    scenario = scenario_of(video)
    return sample_frames(probe(scenario.video, scenario.id), Settings(fps=fps), [spec()])


def test_every_file_of_the_folder_has_its_outcome(shared: Path) -> None:
    files = {path.name for path in (shared / "nasty").iterdir() if path.suffix not in {".md", ".txt"}}
    assert files == set(WORKS) | set(FAILS)


@pytest.mark.parametrize("name", WORKS)
def test_a_file_that_holds_frames_gives_them(shared: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    expected = WORKS[name]
    frames = sample(shared / "nasty" / name)
    clip, times = frames.clip, frames.times
    assert (clip.n_frames, (clip.width, clip.height)) == (expected.n_frames, expected.size)
    assert clip.duration == pytest.approx(expected.duration, abs=0.002)
    assert len(times.indices) == len(frames.for_model(spec())) == expected.sampled
    assert max(times.indices) < expected.n_frames
    assert times.seconds[0] == 0
    assert list(times.seconds) == sorted(times.seconds)
    if expected.warning:
        assert expected.warning in " ".join(times.warnings)
    else:
        assert times.warnings == ()
    assert capfd.readouterr() == ("", ""), "FFmpeg wrote to the terminal"


@pytest.mark.parametrize("name", FAILS)
def test_a_file_without_frames_gives_one_sentence(shared: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CompareError) as caught:
        sample(shared / "nasty" / name)
    assert caught.value.message.startswith(name)
    assert FAILS[name] in caught.value.message
    assert caught.value.hint
    assert capfd.readouterr() == ("", ""), "FFmpeg wrote to the terminal"


def test_a_variable_rate_is_timed_by_its_timestamps(shared: Path) -> None:
    """By index / fps (21 frames, "2.625 fps") the last frame would lie at 7.6 s and the fourth at 1.1 s."""
    times = sample(shared / "nasty" / "vfr_dropped_frames.mp4").times
    assert times.indices[:10] == (0, 1, 2, 3, 3, 3, 3, 3, 4, 4)
    assert times.seconds[3] == 0.75
    assert (times.indices[-1], times.seconds[-1]) == (20, 7.75)


def test_an_hour_of_offset_changes_no_picture(broken: Path, tmp_path: Path) -> None:
    late = sample(broken / "start_time_1h.mp4")
    plain = sample(write_video(tmp_path / "plain.mp4", evenly(32, 4), rate=4, size=(320, 180), options={"bf": "0"}))
    assert late.times == plain.times
    assert (late.for_model(spec()) == plain.for_model(spec())).all()


def test_a_cut_webm_says_how_much_is_missing(tmp_path: Path) -> None:
    """A webm header holds no count of frames, only a duration."""
    options = {"cpu-used": "8"}
    whole = write_video(tmp_path / "whole.webm", evenly(50, fps=10), codec="libvpx-vp9", rate=10, options=options)
    assert sample(whole).times.warnings == ()
    cut = tmp_path / "cut.webm"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    frames = sample(cut)
    assert 5 < frames.clip.n_frames < 45
    assert f"cut.webm ends early: it holds {frames.clip.duration:.2f} of 5.00 s." in frames.times.warnings


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".mkv", ".avi"])
def test_files_damaged_anywhere_never_crash(tmp_path: Path, suffix: str) -> None:
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    whole = write_video(tmp_path / f"whole{suffix}", evenly(30, fps=10), codec=codec, rate=10).read_bytes()
    chance = random.Random(suffix)
    outcomes = set()
    for number in range(40):
        data = bytearray(whole)
        if number % 2:
            del data[chance.randrange(1, len(data)) :]
        else:
            for _ in range(chance.choice([1, 5, 50])):
                data[chance.randrange(len(data))] = chance.randrange(256)
        video = tmp_path / f"damaged_{number}{suffix}"
        video.write_bytes(data)
        try:
            frames = sample(video, fps=10)
        except CompareError as error:
            outcomes.add("error" if video.name in str(error) else "an error that names no file")
        else:
            outcomes.add("frames")
            assert len(frames.times.indices) % 2 == 0
    assert outcomes == {"error", "frames"}


def test_a_file_cut_in_the_middle_shows_only_whole_frames(tmp_path: Path) -> None:
    whole = write_video(tmp_path / "whole.mkv", evenly(100, fps=10), rate=10, size=(320, 240))
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 6 // 10])
    frames = sample(cut)
    assert [number_of(image) for image in frames.for_model(spec())] == list(frames.times.indices)
    assert "ends early" in frames.times.warnings[0]


def without_first(video: Path, packets: int) -> Path:
    """A copy that lacks its first packets, as a recorder's ring buffer or a careless cut leaves it."""
    copy = video.with_name(f"begins_late{video.suffix}")
    with av.open(str(video)) as source, av.open(str(copy), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(packet for packet in source.demux(video=0) if packet.size):
            if number >= packets:
                packet.stream = stream
                target.mux(packet)
    return copy


@pytest.mark.parametrize(("name", "codec"), [("clip.mkv", "libx264"), ("clip.mp4", "libx264"), ("clip.webm", "libvpx")])
def test_a_file_that_begins_between_key_frames_begins_at_the_first_that_decodes(
    tmp_path: Path, name: str, codec: str
) -> None:
    """Times were once counted from a packet that no decoder shows, and every index named another frame."""
    options = {"g": "15", "keyint_min": "15", "sc_threshold": "0", "bf": "0"}
    whole = write_video(tmp_path / name, evenly(40, fps=10), codec=codec, rate=10, options=options)
    frames = sample(without_first(whole, 5), fps=5)
    shown = [number_of(image) for image in frames.for_model(spec())]
    first = shown[0]
    assert first >= 5
    assert shown == [first + index for index in frames.times.indices]
    assert frames.times.seconds == pytest.approx([index / 10 for index in frames.times.indices], abs=1e-3)
    assert f"{40 - first} of 35 frames can be used" in frames.times.warnings[0]
    # Also where the range ends before the file does, so that no frame is missed on the way.
    trimmed = sample_frames(probe(without_first(whole, 5)), Settings(fps=5, end=1), [spec()])
    assert trimmed.clip.n_frames == 40 - first
    assert trimmed.times.warnings == frames.times.warnings


# The same kinds, made by the tests: frames (0: some), upright width × height, seconds, those sampled at 4 fps.
MADE = {
    "truncated_faststart.mp4": Works(0, (320, 180), 0, 0, "ends early or is damaged: "),
    "corrupted.mp4": Works(0, (320, 180), 0, 0, "ends early or is damaged: "),
    "no_duration.webm": Works(32, (320, 180), 8.0, 32),
    "-video-with-dash-.mp4": Works(20, (2, 2), 5.0, 20),
    "av1_video.mkv": Works(32, (320, 180), 8.0, 32),
    "rotated_by_matrix.mp4": Works(32, (180, 320), 8.0, 32),
    "vfr_dropped_frames.mp4": Works(24, (320, 180), 8.0, 32, "up to 2.25 s apart"),
    "start_time_1h.mp4": Works(32, (320, 180), 8.0, 32),
    "single_frame.mp4": Works(1, (320, 180), 0.25, 2, "one frame; it is shown twice"),
}
MADE_FAILS = {
    "truncated_moov_last.mp4": "can't be opened as a video",
    "html_404.mp4": "can't be opened as a video",
    "result.webm": "the file is empty",
    "png_named.mp4": "a still image, not a video",
    "audio_only.mp4": "no video stream (audio only)",
    "song_with_cover.mp4": "no video stream (audio only)",
    "init.mp4": "not one frame of it can be decoded",
    "emptied.mp4": "not one frame of it can be decoded",
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of broken videos, made here: a lone clone has no ../shared."""
    return make(tmp_path_factory.mktemp("broken"))


def test_every_broken_file_that_is_made_has_its_outcome() -> None:
    assert set(MAKERS) == set(MADE) | set(MADE_FAILS)


@pytest.mark.parametrize("name", MADE)
def test_a_broken_file_gives_the_right_frames_at_the_right_times(
    broken: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    expected = MADE[name]
    frames = sample(broken / name)
    clip, times = frames.clip, frames.times
    assert (clip.width, clip.height) == expected.size
    if expected.n_frames:
        assert (clip.n_frames, len(times.indices)) == (expected.n_frames, expected.sampled)
        assert clip.duration == pytest.approx(expected.duration, abs=0.002)
    else:
        assert 4 <= clip.n_frames < 28
        assert clip.duration == pytest.approx(clip.n_frames / 4)
        assert f"{clip.n_frames} of 32 frames can be used, {clip.duration:.2f} of 8.00 s" in times.warnings[0]
    if min(expected.size) > 2:  # bars need some pixels
        assert [number_of(image) for image in frames.for_model(spec())] == list(times.indices)
    assert times.seconds[0] == 0
    assert (expected.warning in " ".join(times.warnings)) if expected.warning else (times.warnings == ())
    assert capfd.readouterr() == ("", ""), "FFmpeg wrote to the terminal"


@pytest.mark.parametrize("name", MADE_FAILS)
def test_a_broken_file_without_frames_gives_one_sentence(
    broken: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CompareError) as caught:
        sample(broken / name)
    assert caught.value.message.startswith(name)
    assert MADE_FAILS[name] in caught.value.message
    assert caught.value.hint
    assert capfd.readouterr() == ("", ""), "FFmpeg wrote to the terminal"


def test_frames_that_were_dropped_leave_a_gap_in_time(broken: Path) -> None:
    """By index / fps (24 frames, "3 fps") the fifth frame would lie at 1.3 s; it is shown at 3.0 s."""
    times = sample(broken / "vfr_dropped_frames.mp4").times
    assert times.indices[:14] == (0, 1, 2, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 5)
    assert times.seconds[8] == 3.0


def test_plain_text_is_not_played_as_a_video(tmp_path: Path) -> None:
    """FFmpeg opens any text as a film of a terminal."""
    text = tmp_path / "notes.txt"
    text.write_text("A pedestrian crosses. " * 200)
    with pytest.raises(CompareError, match="not a video"):
        sample(text)
