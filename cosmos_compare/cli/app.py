"""`cosmos-compare app`: the pages, in a browser on this machine."""

import argparse
import errno
import os
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from cosmos_compare.cli.terminal import note
from cosmos_compare.errors import CompareError
from cosmos_compare.paths import ROOT, home

ANYWHERE = ("0.0.0.0", "::")  # noqa: S104  compared with, not listened on
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
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="URL",
        help="let the pages of this address in too, such as https://cosmos.example.org of a proxy in front of the app "
        "(may be given several times; without it a page behind a proxy stays empty and says so)",
    )
    parser.add_argument("--open", action="store_true", help="open a browser window too")


def run(args: argparse.Namespace) -> int:
    if not 0 < args.port < 65536:
        raise CompareError("--port is {port}; ports go from 1 to 65535.", port=args.port, field="port")
    for origin in args.origin:
        _check_origin(origin)
    _check_free(args.host, args.port)
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


def _check_origin(origin: str) -> None:
    parts = urlsplit(origin)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise CompareError(
            "--origin {origin!r} is no address of a server.",
            "Give what the browser's address line begins with, such as https://cosmos.example.org.",
            origin=origin,
            field="origin",
        )


def _check_free(host: str, port: int) -> None:
    """Try the port: Streamlit's own words for a taken one name no remedy."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                why = "is in use" if error.errno == errno.EADDRINUSE else "needs more rights than yours"
                hint = f"Open what runs there, or choose another one: --port {port + 1}."
                raise CompareError(
                    "Port {port} of {host} {why}.", hint, port=port, host=host, why=why, field="port"
                ) from error
            raise CompareError("--host {host} is no address of this machine.", host=host, field="host") from error


def command(args: argparse.Namespace) -> list[str]:
    """The call of streamlit that serves the app."""
    options = {
        "server.address": args.host,
        "server.port": str(args.port),
        "server.headless": "false" if args.open else "true",
        "browser.gatherUsageStats": "false",
        "browser.serverAddress": "127.0.0.1" if args.host in ANYWHERE else args.host,  # the address that is printed
    }
    flags = [f"--{name}={value}" for name, value in options.items()]
    flags += [f"--server.corsAllowedOrigins={origin.rstrip('/')}" for origin in args.origin]
    return [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), *flags]
