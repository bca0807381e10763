"""`cosmos-compare frames`: what models would see of a clip, without running one."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cosmos_compare.catalogue.models import load_models, resolve_models
from cosmos_compare.cli.arguments import add_settings, settings_of
from cosmos_compare.cli.table import print_table
from cosmos_compare.cli.terminal import note, print_json
from cosmos_compare.errors import CompareError
from cosmos_compare.records.schema import ModelSpec
from cosmos_compare.video.budget import video_tokens
from cosmos_compare.video.clips import probe, scenario_of
from cosmos_compare.video.frames import Frames, sample_frames
from cosmos_compare.video.png import encode_png


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("clip", type=Path, metavar="CLIP", help="video file or scenario folder")
    add_settings(parser, only_frames=True)
    parser.add_argument(
        "--models", nargs="+", metavar="MODEL", help="names from `cosmos-compare models`, or NAME=FOLDER (default: all)"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write each model's frames as DIR/MODEL/0.png 1.png …")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    specs = resolve_models(args.models) if args.models else list(load_models().values())
    scenario = scenario_of(args.clip)
    # Decoded also when no picture is wanted: only then is a damaged clip known to be one.
    frames = sample_frames(probe(scenario.video, scenario.id), settings, specs if args.out else [])
    report = _report(frames, specs)
    for spec in specs if args.out else []:
        _write(frames, spec, args.out)
    for warning in frames.times.warnings:
        note(warning)
    if args.json:
        print_json(report)
    else:
        _print(report)
    return 0


def _report(frames: Frames, specs: Sequence[ModelSpec]) -> dict[str, Any]:
    count = len(frames.times.indices)
    models = []
    for spec in specs:
        height, width = frames.size_for(spec)
        tokens = video_tokens(spec.vision, count, height, width)
        models.append({"name": spec.name, "height": height, "width": width, "video_tokens": tokens})
    return {
        "clip": frames.clip.model_dump(mode="json"),
        "frames": frames.times.model_dump(mode="json"),
        "step": frames.step,
        "models": models,
    }


def _print(report: dict[str, Any]) -> None:
    clip, times = report["clip"], report["frames"]
    turned = ", mirrored" if clip["mirrored"] else ""
    turned += f", turned by {clip['rotation']}°" if clip["rotation"] else ""
    print(
        f"{clip['scenario']}: {clip['codec']}, {clip['width']} × {clip['height']}{turned}, "
        f"{clip['n_frames']} frames in {clip['duration']:.2f} s ({clip['fps']:.4g} a second)"
    )
    print(f"{len(times['indices'])} frames are sampled, one every {report['step']:.4g} s")
    rows = [(m["name"], f"{m['width']} × {m['height']}", f"{m['video_tokens']:,}") for m in report["models"]]
    print_table(("model", "width × height", "visual tokens"), rows)
    shown = times["indices"] if times["shown"] is None else times["shown"] or ["none"] * len(times["indices"])
    pairs = enumerate(zip(shown, times["seconds"], strict=True))
    print_table(("sample", "frame", "time"), [(str(n), str(i), f"{s:.3f} s") for n, (i, s) in pairs])


def _write(frames: Frames, spec: ModelSpec, out: Path) -> None:
    """One PNG a frame. Refuses a folder with files in it: frames of two samplings would mix."""
    folder = out / spec.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise CompareError("{folder} is not empty.", "Choose another folder.", folder=folder, field="out")
        for number, image in enumerate(frames.for_model(spec)):
            (folder / f"{number}.png").write_bytes(encode_png(image))
    except OSError as error:
        raise CompareError(
            "{folder}: can't be written ({reason}).", folder=folder, reason=error.strerror, field="out"
        ) from error
