"""The fields of `schema.Settings` as faces offer them: one list for the flags, the form, the keys of frames and runs.

Loads nothing, so that `--help` answers at once. A setting is added here and in `schema.Settings`; a test holds the
two together.
"""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from cosmos_compare.language import N_, t

Kind = Literal["number", "whole", "switch", "choice"]


class SettingField(NamedTuple):
    """One setting: its flag, its words, and what it determines.

    `least` and `step` are those of a number's field on the page. `frames` says that the frames depend on it. `later`
    marks a field that runs of schema version 1 did not have: at its default it stays out of keys and digests, so
    that it never unpairs or asks again what was answered before.
    """

    name: str
    flag: str
    label: str
    help: str
    kind: Kind = "number"
    least: float = 0.0
    step: float = 0.1
    frames: bool = False
    later: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


CONDITIONS = ("clip", "blank", "frozen", "shuffled", "reversed", "swapped")
CONDITION_NAMES = {
    "clip": N_("clip"),
    "blank": N_("blank"),
    "frozen": N_("frozen"),
    "shuffled": N_("shuffled"),
    "reversed": N_("reversed"),
    "swapped": N_("swapped"),
}
CONDITION_WORDS = {
    "clip": N_("the clip as it is"),
    "blank": N_("one grey picture at all times"),
    "frozen": N_("its first frame at all times"),
    "shuffled": N_("its frames in another order, at the old times"),
    "reversed": N_("its frames from last to first, at the old times"),
    "swapped": N_("the frames of another scenario"),
}

FIELDS = (
    SettingField(
        "fps", "--fps", N_("Frames per second"), N_("frames per second to sample"), least=0.1, step=0.5, frames=True
    ),
    SettingField(
        "max_frames",
        "--max-frames",
        N_("Frames at most"),
        N_("at most this many frames, spread evenly over the range"),
        kind="whole",
        least=2,
        step=2,
        frames=True,
    ),
    SettingField("start", "--start", N_("From second"), N_("begin at this second of the clip"), step=0.5, frames=True),
    SettingField(
        "end", "--end", N_("To second"), N_("end at this second of the clip"), least=0.1, step=0.5, frames=True
    ),
    SettingField(
        "max_video_tokens",
        "--max-video-tokens",
        N_("Visual tokens at most"),
        N_("pixel budget of the whole clip in visual tokens, the same for each model"),
        kind="whole",
        least=16,
        step=256,
        frames=True,
    ),
    SettingField(
        "timestamp",
        "--timestamp",
        N_("Draw the time"),
        N_("draw the time in a band under each frame, for models that read no times between the frames"),
        kind="switch",
        frames=True,
    ),
    SettingField(
        "condition",
        "--condition",
        N_("Shown instead of the clip"),
        N_("what the models are shown: the clip, or a control made from its frames"),
        kind="choice",
        frames=True,
        later=True,
        default="clip",
        choices=CONDITIONS,
    ),
    SettingField(
        "max_new_tokens",
        "--max-tokens",
        N_("Tokens at most"),
        N_("cut the answer after this many tokens"),
        "whole",
        1,
        64,
    ),
    SettingField("temperature", "--temperature", N_("Temperature"), N_("0 always takes the likeliest token")),
    SettingField(
        "top_p", "--top-p", N_("Top p"), N_("draw from the likeliest tokens up to this share"), least=0.01, step=0.05
    ),
    SettingField("top_k", "--top-k", N_("Top k"), N_("draw from this many tokens; 0 means no limit"), "whole", 0, 5),
    SettingField(
        "presence_penalty",
        "--presence-penalty",
        N_("Presence penalty"),
        N_("above 0 makes repeated tokens less likely"),
        least=-2.0,
    ),
    SettingField(
        "repetition_penalty",
        "--repetition-penalty",
        N_("Repetition penalty"),
        N_("above 1 makes repeated tokens less likely"),
        least=0.01,
        step=0.05,
    ),
    SettingField("seed", "--seed", N_("Seed"), N_("the same seed draws the same text"), "whole", 0, 1),
    SettingField(
        "repeat",
        "--repeat-number",
        N_("Repeat"),
        N_("which repeat this is, from 0: added to each model's own seed"),
        "whole",
        0,
        1,
        later=True,
        default=0,
    ),
)
BY_NAME = {field.name: field for field in FIELDS}
FRAME_FIELDS = frozenset(field.name for field in FIELDS if field.frames)
ARM_FREE_FIELDS = frozenset({"repeat", "condition"})  # an arm names the condition apart; repeats are of one arm


def determining(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as keys and digests take them: fields of later versions are left out at their default."""
    return {
        name: value
        for name, value in values.items()
        if not (name in BY_NAME and BY_NAME[name].later and value == BY_NAME[name].default)
    }


def condition_name(condition: str) -> str:
    """A condition in a word, in the language of whoever reads; one that is not known as it is stored."""
    return t(CONDITION_NAMES.get(condition, condition))
