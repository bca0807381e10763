"""Clips: find them, name them, read what the file really holds. Knows nothing of models."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.schema import Clip, GroundTruth
from cosmos_compare.video.decode import no_frames, open_video, read_timeline, walk
from cosmos_compare.yaml_io import read_mapping

VIDEO_SUFFIXES = (".mp4", ".webm", ".mkv", ".mov", ".avi")
GROUND_TRUTH = "ground_truth.yaml"
MAX_ID = 120  # bytes of UTF-8: file systems stop at 255
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Scenario:
    """One clip to analyse: its id (safe as a folder's name), the file, and what a person saw, if known."""

    id: str
    video: Path
    ground_truth: Path | None


def scenario_id(video: Path) -> str:
    """The id of a clip: its folder's name for `segment.*`, else the file's stem, made safe for a path."""
    stem = video.absolute().parent.name if _is_segment(video) else video.stem
    name = unicodedata.normalize("NFC", stem)
    name = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "._-" else "_" for c in name)
    name = name.lstrip(".-").encode()[:MAX_ID].decode(errors="ignore").rstrip(".")
    return f"_{name}" if _RESERVED.fullmatch(name) else name or "clip"


def find_scenarios(root: Path) -> list[Scenario]:
    """The clips in `root` and in the folders right below it, sorted by path, with unique ids. Decodes nothing.

    A folder with `segment.*` is one scenario; elsewhere each video is one.
    Raises `CompareError` when `root` is missing or holds no video.
    """
    try:
        with os.scandir(root) as entries:
            below = sorted(root / entry.name for entry in entries if entry.is_dir() and entry.name[0] != ".")
        found = [scenario for folder in (root, *below) for scenario in _in_folder(folder)]
    except OSError as error:
        raise CompareError(f"{error.filename}: can't be listed ({error.strerror}).", "Check the path.") from error
    if not found:
        raise CompareError(f"{root}: holds no video.", "Put mp4, webm, mkv, mov or avi files there.")
    return _with_unique_ids(found)


def scenario_of(path: Path) -> Scenario:
    """The scenario of a clip that is named by its file or by its folder. Raises `CompareError`."""
    if path.is_dir():
        found = _in_folder(path)
        if len(found) != 1:
            raise CompareError(f"{path}: a folder with {len(found) or 'no'} videos.", "Name one video file.")
        return found[0]
    if not path.exists():
        raise CompareError(f"{path}: no such file.", "Check the path.")
    known = (scenario for scenario in _in_folder(path.parent) if scenario.video == path)
    return next(known, Scenario(scenario_id(path), path, None))


def probe(video: Path, scenario: str | None = None) -> Clip:
    """What the file holds: its timestamps are counted and its first frame is decoded.

    Raises `CompareError` naming the file when it is no video, or not one frame of it decodes.
    """
    try:
        str(video).encode()
    except UnicodeEncodeError as error:
        raise CompareError(f"{video!a}: the name is not UTF-8.", "Rename the file.") from error
    timeline = read_timeline(video)
    first = next((frame for _, frame in walk(video, timeline)), None)
    if first is None:
        raise no_frames(video)
    with open_video(video) as (_, stream):
        codec = stream.codec_context.codec.canonical_name
    rotation = round(-first.rotation / 90) * 90 % 360
    width, height = (first.width, first.height) if rotation % 180 == 0 else (first.height, first.width)
    return Clip(
        scenario=scenario or scenario_id(video),
        path=str(video.absolute()),
        sha256=_sha256(video),
        codec=codec,
        fps=timeline.fps,
        n_frames=len(timeline.seconds),
        duration=timeline.end,
        width=width,
        height=height,
        rotation=rotation,
    )


def load_ground_truth(path: Path) -> GroundTruth:
    """The ground truth of a scenario. Raises `CompareError` naming the field that is wrong."""
    try:
        return GroundTruth.model_validate(read_mapping(path))
    except ValidationError as error:
        raise CompareError(f"{path}: {first_problem(error)}.", "Correct this field.") from error


def _in_folder(folder: Path) -> list[Scenario]:
    """The scenarios of one folder: its `segment.*`, or else each video.

    `ground_truth.yaml` speaks of one clip, so it counts where there is one.
    """
    with os.scandir(folder) as entries:
        files = {entry.name for entry in entries if entry.is_file() and entry.name[0] != "."}
    videos = sorted(folder / name for name in files if Path(name).suffix.lower() in VIDEO_SUFFIXES)
    videos = [video for video in videos if _is_segment(video)][:1] or videos
    truth = folder / GROUND_TRUTH if GROUND_TRUTH in files and len(videos) == 1 else None
    return [Scenario(scenario_id(video), video, truth) for video in videos]


def _is_segment(video: Path) -> bool:
    return video.stem.lower() == "segment"


def _with_unique_ids(scenarios: list[Scenario]) -> list[Scenario]:
    taken: set[str] = set()
    unique = []
    for scenario in scenarios:
        name, number = scenario.id, 2
        while name.casefold() in taken:
            name, number = f"{scenario.id}-{number}", number + 1
        taken.add(name.casefold())
        unique.append(replace(scenario, id=name))
    return unique


def _sha256(video: Path) -> str:
    with video.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
