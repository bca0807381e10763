"""Whether an answer can be read at all, by its end and its form alone; what it says is not looked at."""

from __future__ import annotations

import re

from cosmos_compare.language import N_
from cosmos_compare.records.schema import Run
from cosmos_compare.texts.answers import read_answer

_ASKS_FOR_JSON = re.compile(r"\bjson\b", re.IGNORECASE)
WHYS = {
    "cut": N_("cut at the limit of tokens"),
    "loop": N_("repeats itself until its end"),
    "empty": N_("gives nothing but reasoning, or nothing"),
    "json": N_("is meant or asked to be JSON and can't be read as such"),
}


def unreadable(run: Run) -> str:
    """Why an answer can't be read, a key of `WHYS`; empty for one that can."""
    read = read_answer(run.answer.raw, run.answer.rendered_prompt)
    if read.loop is not None:
        return "loop"
    if run.answer.finish == "length":
        return "cut"
    if not read.answer.strip():
        return "empty"
    asked = bool(_ASKS_FOR_JSON.search(run.prompt.user_prompt))
    return "json" if read.state == "broken" or (asked and read.state == "none") else ""
