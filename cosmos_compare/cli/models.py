"""`cosmos-compare models`: what there is, what is here, what fits; `models pull NAME` downloads one."""

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from itertools import combinations

from rich.console import Console
from rich.table import Table

from cosmos_compare.catalogue.checkpoint import weights_bytes
from cosmos_compare.catalogue.hub import cached_bytes, local_folder, pull
from cosmos_compare.catalogue.models import is_server, load_models, resolve_models
from cosmos_compare.effort.book import Download, note_download
from cosmos_compare.errors import CompareError
from cosmos_compare.machine.facts import GB, Machine, memory_needed, read_machine
from cosmos_compare.paths import outputs_folder
from cosmos_compare.records.schema import ModelSpec


@dataclass(frozen=True)
class ModelRow:
    """One line of the list. Sizes in bytes; None is what can't be known, as of a model behind a server."""

    name: str
    label: str
    source: str
    revision: str | None
    server: bool
    folder: str | None
    size: int | None
    gated: bool
    demo: bool
    licence: str
    needs: int | None
    fits: bool | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["pull"], help="pull: download the model NAME from the Hub")
    parser.add_argument("name", nargs="?", metavar="NAME", help="a model of the list")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout")


def run(args: argparse.Namespace) -> int:
    if args.action == "pull":
        return _pull(args.name, args.json)
    machine = read_machine()
    rows = [model_row(spec, machine) for spec in load_models().values()]
    if args.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
        return 0
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(_table(rows, machine))
    for line in pairs_too_large(rows, machine):
        console.print(line)
    return 0


def model_row(spec: ModelSpec, machine: Machine) -> ModelRow:
    folder = local_folder(spec)
    size = spec.size_bytes or (weights_bytes(folder) if folder else None)
    weights = spec.memory_bytes or size
    needs = None if weights is None or is_server(spec) else memory_needed(spec, weights, machine)
    memory = machine.model_memory
    return ModelRow(
        name=spec.name,
        label=spec.label,
        source=spec.source,
        revision=spec.revision,
        server=is_server(spec),
        folder=str(folder) if folder else None,
        size=size,
        gated=spec.gated,
        demo=spec.demo,
        licence=spec.licence,
        needs=needs,
        fits=None if needs is None or memory is None else needs <= memory,
    )


def pairs_too_large(rows: list[ModelRow], machine: Machine) -> list[str]:
    """A sentence for each two models that fit this machine one at a time, but not together."""
    memory = machine.model_memory or 0
    needs = {row.name: row.needs for row in rows if row.fits and row.needs is not None}
    return [
        f"{a} and {b} together need about {_gb(needs[a] + needs[b])}; here are {_gb(memory)} of {_place(machine)}: "
        "run them one at a time."
        for a, b in combinations(needs, 2)
        if needs[a] + needs[b] > memory
    ]


def _pull(name: str | None, as_json: bool) -> int:
    if name is None:
        raise CompareError("models pull: no model named.", "Name one: {names}.", names=", ".join(load_models()))
    (spec,) = resolve_models([name])
    before, start = cached_bytes(spec), time.perf_counter()
    try:
        folder = pull(spec)
    except KeyboardInterrupt:
        print(
            f"cosmos-compare: stopped. Finished files are kept; go on with: cosmos-compare models pull {name}",
            file=sys.stderr,
        )
        return 130
    if fetched := cached_bytes(spec) - before:
        took = Download(revision=folder.name, bytes=fetched, seconds=round(time.perf_counter() - start, 1))
        note_download(outputs_folder(), spec.name, took)
    if as_json:
        print(json.dumps({"name": spec.name, "folder": str(folder)}))
        return 0
    print(f"{spec.name}: {folder}")
    if load_models()[spec.name].revision is None:
        print(f"Keep this one: write `revision: {folder.name}` into its entry in models.yaml.")
    return 0


def _table(rows: list[ModelRow], machine: Machine) -> Table:
    table = Table(box=None)
    for heading in ("Name", "Model", "From", "Here", "Size", "Access", "Licence", f"Fits {_place(machine)}"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(
            row.name,
            row.label + (" (demo)" if row.demo else ""),
            row.source,
            _here(row),
            "" if row.size is None else _gb(row.size),
            "gated" if row.gated else "open",
            row.licence,
            _fits(row, machine),
        )
    return table


def _here(row: ModelRow) -> str:
    if row.server:
        return "on a server"
    return "yes" if row.folder else "no"


def _fits(row: ModelRow, machine: Machine) -> str:
    if row.needs is None or row.fits is None:
        return "" if row.server else "unknown"
    if row.fits:
        return "yes" if machine.uses_gpu or row.demo else "yes, but slow"
    return f"no: needs {_gb(row.needs)} of {_gb(machine.model_memory or 0)}"


def _place(machine: Machine) -> str:
    return "GPU memory" if machine.uses_gpu else "RAM"


def _gb(size: int) -> str:
    return f"{size / GB:,.1f} GB" if size >= GB / 10 else f"{size / 1e6:,.1f} MB"
