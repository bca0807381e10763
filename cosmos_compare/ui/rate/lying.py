"""What lies before a rater: the comparison, its pairs, those that the filters leave, and which are done."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from cosmos_compare.errors import CompareError
from cosmos_compare.language import t
from cosmos_compare.ratings.names_shown import given_away
from cosmos_compare.ratings.pairs import Pair, find_pair
from cosmos_compare.ratings.queue import ArmPairs, begin_with, comparisons_of, disputed, narrowed, next_pair
from cosmos_compare.ui.rate.address import RateView
from cosmos_compare.ui.shared import rating_data
from cosmos_compare.ui.shared.rating_data import Runs


@dataclass(frozen=True)
class Lying:
    """`chosen` is one of `comparisons`, or the one of two arms that a link names; `pairs` its questions in order."""

    comparisons: Sequence[ArmPairs]
    chosen: ArmPairs
    pairs: list[Pair]
    listed: list[Pair]
    matching: list[Pair]
    rated: Collection[str]
    disputed: Collection[str]
    view: RateView

    @property
    def done(self) -> int:
        return sum(pair.id in self.rated for pair in self.pairs)

    def next(self, after: str) -> Pair | None:
        """The next pair to rate, or, where rated ones are looked through, the next of those."""
        again = self.view.state in {"rated", "disputed"}
        wanted = {pair.id for pair in self.listed if again or pair.id not in self.rated}
        return next_pair(self.matching, {pair.id for pair in self.matching} - wanted, after)

    def left_of(self, pair: Pair) -> int:
        """How many pairs this rater has not rated that the names of this one would tell something about."""
        names = given_away(pair)
        others = (one for one in comparisons_of(self.comparisons, names) if one != self.chosen)
        waiting = {pair.id for one in others for pair in one.once(self.rated)} | {pair.id for pair in self.pairs}
        return len(waiting - set(self.rated))


def lying_before(view: RateView, known: Runs) -> tuple[Lying | None, str]:
    """None when there is nothing to rate, and why a link could not be followed. Raises `CompareError` when the
    scorecard can't be read."""
    rated = rating_data.rated(view.rater)
    chosen, problem = _chosen(view, known, rated)
    if chosen is None:
        return None, problem
    pairs = list(chosen.pairs) if view.with_repeats else chosen.once(rated)
    far = disputed(rating_data.found().ratings, view.rater, rated)
    listed, matching = (narrowed(pairs, state, view.find, rated, far) for state in (view.state, "all"))
    return Lying(known.comparisons, chosen, pairs, listed, matching, rated, far, view), problem


def _chosen(view: RateView, known: Runs, rated: set[str]) -> tuple[ArmPairs | None, str]:
    problem = ""
    if view.a:
        try:
            asked = (
                rating_data.pairs_of_study(view.study, view.a, view.b)
                if view.study
                else rating_data.comparison_of(view.a, view.b)
            )
        except CompareError:  # the study is gone, or asks for what is not here
            asked = None
        if asked:
            return asked, ""
        problem = t("The answers of the two arms that this link names are not here, or about no clip that both saw.")
    own = next((one for one in known.comparisons if any(pair.id == view.pair for pair in one.pairs)), None)
    return own or begin_with(known.comparisons, rated), problem


def pair_of(view: RateView, lying: Lying, known: Runs) -> tuple[Pair | None, str]:
    """The pair of the address, else the next of the queue, and why not the one that the address names."""
    problem = ""
    if view.pair:
        if here := next((pair for pair in lying.chosen.pairs if pair.id == view.pair), None):
            return here, ""
        try:
            return find_pair(known.rows, view.pair), ""
        except CompareError as error:
            problem = str(error)
    return lying.next(""), problem
