"""Who has been shown what: names, after which a rating is not blind, in another window or after a restart either; where
two answers agree and differ, after which it is aided.

`outputs/names_shown.jsonl`, a line each time: when, to which rater, and what was given away. One who has seen which
model wrote an answer knows its manner, so that counts for all later pairs of that model. Rows are only ever appended.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import filelock
import orjson

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.pairs import Pair, run_ids
from cosmos_compare.ratings.person import person
from cosmos_compare.runs.index import RunRow

if TYPE_CHECKING:
    import pandas as pd

NAME = "names_shown.jsonl"
WAIT_S = 20


def given_away(pair: Pair) -> frozenset[str]:
    """What the names of a pair tell: its models, or its arms where one model wrote both answers."""
    if pair.a.model != pair.b.model:
        return frozenset((pair.a.model, pair.b.model))
    return frozenset((pair.a.arm.id, pair.b.arm.id))


def aid_of(pair_id: str) -> str:
    """What a rater knows once they have been shown where the answers of a pair agree, differ or are untrue."""
    return f"aids of {pair_id}"


def names_file(outputs: Path) -> Path:
    return outputs / NAME


def known_to(outputs: Path, rater: str) -> frozenset[str]:
    """Models, arms and ids of pairs whose names this rater has been shown; capitals make no other rater."""
    known: set[str] = set()
    for line in _lines(names_file(outputs)):
        if person(str(line.get("rater", ""))) == person(rater):
            known.update(str(name) for name in line.get("shown", []))
    return frozenset(known)


def known_by_rating(ratings: pd.DataFrame, rater: str, runs: Mapping[str, RunRow]) -> frozenset[str]:
    """What a rater has seen who rated with the names shown, as on Compare; taken back or not, it was seen.

    `ratings` are all rows, `runs` by id: of a pair by one model its arms are what is known.
    """
    own = ratings[((ratings["rater"] == rater) & ~ratings["blind"]).to_numpy()]
    known: set[str] = set()
    models: dict[str, set[str]] = {}
    for pair, model in own[["pair_id", "model"]].drop_duplicates().itertuples(index=False):
        models.setdefault(pair, set()).add(model)
    for pair, names in models.items():
        known.add(pair)
        if len(names) > 1 or not pair:
            known |= names
        else:
            known |= {runs[run_id].arm.id for run_id in run_ids(pair) if run_id in runs}
    return frozenset(known)


def note(outputs: Path, rater: str, shown: Iterable[str], now: str) -> None:
    """Remember it; it is on the disk when this returns. Raises `CompareError` when that fails: don't show them then."""
    new = sorted(set(shown) - known_to(outputs, rater))
    if not new:
        return
    path = names_file(outputs)
    line = b"\n" + orjson.dumps({"created": now, "rater": rater, "shown": new})  # so that a torn line costs itself only
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{path}.lock", timeout=WAIT_S), path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, filelock.Timeout) as error:
        raise CompareError(
            "{path}: that names were shown could not be saved ({why}), so they stay hidden.",
            "Check free space and permissions.",
            path=path,
            why=error,
        ) from error


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines that can be read; a torn one costs itself."""
    try:
        written = path.read_bytes().splitlines()
    except FileNotFoundError:
        return
    except OSError as error:
        raise CompareError(
            "{path}: can't be read ({reason}).", "Check its permissions.", path=path, reason=error.strerror
        ) from error
    for line in written:
        try:
            data = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        if isinstance(data, dict) and isinstance(data.get("shown", []), list):
            yield data
