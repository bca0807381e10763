"""A report as PDF, printed by a Chromium that is installed. It opens the file alone: no network, no profile."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from cosmos_compare.errors import CompareError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
VARIABLE = "COSMOS_COMPARE_CHROMIUM"
PATIENCE_S = 180
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-extensions",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


def browser() -> str:
    """The Chromium that prints: the one that `COSMOS_COMPARE_CHROMIUM` names, or one of the usual names and places.

    Raises `CompareError` where there is none.
    """
    named = os.environ.get(VARIABLE)
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, (*NAMES, *PLACES))), None)
    if found is None:
        raise CompareError(
            "--pdf needs Chromium or Chrome, and none is found here.",
            "Install one, or name it with COSMOS_COMPARE_CHROMIUM; or open the HTML file and print it.",
            field="pdf",
        )
    return found


def to_pdf(html: bytes) -> bytes:
    """Print a report. Raises `CompareError` where the browser can't."""
    program = browser()
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "report.html", Path(folder) / "report.pdf"
        page.write_bytes(html)
        # As root, as in containers, Chromium starts without its sandbox only. The page runs no script.
        root = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        flags = [*FLAGS, *root, f"--user-data-dir={folder}/profile", f"--print-to-pdf={printed}"]
        try:
            subprocess.run([program, *flags, page.as_uri()], capture_output=True, check=True, timeout=PATIENCE_S)
            return printed.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise CompareError(
                "{program} could not print the report.",
                "Open the HTML file and print it from the browser.",
                program=program,
                field="pdf",
            ) from error
