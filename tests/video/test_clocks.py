"""Files whose clock falls, leaps or says nothing: all frames, at a clock that goes on, and where that is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest
from videos import evenly, number_of, numbered, spec, write_video

from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import probe
from cosmos_compare.video.clock import PacketTimes, read_clock
from cosmos_compare.video.frames import Frames, sample_frames

SHORT_GROUPS = {"g": "10", "bf": "0"}


def sample(video: Path, **fields: float) -> Frames:
    return sample_frames(probe(video), Settings(fps=10, **fields), [spec()])


def shown(frames: Frames) -> list[int]:
    return [number_of(image) for image in frames.for_model(spec())]


def fallen(video: Path, target: Path) -> Path:
    """A Matroska copy whose clock falls by 1.5 s from its third second on, as no muxer would write it."""
    with av.open(str(video)) as source, av.open(str(target), "w", options={"cluster_time_limit": "900"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in (packet for packet in source.demux(video=0) if packet.size):
            packet.stream = stream
            out.mux(packet)
    data = bytearray(target.read_bytes())
    # Cluster, its size in 8 bytes, then its time in milliseconds: an element E7 of 1 or 2 bytes.
    for found in re.finditer(rb"\x1f\x43\xb6\x75.{8}\xe7\x82", bytes(data), re.DOTALL):
        time = int.from_bytes(data[found.end() : found.end() + 2])
        data[found.end() : found.end() + 2] = (time - 1500 if time >= 2000 else time).to_bytes(2)
    target.write_bytes(data)
    return target


def joined(target: Path, *parts: Path) -> Path:
    """The files one after the other, as `cat` joins transport streams."""
    target.write_bytes(b"".join(part.read_bytes() for part in parts))
    return target


def ts_clip(path: Path, count: int = 30, *, first: int = 0, at: float = 0.0, **options: str) -> Path:
    """`count` numbered frames from `first` on at 10 a second, the clock beginning at `at` seconds."""
    images = [numbered(first + k) for k in range(count)]
    stamps = [at + stamp for stamp in evenly(count, 10)]
    return write_video(path, stamps, rate=10, images=images, options=SHORT_GROUPS | options)


@pytest.mark.parametrize("bf", ["0", "2"])
@pytest.mark.parametrize("at", [0.0, 0.7, 2.0, 400.0])
def test_joined_recordings_keep_their_second_part(tmp_path: Path, at: float, bf: str) -> None:
    """The second half was once lost in silence, or mixed into the first. 400 s: the clock leaps instead of falling."""
    first = ts_clip(tmp_path / "a.ts", bf=bf)
    second = ts_clip(tmp_path / "b.ts", first=100, at=at, bf=bf)
    frames = sample(joined(tmp_path / "joined.ts", first, second))
    assert shown(frames) == [*range(30), *range(100, 130)]
    assert frames.times.seconds == pytest.approx(evenly(60, 10), abs=0.02)
    assert frames.clip.duration == pytest.approx(6.0, abs=0.02)
    how = "leaps" if at > 10 else "falls back"
    assert len(frames.times.warnings) == 1
    assert f"clock {how}" in frames.times.warnings[0]
    assert "at 3.00 s (frame 30)" in frames.times.warnings[0]
    assert "--start, --end" in frames.times.warnings[0]


def test_each_of_many_joints_is_passed_and_three_are_named(tmp_path: Path) -> None:
    parts = [ts_clip(tmp_path / f"{k}.ts", count=10, first=10 * k) for k in range(6)]
    frames = sample(joined(tmp_path / "joined.ts", *parts))
    assert shown(frames) == list(range(60))
    assert len(frames.times.warnings) == 4
    assert "2 times more" in frames.times.warnings[-1]


def test_a_part_seen_alone_needs_no_warning(tmp_path: Path) -> None:
    parts = [ts_clip(tmp_path / f"{k}.ts", first=100 * k) for k in range(2)]
    video = joined(tmp_path / "joined.ts", *parts)
    second = sample(video, start=3.0)
    assert shown(second) == list(range(100, 130))
    assert second.times.warnings == ()
    assert sample(video, end=3.0).times.warnings == ()


@pytest.mark.parametrize("kind", ["every third", "the last five", "all after the first", "the first three"])
def test_packets_without_a_time_get_one_from_the_rate(tmp_path: Path, kind: str) -> None:
    """One such packet once made the whole file an error."""
    without = {
        "every third": lambda n: n % 3 == 2,
        "the last five": lambda n: n >= 25,
        "all after the first": lambda n: n > 0,
        "the first three": lambda n: n < 3,
    }[kind]
    stamps = [
        PacketTimes(None, None, 0.1) if without(number) else PacketTimes(number / 10, number / 10, 0.1)
        for number in range(30)
    ]
    clock = read_clock(stamps, restarting=True, reordered=False)
    assert clock.shown == pytest.approx([number / 10 for number in range(30)])
    assert clock.filled == sum(without(number) for number in range(30))
    assert clock.joints == ()


def without_times(video: Path, target: Path, which: Callable[[int], bool]) -> Path:
    """A copy of a transport stream in which chosen packets of the video carry no time (ISO/IEC 13818-1, 2.4.3.6)."""
    data, number = bytearray(video.read_bytes()), -1
    for at in range(0, len(data), 188):
        head = at + 4 + (1 + data[at + 4] if data[at + 3] & 0x20 else 0)
        if not data[at + 1] & 0x40 or data[head : head + 3] != b"\0\0\1" or data[head + 3] & 0xF0 != 0xE0:
            continue
        number += 1
        if which(number):
            data[head + 7] &= 0x3F
            data[head + 9 : head + 9 + data[head + 8]] = b"\xff" * data[head + 8]
    target.write_bytes(data)
    return target


@pytest.mark.parametrize("bf", ["0", "2"])
@pytest.mark.parametrize("kind", ["every third", "every second", "ten in the middle", "the last ten"])
def test_a_file_whose_packets_lack_times_keeps_all_frames_at_their_rate(tmp_path: Path, kind: str, bf: str) -> None:
    without = {
        "every third": lambda n: n % 3 == 2,
        "every second": lambda n: n % 2 == 1,
        "ten in the middle": lambda n: 10 <= n < 20,
        "the last ten": lambda n: n >= 20,
    }[kind]
    frames = sample(without_times(ts_clip(tmp_path / "a.ts", bf=bf), tmp_path / "b.ts", without))
    assert shown(frames) == list(range(30))
    assert frames.times.seconds == pytest.approx(evenly(30, 10), abs=0.02)
    assert "of 30 frames have no time" in frames.times.warnings[0]


@pytest.mark.parametrize("suffix", [".webm", ".mkv"])
def test_joined_matroska_files_keep_their_second_part(tmp_path: Path, suffix: str) -> None:
    parts = []
    for k in range(2):
        images = [numbered(100 * k + n) for n in range(30)]
        codec, options = ("libvpx", {}) if suffix == ".webm" else ("libx264", SHORT_GROUPS)
        path = tmp_path / f"{k}{suffix}"
        parts.append(write_video(path, evenly(30, 10), codec=codec, rate=10, images=images, options=options))
    assert shown(sample(joined(tmp_path / f"joined{suffix}", *parts))) == [*range(30), *range(100, 130)]


def test_a_second_mp4_behind_the_first_is_said_to_be_there(tmp_path: Path) -> None:
    """Nothing reads it, so that half of the clip was missing in silence."""
    parts = [write_video(tmp_path / f"{k}.mp4", evenly(30, 10), rate=10) for k in range(2)]
    frames = sample(joined(tmp_path / "joined.mp4", *parts))
    assert len(frames.times.indices) == 30
    assert "holds a second recording behind the first" in frames.times.warnings[0]
    assert sample(parts[0]).times.warnings == ()


@pytest.mark.parametrize("restarting", [True, False])
def test_one_mad_time_costs_no_other(restarting: bool) -> None:
    """A single packet an hour off, as a bit error leaves it: those after it stay where they were."""
    times = [number / 10 for number in range(30)]
    times[12] += 3600
    clock = read_clock([PacketTimes(time, time, 0.1) for time in times], restarting=restarting, reordered=False)
    assert clock.shown == pytest.approx([number / 10 for number in range(30)])


def test_jitter_is_no_fall() -> None:
    times = [0.0, 0.04, 0.03, 0.12, 0.11, 0.2]
    clock = read_clock([PacketTimes(time, time, 0.04) for time in times], restarting=True, reordered=False)
    assert clock.shown == tuple(times)
    assert clock.joints == ()


def test_a_clock_that_falls_in_matroska_goes_on(tmp_path: Path) -> None:
    """Also containers that keep one clock are written with a fall in it, by recorders that set their time."""
    frames = sample(fallen(ts_clip(tmp_path / "steady.mkv"), tmp_path / "falls.mkv"))
    assert shown(frames) == list(range(30))
    assert frames.times.seconds == pytest.approx(evenly(30, 10), abs=0.02)
    assert "falls back 1.50 s at 2.00 s (frame 20)" in frames.times.warnings[0]


def test_a_pause_of_an_hour_in_mp4_is_named_with_the_way_round_it(tmp_path: Path) -> None:
    """An mp4 keeps one clock: a leap may be a camera that slept. One picture fills it, and that is said."""
    stamps = [*evenly(20, 10), *(3600 + stamp for stamp in evenly(20, 10))]
    frames = sample(write_video(tmp_path / "slept.mp4", stamps, rate=10))
    told = " ".join(frames.times.warnings)
    assert "No frame lies between 1.90 and 3600.00 s" in told
    assert "--end" in told
    assert "1.90" in told
    assert sample(tmp_path / "slept.mp4", start=3600).times.warnings == ()


def test_a_slow_but_steady_clip_has_no_pause(tmp_path: Path) -> None:
    """A time lapse of one frame in 20 s is not a clip full of leaps."""
    video = write_video(tmp_path / "lapse.mp4", [20.0 * k for k in range(12)], rate=1)
    warnings = sample_frames(probe(video), Settings(fps=0.05), [spec()]).times.warnings
    assert not [warning for warning in warnings if "No frame lies between" in warning]


@pytest.mark.parametrize(
    ("name", "count", "duration", "words"),
    [
        ("02_timestamps_fall/concat_reset.ts", 100, 10.0, "falls back 5.00 s at 5.00 s (frame 50)"),
        ("02_timestamps_fall/back_0.6s.ts", 50, 5.0, "falls back 0.60 s at 2.40 s (frame 24)"),
        ("12_partial_timestamps/pts_every5.ts", 50, 5.0, "40 of 50 frames have no time"),
        ("16_clock_jump/forward_1h.ts", 100, 10.0, "leaps 3596.40 s ahead at 5.00 s"),
        ("16_clock_jump/back_30s.ts", 50, 5.0, "at 2.40 s (frame 24)"),
    ],
)
def test_the_cases(shared: Path, name: str, count: int, duration: float, words: str) -> None:
    frames = sample(shared / "cases" / name)
    assert frames.clip.n_frames == count
    assert frames.clip.duration == pytest.approx(duration, abs=0.01)
    grey = [float(image.mean()) for image in frames.for_model(spec())][:50]
    assert all(earlier < later for earlier, later in pairwise(grey))
    assert words in " ".join(frames.times.warnings)


def test_a_stream_without_any_time_is_a_sentence(shared: Path) -> None:
    from cosmos_compare.errors import CompareError

    with pytest.raises(CompareError, match="holds no timestamps"):
        probe(shared / "cases/12_partial_timestamps/cam265.mp4")


def test_stamps_of_the_frames_follow_the_continued_clock_through_reordering(tmp_path: Path) -> None:
    """The times are given to the packets, and a decoder hands them to the frames."""
    parts: Sequence[Path] = [ts_clip(tmp_path / f"{k}.ts", first=50 * k, bf="3") for k in range(3)]
    video = joined(tmp_path / "joined.ts", *parts)
    frames = sample(video)
    assert shown(frames) == [50 * k + n for k in range(3) for n in range(30)]
    assert Fraction(frames.times.seconds[45]).limit_denominator(100) == Fraction(9, 2)
