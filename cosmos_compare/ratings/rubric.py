"""The rubric: what the marks of each axis mean, in few words, and how the axes are called where people read."""

from typing import NamedTuple

from cosmos_compare.language import N_
from cosmos_compare.records.schema import AXES


class Axis(NamedTuple):
    """`anchors` say when a mark is 2, 1 and 0, in this order."""

    name: str
    label: str
    anchors: tuple[str, str, str]


_WORDS = {
    "objects": (
        N_("Objects"),
        N_("all critical agents, right class"),
        N_("one missing or misnamed"),
        N_("the main one missing"),
    ),
    "spatial": (
        N_("Spatial"),
        N_("lane, side and distance right"),
        N_("one relation wrong or vague"),
        N_("side, order or lane wrong"),
    ),
    "temporal": (
        N_("Temporal"),
        N_("order and motion right, within 1 s"),
        N_("order right, times off"),
        N_("static, wrong order, outside the clip"),
    ),
    "risk": (
        N_("Risk"),
        N_("level and cause as in the reference"),
        N_("one level off, or wrong cause"),
        N_("hazard missed, or opposite level"),
    ),
    "fidelity": (
        N_("Fidelity"),
        N_("all of it is in the frames"),
        N_("a minor detail invented"),
        N_("an agent, signal or event invented"),
    ),
    "focus": (
        N_("Focus"),
        N_("what matters for safety comes first"),
        N_("there, but buried"),
        N_("absent, or about trivia"),
    ),
    "gt_alignment": (
        N_("GT alignment"),
        N_("same conclusion, same reasons"),
        N_("right conclusion, reason off or missing"),
        N_("contradicts the reference"),
    ),
}

RUBRIC = tuple(Axis(name, _WORDS[name][0], _WORDS[name][1:]) for name in AXES)
LABELS = {axis.name: axis.label for axis in RUBRIC}
