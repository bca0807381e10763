"""Points: single things on which answers can be held against each other and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from cosmos_compare.language import t
from cosmos_compare.texts.reasoning import Span
from cosmos_compare.texts.vocabulary import word

Topic = Literal["object", "count", "risk", "action", "event time", "event order"]
Right = Literal["right", "wrong", "not known"]


class Claim(NamedTuple):
    """What one answer says: in the vocabulary, the words that were read, where they and their sentence stand in its
    raw text, and how it stands to the truth."""

    says: str
    words: str
    span: Span
    sentence: Span
    right: Right = "not known"


@dataclass(frozen=True)
class Point:
    """One thing that at least one of two answers speaks of."""

    topic: Topic
    about: str
    claims: tuple[Claim | None, Claim | None]
    differ: bool
    true: str = ""

    @property
    def agree(self) -> bool:
        """Whether both say so; that a thing may be there is not that it is there."""
        if None in self.claims or self.differ or self.split:
            return False
        return self.topic != "object" or len({claim.says for claim in self.claims if claim}) == 1

    @property
    def split(self) -> bool:
        """Whether the truth holds with one of them and not with the other."""
        return {"right", "wrong"} <= {claim.right for claim in self.claims if claim}


def about(point: Point) -> str:
    """What a point is about, in words that stand inside a sentence."""
    if point.topic == "count":
        return t("the number of “{what}”", what=word(point.about))
    if point.topic == "event time":
        return t("the time of “{event}”", event=point.about)
    if point.topic == "event order":
        return t("the order of “{events}”", events=point.about)
    return str(word(point.topic if point.topic in {"risk", "action"} else point.about))
