"""Folders as people have them: every kind of video is listed, what is left out is named, each entry fails alone."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import av
import pytest
from videos import evenly, numbered, spec, write_video

from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import Settings
from cosmos_compare.video.clips import find_scenarios, list_folder, load_ground_truth, probe, scenario_of
from cosmos_compare.video.containers import SUFFIXES, USE
from cosmos_compare.video.frames import sample_frames
from cosmos_compare.video.rendered import is_rendered
from cosmos_compare.video.thumbs import make_thumb
from cosmos_compare.video.uploads import keep_upload

pytestmark = pytest.mark.timeout(60)

CODECS = {".webm": "libvpx", ".ogv": "libvpx", ".3gp": "mpeg4", ".3g2": "mpeg4", ".asf": "mpeg4", ".wmv": "mpeg4"}
FORMATS = {".m2ts": "mpegts", ".mts": "mpegts", ".ogv": "ogg"}


@pytest.fixture(scope="module")
def kinds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a video of every suffix on the list."""
    folder = tmp_path_factory.mktemp("kinds")
    for suffix in SUFFIXES:
        codec = "mpeg2video" if suffix in {".mpg", ".mpeg"} else CODECS.get(suffix, "libx264")
        if codec == "mpeg2video":  # its clock has no thousandths
            _mpeg2(folder / f"clip{suffix}")
        elif suffix == ".ogv":
            _ogg(folder / f"clip{suffix}")
        else:
            write_video(folder / f"clip{suffix}", evenly(20, 10), codec=codec, rate=10, options={"bf": "0"})
    return folder


def _mpeg2(path: Path) -> None:
    with av.open(str(path), "w", format="mpeg") as container:
        stream = container.add_stream("mpeg2video", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(50):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered(number), format="rgb24")))
        container.mux(stream.encode())


def _ogg(path: Path) -> None:
    plain = write_video(path.with_suffix(".tmp.webm"), evenly(20, 10), codec="libvpx", rate=10)
    with av.open(str(plain)) as source, av.open(str(path), "w", format="ogg") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in (packet for packet in source.demux(video=0) if packet.size):
            packet.stream = stream
            target.mux(packet)
    plain.unlink()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_the_list_is_listed_probed_sampled_and_may_be_dropped(
    kinds: Path, tmp_path: Path, suffix: str
) -> None:
    """`run` handled .ts and .m4v, folders ignored them."""
    video = kinds / f"clip{suffix}"
    assert video in {scenario.video for scenario in find_scenarios(kinds)}
    frames = sample_frames(probe(video), Settings(), [spec()])
    # Our Ogg comes without a rate, so that its first and last frame tell too little.
    assert frames.clip.duration == pytest.approx(2.0, abs=0.25 if suffix == ".ogv" else 0.1)
    assert make_thumb(video).jpeg
    with video.open("rb") as content:
        assert keep_upload(video.name, content, tmp_path).suffix == suffix


def test_one_list_stands_in_the_hints(tmp_path: Path) -> None:
    with pytest.raises(CompareError) as caught:
        find_scenarios(tmp_path)
    assert all(suffix[1:] in caught.value.hint for suffix in SUFFIXES)
    assert all(suffix[1:] in USE for suffix in SUFFIXES)


def test_the_cases_are_listed(shared: Path) -> None:
    listing = list_folder(shared / "cases/14_extensions")
    assert [scenario.video.name for scenario in listing.scenarios] == ["clip.m4v", "clip.ts", "phone.3gp"]


