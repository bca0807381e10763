"""Render scenario folders: a clip, its exact ground truth and a box for each object in each frame.

python -m cosmos_compare.demo.render --seed 7 --count 3 --out DIR
"""

import argparse
import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import yaml

from cosmos_compare.demo.words.phrases import ADVICE, EGO, EVENT, REASON, SCENE
from cosmos_compare.demo.world.camera import ASPECT, PIXEL
from cosmos_compare.demo.world.fact_records import SceneFacts
from cosmos_compare.demo.world.facts import facts
from cosmos_compare.demo.world.observe import Observation, observe, prune
from cosmos_compare.demo.world.picture import Painter
from cosmos_compare.demo.world.scene import KINDS, Scene
from cosmos_compare.demo.world.scenes import EGO as EGO_OF_PLOT
from cosmos_compare.demo.world.scenes import sample_scene
from cosmos_compare.records.ground_truth import EventTruth, GroundTruth, ObjectTruth, RiskTruth
from cosmos_compare.video.rendered import RENDERER as SOURCE

SHOWN = 3  # the seed space of clips that people render: none of them is trained on

GRID = 4.0  # frames a second on which the facts must be clear
TOLERANCE = 0.5  # seconds


def find_scene(
    seed: int, seconds: float, plot: str | None = None, aspect: float = ASPECT, **fixed: Any
) -> tuple[Scene, Observation, SceneFacts]:
    """The scene of a seed: the first one drawn from it whose facts nobody could argue about."""
    rng = np.random.default_rng([SHOWN, seed])
    while True:
        scene = sample_scene(rng, plot, seconds, **fixed)
        times = np.arange(0.0, seconds - 1e-6, 1 / GRID)
        times = times[: len(times) // 2 * 2]
        scene = prune(scene, times, aspect=aspect)
        view = observe(scene, times, aspect)
        found = facts(scene, view, np.arange(len(times)))
        if found is not None:
            return scene, view, found


def truth_of(scene: Scene, found: SceneFacts, seed: int, tests: str | None = None) -> GroundTruth:
    """The ground truth record. Times of events are those of the first 4 fps frame that shows them."""
    words = SCENE["en"]
    seen = {o.kind: o for o in found.objects}
    objects = {
        kind: ObjectTruth(
            present=kind in seen,
            count_min=1 if kind in seen else None,
            note=(seen[kind].doing or None) if kind in seen else None,
        )
        for kind in KINDS
    }
    events = [
        EventTruth(
            label=EVENT["en"][e.what], start=e.frame / GRID, end=e.last / GRID, critical=True, tolerance=TOLERANCE
        )
        for e in found.events
    ]
    begin = (found.ego_frame or 0) / GRID
    events.append(
        EventTruth(label=f"the ego vehicle {EGO['en'][found.ego]}", start=begin, end=scene.duration, tolerance=1.0)
    )
    return GroundTruth(
        scene=f"{words[found.place]}, {words[found.weather]}, {words['night' if found.night else 'day']}",
        view="rendered, forward camera",
        objects=objects,
        events=tuple(sorted(events, key=lambda event: event.start)),
        risk=RiskTruth(level=found.risk, reason=REASON["en"][found.reason]),
        expected_action=ADVICE["en"][found.advice],
        absent=tuple(kind for kind in KINDS if kind not in seen),
        tests=tests,
        source=f"{SOURCE}, seed {seed}",
        licence="CC0-1.0",
        annotation="exact, from the renderer",
    )


def frame_count(scene: Scene, fps: int) -> int:
    """One frame more than the duration holds: containers round times, and the last grid point must be inside."""
    return round(scene.duration * fps) + 1


def boxes_of(scene: Scene, found: SceneFacts, fps: int, size: tuple[int, int]) -> dict[str, Any]:
    """Boxes of every frame in pixels, of the objects that count there; and what the ego vehicle does."""
    times = np.arange(frame_count(scene, fps)) / fps
    view = observe(scene, times, size[0] / size[1] * PIXEL)
    scale = np.array(size * 2)
    frames = [
        [
            {"label": actor.kind, "box": np.rint(view.boxes[i, k] * scale).astype(int).tolist()}
            for i, actor in enumerate(scene.actors)
            if view.counts[i, k]
        ]
        for k in range(len(times))
    ]
    return {"fps": fps, "width": size[0], "height": size[1], "ego": found.ego, "next": found.advice, "frames": frames}


def write_clip(scene: Scene, path: Path, fps: int, size: tuple[int, int], quality: int = 30) -> str:
    """Write a VP9 webm, drawn twice as large and reduced. Returns the SHA-256 of its pixels before compression."""
    width, height = size
    painter = Painter(scene, 2 * width, 2 * height, smooth=True)
    digest = hashlib.sha256()
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as container:
        container.metadata["comment"] = SOURCE
        stream = container.add_stream("libvpx-vp9", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = Fraction(1, fps)
        stream.options = {"crf": str(quality), "b": "0", "cpu-used": "4", "row-mt": "0", "threads": "1"}
        for number in range(frame_count(scene, fps)):
            image = cv2.resize(painter.frame(number / fps), size, interpolation=cv2.INTER_AREA)
            digest.update(image.tobytes())
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts = number
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return digest.hexdigest()


def write_scenario(
    folder: Path, seed: int, seconds: float, fps: int, size: tuple[int, int], tests: str | None = None,
    plot: str | None = None, **fixed: Any,
) -> SceneFacts:  # fmt: skip
    """Write one scenario folder; returns the facts about its clip."""
    folder.mkdir(parents=True, exist_ok=True)
    scene, _, found = find_scene(seed, seconds, plot, size[0] / size[1] * PIXEL, **fixed)
    write_clip(scene, folder / "segment.webm", fps, size)
    truth = truth_of(scene, found, seed, tests).model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(truth, sort_keys=False, allow_unicode=True, width=110)
    (folder / "ground_truth.yaml").write_text(text, encoding="utf-8")
    boxes = json.dumps(boxes_of(scene, found, fps, size), separators=(",", ":"))
    (folder / "boxes.json").write_text(boxes + "\n", encoding="utf-8")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Render street scenarios with exact ground truth.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fps", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--size", default="640x360", help="WIDTHxHEIGHT, even numbers")
    parser.add_argument("--plot", choices=sorted(EGO_OF_PLOT), help="what the scene is about; by chance if left out")
    args = parser.parse_args()
    width, _, height = args.size.partition("x")
    for number in range(args.count):
        folder = args.out / f"scenario_{number + 1:02d}"
        size = (int(width), int(height))
        found = write_scenario(folder, args.seed + number, args.seconds, args.fps, size, plot=args.plot)
        print(f"{folder}: {', '.join(o.kind for o in found.objects) or 'empty road'}; risk {found.risk}")


if __name__ == "__main__":
    main()
