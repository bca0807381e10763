"""What a mean would hide, in sentences: raters, verdicts, marks or axes that contradict each other."""

from collections.abc import Iterator
from typing import Any

from cosmos_compare.language import t, tn
from cosmos_compare.ratings.rubric import LABELS
from cosmos_compare.results.difference_words import ALIKE
from cosmos_compare.results.numbers_as_text import level_words
from cosmos_compare.results.report import Report

FEWEST_AGAINST, MUCH_AGAINST = 2, 0.25  # verdicts against their own marks that are told: so many, and such a share
STRONG = 0.5  # levels by which axes must differ both ways to be called opposite


def warnings(found: Report) -> list[str]:
    """All of them, the one on servers first."""
    return [*_servers(found), *_raters(found), *_verdicts(found), *_axes(found)]


def axis_words(row: dict[Any, Any]) -> str:
    """An axis with its difference."""
    return f"{t(LABELS[row['axis']])} ({level_words(row['difference'], sign=True)})"


def _servers(found: Report) -> Iterator[str]:
    if found.unverified:
        yield tn(
            "{n} rated answer is of a server that was not verified: it may have been shown something else.",
            "{n} rated answers are of servers that were not verified: they may have been shown something else.",
            found.unverified,
        )


def _raters(found: Report) -> Iterator[str]:
    (a, b), opposed = found.models, found.sensitivity.opposed
    if opposed:
        means = ", ".join(f"{name} {level_words(mean, sign=True)}" for name, mean in opposed.items())
        yield t("Raters disagree about which is better ({b} − {a}: {means}).", a=a, b=b, means=means)


def _verdicts(found: Report) -> Iterator[str]:
    a, b = found.models
    value, share = found.difference.value, found.win_rate.value
    if value is not None and share is not None and abs(value) >= ALIKE and (share - 0.5) * value < 0:
        higher, preferred = (b, a) if value > 0 else (a, b)
        yield t(
            "Marks and verdicts contradict each other: marks are higher for {higher}, verdicts prefer {preferred}.",
            higher=higher,
            preferred=preferred,
        )
    if found.against >= FEWEST_AGAINST and found.against >= MUCH_AGAINST * found.decided:
        yield t(
            "In {n} of {decided} judgements with a winner the marks favour the other answer.",
            n=found.against,
            decided=found.decided,
        )


def _axes(found: Report) -> Iterator[str]:
    b = found.models[1]
    table = found.axis_differences.dropna(subset="difference")
    if len(table) and table["difference"].max() >= STRONG and table["difference"].min() <= -STRONG:
        ordered = table.sort_values("difference", kind="stable").to_dict("records")
        worst, best = (axis_words(row) for row in (ordered[0], ordered[-1]))
        yield t("Axes contradict each other: {b} is higher on {best}, lower on {worst}.", b=b, best=best, worst=worst)
