"""What the address of the Rate page names: who rates, which pairs, which of them, names shown or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

from cosmos_compare.errors import CompareError
from cosmos_compare.ratings.judgement import clean_rater
from cosmos_compare.ratings.queue import State

LONGEST = 500  # characters of a parameter
Repeats = Literal["", "yes", "no"]


@dataclass(frozen=True)
class RateView:
    """`a` and `b` are ids of arms, of the saved `study` where one is named; empty, the page chooses a comparison.
    `pair` empty means the next of the queue.

    `open` shows the models' names before rating. `repeats` empty: those of arms that a link names, else none.
    """

    rater: str = ""
    pair: str = ""
    open: bool = False
    a: str = ""
    b: str = ""
    state: State = "all"
    find: str = ""
    repeats: Repeats = ""
    study: str = ""

    @property
    def with_repeats(self) -> bool:
        return self.repeats == "yes" or (self.repeats == "" and bool(self.a))

    def query(self) -> dict[str, str]:
        state = "" if self.state == "all" else self.state
        values = {
            "rater": self.rater,
            "pair": self.pair,
            "names": "shown" if self.open else "",
            "a": self.a,
            "b": self.b,
            "state": state,
            "find": self.find,
            "repeats": self.repeats,
            "study": self.study,
        }
        return {name: value for name, value in values.items() if value}


def from_query(query: dict[str, Any]) -> RateView:
    """The view that an address names; what can't be one of its values is left out."""
    try:
        rater = clean_rater(str(query.get("rater", "")))
    except CompareError:
        rater = ""
    given = {
        name: str(query.get(name, ""))[:LONGEST] for name in ("pair", "a", "b", "state", "find", "repeats", "study")
    }
    arms = given["a"], given["b"]
    return RateView(
        rater=rater,
        pair=given["pair"],
        open=query.get("names") == "shown",
        a=arms[0] if all(arms) else "",
        b=arms[1] if all(arms) else "",
        state=cast(State, given["state"]) if given["state"] in get_args(State) else "all",
        find=given["find"],
        repeats=cast(Repeats, given["repeats"]) if given["repeats"] in get_args(Repeats) else "",
        study=given["study"] if all(arms) else "",
    )
