"""Clips are found, named and read for what they hold."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from videos import evenly, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.video.clips import find_scenarios, load_ground_truth, probe, scenario_id, scenario_of
from cosmos_compare.video.files import state_of


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize(
    ("video", "expected"),
    [
        ("scenario_01/segment.webm", "scenario_01"),
        ("scenario_01/Segment.MP4", "scenario_01"),
        ("drives/night.mp4", "night"),
        ("drives/-video-with-dash-.mp4", "video-with-dash-"),
        ("drives/two words (1).mov", "two_words__1_"),
        ("drives/.hidden.mp4", "hidden"),
        ("drives/=cmd|'x'!A1.mp4", "_cmd__x__A1"),
        ("drives/Zebrastreifen für Fußgänger.mp4", "Zebrastreifen_für_Fußgänger"),
        ("drives/u\u0308ber.mp4", "über"),
        ("drives/横断歩道.mp4", "横断歩道"),
        ("drives/con.mp4", "_con"),
        ("drives/LPT1.front.mp4", "_LPT1.front"),
        ("drives/trailing. .mp4", "trailing._"),
        ("drives/---.mp4", "clip"),
        ("drives/line\nbreak\x1b[2J.mp4", "line_break__2J"),
    ],
)
def test_an_id_is_the_folder_of_a_segment_or_else_the_file(video: str, expected: str) -> None:
    assert scenario_id(Path("/data") / video) == expected


@given(st.text(alphabet=st.characters(exclude_characters="/\0"), min_size=1))
def test_any_name_gives_one_safe_folder_name(stem: str) -> None:
    name = scenario_id(Path("/data") / f"{stem}.mp4")
    assert PurePosixPath(name).parts == (name,)
    assert name[0] not in ".-"
    assert name[-1] not in ". "
    assert name.isprintable()
    assert len(name.encode()) <= 121


def test_folders_and_loose_videos_are_found_in_order(tmp_path: Path) -> None:
    for name in (
        "loose.MOV", "b/segment.webm", "b/other.mp4", "b/ground_truth.yaml", "a/one.avi", "a/two.mkv", "notes.txt",
        "empty/readme.md", ".git/segment.mp4", "b/._segment.mp4", "c/only.mp4", "c/ground_truth.yaml",
        "a/ground_truth.yaml", "deep/er/segment.mp4",
    ):  # fmt: skip
        touch(tmp_path / name)
    found = find_scenarios(tmp_path)
    assert [scenario.id for scenario in found] == ["loose", "one", "two", "b", "only"]
    assert [scenario.video.relative_to(tmp_path).as_posix() for scenario in found] == [
        "loose.MOV", "a/one.avi", "a/two.mkv", "b/segment.webm", "c/only.mp4",
    ]  # fmt: skip
    truths = {scenario.id: scenario.ground_truth for scenario in found}
    assert truths["b"] == tmp_path / "b/ground_truth.yaml"
    assert truths["only"] == tmp_path / "c/ground_truth.yaml"
    assert truths["one"] is truths["loose"] is None, "one ground truth can't speak of two clips"


def test_names_that_collide_get_a_number(tmp_path: Path) -> None:
    """Names that differ only in case are one folder on Windows and macOS."""
    for name in ("drive.mp4", "drive.webm", "a/drive.mp4", "drive_/segment.mp4", "drive /segment.mp4", "b/DRIVE.mov"):
        touch(tmp_path / name)
    ids = [scenario.id for scenario in find_scenarios(tmp_path)]
    assert sorted(ids) == ["DRIVE-4", "drive", "drive-2", "drive-3", "drive_", "drive_-2"]


def test_two_hundred_scenarios_are_found_without_opening_one(tmp_path: Path) -> None:
    for number in range(200):
        touch(tmp_path / f"scenario_{number:03}" / "segment.webm")
        touch(tmp_path / f"scenario_{number:03}" / "ground_truth.yaml")
    assert len(find_scenarios(tmp_path)) == 200, "empty files: whoever opened one would leave it out"


def test_a_root_without_videos_is_an_error_that_names_it(tmp_path: Path) -> None:
    touch(tmp_path / "notes.txt")
    with pytest.raises(CompareError, match="holds no video"):
        find_scenarios(tmp_path)
    with pytest.raises(CompareError, match=r"nowhere: can't be listed \(No such file or directory\)"):
        find_scenarios(tmp_path / "nowhere")
    with pytest.raises(CompareError, match="Not a directory"):
        find_scenarios(tmp_path / "notes.txt")


def test_a_clip_is_named_by_its_file_or_its_folder(tmp_path: Path) -> None:
    video, truth = touch(tmp_path / "scene/segment.mp4"), touch(tmp_path / "scene/ground_truth.yaml")
    second = touch(tmp_path / "scene/second.mp4")
    assert scenario_of(tmp_path / "scene") == scenario_of(video)
    assert scenario_of(video).ground_truth == truth
    assert scenario_of(second).id == "second"
    assert scenario_of(second).ground_truth is None


def test_a_folder_of_several_clips_asks_for_one(tmp_path: Path) -> None:
    touch(tmp_path / "a.mp4")
    touch(tmp_path / "b.mp4")
    with pytest.raises(CompareError, match="2 videos"):
        scenario_of(tmp_path)
    with pytest.raises(CompareError, match="no such file"):
        scenario_of(tmp_path / "c.mp4")


@pytest.mark.parametrize(
    ("name", "codec", "known_as"),
    [
        ("clip.mp4", "libx264", "h264"),
        ("clip.mkv", "libx264", "h264"),
        ("clip.mov", "mpeg4", "mpeg4"),
        ("clip.avi", "mjpeg", "mjpeg"),
        ("clip.webm", "libvpx-vp9", "vp9"),
    ],
)
def test_a_probe_counts_what_the_file_holds(tmp_path: Path, name: str, codec: str, known_as: str) -> None:
    video = write_video(tmp_path / name, evenly(20, fps=10), codec=codec, rate=10)
    clip = probe(video, "scene")
    assert (clip.scenario, clip.path, clip.codec) == ("scene", str(video), known_as)
    assert (clip.n_frames, clip.width, clip.height, clip.rotation) == (20, 128, 96, 0)
    assert clip.duration == pytest.approx(2.0, abs=0.01)
    assert clip.fps == pytest.approx(10, rel=0.01)
    assert clip.sha256 == hashlib.sha256(video.read_bytes()).hexdigest()


def test_a_probe_believes_timestamps_and_not_the_header(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", [0, 0.1, 0.2, 3.0], rate=25)
    clip = probe(video)
    assert clip.n_frames == 4
    assert clip.duration == pytest.approx(3.1, abs=0.1)


def test_what_is_no_file_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(CompareError, match=r"gone\.mp4: no such file"):
        probe(tmp_path / "gone.mp4")
    with pytest.raises(CompareError, match="a folder, not a video"):
        probe(tmp_path)


def test_a_name_that_is_not_utf8_is_an_error_and_not_a_crash(tmp_path: Path) -> None:
    video = write_video(tmp_path / "clip.mp4", evenly(2, fps=2))
    renamed = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    video.rename(renamed)
    assert scenario_of(renamed).id == "caf_"
    with pytest.raises(CompareError, match="not UTF-8"):
        probe(renamed)


def test_a_ground_truth_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.yaml"
    path.write_text("scene: town\nrisk: {level: high, reason: child}\nabsent: [cyclist]\n")
    truth = load_ground_truth(path)
    assert truth.risk is not None
    assert (truth.scene, truth.risk.level, truth.absent) == ("town", "high", ("cyclist",))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("risk: {level: extreme}", "risk.level"),
        ("colour: red", "colour"),
        ("objects: {car: {present: perhaps}}", "objects.car.present"),
        ("events: [{label: brake, start: soon, end: 2}]", "events.0.start"),
    ],
)
def test_a_wrong_ground_truth_names_the_field(tmp_path: Path, text: str, field: str) -> None:
    path = tmp_path / "ground_truth.yaml"
    path.write_text(text)
    with pytest.raises(CompareError, match=rf"ground_truth\.yaml: {field}: .+\. Correct this field"):
        load_ground_truth(path)


def events(count: int) -> str:
    return "events:\n" + "".join(f"- {{label: car {k}, start: {k}, end: {k + 1}}}\n" for k in range(count))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (events(20_000), "larger than 200,000 bytes"),
        (events(1_001), "holds 1,001 events; up to 1,000 are read"),
        ("scene: " + "x" * 300_000, "larger than"),
        ("- a\n- b\n", "holds a list"),
    ],
)
def test_a_ground_truth_too_large_for_one_clip_is_a_sentence_at_once(tmp_path: Path, text: str, words: str) -> None:
    """20,000 events took 25 s at each run of the page."""
    path = tmp_path / "ground_truth.yaml"
    path.write_text(text)
    with pytest.raises(CompareError, match=words):
        load_ground_truth(path)


def test_a_ground_truth_is_parsed_once_until_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "ground_truth.yaml"
    path.write_text(events(1_000))
    while not state_of(path).settled:
        continue
    first = load_ground_truth(path)
    assert load_ground_truth(path) is first
    path.write_text("scene: street\n")
    assert load_ground_truth(path).scene == "street"


def test_the_real_ground_truths_load(shared: Path) -> None:
    scenarios = find_scenarios(shared / "clips")
    assert len(scenarios) == 4
    for scenario in scenarios:
        assert scenario.ground_truth is not None
        assert load_ground_truth(scenario.ground_truth).scene
