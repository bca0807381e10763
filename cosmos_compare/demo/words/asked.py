"""What a model is asked, in which manner it answers, and what it knows of the clip beside the pixels.

`action` is also what to do next. `present` is answered by yes or no, `beyond` is about something that no clip can tell.

`driver` (reason1-demo) speaks as the driver would: prose, the main danger first, no times unless asked, boxes in
pixels, JSON in a code fence. `analyst` (reason2-demo) keeps a log: every object, times, boxes in thousandths, bare
JSON.
"""

from dataclasses import dataclass
from typing import Literal

from cosmos_compare.demo.words.phrases import Language

Manner = Literal["driver", "analyst"]
Task = Literal[
    "describe", "objects", "risk", "action", "ego", "when", "present", "timeline", "boxes", "report", "summary",
    "count", "side", "why", "critical", "scene", "keys", "beyond",
]  # fmt: skip
AnswerForm = Literal["free", "word", "sentence"]


@dataclass(frozen=True)
class Asked:
    """What is asked: `about` is an event for `when`, a kind for `count` and `side`, a kind or a claim for `present`,
    one of `weather`, `day`, `place`, `light` for `scene`; `keys` are those of the JSON asked for, each with what it
    means. `language` is the answer's."""

    task: Task
    language: Language = "en"
    about: str | None = None
    reasoning: bool = False
    form: AnswerForm = "free"
    keys: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ShownFrames:
    """The clock and the frame as the model knows them: seconds of each frame; pixels for the driver's boxes."""

    seconds: tuple[float, ...]
    width: int
    height: int
