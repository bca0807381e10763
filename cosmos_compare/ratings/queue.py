"""The queue: which pairs lie before a rater. One comparison at a time, each of its questions once.

A comparison is two arms: the same question asked of two models, or of one model in two ways. Other prompts, other
settings and controls are comparisons of their own, and repeats of a question stay out until somebody asks for them;
so what is tried beside a comparison leaves its queue and its coverage as they are. Knows nothing of pages.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Literal, NamedTuple

import pandas as pd

from cosmos_compare.ratings.pairs import Pair, find_pairs
from cosmos_compare.ratings.standing import MARKS
from cosmos_compare.runs.index import Arm, RunRow

State = Literal["all", "open", "rated", "disputed"]
STATES: tuple[State, ...] = ("all", "open", "rated", "disputed")
FAR = 2  # levels between two raters' marks that are a disagreement, whatever the verdict


class ArmPairs(NamedTuple):
    """Two arms, and the pairs of their answers by scenario."""

    a: Arm
    b: Arm
    pairs: tuple[Pair, ...]

    def once(self, rated: Collection[str] = ()) -> list[Pair]:
        """Each question about each clip once: a pair that is rated, else the first repeat."""
        order = sorted(self.pairs, key=lambda pair: (pair.id not in rated, pair.a.repeat))
        first: dict[tuple[str, ...], Pair] = {}
        for pair in order:
            asked = [(row.footage_key, row.prompt_version) for row in (pair.a, pair.b)]
            first.setdefault((pair.scenario, *asked[0], *asked[1]), pair)
        chosen = {pair.id for pair in first.values()}
        return [pair for pair in self.pairs if pair.id in chosen]

    def tells_of(self, names: Collection[str]) -> bool:
        """Whether these names, of models or arms, say who wrote one of its answers (`names_shown.given_away`)."""
        return not {self.a.model, self.b.model, self.a.id, self.b.id}.isdisjoint(names)

    @property
    def repeats(self) -> int:
        """How many pairs are further repeats of a question."""
        return len(self.pairs) - len(self.once())

    @property
    def newest(self) -> str:
        return max(max(pair.a.created, pair.b.created) for pair in self.pairs)


def comparisons(pairs: Iterable[Pair], sets: Collection[str] = ()) -> list[ArmPairs]:
    """The pairs by the two arms that their answers belong to, the largest comparison first, demo models behind. `sets`
    are names of imported sets of questions: each makes one comparison of two models."""
    groups: dict[tuple[Arm, Arm], list[Pair]] = {}
    for pair in pairs:
        groups.setdefault((_arm_in(pair.a, sets), _arm_in(pair.b, sets)), []).append(pair)
    found = [ArmPairs(*arms, tuple(own)) for arms, own in groups.items()]
    found.sort(key=lambda one: one.newest, reverse=True)
    return sorted(found, key=lambda one: (_is_demo(one), -len(one.once())))


def _arm_in(row: RunRow, sets: Collection[str]) -> Arm:
    """The arm of a run. A question of a set is asked under the set's name, in words and of a range of its own, so a
    thousand of them would be a thousand arms."""
    return row.arm._replace(prompt_version=row.prompt_name, settings_key="") if row.prompt_name in sets else row.arm


def asked_for(pairs: Iterable[Pair], rated: Collection[str]) -> list[Pair]:
    """The pairs that a coverage counts: each question once, of the comparisons that anybody has begun to rate, or of
    all where there is none such. What was only tried beside them is nobody's gap."""
    found = comparisons(pairs)
    begun = [one for one in found if any(pair.id in rated for pair in one.pairs)]
    return [pair for one in begun or found for pair in one.once(rated)]


def comparisons_of(found: Iterable[ArmPairs], names: Collection[str]) -> list[ArmPairs]:
    """Those of which these names tell something (`tells_of`)."""
    return [one for one in found if one.tells_of(names)]


def _is_demo(one: ArmPairs) -> bool:
    return any(pair.a.demo or pair.b.demo for pair in one.pairs)


def of_arms(rows: Sequence[RunRow], one: str, other: str) -> ArmPairs | None:
    """The comparison of two arms by their ids, also of one model (`pairs.find_pairs`), repeats by number.

    None when there is no such arm, or no clip that both answered.
    """
    arms = {row.arm.id: row.arm for row in rows if row.finished}
    if one not in arms or other not in arms or one == other:
        return None
    a, b = arms[one], arms[other]
    pairs = sorted(find_pairs(rows, (a, b)), key=lambda pair: (pair.a.repeat, pair.scenario))
    return ArmPairs(a, b, tuple(pairs)) if pairs else None


def begin_with(found: Sequence[ArmPairs], rated: Collection[str]) -> ArmPairs | None:
    """The comparison to rate unless another is asked for: one that is begun, else one that is done, else the largest.

    A single clip asked once is a trial; having rated it makes it nobody's comparison.
    """

    def rank(one: ArmPairs) -> tuple[bool, int]:
        questions = one.once(rated)
        done = sum(pair.id in rated for pair in questions)
        return not 0 < done < len(questions), -done if len(questions) > 1 else 0

    return min(found, key=rank, default=None)


def narrowed(
    pairs: Sequence[Pair], state: State, words: str, rated: Collection[str], disputed: Collection[str]
) -> list[Pair]:
    """The pairs of a state whose scenario has all of these words in its name."""
    wanted = words.casefold().replace("_", " ").split()
    ids = {pair.id for pair in pairs}
    of_state = {"all": ids, "open": ids - set(rated), "rated": ids & set(rated), "disputed": ids & set(disputed)}
    chosen = [pair for pair in pairs if pair.id in of_state[state]]
    return [pair for pair in chosen if all(word in pair.scenario.casefold().replace("_", " ") for word in wanted)]


def next_pair(pairs: Sequence[Pair], skip: Collection[str], after: str) -> Pair | None:
    """The next pair behind the one with the id `after` that is not to be skipped, from the top again at the end."""
    place = next((at for at, pair in enumerate(pairs) if pair.id == after), -1)
    turned = [*pairs[place + 1 :], *pairs[: max(place, 0)]]
    return next((pair for pair in turned if pair.id not in skip), None)


def disputed(standing: pd.DataFrame, rater: str, rated: Collection[str]) -> set[str]:
    """Of the pairs that this rater has rated, those where another rater gave another verdict or a mark far from it."""
    rows = standing[standing["pair_id"].isin(rated).to_numpy()]
    own = rows["rater"] == rater
    both = rows[own].merge(rows[~own], on=["pair_id", "run_id"], suffixes=("", "_theirs"))
    if both.empty:
        return set()
    far = sum((both[axis] - both[f"{axis}_theirs"]).abs() >= FAR for axis in MARKS) > 0
    other = both["verdict"].astype(object).fillna("") != both["verdict_theirs"].astype(object).fillna("")
    return set(both.loc[far | other, "pair_id"])
