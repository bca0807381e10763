"""A report in sentences: what the numbers say, about whom, under which slice, and where they don't say enough yet."""

from typing import NamedTuple

from cosmos_compare.language import t
from cosmos_compare.results.difference_words import difference_words, others_words, start_words
from cosmos_compare.results.evidence import Slice
from cosmos_compare.results.numbers_as_text import (
    estimate_words,
    interval_words,
    judgements,
    level_words,
    p_words,
    raters,
    scenarios,
)
from cosmos_compare.results.report import Report
from cosmos_compare.results.trust_words import (
    agreement_words,
    axes_words,
    basis_words,
    coverage_words,
    missing_words,
    sensitivity_words,
    slice_words,
)
from cosmos_compare.results.verdict_words import left_words, win_words
from cosmos_compare.results.warning_words import warnings
from cosmos_compare.stats import Difference

__all__ = ["Group", "claim_words", "coverage_words", "estimate_words", "groups", "headline", "interval_words"]
__all__ += ["p_words", "repeatable_words", "sentences"]


class Group(NamedTuple):
    """Sentences on one question."""

    title: str
    sentences: tuple[str, ...]


def headline(found: Report) -> str:
    """The finding: how the two differ, how sure that is, and how large it is in plain words."""
    return difference_words(found.difference, *found.models)


def groups(found: Report) -> list[Group]:
    """All that limits the headline or stands beside it, by question; groups without a sentence are left out."""
    a, b = found.models
    d = found.difference
    every = [
        (t("Before you start"), [start_words(d.planned) if not d.scenarios else ""]),
        (t("Careful"), warnings(found)),
        (t("Other raters"), [others_words(d)]),
        (t("Preference"), [win_words(found.win_rate, found.verdicts, a, b)]),
        (t("Axes"), [axes_words(found), missing_words(found)]),
        (t("What it hangs on"), [sensitivity_words(found)]),
        (t("Raters"), [agreement_words(found), left_words(found.left_share, b)]),
        (t("What is counted"), [basis_words(found), coverage_words(found)]),
    ]
    kept = [Group(title, tuple(filter(None, words))) for title, words in every]
    return [group for group in kept if group.sentences]


def sentences(found: Report) -> list[str]:
    """The headline and all groups in one list."""
    return [headline(found), *(sentence for group in groups(found) for sentence in group.sentences)]


def claim_words(found: Report) -> str:
    """What there is enough evidence for, in a few words."""
    d = found.difference
    a, b = found.models
    if not d.enough or d.value is None:
        return t("Not enough evidence for a difference")
    higher = b if d.value > 0 else a
    if d.enough_for_others:
        return t("Enough evidence: {higher} is rated higher, by raters like these", higher=higher)
    if d.raters == 1:
        return t("Enough evidence: {higher} is rated higher, by this rater", higher=higher)
    return t("Enough evidence: {higher} is rated higher, by these raters", higher=higher)


def repeatable_words(found: Report) -> str:
    """The finding in one sentence that somebody can repeat: whose judgements, of what, and whether they show a
    difference. It claims what `claim_words` claims, and no more."""
    words = _repeated(found)
    return words if found.slice == Slice() else f"{words} {slice_words(found.slice)}"


def _repeated(found: Report) -> str:
    d, (a, b) = found.difference, found.models
    if d.value is None:
        return t("Nothing is shown about {a} and {b} yet: no rater has marked both on the same pair.", a=a, b=b)
    whose = t(
        "{judgements} by {raters} on {scenarios}",
        judgements=judgements(found.marked),
        raters=raters(d.raters),
        scenarios=scenarios(d.scenarios),
    )
    if d.low is None or d.high is None:
        return t("Nothing is shown about {a} and {b} yet: {whose}.", whose=whose, a=a, b=b)
    if not d.enough:
        return _no_difference(d, whose, a, b)
    higher, lower = (b, a) if d.value > 0 else (a, b)
    if d.enough_for_others:
        return t(
            "{whose} show that {higher} is rated higher than {lower} on scenarios like these, by raters like these.",
            whose=whose,
            higher=higher,
            lower=lower,
        )
    if d.raters == 1:
        return t(
            "{whose} show that this rater rates {higher} higher than {lower} on scenarios like these; what others "
            "would say is not shown.",
            whose=whose,
            higher=higher,
            lower=lower,
        )
    return t(
        "{whose} show that these raters rate {higher} higher than {lower} on scenarios like these; what others would "
        "say is not shown.",
        whose=whose,
        higher=higher,
        lower=lower,
    )


def _no_difference(d: Difference, whose: str, a: str, b: str) -> str:
    if d.planned is not None and d.scenarios < d.planned:
        planned = scenarios(d.planned)
        return t(
            "{whose} decide nothing between {a} and {b} yet: {planned} are planned.",
            whose=whose,
            a=a,
            b=b,
            planned=planned,
        )
    if d.low is None or d.high is None or not d.low <= 0 <= d.high:
        return t("{whose} do not show a difference between {a} and {b}.", whose=whose, a=a, b=b)
    return t(
        "{whose} do not show a difference between {a} and {b}: {b} may be anything from {low} lower to {high} higher.",
        whose=whose,
        a=a,
        b=b,
        low=level_words(-d.low),
        high=level_words(d.high),
    )
