"""The command line: one module a command, imported only when that command is the one asked for.

A command module has `add_arguments(parser)` and `run(args) -> exit code`. Exit codes: 0 all well, 1 some
answer failed (its run is saved with the error), 2 wrong input.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from cosmos_compare.errors import CompareError

COMMANDS = {
    "run": "run models on clips and save every answer",
    "import": "take in questions of a known benchmark, labels of clips, or work of before",
    "batch": "run models on all scenarios of a folder; skips what is already there",
    "study": "show a study, scenarios × arms, as a matrix; --run answers what is missing",
    "frames": "show which frames of a clip would be sampled, and at which size for each model",
    "runs": "list the saved runs",
    "export": "write saved runs in the older folder layout",
    "models": "list the models, or download one",
    "rate": "rate a pair of runs",
    "scorecard": "show the ratings",
    "results": "show what the ratings say",
    "report": "write what the ratings say as one file to hand over",
    "hints": "show what the ground truth tells of saved answers, and how far people agree",
    "bench": "measure how fast models are on this machine",
    "server": "check a model's servers from end to end: what is sent, what comes back, what differs",
    "serve-command": "print how to serve models on this machine's cards, and how they are asked then",
    "doctor": "check this machine: GPU, memory, versions, token, disk",
    "app": "open the app in a browser",
}


MODULES = {"import": "take_in", "serve-command": "serve_command"}  # commands whose names Python does not take


def build_parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser of all commands; only the `chosen` one gets its arguments, so help stays instant."""
    parser = argparse.ArgumentParser(
        prog="cosmos-compare",
        description="Compare vision-language models on street scenes: same frames and prompt, runs on disk.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version and the commit, and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            module = importlib.import_module(f"cosmos_compare.cli.{MODULES.get(name, name)}")
            module.add_arguments(command)
            command.add_argument("--debug", action="store_true", help="show the traceback of an error")
            command.set_defaults(run=module.run)
    return parser


class _Version(argparse.Action):
    """Asks git only when the version is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from cosmos_compare.machine.version import describe

        print(f"{parser.prog} {describe()}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; a `CompareError` becomes a sentence on stderr and exit code 2."""
    words = list(sys.argv[1:] if argv is None else argv)
    chosen = next((word for word in words if not word.startswith("-")), None)
    args = build_parser(chosen).parse_args(words)
    try:
        return int(args.run(args))
    except CompareError as error:
        if args.debug:
            raise
        print(f"cosmos-compare: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("cosmos-compare: stopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe (`| head`) has left; there is nobody to tell.
        sys.stderr.close()
        return 0
