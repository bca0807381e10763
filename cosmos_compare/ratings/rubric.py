"""The rubric: what the marks of each axis mean, in few words, and how the axes are called where people read."""

from typing import NamedTuple

from cosmos_compare.schema import AXES


class Axis(NamedTuple):
    """`anchors` say when a mark is 2, 1 and 0, in this order."""

    name: str
    label: str
    anchors: tuple[str, str, str]


_WORDS = {
    "objects": (
        "Objects",
        "all critical agents, right class",
        "one missing or misnamed",
        "the main one missing",
    ),
    "spatial": (
        "Spatial",
        "lane, side and distance right",
        "one relation wrong or vague",
        "side, order or lane wrong",
    ),
    "temporal": (
        "Temporal",
        "order and motion right, within 1 s",
        "order right, times off",
        "static, wrong order, outside the clip",
    ),
    "risk": (
        "Risk",
        "level and cause as in the reference",
        "one level off, or wrong cause",
        "hazard missed, or opposite level",
    ),
    "fidelity": (
        "Fidelity",
        "all of it is in the frames",
        "a minor detail invented",
        "an agent, signal or event invented",
    ),
    "focus": (
        "Focus",
        "what matters for safety comes first",
        "there, but buried",
        "absent, or about trivia",
    ),
    "gt_alignment": (
        "Ground truth",
        "same conclusion, same reasons",
        "right conclusion, reason off or missing",
        "contradicts the reference",
    ),
}

RUBRIC = tuple(Axis(name, _WORDS[name][0], _WORDS[name][1:]) for name in AXES)
LABELS = {axis.name: axis.label for axis in RUBRIC}
