"""Part of the build: notes in the wheel which commit it was made from."""

import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CommitHook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts `bundled/COMMIT` into the wheel where git can tell it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        with suppress(OSError, subprocess.SubprocessError):
            told = ["git", "-C", self.root, "rev-parse", "--short=12", "HEAD"]
            commit = subprocess.run(told, capture_output=True, text=True, check=True).stdout
            note = Path(self.directory) / "COMMIT"
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(commit, encoding="utf-8")
            build_data["force_include"][str(note)] = "cosmos_compare/bundled/COMMIT"