def test_what_looks_like_a_clip_and_is_none_is_named(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", evenly(4, 4))
    for name in ("camera.dav", "raw.h264", "late.mp4.part", "old.rm", "notes.txt", "cover.jpg", ".hidden.mxf"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "app.ts").write_text("export const answer: number = 42\n" * 20)
    listing = list_folder(tmp_path)
    assert [scenario.id for scenario in listing.scenarios] == ["clip"]
    names = {item.path.name for item in listing.left_out}
    assert names == {"camera.dav", "raw.h264", "late.mp4.part", "old.rm", "app.ts"}
    assert listing.summary() == (
        "Left out: 'app.ts' (not MPEG-TS), 'camera.dav' (not a kind of video that is read here), "
        "'late.mp4.part' (not a kind of video that is read here) and 2 more."
    )


def test_a_second_video_beside_a_segment_is_named(tmp_path: Path) -> None:
    (tmp_path / "scene").mkdir()
    for name in ("segment.mp4", "rear.mp4"):
        write_video(tmp_path / "scene" / name, evenly(4, 4))
    assert "'rear.mp4' (beside segment.mp4)" in list_folder(tmp_path).summary()


def make_fifo(path: Path) -> None:
    os.mkfifo(path)


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_dangling(path: Path) -> None:
    path.symlink_to("nowhere.mp4")


def make_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


def make_folder(path: Path) -> None:
    path.mkdir()


ODD = {
    "pipe": (make_fifo, "a pipe or device"),
    "loop": (make_loop, "leads back to itself"),
    "dangling": (make_dangling, "no such file"),
    "device": (make_device, "a pipe or device"),
    "socket": (make_socket, "a pipe or device"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_regular_file_fails_alone_and_never_hangs(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe named .mp4 hung the program, a link to itself broke every clip beside it."""
    monkeypatch.chdir(tmp_path)
    make, words = ODD[kind]
    good = write_video(tmp_path / "good.mp4", evenly(4, 4))
    odd = tmp_path / "odd.mp4"
    make(odd)
    listing = list_folder(tmp_path)
    assert [scenario.video for scenario in listing.scenarios] == [good]
    assert [item.path for item in listing.left_out] == [odd]
    assert words in listing.left_out[0].reason
    for use in (probe, scenario_of):
        with pytest.raises(CompareError, match=words):
            use(odd)
    assert words in make_thumb(odd).problem
    assert not is_rendered(odd)
    assert scenario_of(good).video == good


@pytest.mark.parametrize("kind", ["pipe", "loop", "device"])
def test_a_ground_truth_that_is_no_file_costs_itself(tmp_path: Path, kind: str) -> None:
    write_video(tmp_path / "segment.mp4", evenly(4, 4))
    ODD[kind][0](tmp_path / "ground_truth.yaml")
    scenario = scenario_of(tmp_path)
    assert scenario.ground_truth is not None
    with pytest.raises(CompareError):
        load_ground_truth(scenario.ground_truth)


def test_folders_that_are_links_to_themselves_are_passed_over(tmp_path: Path) -> None:
    write_video(tmp_path / "good.mp4", evenly(4, 4))
    make_loop(tmp_path / "loop")
    (tmp_path / "up").symlink_to(tmp_path, target_is_directory=True)
    assert find_scenarios(tmp_path)[0].id == "good"
    make_folder(tmp_path / "folder.mp4")
    assert "a folder" in list_folder(tmp_path).summary()


@pytest.mark.parametrize("name", ["x" * 300 + ".mp4", "y" * 5000, "a\0b.mp4", "/".join(["d" * 200] * 30)])
def test_names_that_no_file_can_have_are_sentences(tmp_path: Path, name: str) -> None:
    for use in (probe, scenario_of, find_scenarios):
        with pytest.raises(CompareError) as caught:
            use(tmp_path / name)
        assert len(str(caught.value)) < 7000
    assert make_thumb(tmp_path / name).problem
    assert not is_rendered(tmp_path / name)


def test_a_folder_that_may_not_be_entered_fails_alone(tmp_path: Path) -> None:
    """In a process of another user, for whom permissions count also where tests run as root."""
    write_video(tmp_path / "good.mp4", evenly(4, 4))
    (tmp_path / "closed").mkdir()
    write_video(tmp_path / "closed" / "segment.mp4", evenly(4, 4))
    write_video(tmp_path / "mine.mp4", evenly(4, 4))
    (tmp_path / "mine.mp4").chmod(0)
    (tmp_path / "closed").chmod(0)
    script = f"""
import os
from pathlib import Path
from cosmos_compare.errors import CompareError
from cosmos_compare.video.clips import list_folder, probe, scenario_of
root = Path({str(tmp_path)!r})
if os.getuid() == 0:
    folder = root
    while folder != folder.parent:
        folder.chmod(folder.stat().st_mode | {stat.S_IXOTH | stat.S_IROTH})
        folder = folder.parent
    os.setgid(65534); os.setuid(65534)
listing = list_folder(root)
print([s.id for s in listing.scenarios], [(i.path.name, i.reason) for i in listing.left_out])
for use, path in ((probe, "mine.mp4"), (probe, "closed/segment.mp4"), (scenario_of, "closed")):
    try:
        use(root / path)
        print("no error")
    except CompareError as error:
        print(error.message.removeprefix(str(root)))
"""
    try:
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=50)
    finally:
        (tmp_path / "closed").chmod(0o700)
    first, *rest = done.stdout.splitlines()
    assert first == "['good', 'mine'] [('closed', 'Permission denied')]"
    assert rest == [
        "/mine.mp4: can't be read.",
        "/closed/segment.mp4: can't be read.",
        "/closed: a folder with no videos.",
    ]
