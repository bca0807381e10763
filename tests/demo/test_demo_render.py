"""Rendering: the same seed gives the same pixels and labels, at any size the same picture, and a real video."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import yaml

from cosmos_compare.catalogue.models import resolve_models
from cosmos_compare.demo import bundled, render
from cosmos_compare.demo.training.workers import RENDER, drawn_size, make_clip, slot_bytes, views
from cosmos_compare.demo.world.camera import ASPECT, PIXEL
from cosmos_compare.demo.world.draw_street import Street
from cosmos_compare.demo.world.picture import Painter
from cosmos_compare.video.clips import load_ground_truth, probe
from cosmos_compare.video.rendered import demo_warning, is_rendered

SECONDS = 4.0


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    hashes = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        scene, _, found = render.find_scene(3, SECONDS)
        hashes.append(render.write_clip(scene, folder / "segment.webm", 8, (320, 180)))
        assert render.truth_of(scene, found, 3) == render.truth_of(*_facts(3), 3)
    assert hashes[0] == hashes[1]
    assert (tmp_path / "a/segment.webm").read_bytes() == (tmp_path / "b/segment.webm").read_bytes()


def _facts(seed: int):
    scene, _, found = render.find_scene(seed, SECONDS)
    return scene, found


def test_no_tree_hides_a_traffic_light() -> None:
    """Seed 5015 had one before its light, and both models said that there is no light."""
    scene, _, _ = render.find_scene(5015, 8.0)
    light = next(actor for actor in scene.actors if actor.role == "light")
    trees, every = Street(scene).trees, Street(replace(scene, actors=())).trees
    gaps = light.z.origin - every[every[:, 0] > 0, 1]
    assert ((gaps > 0) & (gaps < 12)).any()
    gaps = light.z.origin - trees[trees[:, 0] > 0, 1]
    assert not ((gaps > 0) & (gaps < 12)).any()


def difference(one: Painter, other: Painter, times: list[float]) -> float:
    """How far apart the two draw a scene, once squeezed to a small size; mean over pixels, 0 to 255."""
    pairs = [(one.frame(t), other.frame(t)) for t in times]
    small = [
        [cv2.resize(image, (112, 64), interpolation=cv2.INTER_AREA).astype(float) for image in pair] for pair in pairs
    ]
    return float(np.mean([np.abs(a - b).mean() for a, b in small]))


@pytest.mark.parametrize(("width", "height"), [(640, 360), (1280, 720)])
@pytest.mark.parametrize("seed", [1, 6])
def test_a_clip_of_any_size_shows_what_training_showed(width: int, height: int, seed: int) -> None:
    """Training frames are 448 × 256; when they were drawn with the focal length of square pixels, clips of 16:9
    lay 2 % lower, and reason2-demo took every still scene for pulling away."""
    scene, view, _ = render.find_scene(seed, SECONDS)
    trained, times = Painter(scene, *RENDER, aspect=ASPECT), view.times[::5].tolist()
    shown, square = Painter(scene, width, height), Painter(scene, width, height, aspect=width / height)
    assert difference(trained, shown, times) < 1.6
    assert difference(trained, shown, times) < 0.9 * difference(trained, square, times)


@pytest.mark.parametrize(("width", "height"), [(360, 640), (640, 480), (858, 360)])
def test_a_clip_of_any_shape_shows_what_training_showed(width: int, height: int) -> None:
    """Bodies are drawn with square pixels: drawn at 448 × 256, whatever the shape, they stood as if never squeezed."""
    aspect = width / height * PIXEL
    scene, view, _ = render.find_scene(9, SECONDS, aspect=aspect)
    shown, times = Painter(scene, width, height), view.times[::5].tolist()
    trained, squeezed = (Painter(scene, *size, aspect=aspect) for size in (drawn_size(aspect), RENDER))
    assert difference(trained, shown, times) < 1.0
    assert difference(squeezed, shown, times) > 4.0


def test_the_command_writes_scenarios_that_the_program_reads(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "cosmos_compare.demo.render",
        "--seed",
        "11",
        "--count",
        "2",
        "--out",
        str(tmp_path),
    ]
    subprocess.run([*command, "--seconds", "3", "--fps", "8", "--size", "320x180"], check=True, capture_output=True)
    for folder in (tmp_path / "scenario_01", tmp_path / "scenario_02"):
        truth = load_ground_truth(folder / "ground_truth.yaml")
        assert truth.risk is not None
        assert truth.source is not None
        clip = probe(folder / "segment.webm")
        assert (clip.width, clip.height, clip.n_frames) == (320, 180, 25)
        boxes = json.loads((folder / "boxes.json").read_text())
        assert len(boxes["frames"]) == 25
        assert all(0 <= b["box"][0] <= b["box"][2] <= 320 for frame in boxes["frames"] for b in frame)


def test_training_clips_are_the_same_for_the_same_seed() -> None:
    from cosmos_compare.demo.training import tokenizer
    from cosmos_compare.demo.training.samples import Speech

    backend = tokenizer.load(Path("data/demo_models/reason1-demo"))
    memory = [bytearray(slot_bytes()) for _ in range(2)]
    for one in memory:
        make_clip([1, 0, 7], Speech(backend), views(memoryview(one)))
    assert memory[0] == memory[1]


@pytest.mark.parametrize("number", range(1, 9))
def test_a_bundled_scenario_is_what_its_seed_draws(number: int) -> None:
    """Small, six to eight seconds, VP9; its ground truth is the renderer's, and it says what it tests."""
    folder, one = bundled.FOLDER / f"scenario_{number:02d}", bundled.SCENARIOS[number - 1]
    video = folder / "segment.webm"
    assert video.stat().st_size <= 1_500_000
    clip = probe(video)
    assert (clip.width, clip.height, clip.codec) == (640, 360, "vp9")
    assert 6.0 <= clip.duration <= 8.1
    truth = load_ground_truth(folder / "ground_truth.yaml")
    scene, _, found = render.find_scene(one.seed, one.seconds, one.plot, **one.fixed)
    assert truth == render.truth_of(scene, found, one.seed, one.tests)
    assert truth.tests
    with av.open(str(video)) as container:
        first = next(container.decode(video=0)).to_ndarray(format="bgr24")
    drawn = cv2.resize(Painter(scene, 1280, 720, smooth=True).frame(0.0), (640, 360), interpolation=cv2.INTER_AREA)
    assert np.abs(first.astype(int) - drawn).mean() < 5


