"""`cosmos-compare app`: the pages, in a browser on this machine."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from cosmos_compare.cli.terminal import note
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import ROOT, home

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8501, metavar="N", help="port to listen on (default: 8501)")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to listen on (default: 127.0.0.1, this machine only; 0.0.0.0 lets everyone in the network in)",
    )
    parser.add_argument(
        "--scenarios", type=Path, metavar="DIR", help="folder of clips to begin with (default: the bundled scenarios)"
    )
    parser.add_argument("--open", action="store_true", help="open a browser window too")


def run(args: argparse.Namespace) -> int:
    if not 0 < args.port < 65536:
        raise CompareError(f"--port is {args.port}; ports go from 1 to 65535.", field="port")
    if args.host not in LOOPBACK:
        note(f"Everyone who can reach {args.host}:{args.port} sees your clips and answers: there is no login.")
    if args.scenarios:
        os.environ["COSMOS_COMPARE_SCENARIOS"] = str(args.scenarios.absolute())
    for name in ("COSMOS_COMPARE_OUTPUTS", "COSMOS_COMPARE_MODELS"):
        if os.environ.get(name):
            os.environ[name] = str(Path(os.environ[name]).absolute())
    os.environ["COSMOS_COMPARE_HOME"] = str(home().absolute())
    os.chdir(ROOT)  # where streamlit looks for .streamlit/config.toml
    if os.name == "nt":
        return subprocess.call(command(args))  # there exec would give the prompt back while the server runs
    return os.execv(sys.executable, command(args))  # noqa: S606  a signal then reaches the server itself


def command(args: argparse.Namespace) -> list[str]:
    """The call of streamlit that serves the app."""
    options = {
        "server.address": args.host,
        "server.port": str(args.port),
        "server.headless": "false" if args.open else "true",
        "browser.gatherUsageStats": "false",
    }
    if args.host not in LOOPBACK:
        options["server.allowedHosts"] = "*"  # config.toml expects the names of this machine only
    flags = [f"--{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags]
