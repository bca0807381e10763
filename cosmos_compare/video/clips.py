"""Clips: find them, name them, read what the file really holds. Knows nothing of models."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import Text, clause, t
from cosmos_compare.records.ground_truth import GroundTruth
from cosmos_compare.records.schema import Clip
from cosmos_compare.video.containers import KINDS, is_transport_stream, is_video_name, looks_like_other_video
from cosmos_compare.video.decode import walk
from cosmos_compare.video.files import Remembered, sha256_of, state_of
from cosmos_compare.video.labels import LABEL, is_label, read_label
from cosmos_compare.video.opening import open_video
from cosmos_compare.video.orientation import orientation_of
from cosmos_compare.video.timeline import no_frames, read_timeline
from cosmos_compare.yaml_io import read_mapping

GROUND_TRUTH = "ground_truth.yaml"
MAX_TRUTH_BYTES = 200_000
MAX_EVENTS = 1_000
MAX_ID = 120  # bytes of UTF-8: file systems stop at 255
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Scenario:
    """One clip to analyse: its id (safe as a folder's name), the file, and what a person saw, if known."""

    id: str
    video: Path
    ground_truth: Path | None


class LeftOut(NamedTuple):
    """Something in a folder that looks like a clip and is not listed, and why."""

    path: Path
    reason: str


@dataclass(frozen=True)
class Listing:
    """What the folder `root` holds: `scenarios` sorted by path, with unique ids, and what was left out."""

    root: Path
    scenarios: list[Scenario]
    left_out: list[LeftOut]

    def needed(self) -> list[Scenario]:
        """The scenarios. Raises `CompareError` where there is none."""
        if not self.scenarios:
            raise CompareError(
                "{root}: holds no video. {aside}" if self.left_out else "{root}: holds no video.",
                "Put {kinds} files there.",
                root=self.root,
                aside=self.summary(),
                kinds=KINDS,
            )
        return self.scenarios

    def summary(self, named: int = 3) -> str:
        """One line that names what was left out, or nothing."""
        some = ", ".join(f"{item.path.name!a} ({item.reason})" for item in self.left_out[:named])
        if more := len(self.left_out[named:]):
            return t("Left out: {some} and {n:,} more.", some=some, n=more)
        return t("Left out: {some}.", some=some) if some else ""


def scenario_id(video: Path) -> str:
    """The id of a clip: its folder's name for `segment.*`, else the file's stem, made safe for a path."""
    stem = video.absolute().parent.name if _is_segment(video) else video.stem
    name = unicodedata.normalize("NFC", stem)
    name = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "._-" else "_" for c in name)
    name = name.lstrip(".-").encode()[:MAX_ID].decode(errors="ignore").rstrip(".")
    return f"_{name}" if _RESERVED.fullmatch(name) else name or "clip"


def list_folder(root: Path) -> Listing:
    """The clips in `root` and in the folders right below it, and what is left out; each entry fails alone.

    A folder with `segment.*` is one scenario; elsewhere each video is one. Raises `CompareError` when `root` itself
    can't be listed.
    """
    left_out: list[LeftOut] = []
    try:
        with os.scandir(root) as entries:
            below = sorted(root / entry.name for entry in entries if _is_folder(entry))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else Text("not a path")
        raise CompareError(
            "{root}: can't be listed ({reason}).", "Check the path.", root=root, reason=reason
        ) from error
    found = [scenario for folder in (root, *below) for scenario in _in_folder(folder, left_out)]
    return Listing(root, with_unique_ids(found), sorted(left_out))


def find_scenarios(root: Path) -> list[Scenario]:
    """The scenarios of `list_folder`. Raises `CompareError` when `root` can't be listed or holds no video."""
    return list_folder(root).needed()


def scenario_of(path: Path) -> Scenario:
    """The scenario of a clip that is named by its file or by its folder. Raises `CompareError`."""
    if _is_dir(path):
        found = _in_folder(path, [])
        if len(found) != 1:
            what = Text("a folder with {n} videos", n=len(found)) if found else Text("a folder with no videos")
            raise CompareError("{path}: {what}.", "Name one video file.", path=path, what=what)
        return found[0]
    state_of(path)
    known = (scenario for scenario in _in_folder(path.parent, []) if scenario.video == path)
    return next(known, Scenario(scenario_id(path), path, None))


def scenarios_beside(video: Path) -> list[Scenario]:
    """The scenarios among which a clip lies, itself included: those of its folder, or of the folders beside that."""
    here = _in_folder(video.parent, [])
    if len(here) > 1:
        return here
    try:
        return list_folder(video.absolute().parent.parent).scenarios
    except CompareError:
        return here


def probe(video: Path, scenario: str | None = None) -> Clip:
    """What the file holds: its timestamps are counted and its first frame is decoded, once for each state of it.

    Raises `CompareError` naming the file when it is no video, or not one frame of it decodes.
    """
    clip = _probed(video)
    return clip.model_copy(update={"scenario": scenario or clip.scenario})


