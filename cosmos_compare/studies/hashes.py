"""The hashes of a study's clips, remembered while their files stay as they are: a thousand clips are read once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.video.clips import Scenario
from cosmos_compare.video.files import FileState, sha256_of, state_of

NAME = ".clip_hashes.json"


def clip_hashes(scenarios: Sequence[Scenario], outputs: Path) -> dict[str, str]:
    """The SHA-256 of each clip by scenario; one that can't be read has none.

    What is known is kept in `outputs/.clip_hashes.json`, which may be deleted at any time.
    """
    known = _load(outputs)
    found: dict[str, str] = {}
    entries: dict[str, list[object]] = {}
    for scenario in scenarios:
        path = str(scenario.video.absolute())
        try:
            state = state_of(scenario.video)
            old = known.get(path)
            sha256 = str(old[-1]) if old and old[:-1] == list(state) else sha256_of(scenario.video)
        except (OSError, CompareError):
            continue
        found[scenario.id] = sha256
        if state.settled:
            entries[path] = [*state, sha256]
    if any(known.get(path) != entry for path, entry in entries.items()):
        _save(outputs, known | entries)
    return found


def _load(outputs: Path) -> dict[str, list[object]]:
    try:
        data = orjson.loads((outputs / NAME).read_bytes())
        return {str(path): list(entry) for path, entry in data.items() if len(entry) == len(FileState._fields) + 1}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # not there, or torn: it is only a cache


def _save(outputs: Path, entries: dict[str, list[object]]) -> None:
    with suppress(OSError):  # on a read-only disk the clips are hashed again
        outputs.mkdir(parents=True, exist_ok=True)
        replace_file(outputs / NAME, orjson.dumps(entries))
