"""Studies that were saved: small YAML files under `outputs/studies/`."""

from __future__ import annotations

import re
from pathlib import Path

from cosmos_compare.errors import CompareError
from cosmos_compare.runs.disk import replace_file
from cosmos_compare.studies.study import Study, load_study, study_text

FOLDER = "studies"
LAST_RUN = "last_run"  # the study that the page ran last, saved without being asked


def saved_studies(outputs: Path) -> list[str]:
    """The names of the saved studies."""
    return sorted(path.stem for path in (outputs / FOLDER).glob("*.yaml"))


def load_saved(outputs: Path, name: str) -> Study:
    """A saved study. Raises `CompareError` when it can't be read."""
    return load_study(study_file(outputs, name))


def saved_name(outputs: Path, study: Study) -> str:
    """The name under which this study is saved; empty where it is not."""
    for name in saved_studies(outputs):
        try:
            if load_saved(outputs, name) == study:
                return name
        except CompareError:
            continue  # one that can't be read is another
    return ""


def save_study(outputs: Path, name: str, study: Study) -> Path:
    """Write a study under its name; one of the same name is replaced. Raises `CompareError` for what is no name."""
    path = study_file(outputs, name)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, study_text(study).encode())
    except OSError as error:
        raise CompareError(
            "{path}: can't be written ({reason}).", "Check the folder.", path=path, reason=error.strerror
        ) from error
    return path


def study_file(outputs: Path, name: str) -> Path:
    """Where a study of this name lies. Raises `CompareError` for what is no name."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise CompareError(
            "{name!r} can't be a study's name.", "Use letters, digits, - and _.", name=name, field="name"
        )
    return outputs / FOLDER / f"{name}.yaml"
