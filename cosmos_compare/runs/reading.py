"""Reading the record of one run: checked as a whole, older forms brought up to date, damage named in a sentence."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import Text
from cosmos_compare.records.schema import SCHEMA_VERSION, Run
from cosmos_compare.runs.layout import ANALYSIS, run_path

MAX_BYTES = 64_000_000  # far more than the longest answer
REMEDY = Text("Restore it, or delete the folder.")

Data = dict[str, Any]
# For each older version of the record, what makes the next one of it. When SCHEMA_VERSION moves from n to n + 1, the
# entry n is added here and a saved run of version n to tests/runs/versions; no run on disk is ever rewritten.
UPGRADES: Mapping[int, Callable[[Data], Data]] = {
    1: lambda data: data,  # 2 has runs that were taken in (`imported`); those of before are none
}


def load_record(outputs: Path, path: str, folder: Path | None = None) -> Run:
    """The run at `path`, a `run_path`; `folder` is where it lies now, if that is elsewhere.

    Raises `CompareError` that names the folder and what is wrong.
    """
    run = _parsed((folder or outputs / path) / ANALYSIS, path)
    # What lists and exports call a run is where it lies; a record that says otherwise is not to be trusted.
    if path != run_path(run.clip.scenario, run.model.name, run.id):
        raise CompareError("{path}: {file} is the record of another run.", REMEDY, path=path, file=ANALYSIS)
    return run


def upgraded(data: Any, steps: Mapping[int, Callable[[Data], Data]] = UPGRADES, to: int = SCHEMA_VERSION) -> Any:
    """A record as the version `to` writes it. Raises `ValueError` for what has no version or a later one."""
    version = data.get("schema_version") if isinstance(data, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError(Text("no known schema_version, so it is not the record of a run"))
    if version > to:
        raise ValueError(
            Text(
                "it was written by a newer version of this program (form {version}; this one reads {to})",
                version=version,
                to=to,
            )
        )
    while version < to:
        data = steps[version](data) | {"schema_version": version + 1}
        version += 1
    return data


def _parsed(file: Path, path: str) -> Run:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise CompareError(
                "{path}: {file} is larger than {most:,} bytes.", REMEDY, path=path, file=ANALYSIS, most=MAX_BYTES
            )
        return Run.model_validate(upgraded(orjson.loads(file.read_bytes())))
    except OSError as error:
        raise CompareError(
            "{path}: {file} can't be read ({reason}).", REMEDY, path=path, file=ANALYSIS, reason=error.strerror
        ) from error
    except orjson.JSONDecodeError as error:
        raise CompareError("{path}: {file} is not whole JSON.", REMEDY, path=path, file=ANALYSIS) from error
    except ValidationError as error:
        raise CompareError(
            "{path}: {file}: {why}.", REMEDY, path=path, file=ANALYSIS, why=first_problem(error).words
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CompareError("{path}: {file}: {why}.", REMEDY, path=path, file=ANALYSIS, why=error) from error
