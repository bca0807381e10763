"""The command that makes a report again, as it is printed in it."""

from __future__ import annotations

import shlex
from pathlib import Path

from cosmos_compare.language import SOURCE, current
from cosmos_compare.ratings.arms import arm_text
from cosmos_compare.report.choice import Choice


def command_of(out: str, chosen: Choice, confidential: str = "", study: Path | None = None) -> str:
    """The command in the current language. Arms are always named: which two are rated most changes with every rating.

    Of paths outside the current folder only the names are told: a report is passed on.
    """
    part = chosen.part
    words = ["cosmos-compare", "report", out]
    if study:
        words += ["--study", study.name if study.is_absolute() else study.as_posix()]
    words += ["--arms", *map(arm_text, chosen.arms)]
    for flag, values in (
        ("--scenario", part.scenarios),
        ("--prompt-version", part.prompt_versions),
        ("--rater", part.raters),
    ):
        words += [flag, *values] if values else []
    words += ["--blind-only"] if part.blind_only else []
    words += ["--lang", current()] if current() != SOURCE else []
    words += ["--confidential", confidential] if confidential else []
    return shlex.join(words)
