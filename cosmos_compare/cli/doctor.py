"""`cosmos-compare doctor`: gathers the facts of this machine, has them judged, prints the answers."""

import argparse
import json
import os
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from rich.console import Console
from rich.text import Text

from cosmos_compare.catalogue import hub
from cosmos_compare.catalogue.defaults import COSMOS
from cosmos_compare.catalogue.hub_failures import cache_folder
from cosmos_compare.catalogue.models import is_server, load_models, source_folder
from cosmos_compare.machine import checks
from cosmos_compare.machine.checks import Check
from cosmos_compare.machine.facts import existing_parent, free_bytes, installed_versions, read_machine
from cosmos_compare.paths import outputs_folder

SIGNS = {"ok": ("✓", "green"), "note": ("!", "yellow"), "broken": ("✗", "red")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON on stdout")


def run(args: argparse.Namespace) -> int:
    found = examine()
    if args.json:
        print(json.dumps([asdict(check) for check in found], indent=2))
    else:
        _show(found)
    return 1 if any(check.status == "broken" for check in found) else 0


def examine() -> list[Check]:
    """All checks, in the order they are shown."""
    machine = read_machine()
    requirements = _requirements()
    installed = installed_versions([*(r.name for r in requirements), "opencv-python", *checks.SERVERS])
    outputs, cache = outputs_folder(), cache_folder()
    found = [
        Check("Python", "ok", f"{machine.python}."),
        checks.check_gpu(machine),
        checks.check_path(machine, installed_versions(["triton"]).get("triton")),
        checks.check_ram(machine.ram),
        checks.check_kept(machine),
        *checks.check_requirements(requirements, installed),
        *checks.check_known_faults(installed),
        checks.check_torchvision(installed.get("torch"), installed.get("torchvision")),
        checks.check_opencv(installed),
        checks.check_hub(hub.has_token(), hub.is_offline()),
        checks.check_disk("outputs", outputs, free_bytes(outputs), _writable(outputs)),
        checks.check_disk("Hub cache", cache, free_bytes(cache), _writable(cache), _bytes_to_download()),
    ]
    return [check for check in found if check is not None]


def _requirements() -> list[Requirement]:
    """What this program's installation asks for, without the extras; empty when it runs uninstalled."""
    try:
        listed = [Requirement(text) for text in metadata.requires("cosmos-compare") or []]
    except metadata.PackageNotFoundError:
        return []
    return [each for each in listed if each.marker is None or each.marker.evaluate({"extra": ""})]


def _bytes_to_download() -> int:
    """Bytes of the two models that are compared by default, as far as they come from the Hub and are not here yet."""
    models = load_models()
    chosen = [models[name] for name in COSMOS if name in models]
    remote = [spec for spec in chosen if not is_server(spec) and source_folder(spec) is None]
    return sum(spec.size_bytes or 0 for spec in remote if hub.local_folder(spec) is None)


def _writable(folder: Path) -> bool:
    parent = existing_parent(folder)
    return parent.is_dir() and os.access(parent, os.W_OK)


def _show(found: list[Check]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for check in found:
        console.print(Text.assemble(SIGNS[check.status], f" {check.name}: {check.text}"))
        if check.next_step:
            console.print(Text(f"    {check.next_step}", style="dim"))
