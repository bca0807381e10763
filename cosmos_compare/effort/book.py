"""The book of effort: what people say a step cost, and what downloads took. `outputs/effort.yaml` holds it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, get_args

import filelock
import yaml
from pydantic import Field, ValidationError

from cosmos_compare.errors import CompareError, first_problem
from cosmos_compare.language import N_
from cosmos_compare.records.base import Count, Line, Record, Seconds
from cosmos_compare.runs.disk import replace_file, sync_folder
from cosmos_compare.yaml_io import read_mapping

NAME = "effort.yaml"
WAIT_S = 20
Step = Literal["weights", "environment", "loading", "preprocessing", "parsing", "storing"]
Grade = Literal["low", "medium", "high"]
STEPS: tuple[Step, ...] = get_args(Step)
GRADES: tuple[Grade, ...] = get_args(Grade)
STEP_WORDS: dict[Step, str] = {
    "weights": N_("Weights"),
    "environment": N_("Environment"),
    "loading": N_("Loading"),
    "preprocessing": N_("Preprocessing"),
    "parsing": N_("Parsing"),
    "storing": N_("Storing"),
}
GRADE_WORDS: dict[Grade, str] = {"low": N_("low"), "medium": N_("medium"), "high": N_("high")}
Comment = Annotated[str, Field(max_length=2000)]


class Said(Record):
    """What a person says of one step of one model."""

    grade: Grade | None = Field(default=None, description="how much work it was")
    comment: Comment = Field(default="", description="what the work was")


class Download(Record):
    """A download from the Hub, as it went."""

    revision: Line | None = Field(default=None, description="of the weights")
    bytes: Count = Field(description="that were fetched")
    seconds: Seconds = Field(description="from the start to the end")


class EffortBook(Record):
    """All that is written down, by the model's name."""

    said: dict[str, dict[Step, Said]] = Field(default_factory=dict, description="by model and step")
    downloads: dict[str, Download] = Field(default_factory=dict, description="the last whole one of each model")

    def of(self, model: str, step: Step) -> Said:
        return self.said.get(model, {}).get(step, Said())


def read_book(outputs: Path) -> EffortBook:
    """The book of an outputs folder, empty where there is none. Raises `CompareError` when it can't be read."""
    path = outputs / NAME
    if not path.exists():
        return EffortBook()
    try:
        return EffortBook.model_validate(read_mapping(path))
    except ValidationError as error:
        raise CompareError(
            "{name}: {problem}.", "Put it right, or move the file away.", name=NAME, problem=first_problem(error).words
        ) from error


def say(outputs: Path, model: str, said: dict[Step, Said]) -> EffortBook:
    """Write down what a person says of a model's steps; others stay as they are. Raises `CompareError`."""
    with _changing(outputs):
        book = read_book(outputs)
        own = {**book.said.get(model, {}), **said}
        kept = {step: each for step in STEPS if (each := own.get(step)) and each != Said()}
        everyone = {name: steps for name, steps in {**book.said, model: kept}.items() if steps}
        return _write(outputs, book.model_copy(update={"said": everyone}))


def note_download(outputs: Path, model: str, download: Download) -> EffortBook:
    """Write down how a download went. Raises `CompareError`."""
    with _changing(outputs):
        book = read_book(outputs)
        return _write(outputs, book.model_copy(update={"downloads": {**book.downloads, model: download}}))


@contextmanager
def _changing(outputs: Path) -> Iterator[None]:
    """One change at a time, by whichever process; what a disk can do to us becomes a sentence."""
    path = outputs / NAME
    try:
        outputs.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(f"{path}.lock", timeout=WAIT_S):
            yield
    except OSError as error:  # filelock's Timeout is one, too
        raise CompareError(
            "{path}: can't be written ({why}).", "Check the folder.", path=path, why=error.strerror or str(error)
        ) from error


def _write(outputs: Path, book: EffortBook) -> EffortBook:
    data = book.model_dump(mode="json", exclude_defaults=True)
    replace_file(outputs / NAME, yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120).encode())
    sync_folder(outputs)
    return book
