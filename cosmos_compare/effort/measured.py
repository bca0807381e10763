"""The table of effort: a row a model and step, measured from what is on disk. What isn't known is not measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from cosmos_compare.catalogue.hub import local_folder
from cosmos_compare.catalogue.models import is_server
from cosmos_compare.effort.book import STEPS, EffortBook, Said, Step, read_book
from cosmos_compare.effort.readable import unreadable
from cosmos_compare.errors import CompareError
from cosmos_compare.language import number, t, tn
from cosmos_compare.records.schema import ModelSpec, Run
from cosmos_compare.runs.index import RunRow
from cosmos_compare.runs.store import Store

NEWEST = 50  # answers of a model that are opened
WEIGHED = 5  # run folders that are measured
LIBRARIES = ("torch", "transformers", "qwen-vl-utils", "av")


class EffortRow(NamedTuple):
    """One step of one model: what was measured, in sentences, and what a person says of it."""

    model: str
    step: Step
    measured: tuple[str, ...]
    said: Said


class _Seen(NamedTuple):
    """What is known of a model: its saved answers, the newest of them opened, and its entry as they recorded it."""

    name: str
    rows: list[RunRow]
    runs: list[Run]
    store: Store
    book: EffortBook

    @property
    def spec(self) -> ModelSpec | None:
        return self.runs[-1].model if self.runs else None


def effort_of(store: Store, rows: Iterable[RunRow], models: Sequence[str]) -> list[EffortRow]:
    """The rows of these models, from their runs. Raises `CompareError` when the book can't be read."""
    book, rows = read_book(store.outputs), list(rows)
    found = []
    for model in dict.fromkeys(models):
        own = [row for row in rows if row.model == model]
        seen = _Seen(model, own, _opened(store, own), store, book)
        for step in STEPS:
            words = MEASURES[step](seen) if own else []
            found.append(EffortRow(model, step, tuple(filter(None, words)), book.of(model, step)))
    return found


def _opened(store: Store, rows: Sequence[RunRow]) -> list[Run]:
    """The newest finished answers to clips; a damaged record is left out, the list of runs names it."""
    found = []
    for row in [row for row in rows if row.finished and row.condition == "clip"][-NEWEST:]:
        try:
            found.append(store.load(row))
        except CompareError:
            continue
    return found


def _weights(seen: _Seen) -> list[str]:
    if seen.spec is None:
        return []
    if is_server(seen.spec):
        return [t("on a server: nothing is kept here")]
    try:
        folder = local_folder(seen.spec)
        size = _disk_bytes(folder) if folder else seen.spec.size_bytes
    except CompareError:
        folder, size = None, seen.spec.size_bytes
    here = t("{size} on disk", size=size_words(size)) if size else ""
    if size and not folder:
        here = t("{size}, not on this machine now", size=size_words(size))
    took, got = "", seen.book.downloads.get(seen.name)
    if got:
        took = t("{size} downloaded in {seconds}", size=size_words(got.bytes), seconds=took_words(got.seconds))
    return [here, took or t("time of the download not measured")]


def _disk_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _environment(seen: _Seen) -> list[str]:
    if not seen.runs:
        return []
    newest = seen.runs[-1].environment
    versions = [f"{name} {newest.versions[name]}" for name in LIBRARIES if name in newest.versions]
    return [t("answered on {device}", device=newest.device), ", ".join(versions)]


def _loading(seen: _Seen) -> list[str]:
    loads = [run.answer.load_s for run in seen.runs if run.answer.load_s is not None]
    peaks = [run.answer.peak_memory_bytes for run in seen.runs if run.answer.peak_memory_bytes]
    return [
        t("loaded in {seconds}", seconds=took_words(median(loads))) if loads else t("time of loading not measured"),
        t("at most {size} of GPU memory", size=size_words(max(peaks))) if peaks else t("GPU memory not measured"),
    ]


def _preprocessing(seen: _Seen) -> list[str]:
    fresh = [run.answer for run in seen.runs if run.answer.reused == "none"]
    decoded = [answer.decode_s for answer in fresh if answer.decode_s is not None]
    prepared = [answer.preprocess_s for answer in fresh if answer.preprocess_s is not None]
    return [
        _usual(decoded, lambda s: t("decoding {seconds} a clip", seconds=s)) or t("decoding not measured"),
        _usual(prepared, lambda s: t("preprocessing {seconds} a clip", seconds=s)) or t("preprocessing not measured"),
    ]


def _parsing(seen: _Seen) -> list[str]:
    if not seen.runs:
        return []
    bad = sum(bool(unreadable(run)) for run in seen.runs)
    return [
        tn("{bad} of {n} answer could not be read", "{bad} of {n} answers could not be read", len(seen.runs), bad=bad)
    ]


def _storing(seen: _Seen) -> list[str]:
    failed = sum(row.finish == "error" for row in seen.rows)
    sizes = [seen.store.size(run) for run in seen.runs[-WEIGHED:]]
    return [
        t("{size} a run", size=size_words(int(median(sizes)))) if sizes else "",
        tn("{failed} of {n} run failed", "{failed} of {n} runs failed", len(seen.rows), failed=failed),
    ]


MEASURES: dict[Step, Callable[[_Seen], list[str]]] = {
    "weights": _weights,
    "environment": _environment,
    "loading": _loading,
    "preprocessing": _preprocessing,
    "parsing": _parsing,
    "storing": _storing,
}


def _usual(values: Sequence[float], words: Callable[[str], str]) -> str:
    return words(took_words(median(values))) if values else ""


def took_words(value: float) -> str:
    """`1.25 s`, from 100 on whole seconds."""
    return t("{n} s", n=number(value, ".2f" if value < 100 else ",.0f"))


def size_words(value: float) -> str:
    """Bytes in kB, MB or GB."""
    if value >= 1e8:
        return t("{n} GB", n=number(value / 1e9, ",.1f"))
    if value >= 1e6:
        return t("{n} MB", n=number(value / 1e6, ",.1f"))
    return t("{n} kB", n=number(value / 1e3, ",.1f"))