def test_the_empty_road_is_empty() -> None:
    truth = yaml.safe_load((bundled.FOLDER / "scenario_08/ground_truth.yaml").read_text())
    assert truth["risk"]["level"] == "none"
    assert not any(one["present"] for one in truth["objects"].values())


def test_a_demo_model_is_not_shown_more_than_it_knows_without_a_word() -> None:
    clip = bundled.FOLDER / "scenario_01/segment.webm"
    demo, cosmos = resolve_models(["reason1-demo", "reason1"])
    long, trimmed = [index / 4 for index in range(72)], [4 + index / 4 for index in range(64)]
    assert "trim the clip" in demo_warning(clip, [cosmos, demo], long)
    assert demo_warning(clip, [demo], trimmed) == demo_warning(clip, [cosmos], long) == ""


def test_a_rendered_clip_is_told_from_real_footage(tmp_path: Path) -> None:
    assert is_rendered(bundled.FOLDER / "scenario_01/segment.webm")
    other = tmp_path / "other.webm"
    with av.open(str(other), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode())
    assert not is_rendered(other)
    assert not is_rendered(tmp_path / "missing.webm")


def test_nothing_at_run_time_imports_the_demo_package() -> None:
    root = Path(bundled.__file__).parents[1]
    sources = [path for path in root.rglob("*.py") if "demo" not in path.relative_to(root).parts]
    imports = re.compile(r"^\s*(from|import) cosmos_compare\.demo", re.MULTILINE)
    assert not [path.name for path in sources if imports.search(path.read_text(encoding="utf-8"))]
