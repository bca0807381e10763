"""Set up and run cosmos_compare with nothing but Python 3.11+ and pip.

    python3 start.py              both demo models answer about a clip
    python3 start.py app          the app, in a browser
    python3 start.py test         all tests, lint and types
    python3 start.py ARGUMENTS    any `cosmos-compare` command

The first start makes a virtual environment in .venv and installs the program there; later ones go straight on.
"""

import hashlib
import os
import signal
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
SCRIPTS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  an older Python gets a sentence
        print(f"cosmos_compare needs Python 3.11 or newer; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 2
    words = sys.argv[1:]
    testing = words[:1] == ["test"]
    install(".[test]" if testing else ".")
    if testing:
        return test(words[1:])
    return become([str(PYTHON), "-m", "cosmos_compare", *(words or ["run"])])


def become(command: list[str]) -> int:
    """Hand over to the program, so that Ctrl-C reaches it alone and it can save what it has."""
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return subprocess.run(command, check=False).returncode


def install(target: str) -> None:
    """Install the project, editable, unless this very pyproject.toml was installed before."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + target.encode()).hexdigest()
    stamp = ENVIRONMENT / f"installed-{'test' if 'test' in target else 'run'}"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not PYTHON.exists():
        print("Making a virtual environment in .venv …", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True)
    print("Installing (about 2 GB, a minute or two) …", file=sys.stderr)
    if run(PYTHON, "-m", "pip", "install", "--quiet", "--editable", target) != 0:
        sys.exit("The installation failed; pip's words above say why. Fix it and start again.")
    stamp.write_text(wanted)


def test(arguments: list[str]) -> int:
    """Lint, types, tests; all of them even when one fails."""
    codes = [
        run(SCRIPTS / "ruff", "check", "."),
        run(SCRIPTS / "ruff", "format", "--check", "."),
        run(PYTHON, "-m", "mypy"),
        run(PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadscope", *arguments),
    ]
    return int(any(codes))


def run(*command: str | Path) -> int:
    return subprocess.run([str(word) for word in command], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