def _probe(video: Path) -> Clip:
    try:
        str(video).encode()
    except UnicodeEncodeError as error:
        raise CompareError("{video!a}: the name is not UTF-8.", "Rename the file.", video=video) from error
    timeline = read_timeline(video)
    first = next((frame for _, frame in walk(video, timeline, threads=False)), None)
    if first is None:
        raise no_frames(video)
    with open_video(video) as (_, stream):
        codec = stream.codec_context.codec.canonical_name
    rotation, mirrored = orientation_of(first)
    width, height = (first.width, first.height) if rotation % 180 == 0 else (first.height, first.width)
    return Clip(
        scenario=scenario_id(video),
        path=str(video.absolute()),
        sha256=sha256_of(video),
        codec=codec,
        fps=timeline.fps,
        n_frames=len(timeline.seconds),
        duration=timeline.end,
        width=width,
        height=height,
        rotation=rotation,
        mirrored=mirrored,
    )


_probed = Remembered(_probe)


def _load_ground_truth(path: Path) -> GroundTruth:
    data = read_label(path, MAX_TRUTH_BYTES) if is_label(path.name) else read_mapping(path, MAX_TRUTH_BYTES)
    events = data.get("events")
    if isinstance(events, list) and len(events) > MAX_EVENTS:
        raise CompareError(
            "{path}: holds {n:,} events; up to {most:,} are read.",
            "Keep those that matter.",
            path=path,
            n=len(events),
            most=MAX_EVENTS,
        )
    try:
        return GroundTruth.model_validate(data)
    except ValidationError as error:
        raise CompareError(
            "{path}: {why}.", "Correct this field.", path=path, why=first_problem(error).words
        ) from error


load_ground_truth = Remembered(_load_ground_truth)
"""The ground truth of a scenario, parsed once for each state of the file. Raises `CompareError` naming the field that
is wrong, and for a file that is too large to be one clip's."""


def _in_folder(folder: Path, left_out: list[LeftOut]) -> list[Scenario]:
    """The scenarios of one folder: its `segment.*`, or else each video.

    `ground_truth.yaml` speaks of one clip, so it counts where there is one. What is no scenario goes to `left_out`.
    """
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if entry.name[0] != ".")
    except OSError as error:
        left_out.append(LeftOut(folder, error.strerror or Text("can't be listed")))
        return []
    problems = {name: _problem(folder / name) for name in names if is_video_name(name)}
    left_out += [LeftOut(folder / name, problem) for name, problem in problems.items() if problem]
    left_out += [
        LeftOut(folder / name, Text("not a kind of video that is read here"))
        for name in names
        if looks_like_other_video(name)
    ]
    videos = [folder / name for name, problem in problems.items() if not problem]
    segments = [video for video in videos if _is_segment(video)][:1]
    left_out += [
        LeftOut(video, Text("beside {name}", name=segments[0].name))
        for video in videos
        if segments and video != segments[0]
    ]
    videos = segments or videos
    truth = folder / GROUND_TRUTH if len(videos) == 1 and GROUND_TRUTH in names else None
    return [Scenario(scenario_id(video), video, truth or _label(video, names)) for video in videos]


def _label(video: Path, names: Sequence[str]) -> Path | None:
    """The label beside a clip, `<clip>.label.json`, which speaks of this clip alone."""
    found = (name for name in (f"{video.stem}{LABEL}", f"{video.name}{LABEL}") if name in names)
    return next((video.with_name(name) for name in found), None)


def _problem(video: Path) -> str:
    """Why a file of a video's name is none, or nothing."""
    try:
        state = state_of(video)
        if video.suffix.lower() == ".ts" and state.size and not _begins_as_transport_stream(video):
            return Text("not MPEG-TS")
    except CompareError as error:
        return error.message.changed(_reason)
    return ""


def _reason(message: str) -> str:
    return clause(message.rpartition(": ")[2])


def _begins_as_transport_stream(video: Path) -> bool:
    try:
        with video.open("rb") as file:
            return is_transport_stream(file.read(512))
    except OSError:
        return True  # listed, so that opening it says what is wrong


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder to look into; a link that leads to itself is none."""
    try:
        return entry.name[0] != "." and entry.is_dir()
    except OSError:
        return False


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _is_segment(video: Path) -> bool:
    return video.stem.lower() == "segment"


def with_unique_ids(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """The same scenarios; one whose id an earlier one has gets a number behind it."""
    taken: set[str] = set()
    unique = []
    for scenario in scenarios:
        name, number = scenario.id, 2
        while name.casefold() in taken:
            name, number = f"{scenario.id}-{number}", number + 1
        taken.add(name.casefold())
        unique.append(replace(scenario, id=name))
    return unique
