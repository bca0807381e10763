"""The difference in sentences: how large, how sure, about whom, and what is missing for a conclusion."""

from cosmos_compare.language import number, semicolons, t, tn
from cosmos_compare.results.numbers_as_text import (
    NOTHING,
    interval_words,
    p_words,
    raters,
    scenarios,
    size_words,
    whose_words,
)
from cosmos_compare.results.numbers_as_text import level_words as marks_words
from cosmos_compare.results.why_not import early_words, is_early, level_words, why_not
from cosmos_compare.stats import Difference, Look
from cosmos_compare.stats.looks import fewest, scenarios_needed, smallest_shown

ALIKE = 0.005  # levels: smaller differences are printed as 0.00


def difference_words(d: Difference, a: str, b: str) -> str:
    """Which arm is rated higher, by how much, how sure that is for these raters, and what is missing."""
    if d.value is None:
        return t("No rater has marked both {a} and {b} on the same pair yet.", a=a, b=b)
    if d.low is None or d.high is None:
        one = t("in the one scenario that is rated, which says nothing about others")
        return f"{what_words(d, a, b)}, {one}."
    basis = [
        whose_words(interval_words(d.low, d.high), d.raters),
        f"{scenarios(d.scenarios)}, " + tn("{n} pair of marks", "{n} pairs of marks", d.n),
        t("sign-flip test {p}", p=p_words(d.p)) if d.p is not None else "",
    ]
    sentences = [f"{what_words(d, a, b)} ({semicolons(filter(None, basis))}).", size_sentence(d), decision_words(d)]
    return " ".join(filter(None, sentences))


def what_words(d: Difference, a: str, b: str) -> str:
    """The mean difference, without how sure it is."""
    assert d.value is not None
    if abs(d.value) < NOTHING:
        return t("{a} and {b} have equal marks on average", a=a, b=b)
    if abs(d.value) < ALIKE:
        return t("{a} and {b} differ by less than 0.01 levels on average", a=a, b=b)
    size = marks_words(abs(d.value))
    if d.value > 0:
        return t("{b} is rated {size} higher than {a} on the scale of 0 to 2", a=a, b=b, size=size)
    return t("{b} is rated {size} lower than {a} on the scale of 0 to 2", a=a, b=b, size=size)


def decision_words(d: Difference) -> str:
    """Whether that is enough evidence, for what, and by which rule."""
    if d.enough and d.planned is not None:
        return t("Enough evidence of a difference at the {planned} scenarios that were planned.", planned=d.planned)
    if d.enough:
        return t(
            "Enough evidence of a difference, also for a look that nobody planned (p ≤ {level}).", level=level_words(d)
        )
    if is_early(d):
        return early_words(d)
    if d.value is not None and abs(d.value) < ALIKE and _holds_zero(d):
        reach = t("Not enough evidence for a difference: none was seen on average, but these ratings fit")
        return f"{reach} {reach_words(d)}."
    return " ".join(filter(None, [t("Not enough evidence for a difference."), why_not(d), more_words(d)]))


def _holds_zero(d: Difference) -> bool:
    return d.low is not None and d.high is not None and d.low <= 0 <= d.high


def reach_words(d: Difference) -> str:
    """What the interval leaves possible, in words."""
    assert d.low is not None and d.high is not None
    return t("anything from {low} lower to {high} higher", low=marks_words(-d.low), high=marks_words(d.high))


def more_words(d: Difference) -> str:
    """How many more scenarios could show it; empty where nobody can say."""
    if not d.more_scenarios or d.low is None:
        return ""
    more = tn("{n} more scenario", "{n} more scenarios", d.more_scenarios)
    if d.high is not None and d.low <= 0 <= d.high:
        return t(
            "If it is as large as it looks, about {more} would show it four times in five; these ratings also fit no "
            "difference.",
            more=more,
        )
    return t(
        "If it is as large as it looks, about {more} would show it four times in five; it may also be chance.",
        more=more,
    )


def size_sentence(d: Difference) -> str:
    """The size for somebody who knows no statistics; empty where there is no difference."""
    return size_words(d.value) if d.value is not None and abs(d.value) >= ALIKE else ""


def others_words(d: Difference) -> str:
    """What can be said about raters who didn't judge."""
    if d.value is None:
        return ""
    if d.raters == 1:
        return t("One rater judged: that says nothing about what others would say.")
    if d.raters and d.scenarios > 1 and d.wide_low is None:
        return t("One rater gave nearly all of the marks: that says nothing about what others would say.")
    if d.wide_low is None or d.wide_high is None:
        return ""
    interval = interval_words(d.wide_low, d.wide_high)
    if d.enough_for_others:
        text = t("If other raters judged scenarios like these, it would hold, too ({interval}).", interval=interval)
    elif d.enough:
        text = t(
            "Only these {raters} support it: if others judged, it could be nothing or the reverse ({interval}).",
            raters=raters(d.raters),
            interval=interval,
        )
    else:
        text = t("If other raters judged scenarios like these: {interval}.", interval=interval)
    if d.raters > 2:
        return text
    return text + " " + t("(Two raters are few to tell: should raters lean strongly, it is too narrow.)")


def start_words(planned: int | None, sd: float = 0.5) -> str:
    """What numbers of scenarios can show, before anything is rated."""
    look = Look(planned)
    shown = smallest_shown(planned, sd) if planned is not None else None
    if planned is not None and shown is None:
        return t(
            "{planned} planned scenarios can't show anything: {fewest} are the fewest.",
            planned=planned,
            fewest=fewest(look.level_at(planned)),
        )
    if shown is not None:
        return t(
            "{planned} planned scenarios show a difference of {size} levels or more four times in five, if scenarios "
            "differ by {sd} as they usually do.",
            planned=planned,
            size=number(shown, ".2f"),
            sd=number(sd, "g"),
        )
    needs = [t("{n} for {size:g}", n=scenarios_needed(sd, size), size=size) for size in (0.5, 0.3, 0.2)]
    return t(
        "Before you start: a planned number of scenarios shows a difference four times in five, if scenarios differ by "
        "{sd} levels as they usually do: {needs} levels. Record it (--planned) before the first rating.",
        sd=number(sd, "g"),
        needs=", ".join(needs),
    )
