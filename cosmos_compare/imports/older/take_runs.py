"""Older folders become runs that say that they were taken in, and what nobody knows of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import orjson
from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.imports.fields import RowError
from cosmos_compare.imports.item import RowLeftOut
from cosmos_compare.imports.media import Media
from cosmos_compare.imports.older.folders import OldFolder
from cosmos_compare.imports.older.texts import OldText, text_of, words_of
from cosmos_compare.imports.older.times import seconds_in
from cosmos_compare.records.imported import PLACEHOLDERS, Imported
from cosmos_compare.records.schema import Run
from cosmos_compare.runs.layout import ANALYSIS, METRICS, RAW, frame_files, run_path
from cosmos_compare.runs.reading import upgraded
from cosmos_compare.runs.store import Images, Store
from cosmos_compare.video.clips import probe

NO_IMAGES = np.zeros((0, 1, 1, 3), np.uint8)
MAX_FRAMES = 2_000
ODD_FRAMES = "its frames are not of one size, or can't be read"


class TakenRuns(NamedTuple):
    """How many folders there were, the runs that came of them, and what was left out."""

    read: int
    runs: list[Run]
    left_out: list[RowLeftOut]


def take_runs(folders: Sequence[OldFolder], store: Store, media: Path | None = None) -> TakenRuns:
    """Save a run for each folder; one that was taken in before is left out. Clips are looked for below `media`."""
    below = Media(media) if media else None
    runs: list[Run] = []
    left_out: list[RowLeftOut] = []
    for number, folder in enumerate(folders, 1):
        try:
            runs.append(_take(folder, store, below))
        except RowError as problem:
            left_out.append(RowLeftOut(number, f"{folder.path.parent.name}/{folder.path.name}: {problem}"))
    return TakenRuns(len(folders), runs, left_out)


def _take(folder: OldFolder, store: Store, media: Media | None) -> Run:
    images, notes = _frames(folder.path)
    if (own := _own_run(folder.path)) is not None:
        if (store.outputs / run_path(own.clip.scenario, own.model.name, own.id)).exists():
            raise RowError("it is a run of this program, and is there")
        return store.save(own, images)
    run = _run(folder, text_of(folder.path), notes, media)
    if store.finished(run.clip.scenario, run.model.name, run.key):
        raise RowError("it was taken in before")
    return store.save(run, images)


def _own_run(folder: Path) -> Run | None:
    """The run that this program exported to a folder; None for what others wrote."""
    path = folder / ANALYSIS
    if not path.is_file():
        return None
    try:
        data = orjson.loads(words_of(path))
        if not isinstance(data, dict) or not {"schema_version", "key", "answer"} <= data.keys():
            return None
        return Run.model_validate(upgraded(data))
    except orjson.JSONDecodeError:
        return None
    except ValidationError as error:
        raise RowError(f"it is a run of this program and damaged ({first_problem(error)})") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RowError(f"it is a run of this program that can't be read ({error})") from error


def _run(folder: OldFolder, text: OldText, notes: Sequence[str], media: Media | None) -> Run:
    """The record of an older answer: what is told, and null for the rest."""
    created = _moment(folder.path)
    asked = {"name": "imported", "user_prompt": text.question, "system_prompt": text.system}
    told: dict[str, dict[str, object]] = {
        "clip": _clip(folder.scenario, media),
        "prompt": {name: value for name, value in asked.items() if value is not None},
        "model": {"name": folder.model, "label": folder.model},
    }
    took = _time(folder.path)
    parts = [folder.scenario, folder.model, text.raw, took, told["prompt"]]
    key = hashlib.sha256(json.dumps(["imported", *parts], sort_keys=True).encode()).hexdigest()
    imported = Imported(source=str(folder.path.absolute()), unknown=_unknown(told), notes=(*text.notes, *notes))
    data = {
        "id": f"{created:%Y%m%dT%H%M%SZ}-{key[:8]}",
        "key": key,
        "created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
        "imported": imported.model_dump(),
        "frames": {},
        "answer": {"raw": text.raw, "total_s": took},
        "environment": {},
        **told,
    }
    try:
        return Run.model_validate(data)
    except ValidationError as error:
        raise RowError(str(first_problem(error))) from error


def _unknown(told: dict[str, dict[str, object]]) -> tuple[str, ...]:
    """The fields that nobody told, by their paths in the record."""
    return tuple(path for path in PLACEHOLDERS if path.partition(".")[2] not in told.get(path.partition(".")[0], {}))


def _clip(scenario: str, media: Media | None) -> dict[str, object]:
    """The clip where one of the scenario's name is found, else its name alone."""
    if media is not None:
        for name in (scenario, f"{scenario}/segment"):
            try:
                return probe(media.root / media.find(name), scenario).model_dump()
            except (RowError, CompareError):
                continue  # no such clip, or none that can be read: the run stands without it
    return {"scenario": scenario}


def _frames(folder: Path) -> tuple[Images, tuple[str, ...]]:
    """The pictures of an older folder as the models saw them, uint8 RGB, and what is wrong with them."""
    files = [path for path in frame_files(folder)[:MAX_FRAMES] if path.is_file() and not path.is_symlink()]
    images = [
        cv2.imdecode(data, cv2.IMREAD_COLOR) if (data := np.fromfile(path, np.uint8)).size else None for path in files
    ]
    found = [image for image in images if image is not None]
    if not found:
        return NO_IMAGES, (ODD_FRAMES,) if files else ()
    if len(found) < len(files) or len({image.shape for image in found}) > 1:
        return NO_IMAGES, (ODD_FRAMES,)
    return np.stack([np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8) for image in found]), ()


def _time(folder: Path) -> float | None:
    for name in (METRICS, RAW):
        path = folder / name
        if path.is_file() and (took := seconds_in(words_of(path))) is not None:
            return took
    return None


def _moment(folder: Path) -> datetime:
    """When the answer was written: the time of its files, which copying may have changed."""
    times = [path.stat().st_mtime for name in (ANALYSIS, RAW, METRICS) if (path := folder / name).exists()]
    return datetime.fromtimestamp(max(min(times), 0), UTC)
