"""Which version this is, down to the commit. Imports nothing of ours but the number."""

import subprocess
from contextlib import suppress
from pathlib import Path

from cosmos_compare import __version__
from cosmos_compare.paths import INSTALLED, ROOT


def describe() -> str:
    """`0.1.0 (commit 1a2b3c4d5e6f)`; the number alone where no commit is known."""
    commit = _built_from() if INSTALLED else _checked_out()
    return f"{__version__} (commit {commit})" if commit else __version__


def _built_from() -> str:
    """The commit that the build noted."""
    path = Path(ROOT / "COMMIT")
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""


def _checked_out() -> str:
    if not (ROOT / ".git").exists():
        return ""
    with suppress(OSError, subprocess.SubprocessError):
        told = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
        return subprocess.run(told, capture_output=True, text=True, check=True, timeout=5).stdout.strip()
    return ""
