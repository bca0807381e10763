"""Numbers in words: counts, p, intervals, sizes. Never "p = 0", never a star."""

from cosmos_compare.language import SOURCE, current, number, t, tn
from cosmos_compare.stats import Estimate

NEVER_HIDDEN = (0.05, 0.01, 0.005)  # what a p is held against: a printed p is on the same side as the real one
ENDS = (0.0, 0.5, 1.0)  # of shares: a printed one is not taken for these
NOTHING = 1e-9  # levels: smaller values come from rounding
FRACTIONS = [*((1, n) for n in range(20, 1, -1)), (2, 5), (3, 5), (2, 3), (3, 4), (4, 5), (1, 1)]


def scenarios(n: int) -> str:
    return tn("{n:,} scenario", "{n:,} scenarios", n)


def judgements(n: int) -> str:
    return tn("{n:,} judgement", "{n:,} judgements", n)


def raters(n: int) -> str:
    return tn("{n:,} rater", "{n:,} raters", n)


def pairs(n: int) -> str:
    return tn("{n:,} pair", "{n:,} pairs", n)


def p_words(p: float) -> str:
    """A p value as printed: three digits, more where they would hide on which side of .05 or .01 it lies, never 0."""
    if p < 0.001:
        return f"p < {small(0.001, 'g')}"
    if p > 0.9995:
        return "p = 1"
    digits = 3
    while any(p != level and round(p, digits) == level for level in NEVER_HIDDEN) and digits < 8:
        digits += 1
    return f"p = {small(p, f'.{digits}f')}"


def small(value: float, form: str) -> str:
    """A number below 1 as statistics are printed: without the 0 before the point, in languages that do so."""
    text = number(value, form)
    return text.removeprefix("0") if current() == SOURCE else text


def interval_words(low: float, high: float, *, percent: bool = False) -> str:
    """95 % interval in words."""
    if percent:
        return t("95 % interval {low} to {high}", low=share_words(low), high=share_words(high))
    return t("95 % interval {low} to {high}", low=bound_words(low), high=bound_words(high))


def estimate_words(estimate: Estimate, *, percent: bool = False) -> str:
    """A value with its interval, or "undefined" and why."""
    why = small_first(t(estimate.why)).rstrip(".")
    if estimate.value is None:
        return t("undefined ({why})", why=why)
    value = share_words(estimate.value) if percent else level_words(estimate.value)
    if estimate.low is None or estimate.high is None:
        return f"{value} ({why})"
    return f"{value} ({interval_words(estimate.low, estimate.high, percent=percent)})"


def level_words(value: float, *, sign: bool = False) -> str:
    """Levels with two digits and a true minus."""
    value = round(value, 2) or 0.0  # no -0.00
    return number(value, "+.2f" if sign and value else ".2f").replace("-", "\N{MINUS SIGN}")


def bound_words(value: float, *, sign: bool = False) -> str:
    """The bound of an interval of levels: two digits, more where they would hide on which side of 0 it lies."""
    digits = 2
    while abs(value) > NOTHING and not round(value, digits) and digits < 8:
        digits += 1
    if digits == 2:
        return level_words(value, sign=sign)
    return number(value, f"{'+' if sign else ''}.{digits}f").replace("-", "\N{MINUS SIGN}")


def share_words(value: float) -> str:
    """A share in per cent, with digits where it would be taken for none, half or all."""
    digits = 0
    while any(abs(value - end) > NOTHING and round(value, digits + 2) == end for end in ENDS) and digits < 6:
        digits += 1
    return number(value, f".{digits}%")


def whose_words(interval: str, judges: int) -> str:
    """An interval with what it is about."""
    if judges == 1:
        return t("{interval} for this rater on scenarios like these", interval=interval)
    return t("{interval} for these raters on scenarios like these", interval=interval)


def size_words(value: float) -> str:
    """How large a difference is, for somebody who knows the buttons and no statistics."""
    size = abs(value)
    if size < 0.04:
        return t("That is less than one mark in twenty-five being one level apart.")
    if size > 1.1:
        return t("That is as much as every mark being {levels} levels apart.", levels=number(size, ".1f"))
    part, whole = min(FRACTIONS, key=lambda f: abs(f[0] / f[1] - size))
    if part == whole:
        return t("That is as much as every mark being one level apart.")
    if part == 1:
        return t("That is as much as one mark in {n} being one level apart.", n=whole)
    return t("That is as much as {part} marks in {n} being one level apart.", part=part, n=whole)


def small_first(text: str) -> str:
    return text[:1].lower() + text[1:]
