"""Sampling a clip for two models against a bare decode of the same file.

    python benchmarks/sampling.py [--seconds 60] [--rounds 3] [--clip FILE] [--short]

Both run in processes of their own, in turn; the best of each counts. The clip is made here: 1080p at 30 frames a
second and 12 Mbit/s, a textured street that moves, with the noise of a camera.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT, FPS = 1920, 1080, 30


def write_clip(path: Path, seconds: float) -> None:
    rng = np.random.default_rng(0)
    count = round(seconds * FPS)
    street = np.zeros((HEIGHT, WIDTH + 2 * count, 3), np.float32)
    for octave in range(2, 10):
        grain = rng.normal(size=(HEIGHT >> octave, street.shape[1] >> octave, 3)).astype(np.float32)
        street += cv2.resize(grain, street.shape[1::-1], interpolation=cv2.INTER_CUBIC) * 2 ** (octave / 2)
    street = np.clip(120 + 45 * street / street.std(), 4, 251).astype(np.uint8)
    noise = rng.integers(-4, 5, size=(HEIGHT + 64, WIDTH + 64, 3), dtype=np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "superfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.bit_rate, stream.thread_type = 12_000_000, "AUTO"
        for number in range(count):
            x, y = rng.integers(0, 64, 2)
            view = street[:, 2 * number : 2 * number + WIDTH] + noise[y : y + HEIGHT, x : x + WIDTH]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(view.astype(np.uint8), format="rgb24")))
        container.mux(stream.encode())


def decode(path: Path) -> None:
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for _ in container.decode(video=0):
            pass


def sample(path: Path) -> None:
    from cosmos_compare.catalogue.models import resolve_models
    from cosmos_compare.records.schema import Settings
    from cosmos_compare.video.clips import probe
    from cosmos_compare.video.frames import sample_frames

    clip, models = probe(path), resolve_models(["reason1", "reason2"])
    start = time.perf_counter(), time.process_time()
    frames = sample_frames(clip, Settings(fps=4), models)
    report(*start)
    assert len(frames.times.indices) == round(clip.duration) * 4


def report(wall: float, cpu: float) -> None:
    spent = time.perf_counter() - wall, time.process_time() - cpu
    # Not getrusage: its peak begins with the parent's.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(json.dumps([*spent, int(status["VmHWM"].split()[0]) / 1024]))


def measure(what: str, path: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of one round in a process of its own."""
    words = [sys.executable, __file__, "--clip", str(path), "--only", what]
    return tuple(json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description="Sampling against a bare decode.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clip", type=Path, help="measure on this file instead")
    parser.add_argument("--short", action="store_true", help="two seconds, once: does it still measure?")
    parser.add_argument("--only", choices=["decode", "sample"], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.short:
        args.seconds, args.rounds = 2.0, 1
    if args.only == "decode":
        start = time.perf_counter(), time.process_time()
        decode(args.clip)
        report(*start)
    elif args.only == "sample":
        sample(args.clip)
    else:
        with tempfile.TemporaryDirectory() as name:
            clip = args.clip or Path(name) / "clip.mp4"
            if not args.clip:
                write_clip(clip, args.seconds)
            compare(clip, args.rounds)


def compare(clip: Path, rounds: int) -> None:
    bare, ours = zip(*((measure("decode", clip), measure("sample", clip)) for _ in range(rounds)), strict=True)
    (bare_wall, bare_cpu, bare_mb), (wall, cpu, mb) = (
        map(min, zip(*bare, strict=True)),
        map(min, zip(*ours, strict=True)),
    )
    print(f"decode  {bare_wall:.2f} s, CPU {bare_cpu:.2f} s, peak {bare_mb:.0f} MB")
    print(f"sample  {wall:.2f} s, CPU {cpu:.2f} s, peak {mb:.0f} MB (to reach: ≤ 600)")
    print(f"ratio   {wall / bare_wall:.2f}, CPU {cpu / bare_cpu:.2f} (to reach: ≤ 1.15)")


if __name__ == "__main__":
    main()
