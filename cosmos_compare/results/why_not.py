"""Why something is not claimed, in sentences: one rule for differences and preferences."""

from cosmos_compare.language import t
from cosmos_compare.results.numbers_as_text import p_words, scenarios, small
from cosmos_compare.stats import Difference, Preference
from cosmos_compare.stats.looks import PLANNED_LEVEL, fewest


def is_early(d: Difference | Preference) -> bool:
    """A number of scenarios was planned, and is not reached."""
    return d.planned is not None and d.scenarios < d.planned


def early_words(d: Difference | Preference) -> str:
    """That nothing is decided yet."""
    return t(
        "Not decided yet: {planned} scenarios are planned, {rated} are rated.", planned=d.planned, rated=d.scenarios
    )


def why_not(d: Difference | Preference) -> str:
    """What a claim lacks, by the rule that fails first; empty where neither test nor interval speaks for it."""
    if d.planned is not None and d.plan_p is not None and d.scenarios > d.planned:
        return _after_the_plan(d.planned, d.plan_p, d)
    if d.tested:
        return _tested(d)
    if d.planned is not None:
        return " ".join(filter(None, [_few(d) or _interval_alone(d), _decided(d.planned)]))
    if d.p is not None and d.level < d.p <= PLANNED_LEVEL:
        return t(
            "p ≤ .05 counts once, at a number of scenarios that was planned before the first rating; any other look at "
            "{scenarios} needs p ≤ {level}.",
            scenarios=scenarios(d.scenarios),
            level=level_words(d),
        )
    return _few(d) or _interval_alone(d)


def level_words(d: Difference | Preference) -> str:
    """The level that p must not exceed."""
    return small(d.level, "g")


def _after_the_plan(planned: int, plan_p: float, d: Difference | Preference) -> str:
    if plan_p > PLANNED_LEVEL:
        first = t(
            "The first {planned} scenarios, which were planned, do not show it ({p}).",
            planned=planned,
            p=p_words(plan_p),
        )
        return f"{first} {_decided(planned)}"
    if not d.tested:
        return t(
            "The first {planned} scenarios, which were planned, showed it ({p}); with those rated since, it "
            "does not hold.",
            planned=planned,
            p=p_words(plan_p),
        )
    return _tested(d)


def _tested(d: Difference | Preference) -> str:
    """That the test passes and the interval does not."""
    return t(
        "The test alone would do (p ≤ {level}), but the interval still allows for no difference: both must speak "
        "against it.",
        level=level_words(d),
    )


def _interval_alone(d: Difference | Preference) -> str:
    """That the interval excludes no difference and the test does not pass, where that is so."""
    alike = 0.5 if isinstance(d, Preference) else 0.0
    if d.low is None or d.high is None or d.low <= alike <= d.high:
        return ""
    return t(
        "The interval alone would do, but the test does not pass (it needs p ≤ {level}): both must speak against no "
        "difference.",
        level=level_words(d),
    )


def _decided(planned: int) -> str:
    """That a plan decides once."""
    return t(
        "A plan decides once, so scenarios rated after these {planned} can't show it; other scenarios under a new plan "
        "can.",
        planned=planned,
    )


def _few(d: Difference | Preference) -> str:
    """That so few scenarios can't show anything, where that is so."""
    if d.smallest_p is None or d.smallest_p <= d.level:
        return ""
    return t(
        "The smallest p that {scenarios} can give is {p}; {fewest} are the fewest that can reach {level}.",
        scenarios=scenarios(d.scenarios),
        p=p_words(d.smallest_p).removeprefix("p = "),
        fewest=fewest(d.level),
        level=level_words(d),
    )
