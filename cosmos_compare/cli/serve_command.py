"""`cosmos-compare serve-command`: prints how to serve models on this machine, and how they are asked then. Starts
nothing."""

import argparse

import yaml

from cosmos_compare.catalogue.models import is_server, resolve_models
from cosmos_compare.catalogue.serving import FIRST_PORT, KEY, LOOPBACK, Served, serve_commands
from cosmos_compare.cli.terminal import print_json
from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.machine.facts import GB, read_machine

LARGE_CARD = 80  # GB, where nobody says and there is no card here


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="+", metavar="NAME", help="models of the list, or NAME=FOLDER")
    parser.add_argument("--gpus", type=int, metavar="N", help="cards to use (default: all of this machine)")
    parser.add_argument(
        "--gpu-memory", type=float, metavar="GB", help="memory of each (default: as here, else that of a card of 80)"
    )
    parser.add_argument(
        "--host",
        default=LOOPBACK,
        help=f"the address they listen on (default: {LOOPBACK}; any other one wants a key)",
    )
    parser.add_argument("--port", type=int, default=FIRST_PORT, metavar="P", help="of the first (default: %(default)s)")
    parser.add_argument("--key", action="store_true", help="ask for a key on this machine, too")
    parser.add_argument("--json", action="store_true", help="print JSON on stdout")


def run(args: argparse.Namespace) -> int:
    if not 1 <= args.port <= 65_535 - len(args.models):
        raise CompareError("{port} is no port.", "Take one from 1 to 65535.", port=args.port, field="port")
    if args.gpu_memory is not None and not 0 < args.gpu_memory < 10_000:
        raise CompareError(
            "--gpu-memory {size:g} is no size of a card.",
            "Give it in GB: 80.",
            size=args.gpu_memory,
            field="gpu_memory",
        )
    specs = resolve_models(args.models)
    for spec in specs:
        if is_server(spec):
            raise CompareError(
                "{name} is served already.", "Name the entry that has its weights.", name=spec.name, field="models"
            )
    served = serve_commands(specs, _cards(args), host=args.host, port=args.port, key=args.key)
    if args.json:
        print_json([_as_json(each) for each in served])
        return 0
    _print(served)
    return 0


def _cards(args: argparse.Namespace) -> list[int]:
    """The memory of each card that is to be used, in bytes."""
    found = [gpu.memory for gpu in read_machine().gpus if gpu.memory is not None]
    count = len(found) if args.gpus is None else args.gpus
    if count < 0 or (found and count > len(found) and args.gpu_memory is None):
        raise CompareError(
            "--gpus {count}: this machine has {found}.",
            "Give its number of cards; for another machine --gpu-memory as well.",
            count=count,
            found=len(found),
            field="gpus",
        )
    if args.gpu_memory is not None:
        return [int(args.gpu_memory * GB)] * count
    return found[:count] if found else [LARGE_CARD * GB] * count


def _as_json(served: Served) -> dict[str, object]:
    return {
        "name": served.name,
        "environment": served.environment,
        "command": list(served.command),
        "address": served.address,
        "cards": list(served.share.cards),
        "copies": served.share.copies,
    }


def _print(served: list[Served]) -> None:
    keyed = any("VLLM_API_KEY" in each.environment for each in served)
    print(t("# vLLM 0.31 or newer, in an environment of its own; each server in a terminal of its own."))
    if keyed:
        print(t("# One key for servers and clients: export {key}=$(openssl rand -hex 24)", key=KEY))
    for each in served:
        print(f"{each.text}\n")
    entries = {"models": {f"{each.name}-served": _entry(each, keyed) for each in served}}
    told = t("# They go into models.yaml, which names the variable of the key and never the key:")
    if not keyed:
        print(t("# Check each, then ask them as any other model:"))
        print(f"cosmos-compare server {served[0].name}={served[0].address}")
        given = " ".join(f"{each.name}={each.address}" for each in served)
        print(f"cosmos-compare run --videos CLIP --models {given}\n")
        told = t("# Or as entries of models.yaml:")
    print(told)
    print(yaml.safe_dump(entries, sort_keys=False), end="")
    if keyed:
        print("\n" + t("# Check each, then ask them as any other model:"))
        print(f"cosmos-compare server {served[0].name}-served")
        print(f"cosmos-compare run --videos CLIP --models {' '.join(entries['models'])}")


def _entry(served: Served, keyed: bool) -> dict[str, str]:
    entry = {"like": served.name, "source": served.address, "served_name": served.name}
    return entry | ({"api_key_env": KEY} if keyed else {})
