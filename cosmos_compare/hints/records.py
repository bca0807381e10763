"""The records of hints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from cosmos_compare.texts.reasoning import Span

Name = Literal["objects", "unsupported", "risk", "action", "events", "format"]
NAMES: tuple[Name, ...] = ("objects", "unsupported", "risk", "action", "events", "format")
# The axis of the rating that a hint can be held against; format health has none.
AXIS: dict[str, str] = {
    "objects": "objects",
    "unsupported": "fidelity",
    "risk": "risk",
    "action": "gt_alignment",
    "events": "temporal",
}


@dataclass(frozen=True)
class Finding:
    """One thing that a hint found: what it is, in words (`what`), about which class, event or level (`about`), and the
    words of the answer that were read with their place in the raw text; none where the answer says nothing."""

    kind: str
    about: str
    what: str
    words: str = ""
    span: Span | None = None


@dataclass(frozen=True)
class Hint:
    """What one hint says of one answer.

    `level` is on the scale of the marks (2 right, 1 partial, 0 wrong), None where the question did not ask for it and
    the answer says nothing of it, or where the truth does not tell; then `why` is a sentence. `measures`: its numbers.
    """

    name: Name
    level: int | None
    summary: str
    findings: tuple[Finding, ...] = ()
    measures: dict[str, float | int | None] = field(default_factory=dict)
    why: str = ""
