"""The vocabulary that facts are read into, for people: in the language of whoever reads. What is stored is English.

A class or an action of the user's own lexicon is said as it stands there.
"""

from __future__ import annotations

from cosmos_compare.language import N_, Text, listed

_OBJECTS = (
    N_("pedestrian"), N_("cyclist"), N_("motorcycle"), N_("e-scooter"), N_("car"), N_("oncoming car"),
    N_("parked vehicle"), N_("van"), N_("truck"), N_("bus"), N_("tram"), N_("train"), N_("emergency vehicle"),
    N_("vehicle"), N_("animal"), N_("traffic light"), N_("traffic sign"), N_("stop sign"), N_("crosswalk"),
    N_("road marking"), N_("traffic cone"), N_("barrier"), N_("construction"), N_("obstacle"), N_("waste bin"),
)  # fmt: skip
_ACTIONS = (
    N_("keep"), N_("slow"), N_("stop"), N_("yield"), N_("turn"), N_("change lane"), N_("pull away"),
)  # fmt: skip
_LEVELS = (N_("none"), N_("low"), N_("medium"), N_("high"))
_STANDINGS = (N_("there"), N_("not there"), N_("maybe there"))
_VERDICTS = (
    N_("right"), N_("partly"), N_("wrong"), N_("missing"), N_("not stated"), N_("not known"), N_("unreadable"),
)  # fmt: skip
_TOPICS = (
    N_("object"), N_("objects"), N_("count"), N_("risk"), N_("action"), N_("event"), N_("events"), N_("event time"),
    N_("event order"), N_("letter"),
)  # fmt: skip
_FORMS = (
    N_("no answer"), N_("refusal"), N_("loop"), N_("cut"), N_("unreadable JSON"), N_("mended JSON"),
    N_("prose beside JSON"), N_("other language"),
)  # fmt: skip
WORDS = frozenset((*_OBJECTS, *_ACTIONS, *_LEVELS, *_STANDINGS, *_VERDICTS, *_TOPICS, *_FORMS))


def word(name: str) -> str:
    """One word of the vocabulary, or two levels of risk with "to" between them."""
    low, between, high = name.partition(" to ")
    if between and {low, high} <= WORDS:
        return Text("{low} to {high}", low=Text(low), high=Text(high))
    return Text(name) if name in WORDS else name


def words(names: str, between: str = ", ") -> str:
    """Several, as they stand in one text."""
    return listed([word(name) for name in names.split(between)], between)
