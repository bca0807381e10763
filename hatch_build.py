"""Part of the build: what lies at the top of the checkout goes into the package, and from which commit it was made.

An editable install needs neither: there the top of the checkout is beside the package.
"""

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUNDLED = ("app.py", "pages", "prompts", "data", ".streamlit")


class BundleHook(BuildHookInterface):  # type: ignore[type-arg]
    """Fills `cosmos_compare/bundled/` of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        for name in BUNDLED:
            build_data["force_include"][str(Path(self.root) / name)] = f"cosmos_compare/bundled/{name}"
        with suppress(OSError, subprocess.SubprocessError):  # no git here: the version is the number alone
            told = ["git", "-C", self.root, "rev-parse", "--short=12", "HEAD"]
            commit = subprocess.run(told, capture_output=True, text=True, check=True).stdout
            note = Path(self.directory) / "COMMIT"
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(commit, encoding="utf-8")
            build_data["force_include"][str(note)] = "cosmos_compare/bundled/COMMIT"
